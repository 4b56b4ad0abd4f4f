//! Blocks to a body.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;

use crate::keep_alive::KeepAliveStream;
use crate::{KeepAlive, NeverTimer, Sse, Timer};

impl From<Sse> for Bytes {
    fn from(block: Sse) -> Self {
        block.to_wire()
    }
}

impl KeepAlive {
    /// A block.
    pub fn event(mut self, event: Sse) -> Self {
        self.event = event.into();
        self
    }
}

pin_project! {
    /// The body of a response.
    #[allow(missing_docs, reason = "the macro takes no documentation of fields")]
    pub struct SseBody<S, T = NeverTimer> {
        #[pin]
        pub event_stream: S,
        #[pin]
        pub keep_alive: Option<KeepAliveStream<T>>,
    }
}

impl<S, E> SseBody<S, NeverTimer>
where
    S: Stream<Item = Result<Sse, E>>,
{
    /// A body without keep-alives.
    pub fn new(stream: S) -> Self {
        Self { event_stream: stream, keep_alive: None }
    }
}

impl<S, E, T> SseBody<S, T>
where
    S: Stream<Item = Result<Sse, E>>,
    T: Timer,
{
    /// A body with keep-alives.
    pub fn new_keep_alive(stream: S, keep_alive: KeepAlive) -> Self {
        Self { event_stream: stream, keep_alive: Some(KeepAliveStream::new(keep_alive)) }
    }

    /// The same with keep-alives.
    pub fn with_keep_alive<T2: Timer>(self, keep_alive: KeepAlive) -> SseBody<S, T2> {
        SseBody { event_stream: self.event_stream, keep_alive: Some(KeepAliveStream::new(keep_alive)) }
    }
}

impl<S, E, T> Body for SseBody<S, T>
where
    S: Stream<Item = Result<Sse, E>>,
    T: Timer,
{
    type Data = Bytes;
    type Error = E;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        let this = self.project();
        let Poll::Ready(item) = this.event_stream.poll_next(context) else {
            let Some(keep_alive) = this.keep_alive.as_pin_mut() else { return Poll::Pending };
            return keep_alive.poll_event(context).map(|bytes| Some(Ok(Frame::data(bytes))));
        };
        if let (Some(Ok(_)), Some(keep_alive)) = (&item, this.keep_alive.as_pin_mut()) {
            keep_alive.reset();
        }
        Poll::Ready(item.map(|block| block.map(|block| Frame::data(block.into()))))
    }
}
