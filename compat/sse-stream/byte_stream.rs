//! A stream of blocks over a stream of buffers.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use futures_util::TryStream;
use pin_project_lite::pin_project;

use crate::blocks::Blocks;
use crate::{Error, Sse};

pin_project! {
    /// Goes on after errors, and asks its source as often as it is asked.
    pub(crate) struct ByteStream<S: TryStream> {
        #[pin]
        source: S,
        // What is left of a buffer that holds more than one block.
        rest: Option<S::Ok>,
        blocks: Blocks,
    }
}

impl<S: TryStream> ByteStream<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { source, rest: None, blocks: Blocks::default() }
    }

    /// Lets go of what it holds.
    #[allow(dead_code, reason = "the older interface goes on after errors")]
    pub(crate) fn release(self: Pin<&mut Self>) {
        let this = self.project();
        (*this.rest, *this.blocks) = (None, Blocks::default());
    }
}

impl<S> ByteStream<S>
where
    S: TryStream,
    S::Ok: Buf,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    /// Whether there is another block, which [`ByteStream::take_block`] gives then: a block is large, and to hand it up through
    /// each layer took a quarter of the time per event.
    #[inline]
    pub(crate) fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(), Error>>> {
        let mut this = self.project();
        loop {
            if let Some(data) = this.rest {
                match this.blocks.read(data) {
                    Ok(true) => return Poll::Ready(Some(Ok(()))),
                    Ok(false) => *this.rest = None,
                    Err(error) => return Poll::Ready(Some(Err(error))),
                }
            }
            match ready!(this.source.as_mut().try_poll_next(context)) {
                Some(Ok(data)) => *this.rest = Some(data),
                Some(Err(error)) => return Poll::Ready(Some(Err(Error::Body(Box::new(error))))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// The block that has been read.
    #[inline]
    pub(crate) fn take_block(self: Pin<&mut Self>) -> Sse {
        self.project().blocks.take_block()
    }
}
