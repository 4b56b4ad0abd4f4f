//! The interface of [sse-stream 0.3](https://docs.rs/sse-stream/0.3.0), decoded and encoded by [`sse_proto`].
//!
//! A program that uses the crate takes this in its place by its manifest, without a change of code:
//!
//! ```toml
//! [dependencies]
//! sse-stream = { package = "sse-stream", path = "sse-proto/compat/sse-stream-0.3" }
//! ```
//!
//! and where dependencies use it, for all of them at once:
//!
//! ```toml
//! [patch.crates-io]
//! sse-stream = { path = "sse-proto/compat/sse-stream-0.3" }
//! ```
//!
//! ```
//! use futures::{StreamExt, executor::block_on, stream};
//! use sse_stream::{Sse, SseByteStream};
//!
//! let body = stream::iter([Ok::<_, std::io::Error>(&b"event: add\nda"[..]), Ok(b"ta: 1\n\nid: 7\n\n")]);
//! let blocks: Vec<Sse> = block_on(SseByteStream::new(body).map(Result::unwrap).collect());
//! assert_eq!(blocks, [Sse::default().event("add").data("1"), Sse::default().id("7")]);
//! ```
//!
//! # What it adds
//!
//! A block may hold 16 MiB ([`sse_proto::DEFAULT_MAX_EVENT_SIZE`]). A larger one is an
//! [`Error::Body`], which ends the stream like any error.
//!
//! # What this interface cannot show
//!
//! Comments, unknown fields, what came of a block when the stream ended, and a limit to choose.
//!
//! # What differs
//!
//! | case | original | here |
//! | --- | --- | --- |
//! | an empty event type to send | `event: ` | no line: a receiver takes both for none |
//!
//! All else is the same, text that is not UTF-8 too: it is an [`Error::Utf8Parse`], and the stream ends.
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
pub use error::{BodyError, EncodeError, Error};
pub use event::Sse;
pub use keep_alive::{KeepAlive, NeverTimer, Timer};
pub use stream::{ByteStreamBody, SseByteStream, SseStream};

/// What a field is that nobody knows.
fn unknown_field() -> Result<(), Error> {
    if cfg!(feature = "strict-fields") { Err(Error::UnknownField) } else { Ok(()) }
}
