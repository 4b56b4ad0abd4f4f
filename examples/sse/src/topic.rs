//! What `serve` holds: the events, which are the queue of all its clients. A client is a place in them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use sse_proto::replay::{EpochId, Replay, ReplayLog};
use sse_proto::{EventId, KEEP_ALIVE, Message};
use tokio::sync::watch;

/// So many events are taken from the log at a time, and written before the next are.
const AT_ONCE: usize = 100;
/// The events that are held take no more than this.
const MOST_BYTES: usize = 256 * 1024 * 1024;

pub(crate) struct Topic {
    epoch: u64,
    keep_alive: Duration,
    log: Mutex<ReplayLog>,
    /// Rises with each event; closed with the input.
    news: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// More may come.
    Open,
    /// No more comes, and the clients need not know.
    Silent,
    /// No more comes, and the clients are told.
    Over,
}

/// Where a client is.
struct Place {
    topic: Arc<Topic>,
    news: watch::Receiver<State>,
    position: u64,
    /// What it is told first.
    first: Option<Bytes>,
}

impl Topic {
    pub(crate) fn new(epoch: u64, hold: usize, keep_alive: Duration) -> Self {
        let start = EpochId::new(epoch, 0).text(); // an id before there is an event
        let log = ReplayLog::builder().max_events(hold).max_bytes(MOST_BYTES);
        let log = Mutex::new(log.starting_after(start.as_event_id()).build());
        Self { epoch, keep_alive, log, news: watch::Sender::new(State::Open) }
    }

    fn log(&self) -> MutexGuard<'_, ReplayLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an event.
    pub(crate) fn publish(&self, event: Message<'_>) {
        let mut log = self.log();
        let id = EpochId::new(self.epoch, log.end() + 1).text();
        drop(log.push(id.as_event_id(), event.id(id.as_event_id()).to_bytes()));
        drop(log);
        self.news.send_modify(|_| {});
    }

    /// Sends what is no event, and has no id.
    pub(crate) fn send(&self, message: Message<'_>) {
        drop(self.log().push(EventId::EMPTY, message.to_bytes()));
        self.news.send_modify(|_| {});
    }

    /// No more comes; `is_over` if the clients are to know.
    pub(crate) fn end(&self, is_over: bool) {
        self.news.send_replace(if is_over { State::Over } else { State::Silent });
    }

    /// The body for a client; `None` if there will never be anything for it.
    pub(crate) fn connect(
        self: &Arc<Self>,
        last_event_id: Option<&[u8]>,
        only_new: bool,
    ) -> Option<impl Stream<Item = Result<Bytes, Infallible>> + use<>> {
        let news = self.news.subscribe();
        let log = self.log();
        // A comment goes out at once, and with it the head.
        let mut has_all = false;
        let (first, position) = match log.after_header(last_event_id) {
            Replay::FromStart(_) if only_new => {
                let now = log.last_id().unwrap_or_default();
                (Message::new().id(now).to_bytes(), log.end())
            }
            Replay::TooOld { .. } | Replay::Unknown => {
                let told = Message::new().comment(" the id is not known here; all that is held follows");
                (told.to_bytes(), log.start())
            }
            place => {
                let is_known = matches!(place, Replay::Events(_));
                let events = place.into_events()?;
                let position = events.start();
                // What has no id comes again each time that this client comes back.
                has_all = is_known && events.into_iter().all(|event| event.id() == EventId::EMPTY);
                (Bytes::from_static(KEEP_ALIVE), position)
            }
        };
        if *news.borrow() == State::Over && (has_all || position == log.end()) {
            return None;
        }
        let place = Place { topic: self.clone(), news, position, first: Some(first) };
        Some(stream::unfold(place, |mut place| async move { Some((Ok(place.next().await?), place)) }))
    }
}

impl Place {
    /// The next bytes. `None` ends the connection: it was too slow, or all is over.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            // What changes from here on wakes.
            let state = *self.news.borrow_and_update();
            let bytes: Vec<u8> = {
                let log = self.topic.log();
                let events = log.from_position(self.position).into_events()?;
                let events = events.take(AT_ONCE);
                self.position += events.len() as u64;
                events.flat_map(|event| event.bytes().iter().copied()).collect()
            };
            if !bytes.is_empty() {
                return Some(bytes.into());
            }
            if state == State::Over {
                return None;
            }
            if tokio::time::timeout(self.topic.keep_alive, self.news.changed()).await.is_err() {
                return Some(Bytes::from_static(KEEP_ALIVE));
            }
        }
    }
}
