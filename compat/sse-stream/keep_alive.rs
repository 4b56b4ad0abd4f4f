//! What is sent when there is nothing to send.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use pin_project_lite::pin_project;
use sse_proto::{KEEP_ALIVE, Message};

/// What is sent after which time in which there was nothing to send.
#[derive(Debug, Clone)]
#[must_use]
pub struct KeepAlive {
    pub(crate) event: Bytes,
    interval: Duration,
}

impl KeepAlive {
    /// An empty comment after 15 seconds.
    pub fn new() -> Self {
        Self { event: Bytes::from_static(KEEP_ALIVE), interval: Duration::from_secs(15) }
    }

    /// After another time.
    pub fn interval(mut self, time: Duration) -> Self {
        self.interval = time;
        self
    }

    /// A comment with a text. Each of its lines becomes one.
    pub fn comment(mut self, comment: &str) -> Self {
        let lines = comment.replace("\r\n", "\n").replace(['\r', '\n'], "\n ");
        self.event = Message::new().comment(&format!(" {lines}")).to_bytes();
        self
    }
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::new()
    }
}

/// A timer of any runtime.
pub trait Timer: Future<Output = ()> {
    /// Sets the next deadline, also where one has passed.
    fn reset(self: Pin<&mut Self>, instant: Instant);

    /// A timer that is over after `duration`.
    fn from_duration(duration: Duration) -> Self;
}

/// A timer that is never over.
#[derive(Debug)]
pub struct NeverTimer;

impl Future for NeverTimer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl Timer for NeverTimer {
    fn reset(self: Pin<&mut Self>, _: Instant) {}

    fn from_duration(_: Duration) -> Self {
        Self
    }
}

pin_project! {
    /// A keep-alive with its timer.
    #[derive(Debug)]
    pub struct KeepAliveStream<T> {
        keep_alive: KeepAlive,
        #[pin]
        timer: T,
    }
}

impl<T: Timer> KeepAliveStream<T> {
    pub(crate) fn new(keep_alive: KeepAlive) -> Self {
        Self { timer: T::from_duration(keep_alive.interval), keep_alive }
    }

    /// Something was sent: the wait starts anew.
    pub(crate) fn reset(self: Pin<&mut Self>) {
        let this = self.project();
        this.timer.reset(Instant::now() + this.keep_alive.interval);
    }

    pub(crate) fn poll_event(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Bytes> {
        let this = self.as_mut().project();
        ready!(this.timer.poll(context));
        let event = this.keep_alive.event.clone();
        self.reset();
        Poll::Ready(event)
    }
}
