//! What each store has to keep, asked of all of them: the six points on the page of [`sse_proto::replay`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sse_proto::EventType;
use tempfile::TempDir;

use super::*;
use crate::redis_for_tests::Redis;
use crate::topic::{Next, Signal, Start, Topic};

pub(super) const DAY: u64 = 24 * 3600 * 1000;

/// A place where a store can be, opened by as many servers as it takes; its clock.
pub(crate) struct Place {
    redis: Option<Redis>,
    folder: TempDir,
    pub(super) time: Arc<AtomicU64>,
}

impl Place {
    /// One of a file, one of Redis.
    pub(crate) fn all() -> [Self; 2] {
        let now = Clock::of_the_system().now();
        let place =
            |redis| Self { redis, folder: TempDir::new().unwrap(), time: Arc::new(AtomicU64::new(now)) };
        [place(None), place(Some(Redis::start()))]
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// As after a restart. The file has one server at a time: drop the last one first.
    pub(crate) fn open(&self, events: usize) -> Store {
        let time = self.time.clone();
        let (keep, clock) = (Keep { events }, Clock::by(move || time.load(Relaxed)));
        match &self.redis {
            Some(redis) => Store::of_url(&redis.url(), keep, clock).unwrap(),
            None => opened(|| Store::of_file(self.file(), keep, clock.clone())),
        }
    }

    /// All that was stored is gone.
    fn lose(&mut self) {
        match &mut self.redis {
            Some(redis) => redis.restart(),
            None => std::fs::remove_file(self.file()).unwrap(),
        }
    }

    pub(super) fn pass(&self, ms: u64) {
        self.time.fetch_add(ms, Relaxed);
    }
}

/// A process that another test is starting may hold the lock of the store that was dropped, until it runs a program of its own.
fn opened(mut open: impl FnMut() -> Result<Store, OpenError>) -> Store {
    let started = std::time::Instant::now();
    loop {
        match open() {
            Err(error)
                if error.to_string().contains("another server")
                    && started.elapsed() < Duration::from_secs(10) =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened.unwrap(),
        }
    }
}

fn draft(text: impl ToString) -> Draft {
    Draft { kind: EventType::from_static("x"), data: text.to_string() }
}

pub(crate) fn user(name: &str) -> TopicName {
    TopicName::User(name.into())
}

pub(super) async fn append(
    store: &Store,
    topic: &TopicName,
    texts: impl IntoIterator<Item = impl ToString>,
) -> Vec<EntryId> {
    let mut ids = Vec::new();
    for text in texts {
        ids.push(store.append(topic, draft(text)).await.unwrap());
    }
    ids
}

pub(super) async fn all(store: &Store, topic: &TopicName) -> Vec<Entry> {
    store.read(topic, EntryId::start(0), 100_000).await.unwrap().entries
}

/// What a server answers that has just started, and what it sends then.
async fn answer(store: &Store, topic: &TopicName, id: impl ToString) -> (Start, Vec<String>) {
    let topic = Topic::new(topic.clone(), store.retention(topic), Signal::default());
    let start = topic.connect(store, Some(id.to_string().as_bytes()), false).await.unwrap();
    let mut cursor = start.cursor;
    let sent = match topic.next(&mut cursor) {
        Next::Events(bytes, _) => texts(&bytes),
        Next::Nothing => Vec::new(),
        Next::Gone => panic!("the place is gone at once"),
    };
    (start, sent)
}

fn texts(stream: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    sse_proto::Decoder::new().decode_all(stream, |frame| {
        if let Ok(sse_proto::Frame::Event(event)) = frame {
            texts.push(event.data().to_owned());
        }
    });
    texts
}

#[tokio::test]
async fn one_order_for_every_reader_and_live_events_come_in_it() {
    for place in Place::all() {
        let store = Arc::new(place.open(10_000));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    append(&store, &TopicName::Board, (0..50).map(|n| format!("{writer}-{n}"))).await
                })
            })
            .collect();
        let mut given = BTreeSet::new();
        for writer in writers {
            let ids = writer.await.unwrap();
            assert!(ids.is_sorted());
            given.extend(ids);
        }
        let read = all(&store, &TopicName::Board).await;
        assert_eq!(read.len(), 200);
        assert!(read.iter().map(|entry| entry.id).eq(given), "the order of reading is that of the ids");
        for writer in 0..4 {
            let own = read.iter().filter(|entry| entry.data.starts_with(&format!("{writer}-")));
            assert!(own.map(|entry| entry.data.clone()).eq((0..50).map(|n| format!("{writer}-{n}"))));
        }
        // In pages it is the same, for another server of the store, or for this one after a restart.
        drop(store);
        let (store, mut after, mut pages) =
            (place.open(10_000), EntryId::start(read[0].id.epoch), Vec::new());
        loop {
            let page = store.read(&TopicName::Board, after, 7).await.unwrap();
            let Some(last) = page.entries.last() else { break };
            assert!(page.entries[0].id > after, "strictly after");
            after = last.id;
            pages.extend(page.entries);
        }
        assert_eq!(pages, read);
    }
}

#[tokio::test]
async fn an_id_is_never_given_twice() {
    for mut place in Place::all() {
        let store = place.open(100);
        let mut given = append(&store, &TopicName::Board, 0..3).await;
        drop(store);
        place.time.fetch_sub(DAY, Relaxed); // the clock goes back, and the server starts anew
        let store = place.open(100);
        given.extend(append(&store, &TopicName::Board, 0..3).await);
        assert!(given.is_sorted());
        drop(store);
        place.time.fetch_add(DAY + 10, Relaxed);
        place.lose();
        let store = place.open(100);
        let old = given[0];
        given.extend(append(&store, &TopicName::Board, 0..3).await);
        assert_ne!(given[6].epoch, old.epoch, "another life");
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        let (start, sent) = answer(&store, &TopicName::Board, old).await;
        assert_eq!((start.answer, sent.len()), ("unknown", 3));
    }
}

#[tokio::test]
async fn trimming_is_from_the_old_end_and_can_be_seen() {
    for place in Place::all() {
        let store = place.open(3);
        let ids = append(&store, &TopicName::Board, 0..5).await;
        let page = store.read(&TopicName::Board, EntryId::start(0), 10).await.unwrap();
        assert_eq!((page.start, page.end, page.oldest, page.last), (2, 5, Some(ids[2]), ids[4]));
        assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids[2..]);
        let answered = async |id| answer(&store, &TopicName::Board, id).await;
        assert_eq!(answered(ids[0]).await.0.answer, "too-old");
        assert_eq!(
            answered(ids[1]).await.0.answer,
            "too-old",
            "what comes after it is held, but who knows that?"
        );
        let (start, sent) = answered(ids[2]).await;
        assert_eq!((start.answer, start.missed, sent), ("replay", 2, vec!["3".into(), "4".into()]));
        assert_eq!(answered(ids[4]).await.0.answer, "up-to-date");
        assert_eq!(answered(EntryId::start(ids[0].epoch)).await.0.answer, "too-old", "the start was trimmed");
        // One who has read up to a place that is trimmed meanwhile is told, not given what is left.
        let topic = Topic::new(TopicName::Board, store.retention(&TopicName::Board), Signal::default());
        let mut cursor = topic.connect(&store, None, false).await.unwrap().cursor;
        append(&store, &TopicName::Board, 5..20).await;
        topic.catch_up(&store).await.unwrap();
        assert!(matches!(topic.next(&mut cursor), Next::Gone));
    }
}

#[tokio::test]
async fn who_was_away_for_a_day_gets_all_and_after_two_months_is_told() {
    for place in Place::all() {
        let (store, ada) = (place.open(3), user("ada"));
        let first = append(&store, &ada, ["before"]).await[0];
        append(&store, &ada, 0..100).await;
        place.pass(DAY);
        drop(store);
        let store = place.open(3);
        append(&store, &ada, ["a day later"]).await;
        let (start, sent) = answer(&store, &ada, first).await;
        assert_eq!((start.answer, start.missed, sent.len()), ("replay", 101, 101));
        assert_eq!(answer(&store, &ada, "").await.1.len(), 102, "a new device gets the first batch");
        place.pass(60 * DAY);
        let (start, sent) = answer(&store, &ada, first).await;
        assert_eq!((start.answer, sent.len()), ("too-old", 0));
        let now = start.id.expect("an id to come back with");
        assert_eq!(answer(&store, &ada, &now).await.0.answer, "up-to-date");
        place.time.store(Clock::of_the_system().now(), Relaxed); // Redis has the clock of the system
        append(&store, &ada, ["news"]).await;
        assert_eq!(answer(&store, &ada, &now).await.1, ["news"]);
    }
}

#[tokio::test]
async fn foreign_ids_are_told_apart() {
    for place in Place::all() {
        let store = place.open(100);
        let mut ids = append(&store, &TopicName::Board, 0..2).await;
        place.pass(1000);
        tokio::time::sleep(Duration::from_millis(5)).await;
        ids.extend(append(&store, &TopicName::Board, 2..4).await);
        let last = ids[3];
        for (id, expected) in [
            (EntryId { seq: ids[1].seq + 1, ..ids[1] }.to_string(), "unknown"), // inside of the range
            (EntryId { seq: last.seq + 1, ..last }.to_string(), "unknown"),
            (EntryId { ms: last.ms + DAY, ..last }.to_string(), "unknown"),
            (EntryId { ms: ids[0].ms - 1, ..last }.to_string(), "too-old"),
            (EntryId { epoch: last.epoch - 1, ..last }.to_string(), "unknown"),
            (EntryId { epoch: last.epoch + 1, ..last }.to_string(), "unknown"),
            (format!("0{last}"), "unknown"),
            (format!("{last} or more"), "unknown"),
            ("*".into(), "unknown"),
            ("-".into(), "unknown"),
            (EntryId::start(last.epoch).to_string(), "replay"),
            (ids[0].to_string(), "replay"),
        ] {
            let (start, sent) = answer(&store, &TopicName::Board, &id).await;
            assert_eq!(start.answer, expected, "{id}");
            let held = if id == ids[0].to_string() { 3 } else { 4 };
            assert_eq!((start.missed, sent.len()), (held, held), "{id}");
        }
        let topic = Topic::new(TopicName::Board, store.retention(&TopicName::Board), Signal::default());
        let start = topic.connect(&store, Some(&[0xFF, 0xFE]), false).await.unwrap();
        assert_eq!(start.answer, "unknown");
    }
}

#[tokio::test]
async fn an_id_opens_no_topic_but_that_of_who_asks() {
    for place in Place::all() {
        let store = place.open(100);
        let hers = append(&store, &user("ada"), ["a secret", "another"]).await;
        append(&store, &user("grace"), ["hello"]).await;
        for id in [
            hers[0].to_string(),
            hers[1].to_string(),
            EntryId::start(hers[0].epoch).to_string(),
            String::new(),
        ] {
            assert_eq!(answer(&store, &user("grace"), &id).await.1, ["hello"], "{id}");
        }
        let (start, sent) = answer(&store, &user("linus"), hers[0]).await;
        assert_eq!((start.missed, sent.len()), (0, 0));
    }
}

#[tokio::test]
async fn a_client_of_another_server_is_answered_though_this_one_has_not_read_so_far() {
    for place in Place::all() {
        let store = place.open(100);
        let topic = Topic::new(TopicName::Board, store.retention(&TopicName::Board), Signal::default());
        topic.catch_up(&store).await.unwrap();
        // Nobody tells this topic of them: its server is late.
        let ids = append(&store, &TopicName::Board, 0..3).await;
        let start = topic.connect(&store, Some(ids[1].to_string().as_bytes()), false).await.unwrap();
        assert_eq!((start.answer, start.missed), ("replay", 1));
    }
}

#[tokio::test]
async fn what_is_stored_is_what_is_read_whatever_it_is() {
    for place in Place::all() {
        let store = place.open(100);
        let texts = [
            "",
            "two\nlines",
            "\n",
            ":event board 9",
            "data: x\n\nid: 7",
            "\u{FEFF}\u{1F600}\0",
            " a ",
            "\r\n",
        ];
        append(&store, &TopicName::Board, texts).await;
        drop(store);
        let read = all(&place.open(100), &TopicName::Board).await;
        let as_sent: Vec<_> = texts.iter().map(|text| text.replace("\r\n", "\n")).collect();
        let shown = read.iter().map(texts_of);
        assert!(shown.eq(as_sent.into_iter().map(|text| vec![text])), "{read:?}");
    }
}

fn texts_of(entry: &Entry) -> Vec<String> {
    texts(&entry.encode().unwrap())
}

#[tokio::test]
async fn all_who_listen_are_told() {
    for place in Place::all() {
        let store = place.open(100);
        let mut news = store.news();
        if place.redis.is_some() {
            assert_eq!(news.recv().await.unwrap(), None, "connected: anything may have happened before");
        }
        append(&store, &user("ada"), ["x"]).await;
        assert_eq!(news.recv().await.unwrap(), Some(user("ada")));
    }
}

#[tokio::test]
async fn the_key_of_the_cookies_outlives_a_restart() {
    for place in Place::all() {
        let store = place.open(100);
        let key = store.cookie_key().await.unwrap();
        drop(store);
        assert_eq!(place.open(100).cookie_key().await.unwrap(), key);
    }
}

#[tokio::test]
async fn of_a_thousand_clients_that_come_at_once_one_reads() {
    for place in Place::all() {
        let store = place.open(100);
        let ids = append(&store, &TopicName::Board, 0..3).await;
        let topic = Topic::new(TopicName::Board, store.retention(&TopicName::Board), Signal::default());
        let id = ids[0].to_string();
        let connects = (0..1000).map(|_| topic.connect(&store, Some(id.as_bytes()), false));
        for start in futures::future::join_all(connects).await {
            assert_eq!(start.unwrap().missed, 2);
        }
        assert_eq!(topic.reads.load(Relaxed), 1);
    }
}

#[tokio::test]
async fn all_clients_get_the_same_bytes() {
    for place in Place::all() {
        let store = place.open(100);
        let topic = Topic::new(TopicName::Board, store.retention(&TopicName::Board), Signal::default());
        let mut cursor = topic.connect(&store, None, false).await.unwrap().cursor;
        let mut other = cursor;
        append(&store, &TopicName::Board, ["x"]).await;
        topic.catch_up(&store).await.unwrap();
        let (Next::Events(one, 1), Next::Events(two, 1)) = (topic.next(&mut cursor), topic.next(&mut other))
        else {
            panic!("there is one event")
        };
        assert_eq!(one.as_ptr(), two.as_ptr(), "encoded once, and not copied");
    }
}
