//! All topics of a server, and the store behind them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::entry::{Draft, EntryId};
use crate::store::{News, Store, StoreError};
use crate::topic::{Signal, Topic};
use crate::topic_name::TopicName;

/// While the store is away it is asked again after this time.
const AGAIN: Duration = Duration::from_millis(500);
/// The store is well again when nothing has failed for so long: who reads may get answers while who writes gets none (a full disk).
const QUIET: Duration = Duration::from_secs(2);
/// How often what is stored is made to outlive a power cut.
const SYNC: Duration = Duration::from_secs(1);

pub struct Hub {
    store: Store,
    /// Those that somebody listens to.
    topics: Mutex<HashMap<TopicName, Weak<Topic>>>,
    /// Where both are needed, `topics` is locked first.
    told: Mutex<Told>,
    pub counts: Counts,
}

/// What all clients are told, and why.
#[derive(Debug, Default)]
struct Told {
    signal: Signal,
    /// When the store failed last.
    failed: Option<Instant>,
}

/// What a server has done since its start.
#[derive(Debug, Default)]
pub struct Counts {
    pub clients: AtomicU64,
    pub connections: AtomicU64,
    pub published: AtomicU64,
    pub delivered: AtomicU64,
    pub replayed: AtomicU64,
    /// Clients whose place was gone, for they were too slow.
    pub dropped: AtomicU64,
}

impl Hub {
    pub fn new(store: Store) -> Arc<Self> {
        let hub = Arc::new(Self {
            store,
            topics: Mutex::default(),
            told: Mutex::default(),
            counts: Counts::default(),
        });
        tokio::spawn(follow(Arc::downgrade(&hub)));
        tokio::spawn(synchronise(Arc::downgrade(&hub)));
        hub
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub async fn publish(&self, topic: &TopicName, draft: Draft) -> Result<EntryId, StoreError> {
        let id = self.heard(self.store.append(topic, draft).await)?;
        self.counts.published.fetch_add(1, Relaxed);
        Ok(id)
    }

    /// The topic, which lives as long as somebody holds it.
    pub fn topic(&self, name: &TopicName) -> Arc<Topic> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = topics.get(name).and_then(Weak::upgrade) {
            return topic;
        }
        topics.retain(|_, topic| topic.strong_count() > 0);
        let topic =
            Arc::new(Topic::new(name.clone(), self.store.retention(name), self.told().signal.clone()));
        topics.insert(name.clone(), Arc::downgrade(&topic));
        topic
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.tell(|told| told.signal.is_over = true);
    }

    /// Passes on what the store has answered; whether it is well is told to all clients.
    pub fn heard<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        match &answer {
            Err(error) => self.tell(|told| {
                let trouble = error.to_string();
                told.failed = Some(Instant::now());
                if told.signal.trouble.as_deref() != Some(&trouble) {
                    tracing::error!("the store: {trouble}");
                    told.signal.trouble = Some(trouble.into());
                }
            }),
            Ok(_) if self.trouble().is_none() => {}
            Ok(_) => self.tell(|told| {
                let is_quiet = told.failed.is_none_or(|failed| failed.elapsed() >= QUIET);
                if is_quiet && told.signal.trouble.take().is_some() {
                    tracing::info!("the store is back");
                }
            }),
        }
        answer
    }

    pub fn trouble(&self) -> Option<Arc<str>> {
        self.told().signal.trouble.clone()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both locks until all topics have it, or two changes could reach them in different orders.
    fn tell(&self, change: impl FnOnce(&mut Told)) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = self.told();
        change(&mut told);
        for topic in topics.values().filter_map(Weak::upgrade) {
            topic.signal().send_if_modified(|signal| {
                let is_news = *signal != told.signal;
                signal.clone_from(&told.signal);
                is_news
            });
        }
    }

    fn active(&self) -> Vec<Arc<Topic>> {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.values().filter_map(Weak::upgrade).collect()
    }

    /// An error if any topic could not be read. The others are: it may be that one's alone.
    async fn catch_up(&self, which: News) -> Result<(), StoreError> {
        if self.trouble().is_some() {
            // Is it back? If nobody listens to anything, this alone asks.
            self.heard(self.store.read(&TopicName::Board, EntryId::start(0), 1).await)?;
        }
        let mut read = Ok(());
        for topic in
            self.active().into_iter().filter(|topic| which.as_ref().is_none_or(|it| it == topic.name()))
        {
            read = read.and(self.heard(topic.catch_up(&self.store).await));
        }
        read
    }
}

/// Reads what is new, as long as there is a hub.
async fn follow(hub: Weak<Hub>) {
    let Some(mut news) = hub.upgrade().map(|hub| hub.store.news()) else { return };
    // Whether there is news that could not be read: it rings only once, and others may have found the store well since.
    let mut is_behind = false;
    loop {
        let heard = tokio::time::timeout(AGAIN, news.recv()).await;
        let Some(hub) = hub.upgrade() else { return };
        let which = match heard {
            Ok(Ok(which)) if !is_behind => which,
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => None,
            Ok(Err(RecvError::Closed)) => return,
            Err(_) if is_behind || hub.trouble().is_some() => None,
            Err(_) => continue,
        };
        is_behind = hub.catch_up(which).await.is_err();
    }
}

async fn synchronise(hub: Weak<Hub>) {
    loop {
        tokio::time::sleep(SYNC).await;
        let Some(hub) = hub.upgrade() else { return };
        // A disk takes its time.
        let done =
            tokio::task::spawn_blocking(move || hub.store.sync().map_err(|error| tracing::error!("{error}")));
        let _ = done.await;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;
    use crate::demo;
    use crate::store::contract::{Place, user};

    async fn publish(hub: &Hub, topic: &TopicName) {
        hub.publish(topic, demo::event(1, 0)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn news_that_could_not_be_read_is_read_when_it_can_be() {
        let [place, _] = Place::all();
        let hub = Hub::new(place.open(100));
        let (board, ada) = (hub.topic(&TopicName::Board), hub.topic(&user("ada")));
        publish(&hub, &TopicName::Board).await;
        tokio::time::sleep(AGAIN).await;
        // Before it is read, what was written is another thing; and then itself again.
        let file = std::fs::OpenOptions::new().read(true).write(true).open(place.file()).unwrap();
        let at = file.metadata().unwrap().len();
        publish(&hub, &user("ada")).await;
        let mut whole = vec![0; (file.metadata().unwrap().len() - at) as usize];
        file.read_exact_at(&mut whole, at).unwrap();
        file.write_all_at(&vec![b'x'; whole.len()], at).unwrap();
        tokio::time::sleep(AGAIN).await;
        assert!(ada.last_event().is_none() && hub.trouble().is_some());
        // Whose topic can be read is served meanwhile, and the store is not called well.
        let before = board.last_event();
        for _ in 0..10 {
            publish(&hub, &TopicName::Board).await;
            tokio::time::sleep(AGAIN).await;
            assert!(hub.trouble().is_some());
        }
        assert_ne!(board.last_event(), before);
        file.write_all_at(&whole, at).unwrap();
        tokio::time::sleep(2 * AGAIN).await;
        assert!(ada.last_event().is_some());
        tokio::time::sleep(2 * QUIET).await;
        assert!(hub.trouble().is_none() && ada.signal().borrow().trouble.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_refuses_events_is_not_well_because_it_can_be_read() {
        let [place, _] = Place::all();
        let hub = Hub::new(place.open(100));
        let board = hub.topic(&TopicName::Board);
        for _ in 0..20 {
            let _ = hub.heard(Err::<(), _>(StoreError("full".into())));
            tokio::time::sleep(QUIET / 2).await;
            hub.heard(board.catch_up(hub.store()).await).unwrap();
            assert_eq!(board.signal().borrow().trouble.as_deref(), Some("full"));
        }
        // Nobody asks any more, and nobody listens: it is found out all the same.
        drop(board);
        tokio::time::sleep(2 * QUIET).await;
        assert!(hub.trouble().is_none());
    }
}
