//! The HTTP client and the runtime that the driver needs.

use core::future::Future;
use core::task::{Context, Poll};

use bytes::Bytes;

use super::response::Response;
use crate::session::{Request, Time};

/// An HTTP client and a runtime, as [`EventSource`](super::EventSource) needs them: three methods, and a clock.
///
/// The futures own their data, so the source can keep them between two calls.
///
/// The [module's page](super) has a transport without a network; the cookbook has those for
/// [reqwest](crate::cookbook::reqwest_source) and [hyper](crate::cookbook::hyper_source). With both, a program is:
///
/// ```
/// use sse_proto::driver::{EventSource, Transport};
/// use sse_proto::session::Session;
///
/// async fn print<T: Transport<Error: std::fmt::Display>>(transport: T) {
///     let mut source = EventSource::new(Session::new(), transport);
///     while let Some(event) = source.next_event().await {
///         match event {
///             Ok(event) => println!("{}", event.data()),
///             Err(error) => eprintln!("{error}"),
///         }
///     }
/// }
/// ```
pub trait Transport {
    /// A response body.
    type Body;
    /// The error of the HTTP client.
    type Error;
    /// A pending request. A `Pin<Box<dyn Future<..>>>` is fine.
    type Connect: Future<Output = Result<Response<Self::Body>, Self::Error>>;
    /// A timer.
    type Sleep: Future<Output = ()>;

    /// Sends the request: its [headers](Request::headers) and those of the caller's own, to the caller's URL, with the
    /// [cursor](Request::cursor) in it if there is one. Redirects are followed. The future is dropped when the head does
    /// not come in time.
    fn connect(&mut self, request: Request<'_>) -> Self::Connect;

    /// The next piece of the body, `None` at its end.
    fn poll_read(
        &mut self,
        body: &mut Self::Body,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>>;

    /// A timer that fires at this time, on the clock of [`Transport::now`].
    fn sleep_until(&mut self, at: Time) -> Self::Sleep;

    /// The time since a start that the transport chooses. With the feature `std` this is provided, with
    /// `std::time::Instant`; on `wasm32-unknown-unknown`, where that panics, provide your own.
    #[cfg(feature = "std")]
    fn now(&self) -> Time {
        super::std_clock::now()
    }

    /// The time since a start that the transport chooses.
    #[cfg(not(feature = "std"))]
    fn now(&self) -> Time;

    /// A random number, to spread the waits of many clients. With the feature `std` this is provided.
    #[cfg(feature = "std")]
    fn random(&mut self) -> u64 {
        super::std_clock::random()
    }

    /// A random number, to spread the waits of many clients.
    #[cfg(not(feature = "std"))]
    fn random(&mut self) -> u64;
}
