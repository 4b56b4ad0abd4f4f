//! Chunks of any kind, copied.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    /// A stream of [`Bytes`] of one whose chunks are only `AsRef<[u8]>`. Made by
    /// [`EventStream::copying`](crate::EventStream::copying) and its like.
    ///
    /// ```
    /// use futures::{executor::block_on, stream};
    /// use sse_proto::{Copied, EventStream};
    ///
    /// fn events<'t>(text: &'t [u8]) -> EventStream<Copied<stream::Iter<std::vec::IntoIter<std::io::Result<&'t [u8]>>>>> {
    ///     EventStream::copying(stream::iter(vec![Ok(text)]))
    /// }
    /// assert_eq!(block_on(futures::StreamExt::count(events(b"data: a\n\n"))), 1);
    /// ```
    #[derive(Debug)]
    pub struct Copied<S> {
        #[pin]
        source: S,
    }
}

impl<S> Copied<S> {
    pub(super) const fn new(source: S) -> Self {
        Self { source }
    }
}

impl<S, B, E> Stream for Copied<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.project().source.poll_next(context));
        Poll::Ready(item.map(|chunk| chunk.map(|bytes| Bytes::copy_from_slice(bytes.as_ref()))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.source.size_hint()
    }
}
