//! A body to blocks.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use futures_util::stream::MapOk;
use futures_util::{Stream, TryStreamExt};
use http_body::{Body, Frame};
use http_body_util::{BodyDataStream, StreamBody};
use pin_project_lite::pin_project;

use crate::byte_stream::ByteStream;
use crate::{Error, Sse};

pin_project! {
    /// The blocks of a body. Goes on after errors.
    pub struct SseStream<B: Body> {
        #[pin]
        blocks: ByteStream<BodyDataStream<B>>,
    }
}

/// The body that [`SseStream::from_bytes_stream`] makes of a stream of buffers.
pub type ByteStreamBody<S, D> = StreamBody<MapOk<S, fn(D) -> Frame<D>>>;

impl<E, S, D> SseStream<ByteStreamBody<S, D>>
where
    S: Stream<Item = Result<D, E>>,
    E: StdError,
    D: Buf,
    StreamBody<ByteStreamBody<S, D>>: Body,
{
    /// The former name of [`SseStream::from_bytes_stream`].
    #[deprecated(since = "0.2.4", note = "use `from_bytes_stream`")]
    pub fn from_byte_stream(stream: S) -> Self {
        Self::from_bytes_stream(stream)
    }

    /// The blocks of a stream of buffers.
    pub fn from_bytes_stream(stream: S) -> Self {
        Self::new(StreamBody::new(stream.map_ok(Frame::data as fn(D) -> Frame<D>)))
    }
}

impl<B: Body> SseStream<B> {
    /// The blocks of `body`. Trailers are passed over.
    pub fn new(body: B) -> Self {
        Self { blocks: ByteStream::new(BodyDataStream::new(body)) }
    }
}

impl<B: Body> Stream for SseStream<B>
where
    B::Error: StdError + Send + Sync + 'static,
{
    type Item = Result<Sse, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        Poll::Ready(match ready!(this.blocks.as_mut().poll_read(context)) {
            Some(Ok(())) => Some(Ok(this.blocks.take_block())),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        })
    }
}
