//! The interface of [sse-stream 0.2](https://docs.rs/sse-stream/0.2.4), decoded and encoded by [`sse_proto`].
//!
//! A program that uses the crate takes this in its place by its manifest, without a change of code:
//!
//! ```toml
//! [dependencies]
//! sse-stream = { package = "sse-stream", path = "sse-proto/compat/sse-stream-0.2" }
//! ```
//!
//! and where dependencies use it, for all of them at once:
//!
//! ```toml
//! [patch.crates-io]
//! sse-stream = { path = "sse-proto/compat/sse-stream-0.2" }
//! ```
//!
//! ```
//! use futures::{StreamExt, executor::block_on, stream};
//! use sse_stream::{Sse, SseStream};
//!
//! let body = stream::iter([Ok::<_, std::io::Error>(&b"event: add\nda"[..]), Ok(b"ta: 1\n\nid: 7\n\n")]);
//! let blocks: Vec<Sse> = block_on(SseStream::from_bytes_stream(body).map(Result::unwrap).collect());
//! assert_eq!(blocks, [Sse::default().event("add").data("1"), Sse::default().id("7")]);
//! ```
//!
//! # What it adds
//!
//! - Nothing is lost after an error: the rest of its chunk is read.
//! - A byte order mark is dropped before a first line of any length.
//! - A block may hold 16 MiB ([`sse_proto::DEFAULT_MAX_EVENT_SIZE`]). A larger one is an [`Error::Body`], after which the stream goes on.
//! - Nothing that is sent can break the stream: a value with a line end becomes several lines, or is an error.
//!
//! # What this interface cannot show
//!
//! Comments, unknown fields, what came of a block when the stream ended, and a limit to choose.
//!
//! # What else differs, in streams that are not as they should be
//!
//! | case | original | here, as the standard has it unless said |
//! | --- | --- | --- |
//! | a field that nobody knows, or a line without a colon | `InvalidLine` | ignored; a known name without a colon is an empty value |
//! | `event`, `id` or `retry` a second time | `Duplicated...` | the last one counts |
//! | `retry` that is no number | `IntParse` | ignored |
//! | `retry: +5`, spaces around the digits | 5 ms | ignored |
//! | bytes that are not UTF-8 in a known field | `Utf8Parse` | `Utf8Parse` for its block, of which nothing else comes; the next one does |
//! | to send: a type or an id that would end its line | more fields | that field is left out |
//! | to send: an empty type | `event: ` | no line: a receiver takes both for none |
#![forbid(unsafe_code)]

#[path = "../../sse-stream/blocks.rs"]
mod blocks;
mod body;
#[path = "../../sse-stream/byte_stream.rs"]
mod byte_stream;
mod error;
#[path = "../../sse-stream/event.rs"]
mod event;
#[path = "../../sse-stream/keep_alive.rs"]
mod keep_alive;
mod stream;

pub use body::SseBody;
pub use error::Error;
pub use event::Sse;
pub use keep_alive::{KeepAlive, NeverTimer, Timer};
pub use stream::{ByteStreamBody, SseStream};

/// What a field is that nobody knows.
const fn unknown_field() -> Result<(), Error> {
    Ok(())
}
