//! The answer of a log to a client that names a place in it.

use crate::field::EventId;

use super::logged::Events;

/// The events that a client has missed: the answer of [`ReplayLog::after`](super::ReplayLog::after), of
/// [`after_header`](super::ReplayLog::after_header) and of [`from_position`](super::ReplayLog::from_position).
#[derive(Debug)]
#[non_exhaustive]
pub enum Replay<'l, T = ()> {
    /// The client names no id: it is new, or an empty `id` has reset its own (WHATWG HTML 9.2.6). These are all
    /// events in the log. If [`ReplayLog::start`](super::ReplayLog::start) is the start of the log, they are all
    /// events that ever existed.
    FromStart(Events<'l, T>),
    /// The events after the place that the client names: at least one, and none left out.
    Events(Events<'l, T>),
    /// The client has all events. This contains no events, only their [`start`](Events::start).
    UpToDate(Events<'l, T>),
    /// The client has missed events that were evicted. A replay from the oldest event would hide that.
    #[non_exhaustive]
    TooOld {
        /// The id of the oldest event in the log, `None` if the log is empty. Empty if that event has no id.
        oldest: Option<EventId<'l>>,
    },
    /// The log does not know the place: it is forgotten, after the end, from another life of the log, or invented.
    Unknown,
}

impl<'l, T> Replay<'l, T> {
    /// The events to send, if the client can continue from its place: all events in the log for a new client, none
    /// for a client that is up to date. `None` if it cannot continue: then send a snapshot, or a message that its
    /// place is lost, and a new id ([`ReplayLog::last_id`](super::ReplayLog::last_id)).
    ///
    /// ```
    /// use sse_proto::replay::ReplayLog;
    /// use sse_proto::{EventId, Message};
    ///
    /// let mut log = ReplayLog::new();
    /// for id in ["a", "b"] {
    ///     let id = EventId::new(id)?;
    ///     log.push(id, Message::new().id(id).data("x").to_bytes());
    /// }
    /// let missed = |header| log.after_header(header).into_events().map(|events| events.len());
    /// assert_eq!(missed(None), Some(2));
    /// assert_eq!(missed(Some(&b"a"[..])), Some(1));
    /// assert_eq!(missed(Some(b"b")), Some(0));
    /// assert_eq!(missed(Some(b"of yesterday")), None);
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    #[must_use]
    pub fn into_events(self) -> Option<Events<'l, T>> {
        match self {
            Self::FromStart(events) | Self::Events(events) | Self::UpToDate(events) => Some(events),
            Self::TooOld { .. } | Self::Unknown => None,
        }
    }
}

impl<T> Clone for Replay<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Self::FromStart(events) => Self::FromStart(events.clone()),
            Self::Events(events) => Self::Events(events.clone()),
            Self::UpToDate(events) => Self::UpToDate(events.clone()),
            Self::TooOld { oldest } => Self::TooOld { oldest: *oldest },
            Self::Unknown => Self::Unknown,
        }
    }
}
