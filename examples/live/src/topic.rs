//! One topic as a server holds it: the events that its store holds, encoded, each once for all who listen. The log is the queue of
//! all its clients.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use sse_proto::EventId;
use sse_proto::replay::{Replay, ReplayLog};
use tokio::sync::watch;

use crate::entry::EntryId;
use crate::store::{Page, Retention, Store, StoreError};
use crate::topic_name::TopicName;

/// So many events are read from the store at a time, and written to a client.
const AT_ONCE: usize = 500;
/// Of what is held in memory; the count is what bounds it unless events are large.
const MOST_BYTES: usize = 64 * 1024 * 1024;

pub struct Topic {
    name: TopicName,
    retention: Retention,
    state: Mutex<State>,
    /// One reads at a time.
    reading: tokio::sync::Mutex<()>,
    signal: watch::Sender<Signal>,
    #[cfg(test)]
    pub reads: std::sync::atomic::AtomicU64,
}

struct State {
    log: ReplayLog,
    /// Up to where the store has been read.
    place: EntryId,
    /// The oldest id that could be held: what stands before is too old.
    oldest: EntryId,
    /// Rises when the log begins anew, since positions mean nothing then.
    life: u64,
}

/// What wakes a client: news, or one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signal {
    /// Why there may be no news though there are events.
    pub trouble: Option<Arc<str>>,
    /// The server ends.
    pub is_over: bool,
}

/// A client's place.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    life: u64,
    position: u64,
}

/// How a connection begins.
#[derive(Debug)]
pub struct Start {
    pub cursor: Cursor,
    /// `new`, `replay`, `up-to-date`, `too-old`, `unknown`, `now`.
    pub answer: &'static str,
    /// So many events follow that others have had already.
    pub missed: usize,
    /// The id of now, for a client to whom no event brings one.
    pub id: Option<String>,
}

/// What there is for a client.
pub enum Next {
    /// So many events.
    Events(Bytes, usize),
    Nothing,
    /// Its place is gone: it was too slow, or the store is another one.
    Gone,
}

impl Topic {
    pub fn new(name: TopicName, retention: Retention, signal: Signal) -> Self {
        let nothing = EntryId::start(0);
        let state = State { log: ReplayLog::new(), place: nothing, oldest: nothing, life: 0 };
        let signal = watch::Sender::new(signal);
        Self {
            name,
            retention,
            state: Mutex::new(state),
            reading: tokio::sync::Mutex::new(()),
            signal,
            #[cfg(test)]
            reads: Default::default(),
        }
    }

    pub fn name(&self) -> &TopicName {
        &self.name
    }

    pub fn signal(&self) -> &watch::Sender<Signal> {
        &self.signal
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what the store has that is not here yet.
    pub async fn catch_up(&self, store: &Store) -> Result<(), StoreError> {
        self.catch_up_unless(store, |_| false).await
    }

    /// The same, if it is still needed when it is this caller's turn: of a thousand clients that come at once, one reads.
    async fn catch_up_unless(&self, store: &Store, done: impl Fn(&State) -> bool) -> Result<(), StoreError> {
        let _alone = self.reading.lock().await;
        if done(&self.state()) {
            return Ok(());
        }
        loop {
            let place = self.state().place;
            #[cfg(test)]
            self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let page = store.read(&self.name, place, AT_ONCE).await?;
            let is_last = page.entries.len() < AT_ONCE;
            let has_news = self.learn(page);
            if has_news {
                self.signal.send_modify(|_| {});
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn learn(&self, page: Page) -> bool {
        let mut state = self.state();
        // Another life of the store, or a gap: events were trimmed before they were read here.
        let begins = page.last.epoch != state.place.epoch || page.start > state.log.end();
        if begins {
            state.begin(&page, self.retention);
        }
        state.oldest = page.oldest.unwrap_or(page.last);
        for entry in &page.entries {
            // What cannot be encoded, nobody of ours has written.
            let id = entry.id.to_string();
            let (Ok(bytes), Ok(id)) = (entry.encode(), EventId::new(&id)) else { continue };
            drop(state.log.push(id, bytes));
            state.place = entry.id;
        }
        begins || !page.entries.is_empty()
    }

    /// Where a client is that comes with this header.
    pub async fn connect(
        &self,
        store: &Store,
        header: Option<&[u8]>,
        now: bool,
    ) -> Result<Start, StoreError> {
        let is_known = |state: &State| state.start(header, now).is_some();
        if !is_known(&self.state()) {
            // Nothing has been read yet; or another server has sent it events that this one has not read.
            self.catch_up_unless(store, is_known).await?;
        }
        let state = self.state();
        let named = header.and_then(|id| std::str::from_utf8(id).ok()?.parse::<EntryId>().ok());
        Ok(state.start(header, now).unwrap_or_else(|| {
            let is_old = named.is_some_and(|id| id.epoch == state.place.epoch && id < state.oldest);
            state.all_that_is_held(if is_old { "too-old" } else { "unknown" })
        }))
    }

    /// What stands at a client's place, which moves on.
    pub fn next(&self, cursor: &mut Cursor) -> Next {
        let state = self.state();
        if cursor.life != state.life {
            return Next::Gone;
        }
        let Some(mut events) = state.log.from_position(cursor.position).into_events() else {
            return Next::Gone;
        };
        let count = events.len().min(AT_ONCE);
        cursor.position += count as u64;
        match count {
            0 => Next::Nothing,
            // The usual case: the same bytes for all, not a copy for each.
            1 => events.next().map_or(Next::Nothing, |event| Next::Events(event.bytes().clone(), 1)),
            _ => {
                let events = events.take(count);
                let mut bytes =
                    BytesMut::with_capacity(events.clone().map(|event| event.bytes().len()).sum());
                events.for_each(|event| bytes.extend_from_slice(event.bytes()));
                Next::Events(bytes.freeze(), count)
            }
        }
    }

    /// The events held, decoded by who needs to know what was sent last.
    pub fn last_event(&self) -> Option<Bytes> {
        self.state().log.iter().next_back().map(|event| event.bytes().clone())
    }
}

impl State {
    fn begin(&mut self, page: &Page, retention: Retention) {
        let start = EntryId::start(page.last.epoch);
        self.place = if page.entries.is_empty() { page.last } else { start };
        let log =
            ReplayLog::builder().max_events(retention.events).max_bytes(MOST_BYTES).starting_at(page.start);
        let before = match page.oldest {
            None => Some(page.last.to_string()),
            Some(_) if page.start == 0 => Some(start.to_string()),
            Some(_) => None,
        };
        let before = before.as_deref().and_then(|id| EventId::new(id).ok());
        self.log = before.map_or(log.clone(), |id| log.starting_after(id)).build();
        self.life += 1;
    }

    /// `None` if the id says nothing here, or nothing has been read yet.
    fn start(&self, header: Option<&[u8]>, now: bool) -> Option<Start> {
        if self.life == 0 {
            return None;
        }
        let (answer, events) = match self.log.after_header(header) {
            Replay::FromStart(_) if now => {
                let id = self.log.last_id().map(|id| id.as_str().to_owned());
                return Some(Start { cursor: self.cursor(self.log.end()), answer: "now", missed: 0, id });
            }
            Replay::FromStart(_) => return Some(self.all_that_is_held("new")),
            Replay::Events(events) => ("replay", events),
            Replay::UpToDate(events) => ("up-to-date", events),
            Replay::TooOld { .. } => return Some(self.all_that_is_held("too-old")),
            _ => return None,
        };
        Some(Start { cursor: self.cursor(events.start()), answer, missed: events.len(), id: None })
    }

    fn all_that_is_held(&self, answer: &'static str) -> Start {
        let id = self.log.last_id().filter(|_| self.log.is_empty()).map(|id| id.as_str().to_owned());
        Start { cursor: self.cursor(self.log.start()), answer, missed: self.log.len(), id }
    }

    fn cursor(&self, position: u64) -> Cursor {
        Cursor { life: self.life, position }
    }
}
