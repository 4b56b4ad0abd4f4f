//! The client's half of a stream that outlives its connections: an `EventSource` without IO (WHATWG HTML 9.2.2 and
//! 9.2.3). When to connect and with which headers, what a response means, how long to wait, when to give up.
//!
//! A [`Session`] opens nothing, reads no clock and draws no random number. It is told what happened, and
//! [`Session::poll`] says what to do. A [`Time`] is how long after a start of the caller's choice it is, the
//! same one throughout; for `random` any source will do, it only spreads the waits of many clients.
//!
//! # States
//!
//! ```text
//!                      poll: Connect                 200, text/event-stream
//!            .-------.               .------------.                         .------.
//!  new() --->|  due  |-------------->| connecting |------------------------>| open |
//!            '-------'               '------------'                         '------'
//!                ^                          |   network error, idle timeout,    |
//!                | poll, wait over          |   end of body, status to retry    |
//!                |                          v                                   |
//!            .---------.                 .------.                               |
//!            | waiting |<----------------| lost |<------------------------------'
//!            '---------'  poll: WaitUntil'------'
//!
//!  connecting --- any other status or type ---> failed      every state but failed --- close() ---> closed
//!  connecting, open --- max_attempts, or lost and not to reconnect ---> failed
//!  open --- end of body, not to reconnect ---> closed
//! ```
//!
//! | state | `poll` says | `response` | `receive`, `decode` | `end_of_body` | `network_error` |
//! | --- | --- | --- | --- | --- | --- |
//! | due | `Connect`, now connecting | ignored | dropped | ignored | ignored |
//! | connecting | `Read`; after the idle timeout as lost | open, lost or failed | dropped | lost | lost |
//! | open | `Read`; after the idle timeout as lost | ignored | frames | lost | lost |
//! | lost | `WaitUntil`, now waiting | ignored | dropped | ignored | ignored |
//! | waiting | `WaitUntil`, or `Connect` when it is over | ignored | dropped | ignored | ignored |
//! | failed | `Failed`, always | ignored | dropped | ignored | ignored |
//! | closed | `Closed`, always | ignored | dropped | ignored | ignored |
//!
//! `close` makes any state but failed closed; after that and in failed it does nothing. Every input is safe in every
//! state and in any order; what comes too early or too late changes nothing.
//!
//! # A blocking client
//!
//! ```
//! use sse_proto::Frame;
//! use sse_proto::session::{Action, Failure, Session, Time};
//! # use std::io;
//!
//! trait Io { // yours: a socket, a clock, a source of random numbers
//!     fn connect<'a>(&mut self, headers: impl Iterator<Item = (&'static str, &'a [u8])>) -> io::Result<(u16, Option<Vec<u8>>)>;
//!     fn read(&mut self, buf: &mut [u8], until: Option<Time>) -> io::Result<usize>;
//!     fn sleep_until(&mut self, at: Time);
//!     fn now(&self) -> Time;
//!     fn random(&mut self) -> u64;
//! }
//!
//! fn run(session: &mut Session, io: &mut impl Io, mut on_event: impl FnMut(&str)) -> Result<(), Failure> {
//!     let mut buf = [0; 16 * 1024];
//!     loop {
//!         match session.poll(io.now(), io.random()) {
//!             Action::Connect(request) => match io.connect(request.headers()) {
//!                 Ok((status, content_type)) => drop(session.response(status, content_type.as_deref(), io.now())),
//!                 Err(_) => session.network_error(io.now()),
//!             },
//!             Action::WaitUntil(at) => io.sleep_until(at),
//!             Action::Read { until, .. } => match io.read(&mut buf, until) {
//!                 Ok(0) => drop(session.end_of_body(io.now())),
//!                 Ok(n) => {
//!                     let mut chunk = session.receive(&buf[..n], io.now());
//!                     loop {
//!                         match session.decode(&mut chunk) {
//!                             Ok(Some(Frame::Event(event))) => on_event(event.data()),
//!                             Ok(Some(_)) | Err(_) => {} // an event over the limit is skipped
//!                             Ok(None) => break,
//!                         }
//!                     }
//!                 }
//!                 Err(error) if error.kind() == io::ErrorKind::TimedOut => {} // poll judges the time
//!                 Err(_) => session.network_error(io.now()),
//!             },
//!             Action::Failed(failure) => return Err(failure),
//!             _ => return Ok(()),
//!         }
//!     }
//! }
//! # struct Fake(Vec<&'static [u8]>, Time);
//! # impl Io for Fake {
//! #     fn connect<'a>(&mut self, _: impl Iterator<Item = (&'static str, &'a [u8])>) -> io::Result<(u16, Option<Vec<u8>>)> {
//! #         if self.0.is_empty() { return Ok((204, None)) }
//! #         Ok((200, Some(b"text/event-stream".to_vec())))
//! #     }
//! #     fn read(&mut self, buf: &mut [u8], _: Option<Time>) -> io::Result<usize> {
//! #         let bytes = self.0.remove(0);
//! #         buf[..bytes.len()].copy_from_slice(bytes);
//! #         Ok(bytes.len())
//! #     }
//! #     fn sleep_until(&mut self, at: Time) { assert!(at > self.1); self.1 = at }
//! #     fn now(&self) -> Time { self.1 }
//! #     fn random(&mut self) -> u64 { 4 }
//! # }
//! # let mut seen = Vec::new();
//! # let mut io = Fake(vec![b"data: 1\n\n", b"", b"data: 2\n\ndata: lost", b""], Time::START);
//! # let outcome = run(&mut Session::default(), &mut io, |data| seen.push(data.to_owned()));
//! # assert_eq!((outcome, seen.join(" ")), (Err(Failure::Status(204)), "1 2".into()));
//! ```
//!
//! # An async client
//!
//! The same loop with `await`, and owned frames for those who pass them on to other tasks.
//!
//! ```
//! use bytes::Bytes;
//! use sse_proto::FrameBuf;
//! use sse_proto::session::{Action, Failure, Session, Time};
//! # use std::io;
//!
//! trait Io { // yours, over your runtime and its HTTP client
//!     async fn connect<'a>(&mut self, headers: impl Iterator<Item = (&'static str, &'a [u8])>) -> io::Result<(u16, Option<Bytes>)>;
//!     async fn read(&mut self, until: Option<Time>) -> io::Result<Option<Bytes>>; // next piece, in a timeout
//!     async fn sleep_until(&mut self, at: Time);
//!     fn now(&self) -> Time;
//!     fn random(&mut self) -> u64;
//! }
//!
//! async fn run(session: &mut Session, io: &mut impl Io, mut on_frame: impl FnMut(FrameBuf)) -> Result<(), Failure> {
//!     loop {
//!         match session.poll(io.now(), io.random()) {
//!             Action::Connect(request) => match io.connect(request.headers()).await {
//!                 Ok((status, content_type)) => drop(session.response(status, content_type.as_deref(), io.now())),
//!                 Err(_) => session.network_error(io.now()),
//!             },
//!             Action::WaitUntil(at) => io.sleep_until(at).await,
//!             Action::Read { until, .. } => match io.read(until).await {
//!                 Ok(None) => drop(session.end_of_body(io.now())),
//!                 Ok(Some(bytes)) => {
//!                     let mut chunk = session.receive_shared(bytes, io.now());
//!                     loop {
//!                         match session.decode_shared(&mut chunk) {
//!                             Ok(Some(frame)) => on_frame(frame),
//!                             Ok(None) => break,
//!                             Err(_) => {} // an event over the limit is skipped
//!                         }
//!                     }
//!                 }
//!                 Err(error) if error.kind() == io::ErrorKind::TimedOut => {} // poll judges the time
//!                 Err(_) => session.network_error(io.now()),
//!             },
//!             Action::Failed(failure) => return Err(failure),
//!             _ => return Ok(()),
//!         }
//!     }
//! }
//! # struct Fake(Vec<Bytes>, Time);
//! # impl Io for Fake {
//! #     async fn connect<'a>(&mut self, _: impl Iterator<Item = (&'static str, &'a [u8])>) -> io::Result<(u16, Option<Bytes>)> {
//! #         if self.0.is_empty() { return Ok((204, None)) }
//! #         Ok((200, Some(Bytes::from_static(b"text/event-stream"))))
//! #     }
//! #     async fn read(&mut self, _: Option<Time>) -> io::Result<Option<Bytes>> {
//! #         Ok(Some(self.0.remove(0)).filter(|bytes| !bytes.is_empty()))
//! #     }
//! #     async fn sleep_until(&mut self, at: Time) { assert!(at > self.1); self.1 = at }
//! #     fn now(&self) -> Time { self.1 }
//! #     fn random(&mut self) -> u64 { 4 }
//! # }
//! # let mut seen = Vec::new();
//! # let mut io = Fake([&b"data: 1\n\n"[..], b"", b"retry: 7\n", b""].map(Bytes::from_static).into(), Time::START);
//! # let mut session = Session::default();
//! # let outcome = {
//! #     let mut run = std::pin::pin!(run(&mut session, &mut io, |frame| seen.push(frame)));
//! #     run.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
//! # };
//! # use std::future::Future as _;
//! # assert_eq!(outcome, std::task::Poll::Ready(Err(Failure::Status(204))));
//! # assert_eq!(seen.len(), 2);
//! ```
//!
//! # Beyond the standard
//!
//! The standard lets a client wait longer than the reconnection time (9.2.3) and says no more. By the settings of [`SessionBuilder`]:
//!
//! - **Backoff.** The wait doubles with each connection in a row that was fruitless, from the second on, up to a
//!   cap. Fruitless is one that failed, or brought no event and did not last ([`SessionBuilder::stable_after`]). A 200 proves
//!   nothing: a server of empty 200s is asked ever less often. Neither do `retry`, comments, or an event that was over
//!   the limit: one that [`OversizedId::Discard`](crate::OversizedId::Discard) asks for again and again is no progress.
//! - **Jitter** only lengthens a wait.
//! - **A floor** under `retry: 0`; a **limit of attempts**; an **idle timeout**, fed by bytes; **no second request**
//!   where it would repeat what the first one did.
//!
//! # Credentials
//!
//! All headers but those of [`Request::headers`] are the caller's at each `Connect`, so each can carry a fresh token. A 401 on
//! a reconnect fails the session for good, as in the standard; with [`SessionBuilder::retry_status`] naming 401 it waits
//! and connects again, the last event ID kept.
//!
//! # In a browser
//!
//! Over `fetch`, in WebAssembly, say no to [`SessionBuilder::send_cache_headers`] and give `fetch` the option
//! `cache: "no-store"`: `Cache-Control` and `Pragma` that a page sets make a request to another origin cost a CORS preflight,
//! which many servers refuse; those that the browser sets cost none. `Last-Event-ID` costs one as well, in each
//! request that has it.
//!
//! # Edge cases
//!
//! - **An id that no header can carry**, or one of more than 8 KiB ([`SessionBuilder::max_id_size`]), stays the last event
//!   ID, and the request goes without it and says why ([`Request::left_out`]).
//! - **An id with a blank at an end** is sent without it, as it would arrive: see
//!   [`headers::trimmed_last_event_id_value`](crate::headers::trimmed_last_event_id_value).
//! - **A clock that goes back** has stood still: what was left to wait is left to wait. One that jumps ahead has
//!   waited. Deadlines beyond `Duration::MAX` are that; on a clock that stands there no wait ever ends, so that there
//!   is no storm.
//! - **Zero durations**: no wait is shorter than [`SessionBuilder::floor`], and that is a millisecond at least.
//! - **Huge durations**, in the settings or in `retry` (up to `u64::MAX` milliseconds), are waited for.
//! - **A status out of range**, 0 or 999, fails as any other that is not 200. So do 1xx: hand in the final one.
//! - **Bytes before a head, between connections or after the end** are dropped: [`Session::receive`] lends an empty
//!   chunk. **What is left of a chunk** when its connection is lost is dropped at the next `decode`; a chunk kept until
//!   the next connection is open would be taken for its bytes, so do not keep one.
//! - **The same loss told twice**, as an error and as the end of the body, counts once.

mod action;
mod builder;
mod machine;
mod policy;
mod time;

pub use action::{Action, Failure, HeadOutcome, LeftOut, ReadyState, Request};
pub use builder::SessionBuilder;
pub use machine::Session;
pub use time::Time;
