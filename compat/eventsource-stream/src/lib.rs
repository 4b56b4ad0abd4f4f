//! The interface of [eventsource-stream 0.2](https://docs.rs/eventsource-stream/0.2.3), decoded by [`sse_proto`].
//!
//! A program that uses the crate takes this in its place by its manifest, without a change of code:
//!
//! ```toml
//! [dependencies]
//! eventsource-stream = { package = "eventsource-stream", path = "sse-proto/compat/eventsource-stream" }
//! ```
//!
//! and where dependencies use it, for all of them at once:
//!
//! ```toml
//! [patch.crates-io]
//! eventsource-stream = { path = "sse-proto/compat/eventsource-stream" }
//! ```
//!
//! ```
//! use eventsource_stream::Eventsource;
//! use futures::{StreamExt, executor::block_on, stream};
//!
//! let body = stream::iter([Ok::<_, std::io::Error>("event: add\nda"), Ok("ta: 1\n\n")]);
//! let event = block_on(body.eventsource().next()).unwrap().unwrap();
//! assert_eq!((event.event.as_str(), event.data.as_str()), ("add", "1"));
//! ```
//!
//! # What it adds
//!
//! - A byte order mark at the start is dropped.
//! - A CR and an LF are one line end wherever the chunks are cut, and a CR at the end of a chunk ends its line at once.
//! - Time is linear in the bytes, whatever the size of a chunk.
//! - An event may hold 16 MiB ([`sse_proto::DEFAULT_MAX_EVENT_SIZE`]). A larger one is an [`EventStreamError::Parser`], after which the stream goes
//!   on.
//! - An event that comes without an id has the last one, also where [`EventStream::set_last_event_id`] gave it.
//! - A `retry` without data comes with the next event.
//!
//! # What this interface cannot show
//!
//! Comments, and whether an event came with the id or the type that it has. The id of a block without data is not an event's; it is
//! seen in [`EventStream::last_event_id`] once the stream has been polled past it, and in the events after it.
//!
//! # What else differs, in streams that are not as they should be
//!
//! | stream | original | here |
//! | --- | --- | --- |
//! | bytes that are not UTF-8 | nothing comes any more, all that follows is held, and an error ends it | U+FFFD, as in browsers |
//! | a character cut by the end of the stream | `EventStreamError::Utf8` | the end: the block was not finished |
//! | `retry: +5` | 5 ms | no `retry`: the standard asks for digits |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod error;
mod event_stream;

use alloc::string::String;
use core::time::Duration;

use futures_core::Stream;

pub use error::EventStreamError;
pub use event_stream::EventStream;

/// An event.
#[derive(Default, Debug, Eq, PartialEq, Clone)]
pub struct Event {
    /// Its type, `message` if none was given.
    pub event: String,
    /// Its data, lines joined by LF.
    pub data: String,
    /// The last event ID of the stream; empty if there was none.
    pub id: String,
    /// The reconnection time, if one has come since the event before.
    pub retry: Option<Duration>,
}

/// Events of a stream of bytes.
pub trait Eventsource: Sized {
    /// The events of this stream.
    fn eventsource(self) -> EventStream<Self>;
}

impl<S, B, E> Eventsource for S
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    fn eventsource(self) -> EventStream<Self> {
        EventStream::new(self)
    }
}
