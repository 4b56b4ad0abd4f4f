//! Blocks to a body.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use sse_proto::{EventId, EventType};

use crate::keep_alive::KeepAliveStream;
use crate::{BodyError, EncodeError, KeepAlive, NeverTimer, Sse, Timer};

impl Sse {
    /// The bytes of this block.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], if the type or the id would end its line, or the id holds U+0000.
    pub fn encode(self) -> Result<Bytes, EncodeError> {
        // An empty type is none.
        if self.event.as_deref().is_some_and(|event| !event.is_empty() && EventType::new(event).is_err()) {
            return Err(EncodeError::InvalidEvent);
        }
        if self.id.as_deref().is_some_and(|id| EventId::new(id).is_err()) {
            return Err(EncodeError::InvalidId);
        }
        Ok(self.to_wire())
    }
}

impl TryFrom<Sse> for Bytes {
    type Error = EncodeError;

    fn try_from(block: Sse) -> Result<Self, EncodeError> {
        block.encode()
    }
}

impl KeepAlive {
    /// A block.
    ///
    /// # Errors
    ///
    /// As of [`Sse::encode`].
    pub fn event(mut self, event: Sse) -> Result<Self, EncodeError> {
        self.event = event.encode()?;
        Ok(self)
    }
}

pin_project! {
    /// The body of a response. It ends with the stream or with the first error.
    #[allow(missing_docs, reason = "the macro takes no documentation of fields")]
    pub struct SseBody<S, T = NeverTimer> {
        #[pin]
        pub event_stream: S,
        #[pin]
        keep_alive: Option<KeepAliveStream<T>>,
        finished: bool,
    }
}

impl<S, T> SseBody<S, T> {
    /// Whether keep-alives are sent.
    pub fn has_keep_alive(&self) -> bool {
        self.keep_alive.is_some()
    }
}

impl<S, E> SseBody<S, NeverTimer>
where
    S: Stream<Item = Result<Sse, E>>,
{
    /// A body without keep-alives.
    pub fn new(stream: S) -> Self {
        Self { event_stream: stream, keep_alive: None, finished: false }
    }
}

impl<S, E, T> SseBody<S, T>
where
    S: Stream<Item = Result<Sse, E>>,
    T: Timer,
{
    /// A body with keep-alives.
    pub fn new_keep_alive(stream: S, keep_alive: KeepAlive) -> Self {
        let keep_alive = Some(KeepAliveStream::new(keep_alive));
        Self { event_stream: stream, keep_alive, finished: false }
    }

    /// The same with keep-alives.
    pub fn with_keep_alive<T2: Timer>(self, keep_alive: KeepAlive) -> SseBody<S, T2> {
        let keep_alive = Some(KeepAliveStream::new(keep_alive));
        SseBody { event_stream: self.event_stream, keep_alive, finished: self.finished }
    }
}

impl<S, E, T> Body for SseBody<S, T>
where
    S: Stream<Item = Result<Sse, E>>,
    E: Into<Box<dyn StdError + Send + Sync>>,
    T: Timer,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut this = self.project();
        if *this.finished {
            return Poll::Ready(None);
        }
        let Poll::Ready(item) = this.event_stream.poll_next(context) else {
            let Some(keep_alive) = this.keep_alive.as_pin_mut() else { return Poll::Pending };
            return keep_alive.poll_event(context).map(|bytes| Some(Ok(Frame::data(bytes))));
        };
        let sent = match item {
            Some(Ok(block)) => Some(block.encode().map_err(BodyError::Encode)),
            Some(Err(error)) => Some(Err(BodyError::Stream(error.into()))),
            None => None,
        };
        if !matches!(sent, Some(Ok(_))) {
            *this.finished = true;
        } else if let Some(keep_alive) = this.keep_alive.as_mut().as_pin_mut() {
            keep_alive.reset();
        }
        Poll::Ready(sent.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.finished
    }
}
