//! The log: a queue of events, a queue of the ids of those evicted before them, and an index over both.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::collections::vec_deque::{self, VecDeque};
use alloc::sync::Arc;
use core::iter::FusedIterator;

use bytes::Bytes;

use crate::field::EventId;
use crate::limits::REMEMBERED_SHARE;

/// A bounded log of encoded events that answers a `Last-Event-ID`: see the [module's page](crate::replay).
///
/// The index is a tree: a push and a lookup take time by the logarithm of what is held, and a replay just what it sends.
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
/// assert!(matches!(log.after(EventId::new("d")?), Replay::UpToDate));
/// assert!(matches!(log.after(EventId::new("a")?), Replay::TooOld { oldest: Some(id), .. } if id.as_str() == "c"));
/// assert!(matches!(log.after(EventId::new("z")?), Replay::Unknown));
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReplayLog {
    /// The events held, from position `first` on without a gap.
    held: VecDeque<Logged>,
    /// The ids of the events evicted last, up to position `first` without a gap.
    remembered: VecDeque<Arc<str>>,
    /// Where each id is that is held or remembered. The empty id is not in it.
    index: BTreeMap<Arc<str>, Named>,
    first: u64,
    bytes: usize,
    remembered_bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

/// What an id names: the event at `first`, the first of the `events` with this id that are held or remembered, or were
/// when the first of them was pushed. Once that is forgotten, and others are not, its clients are too late.
#[derive(Debug, Clone, Copy)]
struct Named {
    first: u64,
    events: usize,
}

/// An event in a log. A clone shares it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Logged {
    id: Arc<str>,
    bytes: Bytes,
}

/// What a client has missed: the answer of [`ReplayLog::after`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Replay<'l> {
    /// The client names no id: it is new, or an empty `id` has made it forget its own (WHATWG HTML 9.2.6). These are all
    /// events that are held, all ever pushed if [`ReplayLog::start`] is 0.
    FromStart(Events<'l>),
    /// The events strictly after the one that the client names, one at least, none left out.
    Events(Events<'l>),
    /// The client names the last event.
    UpToDate,
    /// The client has missed events that are evicted. Replaying from the oldest on would hide that.
    #[non_exhaustive]
    TooOld {
        /// The id of the oldest event held, `None` if none is. Empty if that event has no id.
        oldest: Option<EventId<'l>>,
    },
    /// The id is of no event held or remembered: of long ago, of another life of the log, or made up.
    Unknown,
}

/// Events of a log, from old to new. Made by [`ReplayLog::after`] and [`ReplayLog::iter`].
#[derive(Debug, Clone)]
pub struct Events<'l> {
    events: vec_deque::Iter<'l, Logged>,
}

/// What a push has evicted, from old to new. Evicts all the same when it is dropped early.
#[derive(Debug)]
pub struct Evicted<'l> {
    log: &'l mut ReplayLog,
}

impl Logged {
    fn len(&self) -> usize {
        self.id.len() + self.bytes.len()
    }

    /// The id that it was pushed with.
    #[must_use]
    pub fn id(&self) -> EventId<'_> {
        EventId::decoded(&self.id)
    }

    /// Its encoding, to be sent as it is.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl ReplayLog {
    pub(super) const fn with(max_events: usize, max_bytes: usize) -> Self {
        Self {
            held: VecDeque::new(),
            remembered: VecDeque::new(),
            index: BTreeMap::new(),
            first: 0,
            bytes: 0,
            remembered_bytes: 0,
            max_events,
            max_bytes,
        }
    }

    /// Adds an event at the end: the id that its encoding carries, empty if it carries none, and the encoding.
    ///
    /// The log does not look into the encoding. Returns what had to go for it; dropping that is fine.
    pub fn push(&mut self, id: EventId<'_>, event: Bytes) -> Evicted<'_> {
        let id: Arc<str> = id.as_str().into();
        let end = self.end();
        if !id.is_empty() {
            let place = self.index.entry(id.clone()).or_insert(Named { first: end, events: 0 });
            place.events = place.events.saturating_add(1);
        }
        let event = Logged { id, bytes: event };
        self.bytes = self.bytes.saturating_add(event.len());
        self.held.push_back(event);
        Evicted { log: self }
    }

    /// What a client has missed that names `id` as its last event ID (WHATWG HTML 9.2.4).
    #[must_use]
    pub fn after(&self, id: EventId<'_>) -> Replay<'_> {
        if id.is_empty() {
            return Replay::FromStart(self.iter());
        }
        let Some(place) = self.index.get(id.as_str()) else {
            return Replay::Unknown;
        };
        let next = place.first.saturating_add(1);
        let Some(missed) = next.checked_sub(self.first).and_then(|from| usize::try_from(from).ok()) else {
            return Replay::TooOld { oldest: self.held.front().map(Logged::id) };
        };
        if missed >= self.held.len() {
            return Replay::UpToDate;
        }
        Replay::Events(Events { events: self.held.range(missed..) })
    }

    /// All events held, from old to new.
    #[must_use]
    pub fn iter(&self) -> Events<'_> {
        Events { events: self.held.iter() }
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

    /// What the events held take of `max_bytes`.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many ids of evicted events are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.remembered.len()
    }

    /// The position of the oldest event held: how many have been evicted.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.first
    }

    /// The position that the next event gets: how many have been pushed. Read this before replaying, then skip live events
    /// at earlier positions.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.held.len() as u64)
    }

    /// Evicts the oldest event.
    fn evict(&mut self) -> Option<Logged> {
        let event = self.held.pop_front()?;
        self.first = self.first.saturating_add(1);
        self.bytes = self.bytes.saturating_sub(event.len());
        self.remembered_bytes = self.remembered_bytes.saturating_add(event.id.len());
        self.remembered.push_back(event.id.clone());
        // The last one is always known: all that is behind it is held.
        while self.remembered.len() > 1
            && (self.remembered.len() > self.max_events
                || self.remembered_bytes > self.max_bytes / REMEMBERED_SHARE)
        {
            self.forget();
        }
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

impl<'l> Iterator for Events<'l> {
    type Item = &'l Logged;

    fn next(&mut self) -> Option<Self::Item> {
        self.events.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.events.size_hint()
    }
}

impl<'l> IntoIterator for &'l ReplayLog {
    type Item = &'l Logged;
    type IntoIter = Events<'l>;

    fn into_iter(self) -> Events<'l> {
        self.iter()
    }
}

impl ExactSizeIterator for Events<'_> {}
impl FusedIterator for Events<'_> {}

impl DoubleEndedIterator for Events<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.events.next_back()
    }
}

impl Iterator for Evicted<'_> {
    type Item = Logged;

    fn next(&mut self) -> Option<Self::Item> {
        let over = self.log.held.len() > self.log.max_events || self.log.bytes > self.log.max_bytes;
        if over { self.log.evict() } else { None }
    }
}

impl FusedIterator for Evicted<'_> {}

impl Drop for Evicted<'_> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
