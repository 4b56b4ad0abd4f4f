//! A sans-IO codec for Server-Sent Events, `text/event-stream` (WHATWG HTML 9.2). Bytes in, events out; events
//! in, bytes out. It opens no socket, spawns nothing, reads no clock.
//!
//! # Decode
//!
//! Feed it whatever arrives, cut anywhere. The decoder moves the chunk's cursor itself, so `break` loses nothing.
//!
#![cfg_attr(feature = "alloc", doc = "```")]
#![cfg_attr(not(feature = "alloc"), doc = "```ignore")]
//! use sse_proto::{Chunk, Decoder, End, Frame};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut body = &b"event: greet\ndata: hel"[..];
//! # let mut seen = Vec::new();
//! # fn read(body: &mut &[u8], buf: &mut [u8]) -> Result<usize, std::convert::Infallible> {
//! #     let n = body.len().min(buf.len());
//! #     buf[..n].copy_from_slice(&body[..n]);
//! #     *body = &body[n..];
//! #     Ok(n)
//! # }
//! let mut decoder = Decoder::new();
//! let mut buf = [0; 16 * 1024];
//! loop {
//!     let n = read(&mut body, &mut buf)?; // from a socket, a response, a file
//!     if n == 0 {
//!         break;
//!     }
//!     let mut chunk = Chunk::new(&buf[..n]);
//!     while let Some(frame) = decoder.decode(&mut chunk)? {
//!         match frame {
//!             Frame::Event(event) => seen.push((event.event_type().to_string(), event.data().to_owned())),
//!             Frame::Retry(_delay) => {} // the server asks for another reconnection time
//!             _ => {}
//!         }
//!     }
//! }
//! match decoder.finish() {
//!     End::Clean => {}
//!     // The standard discards an event without its blank line; some servers forget it.
//!     End::Truncated(block) => assert_eq!(block.event().unwrap().data(), "hel"),
//!     _ => {}
//! }
//! # Ok(()) }
//! ```
//!
//! A [`DecodeError`] does not end the stream. Handle it and call `decode` again: decoding resumes after the oversized event.
//! With `?` as above the rest of the chunk is lost when the function returns; where that matters, [`PushDecoder`] owns what
//! it was given.
//!
//! # Encode
//!
//! ```
//! use sse_proto::{EventId, EventType, Message};
//!
//! const ADD: EventType<'static> = EventType::from_static("add");
//!
//! let id = EventId::new("7")?; // from elsewhere: checked when it is made
//! let message = Message::new().event_type(ADD).id(id).data("two\r\nlines");
//! let mut buf = [0; 64];
//! let len = message.encode_to_slice(&mut buf)?;
//! assert_eq!(&buf[..len], b"event: add\nid: 7\ndata: two\ndata: lines\n\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you have | take |
//! | --- | --- |
//! | a framework whose bodies are streams of `Bytes`, many clients | [`Message::to_bytes`] |
//! | a buffer of your own | [`Message::encode`], [`Message::encode_to_slice`] |
//! | a value to serialise or format | [`Message::encode_with`], [`Message::to_bytes_with`] and their [`DataWriter`] |
//! | a socket and large data | [`Message::as_buf`], [`Message::encode_to_io`] |
//! | a decoded [`Event`] to pass on | `Message::from(event)` |
//! | strings that may be missing, a queue | [`Message::try_event_type`], [`Message::try_id`]; [`MessageBuf`] owns them |
//! | fields in an order of your own, several comments, data that comes over time | [`FieldWriter`] |
//! | a quiet connection | [`KEEP_ALIVE`] every 15 seconds or so; `KeepAlive` around a stream (`stream`) does it |
//!
//! A `Message` cannot represent a malformed frame: see [`Message`], which also shows the server's side, and [`headers`] for the
//! headers.
//!
//! # Embedding
//!
//! One engine, thin views, and one decoder that needs no heap: take the one that fits where your bytes come from and where your events go.
//!
//! | you have, and want | take | its loop |
//! | --- | --- | --- |
//! | bytes as they arrive; events, retries, comments, lent | [`Decoder::decode`] over a [`Chunk`] | `while let Some(frame) = decoder.decode(&mut chunk)?` |
//! | the same; just events | [`Decoder::decode_event`] | `while let Some(event) = decoder.decode_event(&mut chunk)?` |
//! | the same; data for a parser that checks UTF-8 itself, as those of JSON do | [`Decoder::decode_bytes`] | `while let Some(event) = decoder.decode_bytes(&mut chunk)?` |
//! | `Bytes`; events to keep or to send to another thread | [`Decoder::decode_shared`] over a [`SharedChunk`] | `while let Some(frame) = decoder.decode_shared(&mut chunk)?` |
//! | a callback, a channel, a binding: bytes to hand over | [`PushDecoder`] | `decoder.push(bytes)?; while let Some(frame) = decoder.next_frame()?` |
//! | a `std::io::Read` (`std`) | `EventReader`, `FrameReader` | `for event in EventReader::new(body)` |
//! | `Bytes`; the same as the first row, from a chunk that you keep | [`Decoder::decode_lent`] over a [`SharedChunk`] | `while let Some(frame) = decoder.decode_lent(&mut chunk)?` |
//! | a `Stream` of byte chunks (`stream`) | `EventStream`, `FrameStream` | `while let Some(event) = events.next().await` |
//! | an `AsyncRead` (`futures-io`) | `IoChunks`, then the same; tokio's by `tokio_util::io::ReaderStream` | `EventStream::new(IoChunks::new(body))` |
//! | blocks with their fields, given or not, also without data | [`Block::fields`]; `FieldsStream` (`stream`) | `while let Some(fields) = blocks.next().await` |
//! | a stream to look at while it goes through | `Tap` (`stream`), [`Decoder::decode_all`] | `Tap::new(body, \|frame\| ...)` |
//! | a stream to look at and pass on block by block, changed or not | [`BlockScanner`] | `while let Some(block) = blocks.scan(&mut bytes)?` |
//! | no heap; the same frames over a buffer of your own | [`SliceDecoder`] over a [`Chunk`] | `while let Some(frame) = decoder.decode(&mut chunk)?` |
//! | every line raw, without a buffer | [`Scanner`] | `while let Some(token) = scanner.scan(&mut bytes)` |
//! | a server, events for ever | [`driver::EventSource`]; `driver::BlockingEventSource` (`std`) | `while let Some(event) = source.next_event().await` |
//! | messages, and a `std::io::Write` (`std`) | `EventWriter` | `events.send(&message)?` |
//! | messages, and buffers of your own | [`Message`] | `message.encode(&mut buffer)?` |
//! | owned events or frames, and a data format (`serde`) | [`EventBuf`], [`FrameBuf`] | `serde_json::to_string(&event)?` |
//!
//! To know that a connection is alive, reset your idle timer with each chunk of bytes, not with each event:
//! keep-alives are comments. `[DONE]`, error events and JSON are values of `data`: they mean what your API says.
//!
//! # Reconnect
//!
//! A client that reconnects is [`driver`]: it takes your HTTP client and your runtime, and is ten lines. Beneath it, and at the
//! other end, are the two machines that outlive a connection, without IO, clock or random numbers of their own:
//!
//! - [`session`], the client's: when to connect and with which headers, what a response means, how long to wait, when to
//!   give up (WHATWG HTML 9.2.2, 9.2.3); backoff, jitter, timeouts, and no request twice that must not be.
//! - [`replay`], the server's: a bounded log that answers a `Last-Event-ID` (9.2.4) with what was missed, or says that it
//!   cannot; and the queue of all its clients.
//!
//! # Coming from
//!
//! | eventsource-stream | here |
//! | --- | --- |
//! | `body.eventsource()` | `EventStream::new(body)` (feature `stream`) |
//! | `event.event`, `event.data` | `event.event_type()`, `event.data()` |
//! | `event.id` | `event.last_event_id()`; [`Event::id`] if it has come with this event |
//! | `event.retry` | [`Frame::Retry`] at its line, [`Decoder::reconnection_time`] |
//! | `EventStreamError::Transport(e)` | `SourceError::Source(e)` |
//!
//! | sse-stream | here |
//! | --- | --- |
//! | `SseByteStream::new(chunks)` | `EventStream::new(chunks)` (feature `stream`), if events are what is wanted |
//! | `sse.event: Option<String>` | `event.event_type()`, `"message"` if there is none; `fields.event_type` |
//! | `Sse`, a block with its fields | [`Fields`]; `FieldsStream::new(chunks)` (feature `stream`) |
//!
//! | sse-core | here |
//! | --- | --- |
//! | `decoder.next(&mut bytes)` | `decoder.decode(&mut chunk)`, over a [`Chunk`] of the bytes |
//! | `SseEvent::Message`, `SseEvent::Retry` | [`Frame::Event`], [`Frame::Retry`] |
//! | `SseDecoder::with_limit` | [`DecoderBuilder::max_event_size`] |
//!
//! | axum's `sse` | here |
//! | --- | --- |
//! | `Event::default().event(t).id(i).data(d)` | `Message::new().event_type(t).id(i).data(d)`, values checked when they are made |
//! | `Event::json_data(value)` | [`Message::encode_with`] and `serde_json::to_writer` |
//! | `Sse::new(stream)` | a body of `Bytes` ([`Message::to_bytes`]) with [`headers::RESPONSE_HEADERS`] |
//! | `KeepAlive` | `KeepAlive` (feature `stream`), or [`KEEP_ALIVE`] on your timer |
//!
//! # Conformance notes
//!
//! - One byte order mark at the very start is dropped, in however many chunks it comes; a second one is content.
//! - CR, LF and CRLF end lines, nothing else does. A CR ends its line at once; an LF behind it, in whatever
//!   chunk, belongs to it.
//! - One space after the colon is dropped; a tab is not.
//! - `data` alone is an event with empty data; a block without a data line is none, but its `id` counts.
//! - The id is committed at the blank line and stays; `id` alone clears it; one with U+0000 is ignored.
//! - `retry` counts if it is ASCII digits only, one at least, and fits in `u64`; at its line, not at the blank line.
//! - Bad UTF-8 becomes U+FFFD by maximal subparts, as in browsers; it never ends a stream.
//! - The id stays over [`Decoder::reconnect`]. (Read to the letter, the standard's buffer starts each stream
//!   empty; browsers carry it, or a blank line would forget it.)
//! - The end of the stream dispatches nothing. [`Decoder::finish`] lends what was open, and
//!   [`DecoderBuilder::unfinished`] makes an event of it for those who want it.
//!
//! # Limits
//!
//! One event may hold 16 MiB ([`DecoderBuilder::max_event_size`]), which bounds what a stream can make a decoder hold.
//! The limit counts value bytes plus one per data line, so neither one endless line nor endless empty `data:` lines can evade
//! it. Unknown fields and comments that the caller has not enabled are not stored and do not count. A [`SliceDecoder`] holds
//! what fits in its buffer; its page says which event always does.
//!
//! # Features
//!
//! | feature | brings | by the crates |
//! | --- | --- | --- |
//! | none | [`SliceDecoder`], [`Chunk`], [`Frame`], [`Event`], [`End`], [`DecodeError`]; [`Scanner`], [`Token`], [`EventId`], [`IdText`], [`EventType`], [`headers`]; [`Message`] into `&mut [u8]` and `fmt::Write` (`encode_to_slice`, `encode_to_slice_with`, `encode_to_fmt`, `encoded_len`), [`KEEP_ALIVE`]. No allocator is linked | `memchr`, `thiserror` |
//! | `alloc` | [`Decoder`], [`SharedChunk`], [`PushDecoder`], [`BlockScanner`], [`EventIdBuf`], owned events and frames; [`Fields`] of a [`Block`]; [`MessageBuf`], [`FieldWriter`]; `Message::encode`, `encode_with`, `to_bytes`, `to_bytes_with`, `as_buf`; [`session`], [`driver`] and [`replay`] | `bytes`, `bytestring` |
//! | `std` (default) | `EventReader`, `FrameReader`, `EventWriter`, `driver::BlockingEventSource`, `Message::encode_to_io`, `io::Write` of [`DataWriter`]; fast paths of the dependencies. Implies `alloc` | |
//! | `simd` (default) | nothing but speed | `simdutf8`; `safe_arch` for x86 |
//! | `stream` | `EventStream`, `FrameStream`, `FieldsStream`, `Tap`, `KeepAlive`, `Stream` of [`driver::EventSource`]. Implies `alloc` | `futures-core`, `pin-project-lite` |
//! | `futures-io` | `IoChunks`, the chunks of an `AsyncRead`. Implies `stream`, `std` | `futures-io` |
//! | `serde` | `Serialize` of events, frames, ids and event types, `Deserialize` of the owned and the checked ones. Implies `alloc` | `serde` |
//!
//! Of these crates `bytes` 1 (also as [`sse_proto::bytes`](bytes)), `futures-core` 0.3 and `serde` 1 show in the API; the others may
//! change at any time.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without `alloc` the links to the decoder on the heap lead nowhere.
#![cfg_attr(not(feature = "alloc"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[cfg(any(feature = "std", feature = "stream"))]
mod adapters;
// Pages without code, so only where there are pages.
#[cfg(doc)]
pub mod cookbook;
mod decode;
#[cfg(feature = "alloc")]
pub mod driver;
mod encode;
mod error;
mod field;
pub mod headers;
mod limits;
#[cfg(feature = "alloc")]
pub mod replay;
mod scan;
#[cfg(feature = "alloc")]
pub mod session;
mod simd;

// Whoever holds a `SharedChunk` or sends a `Message::to_bytes` on needs its `Bytes`, of the version that fits.
#[cfg(feature = "alloc")]
pub use bytes;

#[cfg(feature = "stream")]
pub use adapters::copied::Copied;
#[cfg(feature = "stream")]
pub use adapters::fields_stream::FieldsStream;
#[cfg(feature = "futures-io")]
pub use adapters::io_chunks::IoChunks;
#[cfg(feature = "stream")]
pub use adapters::keep_alive::KeepAlive;
#[cfg(feature = "std")]
pub use adapters::read::{EventReader, FrameReader};
#[cfg(feature = "stream")]
pub use adapters::stream::{EventStream, FrameStream};
#[cfg(feature = "stream")]
pub use adapters::tap::Tap;
#[cfg(feature = "std")]
pub use adapters::write::EventWriter;
#[cfg(feature = "alloc")]
pub use decode::builder::DecoderBuilder;
#[cfg(feature = "alloc")]
pub use decode::bytes_event::BytesEvent;
pub use decode::chunk::Chunk;
#[cfg(feature = "alloc")]
pub use decode::chunk::SharedChunk;
#[cfg(feature = "alloc")]
pub use decode::decoder::Decoder;
pub use decode::event::{End, Event, Frame, Truncated};
#[cfg(feature = "alloc")]
pub use decode::fields::Fields;
#[cfg(feature = "alloc")]
pub use decode::owned::{EventBuf, FrameBuf};
#[cfg(feature = "alloc")]
pub use decode::push::{PendingFull, PushDecoder};
pub use decode::settings::{OversizedId, Unfinished};
pub use decode::slice::builder::SliceDecoderBuilder;
pub use decode::slice::slice_decoder::SliceDecoder;
#[cfg(feature = "alloc")]
pub use encode::append::EncodeBuffer;
pub use encode::data_writer::DataWriter;
#[cfg(feature = "alloc")]
pub use encode::encoded::EncodedMessage;
#[cfg(feature = "alloc")]
pub use encode::field_writer::FieldWriter;
pub use encode::message::{KEEP_ALIVE, KEEP_ALIVE_LINE, Message};
#[cfg(feature = "alloc")]
pub use encode::message_buf::MessageBuf;
#[cfg(feature = "alloc")]
pub use error::BlockTooLarge;
#[cfg(any(feature = "std", feature = "stream"))]
pub use error::SourceError;
pub use error::{BufferTooSmall, DecodeError, EncodeWithError, InvalidHeaderValue, InvalidValue, NotUtf8};
#[cfg(feature = "alloc")]
pub use field::EventIdBuf;
pub use field::{EventId, EventType, IdText};
#[cfg(feature = "alloc")]
pub use limits::DEFAULT_MAX_EVENT_SIZE;
#[cfg(feature = "alloc")]
pub use scan::builder::BlockScannerBuilder;
#[cfg(feature = "alloc")]
pub use scan::raw_block::{Block, BlockPart};
#[cfg(feature = "alloc")]
pub use scan::raw_blocks::{BlockScanner, Oversized};
pub use scan::scanner::Scanner;
pub use scan::token::{LineKind, Piece, Token};

/// The README's programs are tested, too.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
