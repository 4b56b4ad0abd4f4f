//! What a server sends in answer to one request: a log of messages, and whoever reads it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use serde_json::Value;
use sse_proto::replay::{EpochId, ReplayLog};
use sse_proto::{IdText, KEEP_ALIVE_LINE, Message};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// The answer to a request: any number of messages, and the response as the last of them.
#[derive(Debug)]
pub struct Outgoing {
    /// The first half of its ids; no two streams of a server have the same. `None`: it cannot be resumed, and has no ids.
    number: Option<u64>,
    keep_alive: Duration,
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug)]
struct State {
    log: ReplayLog,
    /// Nothing comes after what is in the log.
    is_complete: bool,
    /// Which connection is the one that reads: an older one ends, so that nothing is sent twice.
    connection: u64,
}

/// Ends the work on a request when the client goes away: by the rules of 2026-07-28 that cancels it.
#[derive(Debug)]
pub struct CancelOnDrop(pub AbortHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Outgoing {
    pub fn new(number: Option<u64>, keep_alive: Duration) -> Arc<Self> {
        let mut log = ReplayLog::builder();
        if let Some(number) = number {
            log = log.starting_after(EpochId::new(number, 0).text().as_event_id());
        }
        let state = Mutex::new(State { log: log.build(), is_complete: false, connection: 0 });
        Arc::new(Self { number, keep_alive, state, news: Notify::new() })
    }

    /// Whether a client can come back: whether this is 2025-11-25.
    pub const fn is_resumable(&self) -> bool {
        self.number.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn id(&self, sequence: u64) -> Option<IdText> {
        Some(EpochId::new(self.number?, sequence).text())
    }

    /// Adds a message.
    pub fn send(&self, message: &Value) {
        let mut state = self.state();
        let id = self.id(state.log.end() + 1);
        let id = id.as_ref().map(IdText::as_event_id);
        let event = id.map_or(Message::new(), |id| Message::new().id(id));
        let bytes = event.to_bytes_with(|data| serde_json::to_writer(data, message));
        let bytes = bytes.expect("a JSON value can be written");
        state.log.push(id.unwrap_or_default(), bytes);
        self.news.notify_waiters();
    }

    /// Adds the response: the stream ends after it.
    pub fn complete(&self, response: &Value) {
        self.send(response);
        self.state().is_complete = true;
        self.news.notify_waiters();
    }

    /// Ends the connection, and not the work: the client comes back after the time that `retry` has told it.
    pub fn disconnect(&self) {
        if self.is_resumable() {
            self.state().connection += 1;
            self.news.notify_waiters();
        }
    }

    /// A response body from the start.
    pub fn body(self: Arc<Self>, retry: Duration, guard: Option<CancelOnDrop>) -> Body {
        self.body_from(0, retry, guard)
    }

    /// A response body that goes on after this id; `None` if it is of no message of this stream.
    pub fn body_after(self: Arc<Self>, last_event_id: &[u8], retry: Duration) -> Option<Body> {
        let position = self.state().log.after_header(Some(last_event_id)).into_events()?.start();
        Some(self.body_from(position, retry, None))
    }

    fn body_from(self: Arc<Self>, position: u64, retry: Duration, guard: Option<CancelOnDrop>) -> Body {
        // The priming event. With empty data, not without: there are clients that know of an id only by an event. And on each
        // connection: there are some that forget with a connection the id that they asked for it with.
        let first =
            self.id(position).map(|id| Message::new().id(id.as_event_id()).retry(retry).data("").to_bytes());
        let first = first.unwrap_or_default();
        let connection = {
            let mut state = self.state();
            state.connection += 1;
            state.connection
        };
        self.news.notify_waiters();
        // A body that begins with nothing sends its head at once all the same.
        let start = (Some(first), self, position, guard);
        let body = stream::unfold(start, move |(first, this, mut position, guard)| async move {
            let bytes = match first {
                Some(first) => first,
                None => this.next(&mut position, connection).await?,
            };
            Some((Ok::<_, Infallible>(bytes), (None, this, position, guard)))
        });
        Body::from_stream(body)
    }

    /// The next bytes for the connection, whose position moves on.
    async fn next(&self, position: &mut u64, connection: u64) -> Option<Bytes> {
        loop {
            let news = self.news.notified();
            {
                let mut state = self.state();
                if state.connection != connection {
                    return None;
                }
                let events = state.log.from_position(*position).into_events()?;
                *position = events.start() + events.len() as u64;
                let bytes: Vec<u8> = events.flat_map(|event| event.bytes().iter().copied()).collect();
                if !self.is_resumable() {
                    state.log.evict_before(*position); // nobody can ask for it again
                }
                if !bytes.is_empty() {
                    return Some(bytes.into());
                }
                if state.is_complete {
                    return None;
                }
            }
            if tokio::time::timeout(self.keep_alive, news).await.is_err() {
                // The line alone, as the revision of July 2026 asks for; it serves both.
                return Some(Bytes::from_static(KEEP_ALIVE_LINE));
            }
        }
    }
}
