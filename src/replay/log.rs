//! The log: a queue of events, a queue of the ids of those evicted before them, and an index over both.

use alloc::collections::BTreeMap;
use alloc::collections::VecDeque;
use alloc::collections::btree_map::Entry;
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::iter::FusedIterator;

use bytes::Bytes;

use crate::field::EventId;
use crate::headers;
use crate::limits::REMEMBERED_SHARE;

use super::answer::Replay;
use super::logged::{Events, Logged};

/// A bounded log of encoded events that answers a `Last-Event-ID`: see the [module's page](crate::replay).
///
/// A push and a lookup by id take logarithmic time, a lookup by position constant time, and a replay only the time
/// for the events that it sends. `T` is the type of the tags of events: see [`ReplayLog::push_tagged`].
///
/// ```
/// use bytes::Bytes;
/// use sse_proto::replay::{Replay, ReplayLog};
/// use sse_proto::{EventId, Message};
///
/// let mut log = ReplayLog::builder().max_events(2).build();
/// for id in ["a", "b", "c", "d"] {
///     let id = EventId::new(id)?;
///     let event = Message::new().id(id).data("x").to_bytes();
///     for evicted in log.push(id, event) {
///         assert!(["a", "b"].contains(&evicted.id().as_str())); // gone, unless you keep it
///     }
/// }
/// let Replay::Events(missed) = log.after(EventId::new("c")?) else { unreachable!() };
/// assert_eq!(missed.map(|event| event.bytes().clone()).collect::<Vec<_>>(), ["id: d\ndata: x\n\n"]);
/// assert!(matches!(log.after(EventId::new("d")?), Replay::UpToDate(_)));
/// assert!(matches!(log.after(EventId::new("a")?), Replay::TooOld { oldest: Some(id), .. } if id.as_str() == "c"));
/// assert!(matches!(log.after(EventId::new("z")?), Replay::Unknown));
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReplayLog<T = ()> {
    /// The events in the log, from position `first` on without a gap.
    held: VecDeque<Logged<T>>,
    /// The ids of the events evicted last, up to position `first` without a gap; also that of the place before the
    /// first event.
    remembered: VecDeque<Arc<str>>,
    /// The place of each id in the two queues. The empty id is not included.
    index: BTreeMap<Arc<str>, Named>,
    /// The last id that was not empty, known or not.
    last_id: Option<Arc<str>>,
    first: u64,
    bytes: usize,
    remembered_bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

/// The place that an id names.
#[derive(Debug, Clone, Copy)]
struct Named {
    /// After the first event with this id. If that is forgotten and others with the id are not, its clients are too late.
    next: u64,
    /// How many events with this id are in the log or remembered. At 0 the entry goes, and the id is new again.
    events: usize,
}

/// The events evicted from a log, from old to new. They are evicted even if this iterator is dropped early.
///
/// ```
/// use sse_proto::bytes::Bytes;
/// use sse_proto::EventId;
/// use sse_proto::replay::ReplayLog;
///
/// let mut log = ReplayLog::builder().max_events(1).build();
/// log.push(EventId::from_static("1"), Bytes::from_static(b"data\n\n"));
/// let mut evicted = log.push(EventId::from_static("2"), Bytes::from_static(b"data\n\n"));
/// assert_eq!(evicted.next().unwrap().id(), "1"); // to archive it, for example
/// ```
#[derive(Debug)]
pub struct Evicted<'l, T = ()> {
    log: &'l mut ReplayLog<T>,
    /// Events before this position are evicted, even if there is room.
    before: u64,
}

impl ReplayLog {
    /// Adds an event at the end: the id in its encoding, empty if there is none, and the encoding.
    ///
    /// The log does not read the encoding. Returns the events evicted to make room; you may drop the result.
    pub fn push(&mut self, id: EventId<'_>, event: Bytes) -> Evicted<'_> {
        self.push_tagged(id, event, ())
    }
}

impl<T> ReplayLog<T> {
    pub(super) fn with(
        max_events: usize,
        max_bytes: usize,
        first: u64,
        before_first: Option<Arc<str>>,
    ) -> Self {
        let mut log = Self {
            held: VecDeque::new(),
            remembered: VecDeque::new(),
            index: BTreeMap::new(),
            last_id: None,
            first,
            bytes: 0,
            remembered_bytes: 0,
            max_events,
            max_bytes,
        };
        if let Some(id) = before_first.filter(|id| !id.is_empty()) {
            log.name(&id, first);
            log.remember(id);
        }
        log
    }

    /// Like [`ReplayLog::push`], with a tag: a value for a filter, so that a replay is filtered like live events, or
    /// the time, to evict by age. The log does not count the tag's size.
    ///
    /// ```
    /// use sse_proto::replay::ReplayLog;
    /// use sse_proto::{EventId, IdText, Message};
    ///
    /// let mut log = ReplayLog::builder().tag::<&str>().build();
    /// for (number, topic) in (1..).zip(["news", "sport", "news"]) {
    ///     let id = IdText::from(number);
    ///     let event = Message::new().id(id.as_event_id()).data(topic).to_bytes();
    ///     log.push_tagged(id.as_event_id(), event, topic);
    /// }
    /// let missed = log.after(EventId::from_static("1")).into_events().unwrap();
    /// let news: Vec<_> = missed.filter(|event| *event.tag() == "news").map(|event| event.bytes().clone()).collect();
    /// assert_eq!(news, ["id: 3\ndata: news\n\n"]);
    /// ```
    pub fn push_tagged(&mut self, id: EventId<'_>, event: Bytes, tag: T) -> Evicted<'_, T> {
        let id: Arc<str> = id.as_str().into();
        let position = self.end();
        if !id.is_empty() {
            self.name(&id, position.saturating_add(1));
        }
        let event = Logged { id, bytes: event, position, tag };
        self.bytes = self.bytes.saturating_add(event.len());
        self.held.push_back(event);
        Evicted { log: self, before: 0 }
    }

    /// The events that a client has missed if it names `id` as its last event ID (WHATWG HTML 9.2.4).
    #[must_use]
    pub fn after(&self, id: EventId<'_>) -> Replay<'_, T> {
        if id.is_empty() {
            return Replay::FromStart(self.iter());
        }
        match self.index.get(id.as_str()) {
            Some(place) => self.from_position(place.next),
            None => Replay::Unknown,
        }
    }

    /// Like [`ReplayLog::after`], with the header's value as received, `None` without one. A value that is not an id is unknown.
    ///
    /// ```
    /// use sse_proto::replay::{Replay, ReplayLog};
    ///
    /// let log = ReplayLog::new();
    /// assert!(matches!(log.after_header(None), Replay::FromStart(_)));
    /// assert!(matches!(log.after_header(Some(b"")), Replay::FromStart(_)));
    /// assert!(matches!(log.after_header(Some(b"\xFF")), Replay::Unknown));
    /// ```
    #[must_use]
    pub fn after_header(&self, last_event_id: Option<&[u8]>) -> Replay<'_, T> {
        match headers::parse_last_event_id(last_event_id.unwrap_or_default()) {
            Ok(id) => self.after(id),
            Err(_) => Replay::Unknown,
        }
    }

    /// The events from this position on, in constant time: for a server that stores a position in the log for each
    /// client instead of a queue. [`Replay::TooOld`] if the event there was evicted, [`Replay::Unknown`] if it is
    /// after [`ReplayLog::end`].
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::replay::{Replay, ReplayLog};
    /// use sse_proto::EventId;
    ///
    /// let mut log = ReplayLog::builder().max_events(2).build();
    /// for _ in 0..3 {
    ///     log.push(EventId::EMPTY, Bytes::from_static(b"data\n\n"));
    /// }
    /// assert!(matches!(log.from_position(0), Replay::TooOld { .. }));
    /// assert!(matches!(log.from_position(2), Replay::Events(events) if events.len() == 1));
    /// assert!(matches!(log.from_position(3), Replay::UpToDate(_)));
    /// assert!(matches!(log.from_position(4), Replay::Unknown));
    /// ```
    #[must_use]
    pub fn from_position(&self, position: u64) -> Replay<'_, T> {
        let Some(index) = position.checked_sub(self.first) else {
            return Replay::TooOld { oldest: self.held.front().map(Logged::id) };
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let events = || Events { events: self.held.range(index..), end: self.end() };
        match index.cmp(&self.held.len()) {
            Ordering::Less => Replay::Events(events()),
            Ordering::Equal => Replay::UpToDate(events()),
            Ordering::Greater => Replay::Unknown,
        }
    }

    /// All events held, from old to new.
    #[must_use]
    pub fn iter(&self) -> Events<'_, T> {
        Events { events: self.held.iter(), end: self.end() }
    }

    /// The id that names "now": that of the last event that has one, or that of the place before the first event
    /// ([`ReplayLogBuilder::starting_after`](super::ReplayLogBuilder::starting_after)). `None` if there is none, or if a
    /// client that names it is too late or unknown, because events without an id or with an earlier one followed.
    ///
    /// A client without an event needs it; otherwise it loses the events that come while it is away. Send it first,
    /// and with each message that a place is too old. By the standard a block with only the id (`Message::new().id(id)`)
    /// is enough; for browsers send an event with it, because
    /// [Firefox forgets an id without data](crate::replay#the-servers-side-of-a-connection).
    ///
    /// ```
    /// use sse_proto::EventId;
    /// use sse_proto::replay::ReplayLog;
    ///
    /// let log = ReplayLog::builder().starting_after(EventId::from_static("0")).build();
    /// assert_eq!(log.last_id().unwrap(), "0");
    /// assert_eq!(ReplayLog::new().last_id(), None);
    /// ```
    #[must_use]
    pub fn last_id(&self) -> Option<EventId<'_>> {
        let is_in_time = |id: &&Arc<str>| self.index.get(*id).is_some_and(|place| place.next >= self.first);
        self.last_id.as_ref().filter(is_in_time).map(|id| EventId::decoded(id))
    }

    /// How many events are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The number of bytes of `max_bytes` that the events use.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of remembered ids of evicted events and of the place before the first event.
    ///
    /// ```
    /// use sse_proto::EventId;
    /// use sse_proto::bytes::Bytes;
    /// use sse_proto::replay::ReplayLog;
    ///
    /// let mut log = ReplayLog::builder().max_events(1).build();
    /// log.push(EventId::from_static("1"), Bytes::from_static(b"data\n\n"));
    /// log.push(EventId::from_static("2"), Bytes::from_static(b"data\n\n"));
    /// assert_eq!((log.iter().count(), log.is_empty(), log.remembered()), (1, false, 1));
    /// ```
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.remembered.len()
    }

    /// The position of the oldest event held, or of the next one if none is.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.first
    }

    /// The position that the next event gets. Read this before replaying, then skip live events at earlier positions.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.held.len() as u64)
    }

    /// Evicts all events before this position; all events, if it is [`ReplayLog::end`] or more. Their ids are
    /// remembered, like after a push: a client that names one is too late.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::replay::ReplayLog;
    /// use sse_proto::EventId;
    ///
    /// let mut log = ReplayLog::new();
    /// for _ in 0..3 {
    ///     log.push(EventId::EMPTY, Bytes::from_static(b"data\n\n"));
    /// }
    /// assert_eq!(log.evict_before(2).count(), 2);
    /// assert_eq!((log.start(), log.end()), (2, 3));
    /// ```
    pub fn evict_before(&mut self, position: u64) -> Evicted<'_, T> {
        Evicted { log: self, before: position }
    }

    /// Evicts the oldest events while `gone` returns true: for example by the time in their tag.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::replay::ReplayLog;
    /// use sse_proto::EventId;
    /// use std::time::{Duration, Instant};
    ///
    /// let mut log = ReplayLog::builder().tag::<Instant>().build();
    /// let now = Instant::now();
    /// for minutes in 0..10 {
    ///     let then = now + Duration::from_secs(60 * minutes);
    ///     log.push_tagged(EventId::EMPTY, Bytes::from_static(b"data\n\n"), then);
    /// }
    /// let five_minutes_ago = now + Duration::from_secs(60 * 5);
    /// log.evict_while(|event| *event.tag() < five_minutes_ago);
    /// assert_eq!(log.len(), 5);
    /// ```
    pub fn evict_while(&mut self, mut gone: impl FnMut(&Logged<T>) -> bool) -> Evicted<'_, T> {
        let count = self.held.iter().take_while(|event| gone(event)).count();
        let before = self.first.saturating_add(count as u64);
        self.evict_before(before)
    }

    /// Counts one more event with this id, which keeps naming the first of them: only a new id is given `next`.
    fn name(&mut self, id: &Arc<str>, next: u64) {
        let place = self.index.entry(id.clone()).or_insert(Named { next, events: 0 });
        place.events = place.events.saturating_add(1);
        self.last_id = Some(id.clone());
    }

    fn remember(&mut self, id: Arc<str>) {
        self.remembered_bytes = self.remembered_bytes.saturating_add(id.len());
        self.remembered.push_back(id);
        // The last one is always known, because all later events are in the log.
        while self.remembered.len() > 1
            && (self.remembered.len() > self.max_events
                || self.remembered_bytes > self.max_bytes / REMEMBERED_SHARE)
        {
            self.forget();
        }
    }

    /// Evicts the oldest event.
    fn evict(&mut self) -> Option<Logged<T>> {
        let event = self.held.pop_front()?;
        self.first = self.first.saturating_add(1);
        self.bytes = self.bytes.saturating_sub(event.len());
        self.remember(event.id.clone());
        Some(event)
    }

    /// Forgets the id that has been remembered longest.
    fn forget(&mut self) {
        let Some(id) = self.remembered.pop_front() else { return };
        self.remembered_bytes = self.remembered_bytes.saturating_sub(id.len());
        if let Entry::Occupied(mut place) = self.index.entry(id) {
            place.get_mut().events = place.get().events.saturating_sub(1);
            if place.get().events == 0 {
                place.remove();
            }
        }
    }
}

impl<'l, T> IntoIterator for &'l ReplayLog<T> {
    type Item = &'l Logged<T>;
    type IntoIter = Events<'l, T>;

    fn into_iter(self) -> Events<'l, T> {
        self.iter()
    }
}

impl<T> Iterator for Evicted<'_, T> {
    type Item = Logged<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let log = &mut *self.log;
        let over = log.held.len() > log.max_events || log.bytes > log.max_bytes;
        if over || log.first < self.before { log.evict() } else { None }
    }
}

impl<T> FusedIterator for Evicted<'_, T> {}

impl<T> Drop for Evicted<'_, T> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
