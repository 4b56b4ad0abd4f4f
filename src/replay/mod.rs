//! The server's half of a stream that outlives its connections: a bounded log of what was sent, which answers a
//! `Last-Event-ID` (WHATWG HTML 9.2.4) with what its sender has missed.
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
//! | the client names | [`ReplayLog::after`] says | the server sends |
//! | --- | --- | --- |
//! | no id, or the empty one | [`Replay::FromStart`] | what a new client gets: all that is held, a snapshot, nothing |
//! | the id of an event with others behind it, all held | [`Replay::Events`] | these, strictly after the one named |
//! | the id of the last event | [`Replay::UpToDate`] | nothing |
//! | an id whose next event is gone | [`Replay::TooOld`] | a snapshot, or a message that says so |
//! | any other id | [`Replay::Unknown`] | the same |
//!
//! # The server's side of a connection
//!
//! Subscribe first, then replay, then skip what was replayed. In any other order an event pushed in between is
//! lost or sent twice. Each event has a position in its log; the one that the next gets is [`ReplayLog::end`].
//!
//! ```
//! use bytes::Bytes;
//! use sse_proto::replay::{EpochId, Replay, ReplayLog};
//! use sse_proto::{EventId, Message, headers};
//! use std::sync::{Mutex, mpsc};
//!
//! struct Topic {
//!     log: Mutex<ReplayLog>,
//!     clients: Mutex<Vec<mpsc::Sender<(u64, Bytes)>>>, // or your runtime's broadcast channel
//! }
//!
//! impl Topic {
//!     fn publish(&self, epoch: u64, data: &str) {
//!         let mut log = self.log.lock().unwrap(); // held to the end: the order in the log is that on the wire
//!         let position = log.end();
//!         let id = EpochId::new(epoch, position).text();
//!         let event = Message::new().id(id.as_event_id()).data(data).to_bytes(); // encoded once, for all
//!         drop(log.push(id.as_event_id(), event.clone()));
//!         self.clients.lock().unwrap().retain(|client| client.send((position, event.clone())).is_ok());
//!     }
//!
//!     fn connect(&self, last_event_id: Option<&[u8]>, mut send: impl FnMut(Bytes)) -> mpsc::Receiver<(u64, Bytes)> {
//!         let (client, events) = mpsc::channel();
//!         self.clients.lock().unwrap().push(client); // 1. subscribe
//!         let (missed, end) = {
//!             let log = self.log.lock().unwrap();
//!             let named = headers::parse_last_event_id(last_event_id.unwrap_or_default());
//!             let missed: Option<Vec<Bytes>> = match named.map(|id| log.after(id)) {
//!                 Ok(Replay::Events(events)) => Some(events.map(|event| event.bytes().clone()).collect()),
//!                 Ok(Replay::FromStart(_) | Replay::UpToDate) => Some(Vec::new()),
//!                 _ => None, // too old, unknown, or no id at all
//!             };
//!             (missed, log.end())
//!         };
//!         match missed {
//!             Some(missed) => missed.into_iter().for_each(&mut send), // 2. replay, after the lock is free
//!             None => send(Message::new().data("reload").to_bytes()),
//!         }
//!         while let Ok((position, event)) = events.try_recv() { // the connection's loop
//!             if position >= end { // 3. skip what was replayed
//!                 send(event);
//!             }
//!         }
//!         events
//!     }
//! }
//!
//! let topic = Topic { log: Mutex::new(ReplayLog::new()), clients: Mutex::default() };
//! topic.publish(1, "a");
//! topic.publish(1, "b");
//! let mut sent = Vec::new();
//! topic.connect(Some(b"1-0"), |bytes| sent.push(bytes));
//! assert_eq!(sent, ["id: 1-1\ndata: b\n\n"]);
//! ```
//!
//! # One log for each stream
//!
//! **Never share a log between streams that not everyone may read.** An id is no secret and no permission: whoever
//! names one gets what follows it. A log for each user, session or topic, found by what the server knows of the
//! requester and never by the id, keeps one's events from another.
//!
//! # A shared store in its place
//!
//! With several servers, or to survive a restart, a store takes the log's place: Redis Streams, a Kafka partition, a
//! table. It must keep this contract:
//!
//! 1. **One order.** Each stream has a total order of its events, the same for every reader, and live events come in
//!    it. (A Redis stream; one partition; a table's column that is assigned in the order of commits, which a sequence
//!    drawn inside of concurrent transactions is not.)
//! 2. **The id names a place in it**, for good: unique, never used again, also after a restart or a loss of the store.
//!    (Redis: the entry's id; Kafka: partition and offset; a table: the key. Put an epoch before it, as [`EpochId`]
//!    does, that changes when the store is made anew.)
//! 3. **Reading strictly after an id** (`XRANGE` from `(id`, a seek to offset + 1, `WHERE key > ...`), in one go or in
//!    pages, with no hole that is filled later.
//! 4. **Trimming can be seen**: it is from the old end only, and the oldest place held can be asked for, so that too old
//!    and up to date are told apart. Compare it after reading: it may be trimmed meanwhile.
//! 5. **Foreign ids are told apart**: what no event of this stream ever bore is unknown, not compared as text.
//! 6. **One scope**: the key of the stream comes from who asks, not from the id.
//!
//! # Edge cases
//!
//! - **An event without an id** (pushed with the empty one) is held and replayed, but cannot be named: its receiver
//!   names the event before it, and gets it again.
//! - **An id pushed twice** names the first event that bore it, and is too old once that is forgotten, until all that
//!   bore it are. So nothing is ever lost; what follows may come twice.
//! - **An event larger than the log** is evicted by its own push, with all before it. Who has received it is up to
//!   date nevertheless.
//! - **Limits of zero** hold nothing: the last event's id, if it has one, is up to date, and any other unknown.
//! - **An id with a blank at an end** comes back without it (RFC 9110, 5.5), and the log does not know that: its receiver
//!   gets what [`Replay::Unknown`] means, each time; or, if another event bears the id without the blank, what follows that
//!   one, which may be too little. Take blanks off before the id is pushed and sent; an [`EpochId`] has none.
//! - **An id that an event cannot have** never gets here: [`EventId`] rules it out, and
//!   [`headers::parse_last_event_id`](crate::headers::parse_last_event_id) what no header can carry.

mod builder;
mod epoch_id;
mod log;

pub use builder::ReplayLogBuilder;
pub use epoch_id::{EpochId, EpochIdText, NotAnEpochId};
pub use log::{Events, Evicted, Logged, Replay, ReplayLog};

#[cfg(doc)]
use crate::field::EventId;
