//! A client that reconnects, in ten lines, over the HTTP client and the runtime of your choice: a [`Session`] and the loop
//! around it.
//!
//! It brings no runtime and no HTTP client. You bring a [`Transport`], that is how to connect, to read and to sleep, and get an
//! [`EventSource`]; or, in a program that waits, a closure that connects, and get a [`BlockingEventSource`]. Timeouts of
//! the head and of silence, backoff, `Retry-After` and all else are the settings of the session.
//!
#![cfg_attr(feature = "std", doc = "```")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use sse_proto::driver::{EventSource, Response, Transport};
//! use sse_proto::session::{Request, Session, Time};
//! use sse_proto::bytes::Bytes;
//! use std::future::Future;
//! use std::pin::Pin;
//! use std::task::{Context, Poll};
//! # use std::io;
//! # #[derive(Default)] struct Client(usize);
//! # #[derive(Default)] struct Body(bool);
//! # impl Client { fn get(&mut self, _: Vec<(&str, Vec<u8>)>) -> impl Future<Output = io::Result<(u16, Body)>> + use<> {
//! #     self.0 += 1; let status = if self.0 == 1 { 200 } else { 204 }; async move { Ok((status, Body(false))) } } }
//! # impl Body { fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
//! #     if std::mem::replace(&mut self.0, true) { return Poll::Ready(None) }
//! #     Poll::Ready(Some(Ok(Bytes::from_static(b"data: 1\n\n")))) } }
//! # fn sleep(_: std::time::Duration) -> std::future::Ready<()> { std::future::ready(()) }
//!
//! struct Http(Client); // your HTTP client, with the URL and the headers that are yours
//!
//! impl Transport for Http {
//!     type Body = Body;
//!     type Error = io::Error;
//!     type Connect = Pin<Box<dyn Future<Output = io::Result<Response<Body>>>>>;
//!     type Sleep = Pin<Box<dyn Future<Output = ()>>>;
//!
//!     fn connect(&mut self, request: Request<'_>) -> Self::Connect {
//!         let sent = self.0.get(request.headers().map(|(name, value)| (name, value.to_vec())).collect());
//!         Box::pin(async {
//!             let (status, body) = sent.await?;
//!             Ok(Response::new(status, body).header("content-type", "text/event-stream"))
//!         })
//!     }
//!
//!     fn poll_read(&mut self, body: &mut Body, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
//!         body.poll_chunk(cx)
//!     }
//!
//!     fn sleep_until(&mut self, at: Time) -> Self::Sleep {
//!         Box::pin(sleep(at.saturating_since(self.now()))) // of your runtime
//!     }
//! }
//!
//! async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! #   let _ = Session::new();
//! #   let quick = || Session::builder().browser().reconnection_time(std::time::Duration::from_millis(1)).build();
//! #   let mut source = EventSource::new(quick(), Http(client));
//! #   #[cfg(any())]
//!     let mut source = EventSource::new(Session::new(), Http(client));
//!     while let Some(event) = source.next_event().await.transpose()? {
//!         println!("{}: {}", event.event_type(), event.data());
//!     }
//!     Ok(())
//! }
//! # let mut run = std::pin::pin!(run(Client(0)));
//! # let mut cx = Context::from_waker(std::task::Waker::noop());
//! # let outcome = loop { if let Poll::Ready(outcome) = run.as_mut().poll(&mut cx) { break outcome } };
//! # assert_eq!(outcome.unwrap_err().to_string(), "the server answered with status 204, not with 200");
//! ```
//!
//! Whole transports, each of some twenty lines, for reqwest and tokio, hyper, `ureq` and the standard library alone are in
//! `examples/embed` of the repository.
//!
//! # What it tells
//!
//! [`EventSource::next`] and [`BlockingEventSource::next_update`] tell all there is ([`Update`]): that the stream is open, that it
//! was lost, why, and when it is tried again, a new last event ID to store. Who only wants events asks for events.
//! The first failure for good is an error ([`DriverError::Failed`]), after which nothing comes.
//!
//! What a body leaves unfinished, if [`DecoderBuilder::unfinished`](crate::DecoderBuilder::unfinished) takes it, is an event only where
//! no other connection will bring it again: where the session ends with that body. Else it is asked for again.

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
