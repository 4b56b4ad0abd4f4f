//! The client's half of a stream that outlives its connections: an `EventSource` without IO (WHATWG HTML 9.2.2 and
//! 9.2.3). When to connect and with which headers, what a response means, how long to wait, when to give up.
//!
//! For a whole client take [`driver`](crate::driver), the loop around a session.
//!
//! A [`Session`] opens no connection, reads no clock and draws no random number. You report what happened, and
//! [`Session::poll`] returns what to do. A [`Time`] is the time since a start that you choose once; for `random` any source
//! will do, because it only spreads the waits of many clients.
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
//! `close` makes any state but failed closed; after that and in failed it does nothing. `set_cursor` changes what the
//! next request names, in any state.
//!
//! **Every input is safe in every state and in any order**, and what comes too early or too late changes nothing. That
//! holds for news of old connections too, from a task or a callback that has not heard yet: `Connect` hands out the
//! number of its connection ([`ConnectionId`]), each input about it hands that back, and one with another number than the
//! current one does no more than tell the time.
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
//! The standard lets a client wait longer than the reconnection time (9.2.3) and says no more. By the settings of [`SessionBuilder`]:
//!
//! - **Backoff.** The wait doubles with each connection in a row that was fruitless, from the second on, up to a
//!   cap. Fruitless is one that failed, or ended without [`Progress`]: by default it has to last as long as the wait
//!   that is due, or to bring a new last event ID. So healthy streams that a proxy cuts each half minute cost the
//!   reconnection time each, and a server of empty 200s, or of one that says hello and dies, is asked ever less often.
//! - **An interval** between requests: 20 a minute at most, whatever a server sends.
//! - **Jitter** only lengthens a wait.
//! - **A floor** under `retry: 0`, a **ceiling** over one of 68 years; the server's **`Retry-After`** ([`Session::retry_after`]).
//! - **Limits** of attempts and of time; **timeouts** of the head and of silence, fed by bytes.
//! - **No second request** where it would repeat what the first one did, or before it can say where to go on ([`Reconnect`]).
//! - **A cursor** from the payload in place of the last event ID ([`Session::set_cursor`]); **now**
//!   ([`Session::reconnect_now`]).
//!
//! Without all that, like a browser: [`SessionBuilder::browser`].
//!
//! # Credentials
//!
//! All headers but those of [`Request::headers`] are the caller's at each `Connect`, so each can carry a fresh token. A 401 on
//! a reconnect fails the session for good, as in the standard; if [`SessionBuilder::retry_head`] says yes to 401 it
//! waits and connects again, the last event ID kept; with [`Session::reconnect_now`] it does not wait.
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
//! - **A machine that was suspended** polls later than it was told to, and a silence of that time proves nothing: the
//!   connection gets its timeout once more ([`SessionBuilder::idle_timeout`]).
//! - **Zero durations**: no wait is shorter than [`SessionBuilder::min_wait`], and that is a millisecond at least.
//! - **Huge durations**, in the settings or in `retry` (up to `u64::MAX` milliseconds), are waited for, but for
//!   [`SessionBuilder::max_reconnection_time`].
//! - **A status out of range**, 0 or 999, fails as any other that is not 200. So do 1xx: hand in the final one.
//! - **Bytes before a head, between connections or after the end** are dropped: [`Session::receive`] returns an empty
//!   chunk. **What is left of a chunk** when its connection is lost is dropped at the next `decode`, also when the next
//!   connection is open by then.
//! - **The same loss told twice**, as an error and as the end of the body, counts once.

mod action;
mod body;
mod builder;
mod control;
mod fingerprint;
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
