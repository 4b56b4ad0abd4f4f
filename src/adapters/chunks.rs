//! The source of a stream and its state: whether it has ended, and whether other tasks should run.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::limits::STREAM_TURNS;

pin_project! {
    #[derive(Debug)]
    pub(super) struct Chunks<S> {
        #[pin]
        source: S,
        ended: bool,
        // The last item was an error: if the source ends now, it has failed.
        failed: bool,
        // The number of frames and chunks since the source was pending.
        turns: u8,
    }
}

impl<S> Chunks<S> {
    pub(super) const fn of(source: S) -> Self {
        Self { source, ended: false, failed: false, turns: 0 }
    }

    pub(super) const fn source(&self) -> &S {
        &self.source
    }

    pub(super) const fn source_mut(&mut self) -> &mut S {
        &mut self.source
    }

    pub(super) fn into_source(self) -> S {
        self.source
    }

    pub(super) const fn have_ended(&self) -> bool {
        self.ended
    }

    /// Whether the last item was an error. If the source has ended then, it has not ended well, and nothing unfinished may be
    /// yielded.
    pub(super) const fn have_failed(&self) -> bool {
        self.failed
    }

    /// Returns pending once after this many ready turns, and wakes the task.
    pub(super) fn poll_turn(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let turns = self.project().turns;
        if *turns == STREAM_TURNS {
            *turns = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        *turns += 1;
        Poll::Ready(())
    }

    /// The next chunk.
    pub(super) fn poll_chunk<B, E>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<B, E>>>
    where
        S: Stream<Item = Result<B, E>>,
    {
        let this = self.project();
        let turns = core::mem::take(this.turns);
        let item = ready!(this.source.poll_next(context));
        *this.turns = turns;
        match &item {
            Some(chunk) => *this.failed = chunk.is_err(),
            None => *this.ended = true,
        }
        Poll::Ready(item)
    }
}
