//! The request of a session, and the number of its connection.

use core::fmt;
use core::ops::Range;

use thiserror::Error;

use crate::field::EventId;
use crate::headers;

use super::time::Time;

/// A request that the session wants to send: its headers. The caller chooses method and URL and follows redirects
/// (WHATWG HTML 9.2.2, 9.2.3).
///
/// ```
/// use sse_proto::session::{Action, Session, Time};
/// use sse_proto::{Decoder, EventId};
///
/// let decoder = Decoder::builder().last_event_id(EventId::new("é7")?).build(); // known from an earlier run
/// let mut session = Session::builder().decoder(decoder).build();
/// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
/// let headers: Vec<(&str, &[u8])> = request.headers().collect();
/// assert_eq!(headers[0], ("accept", &b"text/event-stream"[..]));
/// assert_eq!(headers[1], ("cache-control", &b"no-cache"[..]));
/// assert_eq!(headers[2], ("pragma", &b"no-cache"[..]));
/// assert_eq!(headers[3], ("last-event-id", "é7".as_bytes()));
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request<'s> {
    pub(super) connection: ConnectionId,
    pub(super) place: ResumePoint<'s>,
    pub(super) deadline: Option<Time>,
    pub(super) cache_headers: bool,
    pub(super) attempt: u32,
}

/// The number of a connection of a session. [`Action::Connect`](super::Action::Connect) gives it out, and every input
/// about the connection carries it. So a late input about an old connection is not mistaken for one about the current
/// connection.
///
/// ```
/// use sse_proto::session::{Action, HeadOutcome, Session, Time};
///
/// let mut session = Session::new();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let first = request.connection();
/// session.reconnect_now();
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let second = request.connection();
/// assert_eq!(session.response(first, 404, None, now), HeadOutcome::Ignored); // it is of yesterday
/// assert_eq!(session.response(second, 200, Some(b"text/event-stream"), now), HeadOutcome::Opened);
/// assert!(first < second);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(super) u64);

/// For logs: the connections of a session are counted from 1.
impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place from which a request continues the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ResumePoint<'s> {
    /// No place is known.
    Unknown,
    LastEventId(&'s [u8]),
    LeftOut(LeftOut),
    /// The caller has set a cursor.
    Cursor(&'s str),
}

impl ResumePoint<'_> {
    pub(super) const fn is_known(&self) -> bool {
        matches!(self, Self::LastEventId(_) | Self::Cursor(_))
    }
}

impl<'s> Request<'s> {
    /// The number of this connection. Return it with every input about the connection.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The deadline for the head, on the clock of the caller. If the head is late, drop the request and call
    /// [`Session::network_error`](super::Session::network_error), or keep it and poll: the session checks the time.
    ///
    /// `None` without [`head_timeout`](super::SessionBuilder::head_timeout) and
    /// [`idle_timeout`](super::SessionBuilder::idle_timeout).
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().head_timeout(Some(Duration::from_secs(20))).build();
    /// let now = Time::from(Duration::from_secs(7));
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// assert_eq!(request.deadline(), Some(now + Duration::from_secs(20)));
    /// ```
    #[must_use]
    pub const fn deadline(&self) -> Option<Time> {
        self.deadline
    }

    /// Names in lower case and values: [`headers::REQUEST_HEADERS`], without those that
    /// [`SessionBuilder::send_cache_headers`](crate::session::SessionBuilder::send_cache_headers) turns off, and
    /// `last-event-id` if there is one to send.
    ///
    /// Values are bytes, because an id is sent as UTF-8 (9.2.3), which some libraries do not accept as text.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'s [u8])> + use<'s> {
        let all = self.cache_headers;
        let fixed =
            headers::REQUEST_HEADERS.into_iter().filter(move |(name, _)| all || *name == headers::ACCEPT);
        let fixed = fixed.map(|(name, value)| (name, value.as_bytes()));
        fixed.chain(self.last_event_id().map(|value| (headers::LAST_EVENT_ID, value)))
    }

    /// The value of `Last-Event-ID`, as UTF-8 (9.2.4). `None` when the last event ID is empty, when it is
    /// [left out](Request::left_out), and when there is a [cursor](Request::cursor) in its place.
    ///
    /// Blanks at its ends are removed: see [`headers::trimmed_last_event_id_value`].
    #[must_use]
    pub const fn last_event_id(&self) -> Option<&'s [u8]> {
        match self.place {
            ResumePoint::LastEventId(value) => Some(value),
            _ => None,
        }
    }

    /// The cursor that the caller has set ([`Session::set_cursor`](super::Session::set_cursor)): the place where the
    /// stream continues. Put it into the URL or the body of the request. It replaces the last event ID.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// session.set_cursor(Some("42"));
    /// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
    /// assert_eq!((request.cursor(), request.last_event_id()), (Some("42"), None));
    /// ```
    #[must_use]
    pub const fn cursor(&self) -> Option<&'s str> {
        match self.place {
            ResumePoint::Cursor(cursor) => Some(cursor),
            _ => None,
        }
    }

    /// The reason why the request does not send the last event ID: with the ID, every connection would fail. Without
    /// it, the events since then are lost or come again, so log this. `None` if the ID is sent or empty.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use sse_proto::{Decoder, EventId};
    ///
    /// let decoder = Decoder::builder().last_event_id(EventId::new("7\u{1}")?).build();
    /// let mut session = Session::builder().decoder(decoder).build();
    /// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
    /// assert_eq!(request.last_event_id(), None);
    /// assert_eq!(
    ///     request.left_out().map(|reason| reason.to_string()).as_deref(),
    ///     Some("the last event ID is not sent: it has the control character 0x01 at byte 1, which no header can carry")
    /// );
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    #[must_use]
    pub const fn left_out(&self) -> Option<LeftOut> {
        match self.place {
            ResumePoint::LeftOut(why) => Some(why),
            _ => None,
        }
    }

    /// The number of this connection since the last good one, from 1. For logs.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.network_error(connection, now);
    /// let Action::WaitUntil(at) = session.poll(now, 0) else { unreachable!() };
    /// assert!(matches!(session.poll(at, 0), Action::Connect(request) if request.attempt() == 2));
    /// ```
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// The reason why a request does not send a last event ID that is not empty: see [`Request::left_out`]. The session
/// keeps the id.
///
/// ```
/// use sse_proto::session::{Action, LeftOut, Session, Time};
/// use sse_proto::{Decoder, EventId};
///
/// let decoder = Decoder::builder().last_event_id(EventId::from_static("\u{1}7")).build();
/// let mut session = Session::builder().decoder(decoder).build();
/// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
/// assert!(matches!(request.left_out(), Some(LeftOut::Control { byte: 1, position: 0, .. })));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum LeftOut {
    /// It contains only blanks, which do not arrive at the end of a header (RFC 9110, section 5.5).
    #[error("the last event ID is not sent: it contains only blanks, which HTTP removes")]
    Blank,
    /// It is longer than [`SessionBuilder::max_id_size`](crate::session::SessionBuilder::max_id_size).
    #[error(
        "the last event ID is not sent: it has {size} bytes, and {limit} are the most that the settings send"
    )]
    #[non_exhaustive]
    TooLong {
        /// Its length in bytes, without blanks at its ends.
        size: usize,
        /// The maximum length that the settings allow, in bytes.
        limit: usize,
    },
    /// It holds a control character, which HTTP libraries refuse (RFC 9110, section 5.5).
    #[error(
        "the last event ID is not sent: it has the control character {byte:#04x} at byte {position}, which no header can carry"
    )]
    #[non_exhaustive]
    Control {
        /// The first such character: below 0x20 and not the tab, or 0x7F.
        byte: u8,
        /// Where it is, in bytes from the start of the id.
        position: usize,
    },
}

impl LeftOut {
    /// The place of the header's value in `id`, or the reason why there is none.
    pub(super) fn or_value(id: EventId<'_>, limit: usize) -> Result<Range<usize>, Self> {
        let value = headers::trimmed_last_event_id_value(id).map_err(|error| {
            let position = error.position();
            let byte = id.as_str().as_bytes().get(position).copied().unwrap_or_default();
            Self::Control { byte, position }
        })?;
        match value.len() {
            0 if !id.is_empty() => Err(Self::Blank),
            size if size > limit => Err(Self::TooLong { size, limit }),
            size => {
                let start = headers::leading_blanks(id.as_str().as_bytes());
                Ok(start..start + size)
            }
        }
    }
}
