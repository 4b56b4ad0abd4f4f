//! A server whose clients lose nothing: events go into a log, and each connection keeps its place in it. There is no queue for a
//! client, so one that does not read costs nothing. If its place in the log is gone, its connection ends.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use sse_proto::replay::{EpochId, Replay, ReplayLog, ReplayLogBuilder};
use sse_proto::{EventType, KEEP_ALIVE, Message, headers};
use tokio::sync::Notify;

/// What a new client gets, so that it has an id before there is an event. It has data, because
/// Firefox forgets an id that comes without data.
pub const HELLO: EventType<'static> = EventType::from_static("hello");
/// Sent to a client whose place is gone: it has to load what it shows again.
pub const RELOAD: EventType<'static> = EventType::from_static("reload");
/// How many events are taken from the log at a time, and written before the next.
const AT_ONCE: usize = 100;

/// A topic: its events, and whoever waits for them.
pub struct Topic {
    /// Never used before: a counter that is stored, or the time of the start in milliseconds.
    epoch: u64,
    log: Mutex<ReplayLog>,
    news: Notify,
    closed: AtomicBool,
}

impl Topic {
    pub fn new(epoch: u64, bounds: ReplayLogBuilder) -> Arc<Self> {
        let start = EpochId::new(epoch, 0).text(); // an id before there is an event
        let log = bounds.starting_after(start.as_event_id()).build();
        Arc::new(Self { epoch, log: Mutex::new(log), news: Notify::new(), closed: AtomicBool::new(false) })
    }

    fn log(&self) -> MutexGuard<'_, ReplayLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn publish(&self, data: &str) {
        let mut log = self.log();
        let id = EpochId::new(self.epoch, log.end() + 1).text();
        log.push(id.as_event_id(), Message::new().id(id.as_event_id()).data(data).to_bytes());
        self.news.notify_waiters();
    }

    /// Keeps the latest `events`, and forgets those before.
    pub fn keep(&self, events: u64) {
        let mut log = self.log();
        let before = log.end().saturating_sub(events);
        log.evict_before(before);
    }

    /// Ends all connections, for the shutdown of the server. The clients come back, to the next one.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.news.notify_waiters();
    }

    /// What a connection begins with, and the position of the event that follows.
    fn connect(&self, last_event_id: Option<&[u8]>) -> (Bytes, u64) {
        let log = self.log();
        let now = log.last_id().unwrap_or_default();
        match log.after_header(last_event_id) {
            Replay::FromStart(_) => (Message::new().event_type(HELLO).id(now).data("").to_bytes(), log.end()),
            Replay::TooOld { .. } | Replay::Unknown => {
                (Message::new().event_type(RELOAD).id(now).data("").to_bytes(), log.end())
            }
            place => (Bytes::new(), place.into_events().map_or(log.end(), |events| events.start())),
        }
    }

    /// Waits for the next bytes after `position`, and moves that on. `None` ends the connection: the client was too slow,
    /// or the server shuts down.
    async fn next(&self, position: &mut u64) -> Option<Bytes> {
        loop {
            let news = self.news.notified(); // from here on no notification is missed
            if self.closed.load(Ordering::Acquire) {
                return None;
            }
            let bytes: Vec<u8> = {
                let log = self.log();
                let events = log.from_position(*position).into_events()?.take(AT_ONCE);
                *position += events.len() as u64;
                events.flat_map(|event| event.bytes().iter().copied()).collect()
            };
            if !bytes.is_empty() {
                return Some(bytes.into());
            }
            if tokio::time::timeout(Duration::from_secs(15), news).await.is_err() {
                return Some(Bytes::from_static(KEEP_ALIVE));
            }
        }
    }
}

pub fn router(topic: Arc<Topic>) -> Router {
    Router::new().route("/events", get(events)).with_state(topic)
}

async fn events(State(topic): State<Arc<Topic>>, request: HeaderMap) -> Response {
    let last_event_id = request.get(headers::LAST_EVENT_ID).map(|value| value.as_bytes());
    let (first, position) = topic.connect(last_event_id);
    // A comment where there is nothing to say yet, so that the head goes out.
    let first = if first.is_empty() { Bytes::from_static(KEEP_ALIVE) } else { first };
    let body = stream::unfold((Some(first), topic, position), |(first, topic, mut position)| async move {
        let bytes = match first {
            Some(first) => first,
            None => topic.next(&mut position).await?,
        };
        Some((Ok::<_, Infallible>(bytes), (None, topic, position)))
    });
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
