//! Server-Sent Events (`text/event-stream`, WHATWG HTML 9.2) without the IO: bytes in, events out; events in, bytes out. It
//! opens no socket, starts no task and reads no clock.
//!
//! - [Decode](#decode), [encode](#encode), and [which type to take](#embedding) for what you have
//! - [Reconnect](#reconnect): clients that go on after the last event, servers that lose none
//! - [`cookbook`]: whole programs to copy, for axum, reqwest, hyper, ureq, MCP, browsers, firmware
//! - [Coming from](#coming-from) another crate
//! - [Conformance notes](#conformance-notes), [limits](#limits), [features](#features), [versions](#versions)
//!
//! # Decode
//!
//! Hand over the bytes as they arrive, cut anywhere.
//!
#![cfg_attr(feature = "std", doc = "```")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use sse_proto::{Chunk, Decoder, End, Frame};
//! use std::io::Read;
//!
//! fn read_events(mut body: impl Read) -> Result<Vec<String>, Box<dyn std::error::Error>> {
//!     let mut decoder = Decoder::new();
//!     let mut seen = Vec::new();
//!     let mut buf = [0; 16 * 1024];
//!     loop {
//!         let n = body.read(&mut buf)?; // from a socket, a response, a file
//!         if n == 0 {
//!             break;
//!         }
//!         let mut chunk = Chunk::new(&buf[..n]); // before the inner loop: the decoder moves its cursor
//!         while let Some(frame) = decoder.decode(&mut chunk)? {
//!             match frame {
//!                 Frame::Event(event) => seen.push(format!("{}: {}", event.event_type(), event.data())),
//!                 Frame::Retry(_delay) => {} // the server asks for another reconnection time
//!                 _ => {}
//!             }
//!         }
//!     }
//!     // The standard drops an event whose blank line has not come. Some servers forget that line: see `Unfinished`.
//!     if let End::Truncated(block) = decoder.finish() {
//!         seen.extend(block.event().map(|event| format!("unfinished: {}", event.data())));
//!     }
//!     Ok(seen)
//! }
//!
//! let seen = read_events(&b"event: greet\ndata: hello\n\ndata: wor"[..]).unwrap();
//! assert_eq!(seen, ["greet: hello", "unfinished: wor"]);
//! ```
//!
//! A [`DecodeError`] does not end the stream. Handle it and call `decode` again: decoding resumes after the oversized event.
//! With `?`, like above, the rest of the chunk is lost when the function returns. Where that matters, take [`PushDecoder`], which
//! owns what it was given.
//!
//! # Encode
//!
//! ```
//! use sse_proto::{EventId, EventType, Message};
//!
//! const ADD: EventType<'static> = EventType::from_static("add"); // checked by the compiler
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
//! | a decoded [`Event`] to pass on | `Message::from(event)`; with other data `Message::from(event).data(new)` |
//! | strings that may be missing, a queue | [`Message::try_event_type`], [`Message::try_id`]; [`MessageBuf`] owns them |
//! | fields in an order of your own, several comments, data that comes over time | [`FieldWriter`] |
//! | a quiet connection | [`KEEP_ALIVE`] every 15 seconds or so; `KeepAlive` around a stream (`stream`) does it |
//!
//! A `Message` cannot represent a malformed frame: see [`Message`], which also shows the server's side. The headers of a response are
//! [`headers::RESPONSE_HEADERS`]; in axum `(headers::RESPONSE_HEADERS, Body::from_stream(stream))` is a response.
//!
//! # Embedding
//!
//! There are several APIs over one decoder, and a second decoder that needs no heap. Take the one that fits where your bytes come from
//! and where your events go. The last column is the head of the loop. A word in brackets is the feature that brings a type.
//!
//! None of them looks at the status or the content type of a response. An error page is a valid stream without events, so check both
//! before: [`headers::is_event_stream`]. The clients that reconnect ([`driver`], [`session`]) do.
//!
//! | you have, and want | take | the loop |
//! | --- | --- | --- |
//! | bytes as they arrive; events, retries, comments, borrowed | [`Decoder::decode`] over a [`Chunk`] | `while let Some(frame) = decoder.decode(&mut chunk)?` |
//! | the same; events only | [`Decoder::decode_event`] | `while let Some(event) = decoder.decode_event(&mut chunk)?` |
//! | the same; data for a parser that checks UTF-8 itself, like those of JSON | [`Decoder::decode_bytes`] | `while let Some(event) = decoder.decode_bytes(&mut chunk)?` |
//! | `Bytes`; events to keep or to send to another thread | [`Decoder::decode_shared`] over a [`SharedChunk`] | `while let Some(frame) = decoder.decode_shared(&mut chunk)?` |
//! | a callback, a channel, a binding: bytes to hand over | [`PushDecoder`] | `decoder.push(bytes)?; while let Some(frame) = decoder.next_frame()?` |
//! | a `std::io::Read` (`std`) | `EventReader`, `FrameReader` | `for event in EventReader::new(body)` |
//! | `Bytes`; borrowed frames from a chunk that you keep | [`Decoder::decode_lent`] over a [`SharedChunk`] | `while let Some(frame) = decoder.decode_lent(&mut chunk)?` |
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
//! [`driver`] is a client that reconnects: about 25 lines around your HTTP client and your runtime, ten if it blocks. It runs [`session`],
//! the client's state machine; [`replay`] is its counterpart on the server. Both outlive a connection and have no IO,
//! clock or random numbers:
//!
//! - [`session`], for the client: when to connect and with which headers, what a response means, how long to wait,
//!   when to give up (WHATWG HTML 9.2.2, 9.2.3); backoff, jitter, timeouts. It never repeats a request that must not
//!   be repeated.
//! - [`replay`], for the server: a bounded log that answers a `Last-Event-ID` (9.2.4) with the missed events, or
//!   reports that it cannot. It is also the queue of all its clients.
//!
//! # Coming from
//!
//! Looked at in the versions named here. More, with programs: `docs/porting.md` in the repository.
//!
//! | your own loop, which splits at `\n\n` | here |
//! | --- | --- |
//! | collects text, splits it, strips `data: ` | `EventStream::new(chunks)` (feature `stream`); [`Decoder`] over your chunks |
//! | a character cut between two chunks is an error, or two U+FFFD | text is decoded over the edges of chunks |
//! | misses `\r\n\r\n`, `data:x` without a space, a byte order mark | reads all of them, as the standard says |
//! | several data lines: only one of them, or a JSON error | one text, joined by LF |
//! | loses the last event if its blank line does not come | [`DecoderBuilder::unfinished`] takes it |
//! | `if data == "[DONE]" { break }` | stays yours: `[DONE]` is a value of `data` |
//! | a buffer that grows as the server likes | [`DecoderBuilder::max_event_size`] |
//!
//! | eventsource-stream 0.2 | here |
//! | --- | --- |
//! | `body.eventsource()` | `EventStream::new(body)` (feature `stream`) |
//! | `event.event`, `event.data` | `event.event_type()`, `event.data()` |
//! | `event.id` | `event.last_event_id()`; [`Event::id`] if it has come with this event |
//! | `event.retry` | [`Frame::Retry`] at its line, [`Decoder::reconnection_time`] |
//! | `set_last_event_id(id)` | [`DecoderBuilder::last_event_id`], `EventStream::with_decoder` |
//! | `EventStreamError::Transport(e)` | `SourceError::Source(e)` |
//!
//! | reqwest-eventsource 0.6 | here |
//! | --- | --- |
//! | `EventSource::new(request_builder)` | [`driver::EventSource::new`] over a [transport for reqwest](cookbook::reqwest_source), 25 lines that are yours |
//! | `Event::Open`, `Event::Message(m)` | [`Update::Open`](driver::Update::Open), [`Update::Event`](driver::Update::Event); [`next_event`](driver::EventSource::next_event) for events only |
//! | `Err(e)` of an attempt, after which it tries again | [`Update::Lost`](driver::Update::Lost); an error is for good, or an event over the limit |
//! | `RetryPolicy`, `ExponentialBackoff` | the settings of [`Session::builder`](session::Session::builder) |
//! | `last_event_id()`, `close()` | `source.session().last_event_id()`, `source.close()` |
//!
//! | eventsource-client 0.18 | here |
//! | --- | --- |
//! | `ClientBuilder::for_url(url)?.build_with_transport(t)` | [`driver::EventSource::new`] over a [`Transport`](driver::Transport) |
//! | `ReconnectOptions` | [`Session::builder`](session::Session::builder): `reconnection_time`, `max_backoff`, `reconnect` |
//! | `last_event_id(id)` | [`DecoderBuilder::last_event_id`], [`SessionBuilder::decoder`](session::SessionBuilder::decoder) |
//! | `SSE::Connected`, `SSE::Event`, `SSE::Comment` | [`Update::Open`](driver::Update::Open), `Event`, `Comment` (with [`DecoderBuilder::comments`]) |
//! | `event.retry` | [`Update::Retry`](driver::Update::Retry) |
//! | redirects | those of your HTTP client |
//!
//! | async-sse 5 | here |
//! | --- | --- |
//! | `decode(reader)`, over futures' `AsyncBufRead` | `EventStream::new(IoChunks::new(reader))` (feature `futures-io`) |
//! | `Event::Message(m)`: `m.name()`, `m.data()`, `m.id()` | `event.event_type()`, `event.data()`, `event.id()` |
//! | `Event::Retry(time)` | [`Frame::Retry`], by `FrameStream` |
//! | `encode()`, `sender.send(name, data, id).await` | a channel of `Bytes` and [`Message::to_bytes`] |
//! | `upgrade(&mut headers)` | [`headers::RESPONSE_HEADERS`] |
//!
//! | sse-stream 0.2, 0.3 | here |
//! | --- | --- |
//! | `SseByteStream::new(chunks)` | `EventStream::new(chunks)` (feature `stream`), if you want events |
//! | `sse.event: Option<String>` | `event.event_type()`, `"message"` if there is none; `fields.event_type` |
//! | `Sse`, a block with its fields | [`Fields`]; `FieldsStream::new(chunks)` (feature `stream`) |
//!
//! | sse-core 0.2 | here |
//! | --- | --- |
//! | `decoder.next(&mut bytes)` | `decoder.decode(&mut chunk)`, over a [`Chunk`] of the bytes |
//! | `SseEvent::Message`, `SseEvent::Retry` | [`Frame::Event`], [`Frame::Retry`] |
//! | `SseDecoder::with_limit` | [`DecoderBuilder::max_event_size`] |
//! | `SseStream::new(chunks)` | `FrameStream::new(chunks)` (feature `stream`) |
//! | `SseRetryConfig` | the settings of [`Session::builder`](session::Session::builder) |
//!
//! | `sse` of axum 0.8 | here |
//! | --- | --- |
//! | `Event::default().event(t).id(i).data(d)` | `Message::new().event_type(t).id(i).data(d)`, values checked when they are made |
//! | `Event::json_data(value)` | [`Message::to_bytes_with`] and `serde_json::to_writer` |
//! | `Sse::new(stream)` | `(headers::RESPONSE_HEADERS, Body::from_stream(stream))`, a stream of `Bytes` ([`Message::to_bytes`]) |
//! | `KeepAlive` | `KeepAlive` (feature `stream`), or [`KEEP_ALIVE`] on your timer |
//!
//! # Conformance notes
//!
//! - One byte order mark at the very start is removed, even if several chunks share it. A second one is content.
//! - CR, LF and CRLF end lines; nothing else does. A CR ends its line at once; an LF after it belongs to it, even in
//!   the next chunk.
//! - One space after the colon is dropped; a tab is not.
//! - `data` alone is an event with empty data. A block without a data line is not an event, but its `id` counts.
//! - The id takes effect at the blank line and stays; `id` alone clears it; one with U+0000 is ignored.
//! - `retry` counts if it is ASCII digits only, at least one, and fits in `u64`; at its line, not at the blank line.
//! - Bad UTF-8 becomes U+FFFD by maximal subparts, like in browsers. It never ends a stream.
//! - The id stays over [`Decoder::reconnect`]. (Read literally, the standard forgets it with the first blank
//!   line of each new connection. Browsers keep it, and so do we.)
//! - The end of the stream dispatches no event. [`Decoder::finish`] returns the open block, and
//!   [`DecoderBuilder::unfinished`] can turn it into an event.
//!
//! # Limits
//!
//! One event may have 16 MiB ([`DecoderBuilder::max_event_size`]), and a small multiple of that bounds the memory that a stream can make a
//! decoder use (SECURITY.md has the figures). The limit counts value bytes plus one per data line, so neither one endless line nor endless empty
//! `data:` lines can evade it. Unknown fields and comments that the caller has not enabled are not stored and do not
//! count. A [`SliceDecoder`] stores only what fits in its buffer; its page states which events always fit.
//!
//! # Features
//!
//! | feature | brings | by the crates |
//! | --- | --- | --- |
//! | none | [`SliceDecoder`], [`SliceDecoderBuilder`], [`Chunk`], [`Frame`], [`Event`], [`End`], [`Truncated`], [`OversizedId`], [`Unfinished`]; [`Scanner`], [`Token`], [`LineKind`], [`Piece`]; [`EventId`], [`EventType`], [`IdText`]; [`headers`]; [`Message`] and [`DataWriter`] into `&mut [u8]` and `fmt::Write` (`encode_to_slice`, `encode_to_slice_with`, `encode_to_fmt`, `encoded_len`), [`KEEP_ALIVE`], [`KEEP_ALIVE_LINE`]; [`DecodeError`], [`BufferTooSmall`], [`EncodeWithError`], [`InvalidHeaderValue`], [`InvalidValue`], [`NotUtf8`]. No allocator is linked | `memchr`, `thiserror` |
//! | `alloc` | [`Decoder`], [`DecoderBuilder`], [`BytesEvent`], [`SharedChunk`], [`DEFAULT_MAX_EVENT_SIZE`]; [`PushDecoder`], [`PendingFull`]; [`EventBuf`], [`FrameBuf`], [`EventIdBuf`]; [`BlockScanner`], [`BlockScannerBuilder`], [`Block`], [`BlockPart`], [`BlockTooLarge`], [`Oversized`], [`Fields`]; [`MessageBuf`], [`FieldWriter`], [`EncodeBuffer`], [`EncodedMessage`]; `Message::encode`, `encode_with`, `to_bytes`, `to_bytes_with`, `as_buf`; [`session`], [`driver`], [`replay`]; [`bytes`] | `bytes`, `bytestring` |
//! | `std` (default) | `EventReader`, `FrameReader`, `EventWriter`, `SourceError`; `driver::BlockingEventSource`, `driver::BlockingTransport`, clock and random numbers of `driver::Transport`; `Message::encode_to_io`, `io::Write` of [`DataWriter`] and [`FieldWriter`], errors into `io::Error`; fast paths of the dependencies. Implies `alloc` | |
//! | `simd` (default) | nothing but speed | `simdutf8`; `safe_arch` for x86 |
//! | `stream` | `EventStream`, `FrameStream`, `FieldsStream`, `Copied`, `Tap`, `KeepAlive`, `SourceError`, `Stream` of [`driver::EventSource`]. Implies `alloc` | `futures-core`, `pin-project-lite` |
//! | `futures-io` | `IoChunks`, the chunks of an `AsyncRead`. Implies `stream`, `std` | `futures-io` |
//! | `serde` | `Serialize` of events, frames, ids and event types, `Deserialize` of the owned and the checked ones. Implies `alloc` | `serde` |
//!
//! # Versions
//!
//! Semantic versioning, like cargo reads it: before 1.0 the second number is the one that may break.
//!
//! - **The public API** is what these pages show: items, features, the meaning of error messages (but not their
//!   words), and the conformance notes above. Not included are `Debug` output, measured values (speed, sizes,
//!   allocations), `cfg(sse_without)`, which is for our benchmarks, and the [`cookbook`].
//! - **`#[non_exhaustive]`** marks types that will grow: settings, errors, and the results of a stream or a session.
//!   So end a `match` with an arm that ignores or forwards unknown values. Enums without it are complete by the
//!   standard.
//! - **Crates in the API**: `bytes` 1 (also as [`sse_proto::bytes`](bytes)), `futures-core` 0.3, `futures-io` 0.3 and `serde` 1.
//!   A new major version of one is a breaking change here. The other crates may change at any time.
//! - **Rust 1.85** or later, tested with that version. A minor version may ask for a newer Rust, if that is at least a year old;
//!   a patch version never does.
//! - **Defaults**: a patch version changes none. A minor version may change the waits of a session and the limits (16
//!   MiB for an event, 10,000 events and 16 MiB for a log), and CHANGELOG lists the changes: set the values that you
//!   depend on.
//! - **Bugs**: if this crate and the standard differ, the standard is right, and a patch version fixes the crate.
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

// A user of a `SharedChunk` or of `Message::to_bytes` needs the same version of `Bytes`.
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
