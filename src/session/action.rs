//! What a session says, and what it is told.

use thiserror::Error;

use crate::field::EventId;
use crate::headers;

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
    attempt: u32,
}

impl<'s> Request<'s> {
    pub(crate) fn new(id: EventId<'s>, attempt: u32) -> Self {
        let last_event_id =
            Some(id).filter(|id| !id.is_empty()).and_then(|id| headers::last_event_id_value(id).ok());
        Self { last_event_id, attempt }
    }

    /// Names in lower case and values: [`headers::REQUEST_HEADERS`], and `last-event-id` if there is one to send.
    ///
    /// Values are bytes because an id goes as UTF-8 (9.2.3), which not every library calls text.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'s [u8])> + use<'s> {
        let fixed = headers::REQUEST_HEADERS.into_iter().map(|(name, value)| (name, value.as_bytes()));
        fixed.chain(self.last_event_id.map(|value| (headers::LAST_EVENT_ID, value)))
    }

    /// The value of `Last-Event-ID`, as UTF-8 (9.2.4). `None` when the last event ID is empty, and when it holds
    /// what no header can carry ([`headers::last_event_id_value`]): such an id would make every connection fail on this
    /// side, so the session connects without it.
    #[must_use]
    pub const fn last_event_id(&self) -> Option<&'s [u8]> {
        self.last_event_id
    }

    /// Which connection this is since the last good one, from 1. For logs.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
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
