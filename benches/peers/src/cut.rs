//! A stream as it arrives: the same bytes cut in several ways, and fed to whoever asks for them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use futures::Stream;

/// The chunks of one stream. They live as long as the program, since several contestants ask for that.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) chunks: Vec<&'static [u8]>,
}

impl Cut {
    /// Never freed: there are few of them, and they are needed to the end.
    pub(crate) fn leak(chunks: Vec<&'static [u8]>) -> &'static Self {
        Box::leak(Box::new(Self { chunks }))
    }

    pub(crate) fn every(stream: &'static [u8], size: usize) -> &'static Self {
        Self::leak(stream.chunks(size).collect())
    }

    /// Chunks that each end with a blank line.
    fn by_event(stream: &'static [u8]) -> &'static Self {
        let mut chunks = Vec::new();
        let mut start = 0;
        for line_end in memchr::memchr_iter(b'\n', stream) {
            let line = &stream[start..line_end];
            if line.ends_with(b"\n") || line.ends_with(b"\n\r") {
                chunks.push(&stream[start..=line_end]);
                start = line_end + 1;
            }
        }
        if start < stream.len() {
            chunks.push(&stream[start..]);
        }
        Self::leak(chunks)
    }
}

/// The ways to cut, with the names of the columns.
pub(crate) const CHUNKINGS: [&str; 4] = ["whole", "16 KiB", "1460 B", "one event"];

/// `stream` cut in each of these ways.
pub(crate) fn cuts(stream: &'static [u8]) -> [&'static Cut; 4] {
    [Cut::leak(vec![stream]), Cut::every(stream, 16 * 1024), Cut::every(stream, 1460), Cut::by_event(stream)]
}

/// A body for the contestants that pull: a stream of ready chunks which is pending when all of them have
/// been taken, and starts over after `rewind`. So one decoder lives through many passes, as through a long
/// connection, and keeps its buffers warm like the decoders that are pushed into.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    chunks: &'static [&'static [u8]],
    next: Arc<AtomicUsize>,
}

impl Feed {
    pub(crate) fn new(cut: &'static Cut) -> Self {
        Self { chunks: &cut.chunks, next: Arc::new(AtomicUsize::new(usize::MAX)) }
    }

    pub(crate) fn rewind(&self) {
        self.next.store(0, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn take(&self) -> Option<&'static [u8]> {
        let next = self.next.load(Ordering::Relaxed);
        let chunk = self.chunks.get(next)?;
        self.next.store(next + 1, Ordering::Relaxed);
        Some(chunk)
    }
}

impl Stream for Feed {
    type Item = Result<&'static [u8], Infallible>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.take().map_or(Poll::Pending, |chunk| Poll::Ready(Some(Ok(chunk))))
    }
}

/// Hands every item of `stream` that is ready to `each`, until it is pending. No runtime.
#[inline]
pub(crate) fn drain<S: Stream + Unpin>(
    stream: &mut S,
    mut each: impl FnMut(S::Item) -> Result<(), String>,
) -> Result<(), String> {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match Pin::new(&mut *stream).poll_next(&mut context) {
            Poll::Ready(Some(item)) => each(item)?,
            Poll::Ready(None) => return Err("the stream of events ended".into()),
            Poll::Pending => return Ok(()),
        }
    }
}
