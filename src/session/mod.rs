//! The client's half of a stream that continues across connections: an `EventSource` without IO (WHATWG HTML 9.2.2
//! and 9.2.3). It decides when to connect and with which headers, what a response means, how long to wait, and when
//! to give up.
//!
//! For a whole client take [`driver`](crate::driver), the loop around a session.
//!
//! A [`Session`] opens no connection, reads no clock and draws no random number. You report what happened, and
//! [`Session::poll`] returns what to do. A [`Time`] is the time since a start that you choose once. For `random` any
//! source is good enough, because it only spreads the waits of many clients.
//!
//! # States
//!
//! ```text
//!                      poll: Connect                 200, text/event-stream
//!            .-------.               .------------.                         .------.
//!  new() --->|  due  |-------------->| connecting |------------------------>| open |
//!            '-------'               '------------'                         '------'
//!                ^                          |   network error, a timeout,      |
//!                | poll, wait over          |   end of body, head to retry     |
//!                |                          v                                  |
//!            .---------.                 .------.                              |
//!            | waiting |<----------------| lost |<-----------------------------'
//!            '---------'  poll: WaitUntil'------'
//!
//!  connecting --- any other status or type ---> failed      every state but failed --- close() ---> closed
//!  connecting, open --- max_attempts, or lost and not to reconnect ---> failed
//!  waiting --- max_elapsed_time ---> failed          open --- end of body, not to reconnect ---> closed
//!  every state but failed and closed --- reconnect_now() ---> due
//! ```
//!
//! | state | `poll` returns | `response` | `receive`, `decode` | `end_of_body` | `network_error` | `retry_after` | `reconnect_now` |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | due | `Connect`, now connecting; failed if no attempt is allowed | ignored | dropped | ignored | ignored | ignored | due |
//! | connecting | `Read`; after the head's time lost | open, lost or failed | dropped | lost, or failed | lost, or failed | kept for the next wait | due |
//! | open | `Read`; after the idle timeout lost | ignored | frames | lost, failed or closed | lost, or failed | kept for the next wait | due |
//! | lost | `WaitUntil`, now waiting; failed if that is too long | ignored | dropped | ignored | ignored | kept for this wait | due |
//! | waiting | `WaitUntil`, or `Connect` when it is over | ignored | dropped | ignored | ignored | changes this wait | due |
//! | failed | `Failed`, always | ignored | dropped | ignored | ignored | ignored | failed |
//! | closed | `Closed`, always | ignored | dropped | ignored | ignored | ignored | closed |
//!
//! `close` changes any state except failed to closed; in failed and in closed it does nothing. `set_cursor` changes
//! the place that the next request names, in any state.
//!
//! **Every input is safe in every state and in any order**, and an input that comes too early or too late changes
//! nothing. This also holds for late inputs about old connections, from a task or a callback. `Connect` gives out the
//! number of its connection ([`ConnectionId`]), and each input about the connection carries that number. An input
//! with another number than the current one only updates the time.
//!
//! # A blocking client
//!
//! ```
//! use sse_proto::Frame;
//! use sse_proto::session::{Action, Failure, Request, Session, Time};
//! use std::io;
//!
//! trait Io { // yours: a socket, a clock, a source of random numbers
//!     fn connect(&mut self, request: &Request<'_>) -> io::Result<(u16, Option<Vec<u8>>)>; // its headers, until its deadline
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
//!             Action::Connect(request) => {
//!                 let (connection, head) = (request.connection(), io.connect(&request));
//!                 match head {
//!                     Ok((status, content_type)) => {
//!                         session.response(connection, status, content_type.as_deref(), io.now());
//!                     }
//!                     Err(_) => session.network_error(connection, io.now()), // its deadline has passed, too
//!                 }
//!             }
//!             Action::WaitUntil(at) => io.sleep_until(at),
//!             Action::Read { connection, until, .. } => match io.read(&mut buf, until) {
//!                 Ok(0) => {
//!                     session.end_of_body(connection, io.now());
//!                 }
//!                 Ok(n) => {
//!                     let mut chunk = session.receive(connection, &buf[..n], io.now());
//!                     loop {
//!                         match session.decode(&mut chunk) {
//!                             Ok(Some(Frame::Event(event))) => on_event(event.data()),
//!                             Ok(Some(_)) => {}
//!                             Ok(None) => break,
//!                             Err(error) => eprintln!("{error}"), // an event over the limit, skipped
//!                         }
//!                     }
//!                 }
//!                 Err(error) if error.kind() == io::ErrorKind::TimedOut => {} // poll judges the time
//!                 Err(_) => session.network_error(connection, io.now()),
//!             },
//!             Action::Failed(failure) => return Err(failure),
//!             _ => return Ok(()),
//!         }
//!     }
//! }
//! # struct Fake(Vec<&'static [u8]>, Time);
//! # impl Io for Fake {
//! #     fn connect(&mut self, _: &Request<'_>) -> io::Result<(u16, Option<Vec<u8>>)> {
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
//! # Beyond the standard
//!
//! The standard allows a client to wait longer than the reconnection time (9.2.3) and defines nothing more. The
//! settings of [`SessionBuilder`] add:
//!
//! - **Backoff.** The wait doubles with each fruitless connection in a row, from the second on, up to a maximum. A
//!   connection is fruitless if it failed or ended without [`Progress`]. By default, progress means that it lasted as
//!   long as the wait that is due (or as `stable_after`, if that is shorter), or brought a new last event ID. So if a proxy cuts healthy streams every half
//!   minute, each reconnect waits only the reconnection time. A server that sends empty 200s, or a greeting without
//!   an id and then closes, gets fewer and fewer requests.
//! - **An interval** between requests: at most 20 a minute, whatever a server sends.
//! - **Jitter** only lengthens a wait.
//! - **A floor** under `retry: 0`, a **ceiling** over one of 68 years; the server's **`Retry-After`** ([`Session::retry_after`]).
//! - **Limits** of attempts and of time; **timeouts** of the head and of silence, fed by bytes.
//! - **No second request** if it would repeat the first one, or before it can name a place to continue
//!   ([`Reconnect`]).
//! - **A cursor** from the payload in place of the last event ID ([`Session::set_cursor`]); **an immediate
//!   reconnect** ([`Session::reconnect_now`]).
//!
//! [`SessionBuilder::browser`] turns all of this off and waits like a browser.
//!
//! # Credentials
//!
//! All headers except those of [`Request::headers`] are chosen by the caller at each `Connect`, so each request can
//! carry a new token. A 401 on a reconnect fails the session permanently, as in the standard. If
//! [`SessionBuilder::retry_head`] returns `true` for 401, the session waits, connects again and keeps the last event
//! ID; with [`Session::reconnect_now`] it does not wait.
//!
//! # In a browser
//!
//! With `fetch`, in WebAssembly, set [`SessionBuilder::send_cache_headers`] to `false` and give `fetch` the option
//! `cache: "no-store"`. If a page sets `Cache-Control` and `Pragma`, a request to another origin needs a CORS
//! preflight, which many servers refuse; if the browser sets them, it does not. `Last-Event-ID` also needs a
//! preflight, in each request that has it.
//!
//! # Edge cases
//!
//! - **An id that no header can carry**, or one of more than 8 KiB ([`SessionBuilder::max_id_size`]), stays the last
//!   event ID. The request is sent without it and reports the reason ([`Request::left_out`]).
//! - **An id with a blank at an end** is sent without the blank, which would not arrive: see
//!   [`headers::trimmed_last_event_id_value`](crate::headers::trimmed_last_event_id_value).
//! - **A clock that goes back** counts as a clock that stands still: the remaining wait stays the same. A jump
//!   forward counts as time that has passed. Deadlines after `Duration::MAX` are set to `Duration::MAX`; on a clock
//!   that stands still there, no wait ever ends, so there is no request storm.
//! - **A suspended machine** polls later than requested, so a silence of that time proves nothing: the connection
//!   gets its timeout once more ([`SessionBuilder::idle_timeout`]).
//! - **Zero durations**: no wait is shorter than [`SessionBuilder::min_wait`], and that is a millisecond at least.
//! - **Huge durations**, in the settings or in `retry` (up to `u64::MAX` milliseconds), are really waited for, unless
//!   [`SessionBuilder::max_reconnection_time`] limits them.
//! - **A status out of range**, 0 or 999, fails like any other that is not 200. 1xx also fails: report the final
//!   status.
//! - **Bytes before a head, between connections or after the end** are dropped: [`Session::receive`] returns an empty
//!   chunk. **The rest of a chunk** whose connection is lost is dropped at the next `decode`, even if the next
//!   connection is already open.
//! - **A loss that is reported twice**, as an error and as the end of the body, counts once.

mod action;
mod body;
mod builder;
mod control;
#[cfg(test)]
mod id_work_tests;
mod known_id;
mod machine;
mod outcome;
mod policy;
mod request;
mod state;
mod time;

pub use action::Action;
pub use body::{BodyChunk, SharedBodyChunk};
pub use builder::SessionBuilder;
pub use machine::Session;
pub use outcome::{Failure, HeadOutcome, Loss, ReadyState, RefusedHead};
pub use policy::{Progress, Reconnect};
pub use request::{ConnectionId, LeftOut, Request};
pub use time::Time;
