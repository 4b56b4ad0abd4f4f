//! What a session says, and what it is told.

use thiserror::Error;

use crate::field::EventId;
use crate::headers;

use super::policy::Policy;
use super::time::Time;

/// What to do next: the one answer of [`Session::poll`](crate::session::Session::poll).
///
/// Whoever holds a connection and gets anything but [`Action::Read`] has to drop it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action<'s> {
    /// Send this request. Said once for each connection; then tell the session what came of it.
    Connect(Request<'s>),
    /// Nothing to do until then, on the clock of the caller. Polling earlier does no harm.
    WaitUntil(Time),
    /// A connection is there, or under way: read its head, then its body.
    #[non_exhaustive]
    Read {
        /// When to poll again if nothing comes: the end of the idle timeout, on the clock of the caller.
        /// `None` without one.
        until: Option<Time>,
    },
    /// The session has failed for good and never connects again (WHATWG HTML 9.2.3, "fail the connection").
    Failed(Failure),
    /// The session was closed, or the body of the one request that was to be made has ended.
    Closed,
}

/// The request that a session wants to be sent: its headers. Method and URL are the caller's, and so is following
/// redirects (WHATWG HTML 9.2.2, 9.2.3).
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
    last_event_id: Option<&'s [u8]>,
    left_out: Option<LeftOut>,
    cache_headers: bool,
    attempt: u32,
}

impl<'s> Request<'s> {
    pub(super) fn new(policy: &Policy, id: EventId<'s>, attempt: u32) -> Self {
        let (last_event_id, left_out) = match LeftOut::or_value(id, policy.max_id_size) {
            Ok(value) => (Some(value).filter(|value| !value.is_empty()), None),
            Err(left_out) => (None, Some(left_out)),
        };
        Self { last_event_id, left_out, cache_headers: policy.send_cache_headers, attempt }
    }

    /// Names in lower case and values: [`headers::REQUEST_HEADERS`], but for those that
    /// [`SessionBuilder::send_cache_headers`](crate::session::SessionBuilder::send_cache_headers) leaves out, and `last-event-id`
    /// if there is one to send.
    ///
    /// Values are bytes because an id goes as UTF-8 (9.2.3), which not every library calls text.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'s [u8])> + use<'s> {
        let all = self.cache_headers;
        let fixed =
            headers::REQUEST_HEADERS.into_iter().filter(move |(name, _)| all || *name == headers::ACCEPT);
        let fixed = fixed.map(|(name, value)| (name, value.as_bytes()));
        fixed.chain(self.last_event_id.map(|value| (headers::LAST_EVENT_ID, value)))
    }

    /// The value of `Last-Event-ID`, as UTF-8 (9.2.4). `None` when the last event ID is empty, and when it is
    /// [left out](Request::left_out).
    ///
    /// Blanks at its ends are taken off: see [`headers::trimmed_last_event_id_value`].
    #[must_use]
    pub const fn last_event_id(&self) -> Option<&'s [u8]> {
        self.last_event_id
    }

    /// Why the request goes without the last event ID though there is one: it would make every connection fail. What has
    /// come since is lost or comes again then, so this is worth a line in a log. `None` if it is sent, or empty.
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
        self.left_out
    }

    /// Which connection this is since the last good one, from 1. For logs.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// Why a request goes without a last event ID that is not empty: see [`Request::left_out`]. The session keeps the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum LeftOut {
    /// It holds nothing but blanks, which do not arrive at the end of a header (RFC 9110, section 5.5).
    #[error("the last event ID is not sent: it holds nothing but blanks, which would not arrive")]
    Blank,
    /// It is longer than [`SessionBuilder::max_id_size`](crate::session::SessionBuilder::max_id_size).
    #[error(
        "the last event ID is not sent: it has {size} bytes, and {limit} are the most that the settings send"
    )]
    #[non_exhaustive]
    TooLong {
        /// What it has, in bytes, without blanks at its ends.
        size: usize,
        /// What the settings send at most, in bytes.
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
    /// The header's value for `id`, or why there is none.
    fn or_value(id: EventId<'_>, limit: usize) -> Result<&[u8], Self> {
        let value = headers::trimmed_last_event_id_value(id).map_err(|error| {
            let position = error.position();
            let byte = id.as_str().as_bytes().get(position).copied().unwrap_or_default();
            Self::Control { byte, position }
        })?;
        match value.len() {
            0 if !id.is_empty() => Err(Self::Blank),
            size if size > limit => Err(Self::TooLong { size, limit }),
            _ => Ok(value),
        }
    }
}

/// What [`Session::response`](crate::session::Session::response) made of a response head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeadOutcome {
    /// The stream is open (WHATWG HTML 9.2.3, "announce the connection"): hand in its body.
    Opened,
    /// The settings name this status as one to try again.
    Retry,
    /// The session has failed for good.
    Failed(Failure),
    /// No head was waited for: none was asked for, it has come already, or the session has ended.
    Ignored,
}

/// Why a session has failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The status is not 200 (WHATWG HTML 9.2.3), nor one that the settings try again. With 204 the server asks for
    /// no further connection. Any number may stand here, as the caller gave it.
    #[error("the server answered with status {0}, not with 200")]
    Status(u16),
    /// The `Content-Type` is not `text/event-stream` (9.2.3).
    #[error("the server answered with another content type than text/event-stream")]
    ContentType,
    /// There is no `Content-Type`, and the settings do not accept that.
    #[error("the server answered without a content type")]
    NoContentType,
    /// So many connections in a row were fruitless: the limit that the settings name.
    #[error("gave up after {0} connections in a row without an event")]
    TooManyAttempts(u32),
    /// The connection failed, and the session is not to connect again.
    #[error("the connection failed, and the request is not to be repeated")]
    NetworkError,
    /// Nothing came for the idle timeout, and the session is not to connect again.
    #[error("nothing came for the idle timeout, and the request is not to be repeated")]
    IdleTimeout,
}

/// The standard's `readyState` (WHATWG HTML 9.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// Not connected yet, or not any more: connecting, or waiting for it.
    Connecting,
    /// The head was good; the body is being read.
    Open,
    /// Closed or failed: for good.
    Closed,
}
