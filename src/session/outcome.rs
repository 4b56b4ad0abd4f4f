//! The outcome of a response head, of a connection, of a session.

use core::time::Duration;

use thiserror::Error;

/// The result of [`Session::response`](crate::session::Session::response).
///
/// ```
/// use sse_proto::session::{Action, Failure, HeadOutcome, Session, Time};
///
/// let mut session = Session::new();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let connection = request.connection();
/// match session.response(connection, 404, Some(b"text/html"), now) {
///     HeadOutcome::Opened => {} // read the body
///     HeadOutcome::Retry => {}  // look for a `Retry-After`
///     outcome => assert_eq!(outcome, HeadOutcome::Failed(Failure::Status(404))),
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeadOutcome {
    /// The stream is open (WHATWG HTML 9.2.3, "announce the connection"): report its body.
    Opened,
    /// The settings retry after this head. If it has a `Retry-After`, call
    /// [`Session::retry_after`](crate::session::Session::retry_after) now.
    Retry,
    /// The session has failed for good.
    Failed(Failure),
    /// The session expected no head: it already has the head of this connection, this is not the current connection,
    /// or the session has ended.
    Ignored,
}

/// A response head that opens no stream, as input of
/// [`SessionBuilder::retry_head`](crate::session::SessionBuilder::retry_head).
///
/// ```
/// use sse_proto::session::{RefusedHead, Session};
///
/// fn retry(head: RefusedHead) -> bool {
///     // What has worked once is worth another try: a page of a captive portal, a 502 while the server is updated.
///     head.is_reconnection || matches!(head.status, 429 | 503)
/// }
/// let session = Session::builder().retry_head(retry).build();
/// # let _ = session;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RefusedHead {
    /// The status; 200 if the content type is wrong.
    pub status: u16,
    /// The reason: a status, a content type, or a missing content type.
    pub loss: Loss,
    /// Whether a connection of this session was open before.
    pub is_reconnection: bool,
}

/// Why a connection was lost: see [`Session::last_loss`](crate::session::Session::last_loss).
///
/// ```
/// use sse_proto::session::Loss;
///
/// assert_eq!(Loss::IdleTimeout.to_string(), "no bytes arrived within the idle timeout");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Loss {
    /// The status was not 200 (WHATWG HTML 9.2.3). Any number may stand here, as the caller gave it.
    #[error("the server answered with {}", Answer(*.0))]
    Status(u16),
    /// The `Content-Type` was not `text/event-stream` (9.2.3).
    #[error("the content type of the response is not text/event-stream")]
    ContentType,
    /// There was no `Content-Type`.
    #[error("the response has no content type")]
    NoContentType,
    /// The body came to its end.
    #[error("the server ended the stream")]
    EndOfBody,
    /// The body came to its end inside a block or a comment: the blank line, or the rest of the line, did not come. If the
    /// blank line is missing each time, the server forgets it: see [`Unfinished`](crate::Unfinished).
    #[error("the server ended the stream inside an event, before its blank line")]
    Truncated,
    /// The connection failed or broke.
    #[error("the connection failed")]
    NetworkError,
    /// The head did not arrive in time.
    #[error("the response headers did not arrive in time")]
    HeadTimeout,
    /// Nothing came for the idle timeout.
    #[error("no bytes arrived within the idle timeout")]
    IdleTimeout,
}

/// The reason why a session has failed permanently.
///
/// ```
/// use sse_proto::session::{Action, Failure, Session, Time};
///
/// let mut session = Session::builder().max_attempts(Some(1)).build();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let connection = request.connection();
/// session.network_error(connection, now);
/// let Action::Failed(failure) = session.poll(now, 0) else { unreachable!() };
/// assert!(matches!(failure, Failure::TooManyAttempts { attempts: 1, .. }));
/// assert!(failure.to_string().starts_with("gave up after 1 connection without"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The status is not 200 (WHATWG HTML 9.2.3), and the settings do not try again after it. 204 is not a fault: it tells
    /// the client not to come back. Any number may stand here, as the caller gave it.
    #[error("the server answered with {}", Answer(*.0))]
    Status(u16),
    /// The `Content-Type` is not `text/event-stream` (9.2.3), and the settings do not try that again.
    #[error("the content type of the response is not text/event-stream")]
    ContentType,
    /// There is no `Content-Type`, and the settings do not accept that.
    #[error("the response has no content type")]
    NoContentType,
    /// The connection failed, and the session is not to connect again.
    #[error("the connection failed, and the session may not reconnect")]
    NetworkError,
    /// No head came in time, and the session is not to connect again.
    #[error("the response headers did not arrive in time, and the session may not reconnect")]
    HeadTimeout,
    /// Nothing came for the idle timeout, and the session is not to connect again.
    #[error("no bytes arrived within the idle timeout, and the session may not reconnect")]
    IdleTimeout,
    /// So many connections in a row were fruitless:
    /// [`SessionBuilder::max_attempts`](crate::session::SessionBuilder::max_attempts).
    #[error("gave up after {attempts} {} without progress{}", if *.attempts == 1 { "connection" } else { "connections in a row" }, Last(*.last))]
    #[non_exhaustive]
    TooManyAttempts {
        /// How many.
        attempts: u32,
        /// Why the last of them was lost; `None` if none was made.
        last: Option<Loss>,
    },
    /// The next connection would come too late:
    /// [`SessionBuilder::max_elapsed_time`](crate::session::SessionBuilder::max_elapsed_time).
    #[error("gave up: the next attempt would start more than {limit:?} after the first failure{}", Last(*.last))]
    #[non_exhaustive]
    OutOfTime {
        /// What the settings allow.
        limit: Duration,
        /// Why the last connection was lost.
        last: Option<Loss>,
    },
}

/// A status that opens no stream.
struct Answer(u16);

impl core::fmt::Display for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            204 => f.write_str("status 204: it wants no further connection"),
            status => write!(f, "status {status} instead of 200"),
        }
    }
}

/// The last cause, as the end of a sentence.
struct Last(Option<Loss>);

impl core::fmt::Display for Last {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(loss) => write!(f, "; the last one: {loss}"),
            None => Ok(()),
        }
    }
}

/// The failure that a loss becomes if no other connection may follow.
impl From<Loss> for Failure {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::Status(status) => Self::Status(status),
            Loss::ContentType => Self::ContentType,
            Loss::NoContentType => Self::NoContentType,
            Loss::EndOfBody | Loss::Truncated | Loss::NetworkError => Self::NetworkError,
            Loss::HeadTimeout => Self::HeadTimeout,
            Loss::IdleTimeout => Self::IdleTimeout,
        }
    }
}

/// The standard's `readyState` (WHATWG HTML 9.2.2).
///
/// ```
/// use sse_proto::session::{ReadyState, Session};
///
/// let mut session = Session::new();
/// assert_eq!(session.ready_state(), ReadyState::Connecting);
/// session.close();
/// assert_eq!(session.ready_state(), ReadyState::Closed);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// Not connected: connecting, or waiting to connect.
    Connecting,
    /// The head was good; the body is being read.
    Open,
    /// Closed or failed, permanently.
    Closed,
}
