//! What a session does beyond the standard, and how long it waits.

use core::time::Duration;

use crate::limits::LOWEST_FLOOR;

/// How a [`Session`](crate::session::Session) reconnects. The standard leaves it to the client how long it waits
/// at first and whether longer after failures (WHATWG HTML 9.2.3); each default has its reason beside it.
///
/// ```
/// use sse_proto::session::{Policy, Session};
/// use std::time::Duration;
///
/// const PATIENT: Policy = Policy::new()
///     .idle_timeout(Some(Duration::from_secs(45))) // this server sends a comment every 15 seconds
///     .retry_status(|status| matches!(status, 429 | 500..=599))
///     .max_attempts(Some(20));
/// let session = Session::new(PATIENT);
/// # let _ = session;
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Policy {
    pub(crate) reconnection_time: Duration,
    pub(crate) floor: Duration,
    pub(crate) cap: Duration,
    pub(crate) jitter_percent: u8,
    pub(crate) stable_after: Duration,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) retry_status: fn(u16) -> bool,
    pub(crate) missing_content_type: bool,
    pub(crate) reconnect: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// The standard's client with the defaults named at each method.
    pub const fn new() -> Self {
        Self {
            reconnection_time: Duration::from_secs(3),
            floor: Duration::from_millis(500),
            cap: Duration::from_secs(60),
            jitter_percent: 50,
            stable_after: Duration::from_secs(60),
            max_attempts: None,
            idle_timeout: None,
            retry_status: |_| false,
            missing_content_type: false,
            reconnect: true,
        }
    }

    /// The reconnection time until a `retry` field sets it (9.2.3, 9.2.6). The default is 3 seconds, about what
    /// browsers take.
    pub const fn reconnection_time(mut self, time: Duration) -> Self {
        self.reconnection_time = time;
        self
    }

    /// The shortest reconnection time, whatever [`Policy::reconnection_time`] and `retry` say. The default is 500
    /// milliseconds: a server that sends `retry: 0` and an event to each connection gets two of them a second.
    ///
    /// Never less than a millisecond; a smaller value, zero too, means that.
    pub const fn floor(mut self, time: Duration) -> Self {
        self.floor = time;
        self
    }

    /// Where the wait stops doubling. The default is one minute.
    ///
    /// It limits only what the session adds: a reconnection time above it is kept, but does not grow.
    pub const fn backoff_cap(mut self, time: Duration) -> Self {
        self.cap = time;
        self
    }

    /// How much longer than computed a wait may be, in percent, by the caller's random number. The default is 50.
    ///
    /// It never shortens a wait, for the standard has the client wait at least the reconnection time (9.2.3), and it
    /// lengthens the first one too: the clients of a server that restarts all lose it at once.
    pub const fn jitter_percent(mut self, percent: u8) -> Self {
        self.jitter_percent = percent;
        self
    }

    /// After this time a connection counts as good though no event has come, and the waits begin anew. The
    /// default is one minute; zero makes each 200 good, `Duration::MAX` only those with an event.
    pub const fn stable_after(mut self, time: Duration) -> Self {
        self.stable_after = time;
        self
    }

    /// How many connections in a row may fail, or end with no event and before they were stable, until the
    /// session fails ([`Failure::TooManyAttempts`](crate::session::Failure::TooManyAttempts)). The default is `None`:
    /// no limit, as in the standard. `Some(1)` gives up after the first, `Some(0)` before it.
    pub const fn max_attempts(mut self, attempts: Option<u32>) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest silence, in which not one byte comes, neither head nor body, until a connection is given up as
    /// lost. The default is `None`, as in the standard. Bytes of comments count, so a server that sends
    /// one every 15 seconds (9.2.7) goes well with 45. Zero gives each connection up at the next poll.
    pub const fn idle_timeout(mut self, time: Option<Duration>) -> Self {
        self.idle_timeout = time;
        self
    }

    /// Which statuses are a reason to try again, by backoff, instead of failing for good (9.2.3), say 503. The default
    /// is none. Not asked about 200, nor about 204, by which a server says that it wants no further connection.
    pub const fn retry_status(mut self, status: fn(u16) -> bool) -> Self {
        self.retry_status = status;
        self
    }

    /// Whether a 200 without any `Content-Type` opens. The default is no, as in the standard.
    pub const fn accept_missing_content_type(mut self, yes: bool) -> Self {
        self.missing_content_type = yes;
        self
    }

    /// Whether to connect again at all. The default is yes.
    ///
    /// Say no where a request must not be repeated, as with most POSTs: then there is one connection, the end of
    /// its body closes the session, and whatever else ends it fails it with the reason.
    pub const fn reconnect(mut self, yes: bool) -> Self {
        self.reconnect = yes;
        self
    }

    /// The reconnection time in force, `asked` being what a `retry` field said.
    pub(crate) fn base(&self, asked: Option<Duration>) -> Duration {
        asked.unwrap_or(self.reconnection_time).max(self.floor).max(LOWEST_FLOOR)
    }

    /// The wait after `fruitless` connections in a row: the reconnection time, doubled with each of them but the
    /// first up to the cap, and up to `jitter_percent` longer.
    pub(crate) fn wait(&self, asked: Option<Duration>, fruitless: u32, random: u64) -> Duration {
        let base = self.base(asked);
        let doubled = base.saturating_mul(1 << fruitless.saturating_sub(1).min(31));
        let wait = doubled.min(self.cap).max(base);
        // In whole nanoseconds of 64 bits, 584 years, so that no product leaves 128 bits.
        let most = wait.as_nanos().saturating_mul(u128::from(self.jitter_percent)) / 100;
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let extra = (u128::from(most) * u128::from(random)) >> 64;
        wait.saturating_add(Duration::from_nanos(u64::try_from(extra).unwrap_or(u64::MAX)))
    }
}
