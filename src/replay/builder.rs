//! How a log is configured.

use crate::limits::{DEFAULT_LOG_BYTES, DEFAULT_LOG_EVENTS};

use super::log::ReplayLog;

/// How a [`ReplayLog`] is bounded. Made by [`ReplayLog::builder`].
///
/// ```
/// use sse_proto::replay::ReplayLog;
///
/// let log = ReplayLog::builder().max_events(1000).max_bytes(1024 * 1024).build();
/// assert!(log.is_empty());
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ReplayLogBuilder {
    max_events: usize,
    max_bytes: usize,
}

impl Default for ReplayLogBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayLogBuilder {
    const fn new() -> Self {
        Self { max_events: DEFAULT_LOG_EVENTS, max_bytes: DEFAULT_LOG_BYTES }
    }

    /// The most events that are held. The default is 10,000: what 100 events a second make in the longest wait of a client
    /// of this crate, a minute and a half.
    ///
    /// As many ids of evicted events are remembered, to know who comes too late. Bookkeeping costs about 150 bytes for each id
    /// that is held or remembered, so up to 300 bytes for each event of this number.
    pub const fn max_events(mut self, events: usize) -> Self {
        self.max_events = events;
        self
    }

    /// The most bytes that the events take, each the length of its encoding and of its id. The default is 16 MiB.
    ///
    /// The ids of evicted events may take an eighth of that in addition; the last one is always remembered. An event that is
    /// a slice of a larger buffer keeps all of that alive: push what [`Message::to_bytes`](crate::Message::to_bytes) made.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The log, empty.
    #[must_use]
    pub const fn build(self) -> ReplayLog {
        ReplayLog::with(self.max_events, self.max_bytes)
    }
}

impl ReplayLog {
    /// An empty log with the default bounds.
    ///
    /// ```
    /// assert_eq!(sse_proto::replay::ReplayLog::new().len(), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
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
