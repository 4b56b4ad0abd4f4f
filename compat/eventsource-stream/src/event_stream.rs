//! The stream of events.

use alloc::string::String;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use futures_core::Stream;
use pin_project_lite::pin_project;
use sse_proto::bytes::Bytes;
use sse_proto::{Decoder, EventId, Frame, SharedChunk};

use crate::{Event, EventStreamError};

pin_project! {
    /// The events of a stream of bytes.
    #[derive(Debug)]
    pub struct EventStream<S> {
        #[pin]
        stream: S,
        decoder: Decoder,
        chunk: SharedChunk,
        // A reconnection time that no event has brought yet.
        retry: Option<Duration>,
        // What the caller has set, where the decoder could not take it. It stands until the next event.
        set_id: Option<String>,
        begun: bool,
        ended: bool,
    }
}

impl<S> EventStream<S> {
    /// The events of `stream`.
    pub fn new(stream: S) -> Self {
        let (decoder, chunk) = (Decoder::new(), SharedChunk::default());
        Self { stream, decoder, chunk, retry: None, set_id: None, begun: false, ended: false }
    }

    /// Sets the last event ID, for a stream that goes on where another one has ended. Events that bring no id have it, if it is set
    /// before the first byte has come and is an id at all.
    pub fn set_last_event_id(&mut self, id: impl Into<String>) {
        let id = id.into();
        match EventId::new(&id) {
            Ok(id) if !self.begun => {
                self.decoder = Decoder::builder().last_event_id(id).build();
                self.set_id = None;
            }
            _ => self.set_id = Some(id),
        }
    }

    /// The last event ID: to be sent when the client connects again.
    pub fn last_event_id(&self) -> &str {
        self.set_id.as_deref().unwrap_or_else(|| self.decoder.last_event_id().as_str())
    }
}

impl<S, B, E> Stream for EventStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    type Item = Result<Event, EventStreamError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            match this.decoder.decode_lent(this.chunk) {
                Ok(Some(Frame::Event(event))) => {
                    *this.set_id = None;
                    return Poll::Ready(Some(Ok(Event {
                        event: event.event_type().as_str().into(),
                        data: event.data().into(),
                        id: event.last_event_id().as_str().into(),
                        retry: this.retry.take(),
                    })));
                }
                Ok(Some(Frame::Retry(delay))) => {
                    *this.retry = Some(delay);
                    continue;
                }
                Ok(Some(_)) => continue,
                Ok(None) if *this.ended => return Poll::Ready(None),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(EventStreamError::of_limit(&error)))),
            }
            // What was read to its end is not held while nothing comes.
            *this.chunk = SharedChunk::default();
            match ready!(this.stream.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => {
                    *this.begun = true;
                    // One copy of the chunk: it may be of any type, and has to outlive this call.
                    *this.chunk = SharedChunk::new(Bytes::copy_from_slice(bytes.as_ref()));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(EventStreamError::Transport(error)))),
                None => *this.ended = true,
            }
        }
    }
}
