//! The server's half of a stream that continues across connections: a bounded log of the sent events. It answers a
//! `Last-Event-ID` (WHATWG HTML 9.2.4) with the events that the client has missed.
//!
//! A [`ReplayLog`] holds encoded events, shared and not copied, with their ids. It is one plain value without IO,
//! clock or lock.
//!
//! ```text
//!   forgotten            remembered: ids only          held: ids and events              to come
//!  ----------------|------------------------------|------------------------------|- - - - - - - - ->
//!    Unknown         TooOld      (its last: Events)  Events       (its last: UpToDate)
//!                                                 ^ oldest                       ^ end()
//! ```
//!
//! | the client names | [`ReplayLog::after`] returns | the server sends |
//! | --- | --- | --- |
//! | no id, or the empty one | [`Replay::FromStart`] | what a new client gets: all that is held, a snapshot, nothing; and an id first |
//! | the id of an event with others after it, all held | [`Replay::Events`] | these, strictly after the one named |
//! | the id of the last event | [`Replay::UpToDate`] | nothing |
//! | an id whose next event is gone | [`Replay::TooOld`] | a snapshot, or a message that says so; with a new id |
//! | any other id | [`Replay::Unknown`] | the same |
//!
//! # The server's side of a connection
//!
//! Each event has a position in its log, and each client has one too: that of the next event that it gets. The log is
//! the queue of all clients, so a client that does not read costs nothing. A client that falls too far behind is
//! treated like one that comes back too late. Between the answer to its id and the first wait, no event can be lost
//! or sent twice.
//!
//! ```
//! use bytes::Bytes;
//! use sse_proto::replay::{EpochId, Replay, ReplayLog};
//! use sse_proto::{EventType, Message};
//! use std::sync::{Condvar, Mutex};
//! use std::time::Duration;
//!
//! const HELLO: EventType<'static> = EventType::from_static("hello");
//!
//! struct Topic {
//!     epoch: u64, // never used before: a counter that is stored, or the time of the start in milliseconds
//!     log: Mutex<ReplayLog>,
//!     news: Condvar, // or your runtime's `Notify`, `watch`
//! }
//!
//! impl Topic {
//!     fn new(epoch: u64) -> Self {
//!         let start = EpochId::new(epoch, 0).text(); // so that there is an id before there is an event
//!         let log = ReplayLog::builder().starting_after(start.as_event_id()).build();
//!         Self { epoch, log: Mutex::new(log), news: Condvar::new() }
//!     }
//!
//!     fn publish(&self, data: &str) {
//!         let mut log = self.log.lock().unwrap();
//!         let id = EpochId::new(self.epoch, log.end() + 1).text();
//!         let event = Message::new().id(id.as_event_id()).data(data).to_bytes(); // encoded once, for all
//!         log.push(id.as_event_id(), event);
//!         self.news.notify_all();
//!     }
//!
//!     /// What a connection begins with, and the position at which it goes on.
//!     fn connect(&self, last_event_id: Option<&[u8]>) -> (Bytes, u64) {
//!         let log = self.log.lock().unwrap();
//!         let now = log.last_id().unwrap_or_default();
//!         match log.after_header(last_event_id) {
//!             // New here: an id, or what comes while it is away for the first time is lost. With data, for Firefox.
//!             Replay::FromStart(_) => (Message::new().event_type(HELLO).id(now).data("").to_bytes(), log.end()),
//!             // Its place is gone: told once, and with an id, or it is told again at each connection.
//!             Replay::TooOld { .. } | Replay::Unknown => (Message::new().id(now).data("reload").to_bytes(), log.end()),
//!             place => (Bytes::new(), place.into_events().map_or(log.end(), |events| events.start())),
//!         }
//!     }
//!
//!     /// The events from `position` on, which moves on; waits for one. `None` if they are gone: end the connection, for the
//!     /// client is too slow; it comes back, and is told. An empty list is the moment for a keep-alive.
//!     fn next(&self, position: &mut u64) -> Option<Vec<Bytes>> {
//!         let log = self.log.lock().unwrap();
//!         let quiet = Duration::from_secs(15);
//!         let (log, _) = self.news.wait_timeout_while(log, quiet, |log| log.end() <= *position).unwrap();
//!         let events = log.from_position(*position).into_events()?.take(100); // then write them, the lock is free
//!         let events: Vec<_> = events.map(|event| event.bytes().clone()).collect();
//!         *position += events.len() as u64;
//!         Some(events)
//!     }
//! }
//!
//! let topic = Topic::new(1);
//! let (first, _) = topic.connect(None); // and cut, before there is an event
//! assert_eq!(first, "event: hello\nid: 1-0\ndata: \n\n");
//! topic.publish("a");
//! topic.publish("b");
//! let (first, mut position) = topic.connect(Some(b"1-0"));
//! assert_eq!((first, position), (Bytes::new(), 0));
//! assert_eq!(topic.next(&mut position).unwrap(), ["id: 1-1\ndata: a\n\n", "id: 1-2\ndata: b\n\n"]);
//! let (first, position) = topic.connect(Some(b"0-7")); // of another life
//! assert_eq!((first, position), (Bytes::from("id: 1-2\ndata: reload\n\n"), 2));
//! ```
//!
//! Clients differ in a block with only an id. By the standard it is not an event, and the id counts: Chromium and this
//! crate do that. Firefox and the MCP SDKs for TypeScript forget the id: for them the program sends an event of a type
//! that nobody listens to, with empty data. Some LLM clients treat the block as an event and fail to parse JSON in it:
//! for them, send the id with the first event.
//!
//! With queues instead of positions (a broadcast channel), subscribe first, read [`ReplayLog::end`], replay, then
//! skip live events before that position. End a connection whose queue is full (tokio's `RecvError::Lagged`): the
//! client resumes by its id.
//!
//! # One log for each stream
//!
//! **Never share a log between streams that not everyone may read.** An id is neither a secret nor a permission: any
//! client that names one gets the events after it. Use one log for each user, session or topic, and select it by what
//! the server knows of the client, never by the id.
//!
//! # A shared store in its place
//!
//! With several servers, or to survive a restart, a store takes the log's place: Redis Streams, a Kafka partition, a
//! table. It must keep this contract:
//!
//! 1. **One order.** Each stream has a total order of its events, the same for every reader, and live events arrive
//!    in it. (A Redis stream; one partition; a table's column that is assigned in the order of commits. A sequence
//!    drawn within concurrent transactions does not have that order.)
//! 2. **The id names a place in it**, permanently: it is unique and never used again, even after a restart or a loss
//!    of the store. (Redis: the entry's id; Kafka: partition and offset; a table: the key. Put an epoch before it,
//!    like [`EpochId`], that changes when the store is created again.)
//! 3. **Reading strictly after an id** (`XRANGE` from `(id`, a seek to offset + 1, `WHERE key > ...`), at once or in
//!    pages, without a gap that is filled later.
//! 4. **Trimming is visible**: it removes only the oldest events, and the oldest place can be queried, so that too
//!    old and up to date can be distinguished. Compare after reading, because trimming may happen meanwhile.
//! 5. **Foreign ids are recognised**: an id that no event of this stream ever had is unknown. It is not compared as
//!    text.
//! 6. **One scope**: the key of the stream comes from the identity of the client, not from the id.
//!
//! # Edge cases
//!
//! - **An event without an id** (pushed with the empty one) is stored and replayed, but cannot be named: its receiver
//!   names the event before it, and gets it again.
//! - **An id pushed twice**: a replay starts after the first event with it. When that event is forgotten, the id is too old until
//!   all events with it are forgotten. So no event is lost, but the following events may come twice.
//! - **An event larger than the log** is evicted by its own push, with all events before it. A client that has
//!   received it is still up to date, and [`ReplayLog::last_id`] still names it.
//! - **The id of the place before the first event, pushed again**, names that place.
//! - **Limits of zero** store nothing: the last event's id, if it has one, is up to date, and any other id is
//!   unknown.
//! - **An id with a blank at an end** comes back without the blank (RFC 9110, 5.5), and the log does not know that.
//!   Its receiver gets [`Replay::Unknown`] each time; or, if another event has the id without the blank, the events
//!   after that one, which may be too few. Remove blanks before the id is pushed and sent; an [`EpochId`] has none.
//! - **An id that an event cannot have** never gets here: [`EventId`] excludes it, and
//!   [`headers::parse_last_event_id`](crate::headers::parse_last_event_id) excludes ids that no header can carry.

mod answer;
mod builder;
mod epoch_id;
mod log;
mod logged;

pub use answer::Replay;
pub use builder::ReplayLogBuilder;
pub use epoch_id::{EpochId, NotAnEpochId};
pub use log::{Evicted, ReplayLog};
pub use logged::{Events, Logged};

#[cfg(doc)]
use crate::field::EventId;
