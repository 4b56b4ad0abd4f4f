//! The output of a session.

use super::outcome::Failure;
use super::request::{ConnectionId, Request};
use super::time::Time;

/// What to do next, as returned by [`Session::poll`](crate::session::Session::poll).
///
/// If you hold a connection and get anything but [`Action::Read`], drop it.
///
/// ```
/// use sse_proto::session::{Action, Session, Time};
///
/// let mut session = Session::new();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let connection = request.connection();
/// assert!(matches!(session.poll(now, 0), Action::Read { connection: c, until: None, .. } if c == connection));
/// session.network_error(connection, now);
/// let Action::WaitUntil(at) = session.poll(now, 0) else { unreachable!() };
/// assert!(matches!(session.poll(at, 0), Action::Connect(_)));
/// session.close();
/// assert_eq!(session.poll(at, 0), Action::Closed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action<'s> {
    /// Send this request. Returned once for each connection. Then report its outcome with the number of the
    /// connection ([`Request::connection`]).
    Connect(Request<'s>),
    /// Wait until this time, on the clock of the caller. Polling earlier does no harm.
    WaitUntil(Time),
    /// A connection is open, or the request is sent: read its head, then its body.
    #[non_exhaustive]
    Read {
        /// The number of the connection. Report what happens to it with this number.
        connection: ConnectionId,
        /// The time to poll again if nothing arrives: the end of the head's timeout or of the idle timeout, on the
        /// clock of the caller. `None` if there is no timeout.
        until: Option<Time>,
    },
    /// The session has failed permanently and never connects again (WHATWG HTML 9.2.3, "fail the connection").
    Failed(Failure),
    /// The session was closed, or the body of its only request has ended.
    Closed,
}
