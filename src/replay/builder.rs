//! The configuration of a log.

use alloc::sync::Arc;
use core::marker::PhantomData;

use crate::field::EventId;
use crate::limits::{DEFAULT_LOG_BYTES, DEFAULT_LOG_EVENTS};

use super::log::ReplayLog;

/// The bounds and the start of a [`ReplayLog`]. Made by [`ReplayLog::builder`].
///
/// ```
/// use sse_proto::replay::ReplayLog;
///
/// let log = ReplayLog::builder().max_events(1000).max_bytes(1024 * 1024).build();
/// assert!(log.is_empty());
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ReplayLogBuilder<T = ()> {
    max_events: usize,
    max_bytes: usize,
    first: u64,
    before_first: Option<Arc<str>>,
    tag: PhantomData<fn() -> T>,
}

impl Default for ReplayLogBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayLogBuilder {
    const fn new() -> Self {
        Self {
            max_events: DEFAULT_LOG_EVENTS,
            max_bytes: DEFAULT_LOG_BYTES,
            first: 0,
            before_first: None,
            tag: PhantomData,
        }
    }
}

impl<T> ReplayLogBuilder<T> {
    /// The maximum number of events. The default is 10,000: 100 events a second during the longest wait of a client
    /// of this crate, a minute and a half.
    ///
    /// The log remembers the same number of ids of evicted events, to recognise clients that come too late. Besides
    /// encodings, ids and tags, a log uses at most 190 bytes for each event, and 310 once it also remembers an id for
    /// each (on 64 bits, measured).
    pub const fn max_events(mut self, events: usize) -> Self {
        self.max_events = events;
        self
    }

    /// The maximum number of bytes of all events: the length of each encoding and of its id. The default is 16 MiB.
    ///
    /// The ids of evicted events may use an eighth of that in addition; the last one is always remembered. An event
    /// that is a slice of a larger buffer keeps the whole buffer in memory: push the result of
    /// [`Message::to_bytes`](crate::Message::to_bytes).
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The position of the first event. The default is 0. For a log that continues where another log or a store has
    /// ended. Positions end at `u64::MAX`, so leave room for the events to come.
    ///
    /// ```
    /// use sse_proto::replay::{Replay, ReplayLog};
    ///
    /// let log = ReplayLog::builder().starting_at(1000).build();
    /// assert_eq!(log.end(), 1000);
    /// assert!(matches!(log.from_position(999), Replay::TooOld { .. }));
    /// ```
    pub const fn starting_at(mut self, position: u64) -> Self {
        self.first = position;
        self
    }

    /// The id of the place before the first event: a client that names it gets all events. So a client can have an id
    /// before there is an event ([`ReplayLog::last_id`]).
    ///
    /// ```
    /// use sse_proto::replay::{EpochId, Replay, ReplayLog};
    /// use sse_proto::Message;
    ///
    /// let start = EpochId::new(1732105794123, 0);
    /// let mut log = ReplayLog::builder().starting_after(start.text().as_event_id()).build();
    /// let first = EpochId::new(1732105794123, 1).text();
    /// log.push(first.as_event_id(), Message::new().id(first.as_event_id()).data("x").to_bytes());
    /// assert!(matches!(log.after(start.text().as_event_id()), Replay::Events(events) if events.len() == 1));
    /// ```
    pub fn starting_after(mut self, id: EventId<'_>) -> Self {
        self.before_first = Some(id.as_str().into());
        self
    }

    /// The type of the tags of events: see [`ReplayLog::push_tagged`].
    ///
    /// ```
    /// use sse_proto::replay::ReplayLog;
    /// use std::time::Instant;
    ///
    /// let log = ReplayLog::builder().max_events(1000).tag::<Instant>().build();
    /// assert!(log.is_empty());
    /// ```
    pub fn tag<U>(self) -> ReplayLogBuilder<U> {
        let Self { max_events, max_bytes, first, before_first, tag: _ } = self;
        ReplayLogBuilder { max_events, max_bytes, first, before_first, tag: PhantomData }
    }

    /// The log, empty.
    #[must_use]
    pub fn build(self) -> ReplayLog<T> {
        ReplayLog::with(self.max_events, self.max_bytes, self.first, self.before_first)
    }
}

impl ReplayLog {
    /// An empty log with the default bounds.
    ///
    /// ```
    /// assert_eq!(sse_proto::replay::ReplayLog::new().len(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A log with other bounds.
    ///
    /// ```
    /// let log = sse_proto::replay::ReplayLog::builder().max_bytes(64 * 1024).build();
    /// ```
    pub const fn builder() -> ReplayLogBuilder {
        ReplayLogBuilder::new()
    }
}

impl Default for ReplayLog {
    fn default() -> Self {
        Self::new()
    }
}
