//! An event in a log, and several in a row.

use alloc::collections::vec_deque;
use alloc::sync::Arc;
use core::iter::FusedIterator;

use bytes::Bytes;

use crate::field::EventId;

/// An event in a log. A clone shares its bytes and its id.
///
/// ```
/// use sse_proto::bytes::Bytes;
/// use sse_proto::EventId;
/// use sse_proto::replay::ReplayLog;
///
/// let mut log = ReplayLog::builder().tag::<&str>().build();
/// log.push_tagged(EventId::from_static("7"), Bytes::from_static(b"id: 7\ndata: x\n\n"), "news");
/// let event = log.iter().next().unwrap();
/// assert_eq!((event.id().as_str(), event.position(), *event.tag()), ("7", 0, "news"));
/// assert_eq!(event.bytes(), &b"id: 7\ndata: x\n\n"[..]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Logged<T = ()> {
    pub(super) id: Arc<str>,
    pub(super) bytes: Bytes,
    pub(super) position: u64,
    pub(super) tag: T,
}

/// Events of a log, from old to new. Made by [`ReplayLog::iter`](super::ReplayLog::iter) and by its answers.
///
/// `len` and `nth` take constant time.
#[derive(Debug)]
pub struct Events<'l, T = ()> {
    pub(super) events: vec_deque::Iter<'l, Logged<T>>,
    /// The position after the last of them.
    pub(super) end: u64,
}

impl<T> Logged<T> {
    /// Its share of the log's bytes.
    pub(super) fn len(&self) -> usize {
        self.id.len().saturating_add(self.bytes.len())
    }

    /// The id that it was pushed with.
    #[must_use]
    pub fn id(&self) -> EventId<'_> {
        EventId::decoded(&self.id)
    }

    /// Its encoding. Send it unchanged.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its position in the log: the number of events that were pushed before it, if the log started at 0.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Its tag ([`ReplayLog::push_tagged`](super::ReplayLog::push_tagged)): for example a topic or a time.
    #[must_use]
    pub const fn tag(&self) -> &T {
        &self.tag
    }
}

impl<T> Events<'_, T> {
    /// The position of the first of these events, or of the next event to be pushed if there are none.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::replay::ReplayLog;
    /// use sse_proto::EventId;
    ///
    /// let mut log = ReplayLog::new();
    /// for id in ["a", "b", "c"] {
    ///     log.push(EventId::new(id)?, Bytes::from_static(b"data\n\n"));
    /// }
    /// let missed = log.after(EventId::new("b")?).into_events().unwrap();
    /// assert_eq!(missed.start(), 2);
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    #[must_use]
    pub fn start(&self) -> u64 {
        self.end.saturating_sub(self.events.len() as u64)
    }
}

impl<T> Clone for Events<'_, T> {
    fn clone(&self) -> Self {
        Self { events: self.events.clone(), end: self.end }
    }
}

impl<'l, T> Iterator for Events<'l, T> {
    type Item = &'l Logged<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.events.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.events.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.events.nth(n)
    }

    fn count(self) -> usize {
        self.events.len()
    }

    fn last(mut self) -> Option<Self::Item> {
        self.next_back()
    }
}

impl<T> DoubleEndedIterator for Events<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let event = self.events.next_back()?;
        self.end = event.position;
        Some(event)
    }

    fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
        let start = self.start();
        let event = self.events.nth_back(n);
        self.end = event.map_or(start, |event| event.position);
        event
    }
}

impl<T> ExactSizeIterator for Events<'_, T> {}
impl<T> FusedIterator for Events<'_, T> {}
