//! The chunks of a `futures_io` reader.

use alloc::boxed::Box;
use alloc::vec;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use bytes::Bytes;
use futures_core::Stream;
use futures_io::AsyncRead;
use pin_project_lite::pin_project;

use crate::limits::READ_SIZE;

pin_project! {
    /// A stream of byte chunks out of a [`futures_io::AsyncRead`], for [`EventStream`](crate::EventStream) and its like. Feature `futures-io`; the
    /// trait crate only.
    ///
    /// It reads up to 16 KiB at a time and copies the bytes that arrived, so an idle connection holds only that
    /// buffer. An interrupted read is retried. After any other error the stream continues where the reader does.
    ///
    /// For tokio's readers there is `ReaderStream` of `tokio-util`.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on};
    /// use sse_proto::{EventStream, IoChunks};
    ///
    /// let body = &b"data: a\n\ndata: b\n\n"[..]; // any `AsyncRead`
    /// let events: Vec<_> = block_on(EventStream::new(IoChunks::new(body)).collect());
    /// assert_eq!(events[1].as_ref().unwrap().data(), "b");
    /// ```
    #[derive(Debug)]
    pub struct IoChunks<R> {
        #[pin]
        reader: R,
        buffer: Box<[u8]>,
        ended: bool,
    }
}

impl<R> IoChunks<R> {
    /// The chunks of `reader`.
    pub fn new(reader: R) -> Self {
        Self { reader, buffer: Box::default(), ended: false }
    }

    /// The reader.
    #[must_use]
    pub const fn get_ref(&self) -> &R {
        &self.reader
    }

    /// The reader. What is read from it here is missing from the stream.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The reader.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on};
    /// use sse_proto::IoChunks;
    ///
    /// let mut chunks = IoChunks::new(&b"data: a\n\n"[..]);
    /// assert_eq!(chunks.get_ref().len(), 9);
    /// *chunks.get_mut() = b"data: b\n\n";
    /// assert_eq!(block_on(chunks.next()).unwrap()?, "data: b\n\n");
    /// assert!(chunks.into_inner().is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn into_inner(self) -> R {
        self.reader
    }
}

impl<R: AsyncRead> Stream for IoChunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        if this.buffer.is_empty() {
            *this.buffer = vec![0; READ_SIZE].into_boxed_slice();
        }
        loop {
            return Poll::Ready(match ready!(this.reader.as_mut().poll_read(context, this.buffer)) {
                Ok(0) => {
                    *this.ended = true;
                    None
                }
                Ok(read) => this.buffer.get(..read).map(|bytes| Ok(Bytes::copy_from_slice(bytes))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Some(Err(error)),
            });
        }
    }
}
