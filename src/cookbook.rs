//! Whole programs to copy. This module is empty: it exists in the documentation only.
//!
//! | you write | its page |
//! | --- | --- |
//! | a client of a chat API | [`chat_client`] |
//! | a server whose clients lose nothing | [`replay_server`] |
//! | a server for the `EventSource` of browsers, with logins | [`browser_server`] |
//! | a gateway that passes every byte on, and counts | [`metering_gateway`] |
//! | a gateway that answers in another format | [`translating_gateway`] |
//! | a proxy that changes some events and no other byte | [`redacting_proxy`] |
//! | a server or a client of MCP | [`mcp`] |
//! | a client that connects again, over `reqwest` | [`reqwest_source`] |
//! | the same over `hyper` | [`hyper_source`] |
//! | the same without async, over `ureq` | [`ureq_source`] |
//! | a reader of a file, a pipe or a socket of tokio | [`tokio_reader`] |
//! | firmware without a heap | [`firmware`] |
//!
//! Each page says what to add to `Cargo.toml`, shows the program whole, and names what to change. To use one, copy it to
//! `src/` under the name that stands above it and declare it with `mod`. The same files are compiled and run by the tests of
//! the repository, over real sockets: the clients there talk to the servers.
//!
//! For the smallest programs see the crate's [first page](crate); for a loop of your own around a session, [`session`](crate::session).

/// A client of a chat API, as those of language models are: JSON deltas, `[DONE]`, errors in the stream.
///
/// It gives up when no byte has come for a while. Bytes reset that timer, not events: a server that thinks sends comments. If
/// the server leaves out the last blank line, the last event is taken all the same
/// ([`Unfinished::WholeLines`](crate::Unfinished::WholeLines)); an event that was cut inside a line is not.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// futures = "0.3"
/// reqwest = { version = "0.12", features = ["stream", "json"] }
/// serde_json = "1"
/// sse-proto = "0.1"
/// tokio = { version = "1", features = ["time"] }
/// ```
///
/// # What to change
///
/// `delta` knows the JSON of the API: the path to the text, and how an error looks. Add your API key where the request is made.
/// To hand each delta on at once, call a closure where `text` grows. For an API whose answers can be continued, use an
/// [`EventSource`](crate::driver::EventSource) with [`Session::set_cursor`](crate::session::Session::set_cursor).
///
/// # `src/chat_client.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/chat_client.rs")]
/// ```
pub mod chat_client {}

/// A server whose clients lose nothing: an axum handler over a [`ReplayLog`](crate::replay::ReplayLog).
///
/// A client that reconnects gets the events after its `Last-Event-ID`. A client that was away too long, or that
/// connected before a restart, gets one message to reload. There is no queue for each client, so a client that does
/// not read costs nothing. When its place in the log is gone, the server ends its connection; the client then
/// reconnects and gets that message.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// axum = "0.8"
/// bytes = "1"
/// futures = "0.3"
/// sse-proto = "0.1"
/// tokio = { version = "1", features = ["sync", "time"] }
/// ```
///
/// # What to change
///
/// The bounds of the log ([`ReplayLogBuilder`](crate::replay::ReplayLogBuilder)), the events for a new client (here
/// only new ones), and the meaning of `reload` for your page. **Keep one log for each group of readers** who may see
/// the same events: an id is not a permission. End the streams when the server shuts down (`Topic::close`), or a graceful
/// shutdown waits for ever; the clients come back by themselves. Several servers need a shared store instead:
/// [`replay`](crate::replay) has the contract.
///
/// # `src/replay_server.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/replay_server.rs")]
/// ```
pub mod replay_server {}

/// A server for the `EventSource` of browsers: login by cookie or by ticket, pages of another origin (CORS), HTTP/2.
///
/// An `EventSource` cannot set headers, so it cannot send a token. It sends a cookie, or the page puts a ticket that lives for
/// half a minute into the URL.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// axum = { version = "0.8", features = ["http2"] }
/// bytes = "1"
/// futures = "0.3"
/// getrandom = "0.3"
/// sse-proto = { version = "0.1", features = ["stream"] }
/// tokio = { version = "1", features = ["sync", "time"] }
/// ```
///
/// # What to change
///
/// `login`: one password for all stands for your login. Serve over TLS, and then make the cookie `Secure`. Over HTTP/1.1
/// browsers open six connections to a server for all tabs together, and a stream holds one: serve HTTP/2, which browsers speak
/// over TLS only. A proxy in front must not buffer: [`RESPONSE_HEADERS`](crate::headers::RESPONSE_HEADERS) asks nginx not to,
/// others have a setting.
///
/// # `src/browser_server.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/browser_server.rs")]
/// ```
///
/// # `src/broadcast.rs`
///
/// One event is encoded once for all clients. A client that lags is disconnected, and comes back.
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/broadcast.rs")]
/// ```
pub mod browser_server {}

/// A gateway that passes every byte on, counts tokens on the way, and compresses without delay.
///
/// `Tap` shows the frames of a stream while its bytes go through unchanged, so the answer cannot be broken by
/// looking at it.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// axum = "0.8"
/// bytes = "1"
/// flate2 = "1"
/// futures = "0.3"
/// reqwest = { version = "0.12", features = ["stream"] }
/// serde_json = "1"
/// sse-proto = { version = "0.1", features = ["stream"] }
/// ```
///
/// # What to change
///
/// `tokens` reads the token count from the API's answer. Without compression omit `gzip`, `takes_gzip` and
/// `flate2`: `Tap` alone is the meter.
///
/// # `src/gateway.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/gateway.rs")]
/// ```
pub mod metering_gateway {}

/// A gateway whose answers have another format than the API behind it.
///
/// It decodes borrowed events and encodes into one buffer: one chunk in gives one chunk out, so nothing waits. The client learns
/// how the answer ended, also when the connection to the API breaks.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// axum = "0.8"
/// bytes = "1"
/// futures = "0.3"
/// reqwest = { version = "0.12", features = ["stream", "json"] }
/// serde_json = "1"
/// sse-proto = "0.1"
/// ```
///
/// # What to change
///
/// `write_event` holds both formats. `MAX_EVENT` is the largest event that you accept from the API.
///
/// # `src/translating_gateway.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/translating_gateway.rs")]
/// ```
pub mod translating_gateway {}

/// A proxy that blanks out the data of one event type and changes no other byte.
///
/// [`BlockScanner`](crate::BlockScanner) yields whole blocks with their bytes, so comments, ids and unknown fields
/// are forwarded unchanged. A block that is too large to inspect is dropped.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// sse-proto = "0.1"
/// ```
///
/// # What to change
///
/// The condition in `filter`, and the replacement for the data. To drop an event, write nothing. To drop it and keep
/// its `id`, write its fields without the data: `Fields { data: None, ..block.fields() }.to_message()?`
/// ([`Fields`](crate::Fields)). To change JSON, read [`Block::fields`](crate::Block::fields) and write with
/// [`Block::replace_data`](crate::Block::replace_data). Do not forward `Content-Length`, nor the client's `Accept-Encoding`: a
/// changed body has another length, and a compressed one has no blocks. See `NOT_PASSED_ON` in
/// [`metering_gateway`].
///
/// # `src/redacting_proxy.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/redacting_proxy.rs")]
/// ```
pub mod redacting_proxy {}

/// The Model Context Protocol over HTTP: a server and a client of the revisions 2025-11-25 and 2026-07-28.
///
/// The server's streams survive their connections, and the client goes on where one ended. Both have run against the official
/// SDKs and the protocol's conformance suite.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// axum = { version = "0.8", features = ["json"] }
/// bytes = "1"
/// futures = "0.3"
/// reqwest = { version = "0.12", features = ["stream", "json"] }
/// serde_json = "1"
/// sse-proto = "0.1"
/// tokio = { version = "1", features = ["rt", "sync", "time"] }
/// ```
///
/// # What to change
///
/// Implement `Tools`. Add the parts that do not concern streams and are not here: authorisation, and the check of
/// `Origin`; without that check, a web page could talk to a server on its visitor's machine. If you need only one
/// side, omit `client.rs`, or `server.rs` and `outgoing.rs`.
///
/// # `src/mcp/mod.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/mcp/mod.rs")]
/// ```
///
/// # `src/mcp/client.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/mcp/client.rs")]
/// ```
///
/// # `src/mcp/server.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/mcp/server.rs")]
/// ```
///
/// # `src/mcp/outgoing.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/mcp/outgoing.rs")]
/// ```
pub mod mcp {}

/// A client that connects again, over `reqwest` and tokio: a [`Transport`](crate::driver::Transport) for an
/// [`EventSource`](crate::driver::EventSource).
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// bytes = "1"
/// futures = "0.3"
/// reqwest = { version = "0.12", features = ["stream"] }
/// sse-proto = "0.1"
/// tokio = { version = "1", features = ["time"] }
/// ```
///
/// # What to change
///
/// Headers of your own, such as a token, go on the request in `connect`: it is asked each time, so a token can be a fresh one.
/// Timeouts, waits and limits are settings of the session: [`SessionBuilder`](crate::session::SessionBuilder). Set no timeout for
/// the whole request on the `reqwest::Client`: it would end a healthy stream.
///
/// # `src/reqwest_source.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/reqwest_source.rs")]
/// ```
pub mod reqwest_source {}

/// A client that connects again, over `hyper` alone.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// bytes = "1"
/// futures = "0.3"
/// http-body-util = "0.1"
/// hyper = { version = "1", features = ["client", "http1"] }
/// hyper-util = { version = "0.1", features = ["tokio"] }
/// sse-proto = "0.1"
/// tokio = { version = "1", features = ["net", "rt", "time"] }
/// ```
///
/// # What to change
///
/// It has no TLS, no names of hosts and no redirects: a `hyper_util` client with a connector brings them. Make the source
/// with `EventSource::new(Session::new(), Hyper { address, path })`.
///
/// # `src/hyper_source.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/hyper_source.rs")]
/// ```
pub mod hyper_source {}

/// A client that connects again, without async, over `ureq`: for tools, tests and threads.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// sse-proto = "0.1"
/// ureq = "3.5"
/// ```
///
/// # What to change
///
/// Headers of your own go on the call in the closure. The iterator yields an error for an event over the limit, and goes on
/// after it; an error for good is the last item.
///
/// # `src/ureq_source.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/ureq_source.rs")]
/// ```
pub mod ureq_source {}

/// Events from an `AsyncRead` of tokio: a socket, a pipe, a file, a body that is decompressed.
///
/// For the `AsyncRead` of the `futures` crates there is `IoChunks`, with the feature `futures-io`.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// sse-proto = { version = "0.1", features = ["stream"] }
/// tokio = "1"
/// tokio-util = { version = "0.7", features = ["io"] }
/// ```
///
/// # What to change
///
/// Nothing. Read the events with `while let Some(event) = events.next().await`, by the `StreamExt` of `futures` or
/// `tokio-stream`; a reader that is not `Unpin` needs `std::pin::pin!` around the stream.
///
/// # `src/tokio_reader.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/tokio_reader.rs")]
/// ```
pub mod tokio_reader {}

/// A device without a heap: it decodes the whole standard in a buffer of 88 bytes, and encodes what it reports.
///
/// # `Cargo.toml`
///
/// ```toml
/// [dependencies]
/// sse-proto = { version = "0.1", default-features = false }
/// ```
///
/// # What to change
///
/// `Body` stands for your network stack; the `Read` of `embedded-io` has the same shape. [`SliceDecoder`](crate::SliceDecoder) says how
/// large `ROOM` has to be. Keep the decoder, not only its id, from one connection to the next.
///
/// # `src/firmware.rs`
///
/// ```ignore
#[doc = include_str!("../docs/cookbook/firmware.rs")]
/// ```
pub mod firmware {}
