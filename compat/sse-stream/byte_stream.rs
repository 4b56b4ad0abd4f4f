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
    pub(crate) fn poll_block(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Sse, Error>>> {
        let mut this = self.project();
        loop {
            if let Some(data) = this.rest {
                let block = this.blocks.next(data);
                if !data.has_remaining() {
                    *this.rest = None;
                }
                if let Some(block) = block.transpose() {
                    return Poll::Ready(Some(block));
                }
            }
            match ready!(this.source.as_mut().try_poll_next(context)) {
                Some(Ok(data)) => *this.rest = Some(data),
                Some(Err(error)) => return Poll::Ready(Some(Err(Error::Body(Box::new(error))))),
                None => return Poll::Ready(None),
            }
        }
    }
}
