//! A body or a stream of buffers to blocks.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use futures_util::stream::{FusedStream, MapOk};
use futures_util::{Stream, TryStream, TryStreamExt};
use http_body::{Body, Frame};
use http_body_util::{BodyDataStream, StreamBody};
use pin_project_lite::pin_project;

use crate::byte_stream::ByteStream;
use crate::{Error, Sse};

pin_project! {
    /// The blocks of a body. Ends after its first error.
    pub struct SseStream<B: Body> {
        #[pin]
        inner: SseByteStream<BodyDataStream<B>>,
    }
}

pin_project! {
    /// The blocks of a stream of buffers. Ends after its first error.
    pub struct SseByteStream<S: TryStream> {
        #[pin]
        blocks: ByteStream<S>,
        finished: bool,
    }
}

/// The body that [`SseStream::from_bytes_stream`] makes of a stream of buffers.
pub type ByteStreamBody<S, D> = StreamBody<MapOk<S, fn(D) -> Frame<D>>>;

impl<E, S, D> SseStream<ByteStreamBody<S, D>>
where
    S: Stream<Item = Result<D, E>>,
    D: Buf,
{
    /// The blocks of a stream of buffers, through a body. [`SseByteStream::new`] needs none.
    pub fn from_bytes_stream(stream: S) -> Self {
        Self::new(StreamBody::new(stream.map_ok(Frame::data as fn(D) -> Frame<D>)))
    }
}

impl<B: Body> SseStream<B> {
    /// The blocks of `body`. Trailers are passed over.
    pub fn new(body: B) -> Self {
        Self { inner: SseByteStream::new(BodyDataStream::new(body)) }
    }
}

impl<S: TryStream> SseByteStream<S> {
    /// The blocks of `stream`.
    pub fn new(stream: S) -> Self {
        Self { blocks: ByteStream::new(stream), finished: false }
    }
}

impl<B: Body> Stream for SseStream<B>
where
    B::Error: StdError + Send + Sync + 'static,
{
    type Item = Result<Sse, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().inner.poll_next(context)
    }
}

impl<S> Stream for SseByteStream<S>
where
    S: TryStream,
    S::Ok: Buf,
    S::Error: StdError + Send + Sync + 'static,
{
    type Item = Result<Sse, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.finished {
            return Poll::Ready(None);
        }
        let error = match ready!(this.blocks.as_mut().poll_read(context)) {
            Some(Ok(())) => return Poll::Ready(Some(Ok(this.blocks.take_block()))),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        };
        *this.finished = true;
        this.blocks.release();
        Poll::Ready(error)
    }
}

impl<B: Body> FusedStream for SseStream<B>
where
    B::Error: StdError + Send + Sync + 'static,
{
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl<S> FusedStream for SseByteStream<S>
where
    S: TryStream,
    S::Ok: Buf,
    S::Error: StdError + Send + Sync + 'static,
{
    fn is_terminated(&self) -> bool {
        self.finished
    }
}
