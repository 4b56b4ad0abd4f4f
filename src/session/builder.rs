//! The configuration of a session.

use core::time::Duration;

use crate::decode::decoder::Decoder;

use super::machine::Session;
use super::outcome::RefusedHead;
use super::policy::{Policy, Progress, Reconnect};

/// The configuration of a [`Session`]. Made by [`Session::builder`].
///
/// The standard lets the client choose the first wait and whether waits grow after failures (WHATWG HTML 9.2.3). Each
/// default states its reason.
///
/// ```
/// use sse_proto::session::{Session, SessionBuilder};
/// use std::time::Duration;
///
/// const PATIENT: SessionBuilder = Session::builder()
///     .idle_timeout(Some(Duration::from_secs(45))) // this server sends a comment every 15 seconds
///     .retry_head(|head| matches!(head.status, 429 | 500..=599))
///     .max_attempts(Some(20));
/// let session = PATIENT.build();
/// assert_eq!(session.reconnection_time(), Duration::from_secs(3)); // the default
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SessionBuilder {
    policy: Policy,
    decoder: Option<Decoder>,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SessionBuilder {
    const fn new() -> Self {
        Self { policy: Policy::DEFAULT, decoder: None }
    }

    /// Sets a decoder with other limits, with comments, or with the last event ID of an earlier run; then the first
    /// request already sends that ID. The default is [`Decoder::new`].
    ///
    /// ```
    /// use sse_proto::session::Session;
    /// use sse_proto::{Decoder, EventId};
    ///
    /// let decoder = Decoder::builder().last_event_id(EventId::from_static("41")).build();
    /// let session = Session::builder().decoder(decoder).build();
    /// assert_eq!(session.last_event_id(), "41");
    /// ```
    pub fn decoder(mut self, decoder: Decoder) -> Self {
        self.decoder = Some(decoder);
        self
    }

    /// The reconnection time until a `retry` field sets it (9.2.3, 9.2.6). The default is 3 seconds, about what
    /// browsers take.
    pub const fn reconnection_time(mut self, time: Duration) -> Self {
        self.policy.reconnection_time = time;
        self
    }

    /// The longest time that a server may ask for, by `retry` or [`Session::retry_after`]. A longer time is reduced to it. The default is
    /// `None`: by the standard no client comes earlier than asked (9.2.3). So a server, or a bug in it, can send a client away
    /// for years: an hour is a good ceiling where that matters.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use std::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// let mut session = Session::builder().max_reconnection_time(Some(hour)).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// let mut chunk = session.receive(connection, b"retry: 2147483648000\n", now); // 68 years
    /// while session.decode(&mut chunk)?.is_some() {}
    /// assert_eq!(session.reconnection_time(), hour);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub const fn max_reconnection_time(mut self, time: Option<Duration>) -> Self {
        self.policy.max_reconnection_time = time;
        self
    }

    /// The shortest wait; it also bounds [`SessionBuilder::reconnection_time`], `retry` and [`Session::retry_after`].
    /// The default is 500 milliseconds, for a stream that has lasted; see [`SessionBuilder::request_interval`] for
    /// streams that do not last.
    ///
    /// The minimum is a millisecond; a smaller value, including zero, means a millisecond.
    pub const fn min_wait(mut self, time: Duration) -> Self {
        self.policy.min_wait = time;
        self
    }

    /// The shortest time between two requests. The default is 3 seconds: whatever a server sends, for example `retry:
    /// 0` and a new id to each connection, it gets at most 20 requests a minute. [`Session::reconnect_now`] ignores
    /// it.
    ///
    /// After a stream that has lasted at least this long, only the reconnection time counts.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().request_interval(Duration::from_secs(10)).jitter_percent(0).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// let later = now + Duration::from_secs(4);
    /// session.network_error(connection, later); // it lived for 4 of the 10 seconds
    /// assert_eq!(session.poll(later, 0), Action::WaitUntil(now + Duration::from_secs(10)));
    /// ```
    pub const fn request_interval(mut self, time: Duration) -> Self {
        self.policy.request_interval = time;
        self
    }

    /// The upper bound for doubled waits. The default is one minute.
    ///
    /// It limits only the growth: a reconnection time above it is kept, but does not grow.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use std::time::Duration;
    ///
    /// let second = Duration::from_secs(1);
    /// let builder = Session::builder().reconnection_time(second).request_interval(second).min_wait(second);
    /// let mut session = builder.max_backoff(2 * second).jitter_percent(0).build();
    /// let mut now = Time::START;
    /// let mut waits = Vec::new();
    /// for _ in 0..4 {
    ///     let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    ///     let connection = request.connection();
    ///     session.network_error(connection, now);
    ///     let Action::WaitUntil(at) = session.poll(now, 0) else { unreachable!() };
    ///     waits.push(at.saturating_since(now).as_secs());
    ///     now = at;
    /// }
    /// assert_eq!(waits, [1, 2, 2, 2]);
    /// ```
    pub const fn max_backoff(mut self, time: Duration) -> Self {
        self.policy.max_backoff = time;
        self
    }

    /// The maximum random extension of a wait, in percent; the caller's random number selects it. The default is 50.
    ///
    /// It never shortens a wait (9.2.3 forbids that). It also extends the first wait, because all clients of a server
    /// that restarts lose the connection at the same time.
    pub const fn jitter_percent(mut self, percent: u8) -> Self {
        self.policy.jitter_percent = percent;
        self
    }

    /// Which connections count as good and reset the waits. The default is [`Progress::NewId`].
    pub const fn progress(mut self, progress: Progress) -> Self {
        self.policy.progress = progress;
        self
    }

    /// After this time a connection counts as good even if it brought nothing, and resets the waits. The default is
    /// 10 seconds. A shorter one also counts if it lasted as long as the wait that is now due. Zero makes each 200
    /// good.
    ///
    /// ```
    /// use sse_proto::session::{Progress, Session};
    /// use std::time::Duration;
    ///
    /// // A server that cuts each connection after five seconds, and sends no ids.
    /// let session = Session::builder().progress(Progress::Time).stable_after(Duration::from_secs(5)).build();
    /// assert_eq!(session.last_loss(), None);
    /// ```
    pub const fn stable_after(mut self, time: Duration) -> Self {
        self.policy.stable_after = time;
        self
    }

    /// The maximum number of fruitless connections in a row (failed, or ended without [`Progress`]) before the
    /// session fails ([`Failure::TooManyAttempts`](crate::session::Failure::TooManyAttempts)). The default is `None`:
    /// no limit, as in the standard. `Some(1)` stops after one such connection. `Some(0)` never connects.
    pub const fn max_attempts(mut self, attempts: Option<u32>) -> Self {
        self.policy.max_attempts = attempts;
        self
    }

    /// The maximum time of trying to reconnect. The session fails
    /// ([`Failure::OutOfTime`](crate::session::Failure::OutOfTime)) when the next connection would start later than
    /// this after the last good one was lost, or after the first one failed. This is decided when the wait is chosen: if the
    /// caller polls late, after its machine was suspended, it still connects. The default is `None`: no limit, as in the standard.
    ///
    /// ```
    /// use sse_proto::session::{Action, Failure, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().max_elapsed_time(Some(Duration::from_secs(1))).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.network_error(connection, now); // the next attempt would be made in three seconds
    /// assert!(matches!(session.poll(now, 0), Action::Failed(Failure::OutOfTime { .. })));
    /// ```
    pub const fn max_elapsed_time(mut self, time: Option<Duration>) -> Self {
        self.policy.max_elapsed_time = time;
        self
    }

    /// The longest silence, without a single byte, before a connection counts as lost. The default is `None`, as in
    /// the standard. Bytes of comments count, so 45 seconds suit a server that sends a comment every 15 seconds
    /// (9.2.7).
    ///
    /// Silence starts at the first poll after the last bytes, so the time in which the caller handles an event does
    /// not count. If a poll comes more than a second later than requested (the machine was suspended), the connection
    /// gets this time once more. Zero gives up each connection at the next poll.
    pub const fn idle_timeout(mut self, time: Option<Duration>) -> Self {
        self.policy.idle_timeout = time;
        self
    }

    /// The maximum time for the head of a response, from the request on ([`Request::deadline`]). With the default
    /// `None`, [`SessionBuilder::idle_timeout`] applies; without that there is no limit, because some servers send
    /// the head with their first event, hours later.
    ///
    /// [`Request::deadline`]: crate::session::Request::deadline
    ///
    /// ```
    /// use sse_proto::session::{Action, Loss, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().head_timeout(Some(Duration::from_secs(20))).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let deadline = request.deadline().unwrap();
    /// assert!(matches!(session.poll(now, 0), Action::Read { until: Some(at), .. } if at == deadline));
    /// assert!(matches!(session.poll(deadline, 0), Action::WaitUntil(_)));
    /// assert_eq!(session.last_loss(), Some(Loss::HeadTimeout));
    /// ```
    pub const fn head_timeout(mut self, time: Option<Duration>) -> Self {
        self.policy.head_timeout = time;
        self
    }

    /// Which response heads are a reason to try again, by backoff, instead of failing for good (9.2.3): for example those with
    /// 503, or all on a reconnection; see [`RefusedHead`]. The default is none. It is not called for 204, with which a server asks
    /// for no further connection.
    pub const fn retry_head(mut self, retry: fn(RefusedHead) -> bool) -> Self {
        self.policy.retry_head = retry;
        self
    }

    /// Whether a 200 without any `Content-Type` opens the stream. The default is `false`, as in the standard.
    ///
    /// ```
    /// use sse_proto::session::{Action, HeadOutcome, Session, Time};
    ///
    /// let mut session = Session::builder().accept_missing_content_type(true).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// assert_eq!(session.response(connection, 200, None, now), HeadOutcome::Opened);
    /// ```
    pub const fn accept_missing_content_type(mut self, yes: bool) -> Self {
        self.policy.missing_content_type = yes;
        self
    }

    /// Whether to connect again. The default is [`Reconnect::Always`].
    ///
    /// If a session may not reconnect, the end of a body closes it, and any other loss fails it with the reason.
    /// [`Session::reconnect_now`] still connects.
    ///
    /// ```
    /// use sse_proto::session::{Action, Reconnect, Session, Time};
    ///
    /// let mut session = Session::builder().reconnect(Reconnect::Never).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// session.end_of_body(connection, now);
    /// assert_eq!(session.poll(now, 0), Action::Closed);
    /// ```
    pub const fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.policy.reconnect = reconnect;
        self
    }

    /// Waits like a browser: always exactly the reconnection time (9.2.3). No backoff, jitter, shortest wait,
    /// interval, or limit.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().browser().reconnection_time(Duration::from_millis(2)).build();
    /// for turn in 0..10 {
    ///     let now = Time::from(Duration::from_millis(2 * turn));
    ///     let Action::Connect(request) = session.poll(now, 7) else { unreachable!() };
    ///     let connection = request.connection();
    ///     session.network_error(connection, now);
    ///     assert!(matches!(session.poll(now, 7), Action::WaitUntil(_)));
    /// }
    /// ```
    pub const fn browser(mut self) -> Self {
        self.policy.max_backoff = Duration::ZERO;
        self.policy.min_wait = Duration::ZERO;
        self.policy.request_interval = Duration::ZERO;
        self.policy.jitter_percent = 0;
        self.policy.max_attempts = None;
        self.policy.max_elapsed_time = None;
        self
    }

    /// The longest last event ID that a request sends, in bytes. The default is 8 KiB: nginx and Apache accept no
    /// longer header. They answer 400 or 431, which fails the session permanently, each time.
    ///
    /// A longer ID is kept, but the request does not send it and reports that ([`Request::left_out`]). With
    /// `usize::MAX` every ID is sent, as in the standard; with zero none is.
    ///
    /// [`Request::left_out`]: crate::session::Request::left_out
    ///
    /// ```
    /// use sse_proto::session::{Action, LeftOut, Session, Time};
    /// use sse_proto::{Decoder, EventId};
    ///
    /// let decoder = Decoder::builder().last_event_id(EventId::from_static("12345")).build();
    /// let mut session = Session::builder().decoder(decoder).max_id_size(4).build();
    /// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
    /// assert_eq!(request.last_event_id(), None);
    /// assert!(matches!(request.left_out(), Some(LeftOut::TooLong { size: 5, limit: 4, .. })));
    /// ```
    pub const fn max_id_size(mut self, bytes: usize) -> Self {
        self.policy.max_id_size = bytes;
        self
    }

    /// Whether a request has `Cache-Control` and `Pragma` (9.2.2; [`headers::REQUEST_HEADERS`]). The default is
    /// `true`.
    ///
    /// Use `false` in a browser with `fetch`, and set `cache: "no-store"`: then the browser adds these headers
    /// itself, without the CORS preflight that they cause if a page sets them.
    ///
    /// [`headers::REQUEST_HEADERS`]: crate::headers::REQUEST_HEADERS
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::builder().send_cache_headers(false).build();
    /// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
    /// assert!(request.headers().eq([("accept", &b"text/event-stream"[..])]));
    /// ```
    pub const fn send_cache_headers(mut self, yes: bool) -> Self {
        self.policy.send_cache_headers = yes;
        self
    }

    /// The session, ready to connect.
    #[must_use]
    pub fn build(self) -> Session {
        Session::with(self.policy, self.decoder.unwrap_or_default())
    }
}

impl Session {
    /// A session with the default settings and a new decoder, ready to connect.
    ///
    /// ```
    /// use sse_proto::session::{ReadyState, Session};
    ///
    /// assert_eq!(Session::new().ready_state(), ReadyState::Connecting);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A session with other settings.
    ///
    /// ```
    /// use sse_proto::session::Session;
    ///
    /// let session = Session::builder().jitter_percent(0).build();
    /// # let _ = session;
    /// ```
    pub const fn builder() -> SessionBuilder {
        SessionBuilder::new()
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
