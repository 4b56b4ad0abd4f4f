//! A client that reconnects, in ten lines, over the HTTP client and the runtime of your choice: a [`Session`] and the loop
//! around it.
//!
//! It contains no runtime and no HTTP client. You write a [`Transport`] (how to connect, to read and to sleep) and
//! get an [`EventSource`]. Without async, you write a closure that connects and get a [`BlockingEventSource`].
//! Timeouts of the response head and of silence, backoff and everything else are settings of the
//! [session](crate::session::SessionBuilder).
//!
//! ```
//! use futures::executor::block_on;
//! use sse_proto::bytes::Bytes;
//! use sse_proto::driver::{EventSource, Response, Transport};
//! use sse_proto::session::{Request, Session, Time};
//! use std::convert::Infallible;
//! use std::future::{Ready, ready};
//! use std::task::{Context, Poll};
//!
//! /// In the place of an HTTP client and a runtime: it has its answers, and a clock that a sleep puts forward.
//! struct Http {
//!     answers: Vec<(u16, &'static str)>,
//!     clock: Time,
//! }
//!
//! impl Transport for Http {
//!     type Body = Option<Bytes>;
//!     type Error = Infallible;
//!     type Connect = Ready<Result<Response<Option<Bytes>>, Infallible>>; // a `Pin<Box<dyn Future>>` in most programs
//!     type Sleep = Ready<()>;
//!
//!     /// Sends `request.headers()`, and headers of your own, to your URL.
//!     fn connect(&mut self, request: Request<'_>) -> Self::Connect {
//!         assert_eq!(request.headers().next(), Some(("accept", &b"text/event-stream"[..])));
//!         let (status, body) = self.answers.remove(0);
//!         ready(Ok(Response::new(status, Some(body.into())).header("content-type", "text/event-stream")))
//!     }
//!
//!     /// The next piece of the body, `None` at its end.
//!     fn poll_read(&mut self, body: &mut Option<Bytes>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
//!         Poll::Ready(body.take().map(Ok))
//!     }
//!
//!     /// With tokio: `tokio::time::sleep(at.saturating_since(self.now()))`.
//!     fn sleep_until(&mut self, at: Time) -> Ready<()> {
//!         self.clock = at;
//!         ready(())
//!     }
//!
//!     // With the feature `std` these two are there already, and right.
//!     fn now(&self) -> Time {
//!         self.clock
//!     }
//!
//!     fn random(&mut self) -> u64 {
//!         4
//!     }
//! }
//!
//! let http = Http { answers: vec![(200, "data: 1\n\n"), (200, "data: 2\n\n"), (204, "")], clock: Time::START };
//! let mut source = EventSource::new(Session::new(), http);
//! let mut seen = Vec::new();
//! let error = block_on(async {
//!     loop {
//!         match source.next_event().await {
//!             Some(Ok(event)) => seen.push(event.data().to_owned()),
//!             Some(Err(error)) => return error,
//!             None => unreachable!("a session ends with an error, or when it is closed"),
//!         }
//!     }
//! });
//! assert_eq!(seen, ["1", "2"]);
//! assert_eq!(error.to_string(), "the server answered with status 204: it wants no further connection");
//! assert!(source.transport().answers.is_empty());
//! ```
//!
//! Whole transports, each of about 25 lines, are in the cookbook: for [reqwest](crate::cookbook::reqwest_source) and tokio,
//! [hyper](crate::cookbook::hyper_source) and [ureq](crate::cookbook::ureq_source).
//!
//! # What it yields
//!
//! [`EventSource::next_event`] and the iterator of [`BlockingEventSource`] yield events. [`EventSource::next_update`] and
//! [`BlockingEventSource::next_update`] yield every [`Update`]: the stream is open; it was lost, for which reason,
//! and when the next attempt starts; there is a new last event ID to store. A permanent failure is an error
//! ([`DriverError::Failed`]), and nothing is yielded after it.
//!
//! A server ends a client permanently with status 204: the last item is then
//! [`Failure::Status(204)`](crate::session::Failure::Status). By the standard, every other status except 200 and another
//! content type have the same effect, for example a 502 of a proxy while your server restarts.
//! [`SessionBuilder::retry_head`](crate::session::SessionBuilder::retry_head) decides what is tried again, for example
//! `retry_head(|head| matches!(head.status, 429 | 500..=599))`. A failure does not contain the content type that came:
//! log it in your transport.
//!
//! The setting [`unfinished`](crate::DecoderBuilder::unfinished) applies only if the session does not reconnect.
//! Otherwise the cut event is dropped, and the next connection requests it again. If a server always leaves out the last
//! blank line, you see [`Loss::Truncated`](crate::session::Loss::Truncated) each time.
//!
//! With [`Reconnect::Never`](crate::session::Reconnect::Never) the end of a body ends the source with `None`, whether the
//! body was whole or cut. To tell them apart ask `source.session().last_loss()`: `Truncated` means that something was
//! cut: the last event is missing or unfinished, or it was a comment.

#[cfg(feature = "std")]
mod blocking;
mod course;
mod event_source;
mod response;
#[cfg(feature = "std")]
mod std_clock;
mod transport;
mod update;

#[cfg(feature = "std")]
pub use blocking::{BlockingEventSource, BlockingTransport};
pub use event_source::EventSource;
pub use response::Response;
pub use transport::Transport;
pub use update::{DriverError, Update};

#[cfg(doc)]
use crate::session::Session;
