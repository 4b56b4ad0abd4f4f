//! The behaviour of a session beyond the standard, and its waits.

use core::time::Duration;

use crate::limits::{DEFAULT_MAX_ID_SIZE, LEAST_WAIT};

use super::outcome::RefusedHead;

/// Which connections count as good, so that they reset the waits. Each kind includes those before it.
///
/// A 200 alone never counts as good, so a server that sends empty 200s gets fewer and fewer requests. Neither do
/// `retry`, comments, or an event over the limit whose id is discarded
/// ([`OversizedId::Discard`](crate::OversizedId::Discard)), because such an event comes again and again.
///
/// ```
/// use sse_proto::session::{Progress, Session};
///
/// // A server that sends one event without an id to each connection, and is to be asked again at once.
/// let session = Session::builder().progress(Progress::Event).build();
/// # let _ = session;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Progress {
    /// The connection was open at least as long as the wait that is now due, or as
    /// [`SessionBuilder::stable_after`](super::SessionBuilder::stable_after), whichever is shorter.
    Time,
    /// Like `Time`, or the last event ID (or the cursor) has changed since the connection was requested. This is the default. A
    /// healthy stream that a proxy cuts every 30 or 60 seconds does not count as a failure; a connection that brings
    /// only a greeting without a new id does.
    #[default]
    NewId,
    /// Like `NewId`, or an event has arrived.
    Event,
}

/// Whether a session connects again: see [`SessionBuilder::reconnect`](super::SessionBuilder::reconnect).
///
/// ```
/// use sse_proto::session::{Reconnect, Session};
///
/// let once = Session::builder().reconnect(Reconnect::Never).build(); // a request that must not be repeated
/// # let _ = once;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Reconnect {
    /// Always, like an `EventSource` (WHATWG HTML 9.2.3).
    #[default]
    Always,
    /// Only if the next request can name a place to continue: it has a last event ID to send, or a cursor is set. For
    /// a POST whose stream can be resumed after the server has named a place in it, and must not be repeated before.
    IfResumable,
    /// Never.
    Never,
}

/// The settings of a session. Each is explained at the method of the same name of
/// [`SessionBuilder`](super::SessionBuilder).
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) reconnection_time: Duration,
    pub(super) max_reconnection_time: Option<Duration>,
    pub(super) min_wait: Duration,
    pub(super) request_interval: Duration,
    pub(super) max_backoff: Duration,
    pub(super) jitter_percent: u8,
    pub(super) progress: Progress,
    pub(super) stable_after: Duration,
    pub(super) max_attempts: Option<u32>,
    pub(super) max_elapsed_time: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) head_timeout: Option<Duration>,
    pub(super) retry_head: fn(RefusedHead) -> bool,
    pub(super) missing_content_type: bool,
    pub(super) reconnect: Reconnect,
    pub(super) max_id_size: usize,
    pub(super) send_cache_headers: bool,
}

impl Policy {
    pub(super) const DEFAULT: Self = Self {
        reconnection_time: Duration::from_secs(3),
        max_reconnection_time: None,
        min_wait: Duration::from_millis(500),
        request_interval: Duration::from_secs(3),
        max_backoff: Duration::from_secs(60),
        jitter_percent: 50,
        progress: Progress::NewId,
        stable_after: Duration::from_secs(10),
        max_attempts: None,
        max_elapsed_time: None,
        idle_timeout: None,
        head_timeout: None,
        retry_head: |_| false,
        missing_content_type: false,
        reconnect: Reconnect::Always,
        max_id_size: DEFAULT_MAX_ID_SIZE,
        send_cache_headers: true,
    };

    /// Whether to try again after a head that opens no stream. With 204 the server wants no further connection: the
    /// setting is not asked.
    pub(super) fn retries(&self, head: RefusedHead) -> bool {
        head.status != 204 && (self.retry_head)(head)
    }

    /// The time limit for a head.
    pub(super) fn head_limit(&self) -> Option<Duration> {
        self.head_timeout.or(self.idle_timeout)
    }

    /// The time that the server requests, within the bounds of the settings.
    fn allowed(&self, asked: Duration) -> Duration {
        self.max_reconnection_time.map_or(asked, |most| asked.min(most))
    }

    fn lowest(&self) -> Duration {
        self.min_wait.max(LEAST_WAIT)
    }

    /// The current reconnection time; `asked` is the value of a `retry` field.
    pub(super) fn base(&self, asked: Option<Duration>) -> Duration {
        asked.map_or(self.reconnection_time, |asked| self.allowed(asked)).max(self.lowest())
    }

    /// The wait after `fruitless` connections in a row, without jitter: the reconnection time, doubled with each of
    /// them except the first, up to `max_backoff`.
    pub(super) fn due(&self, asked: Option<Duration>, fruitless: u32) -> Duration {
        let base = self.base(asked);
        let doubled = base.saturating_mul(1 << fruitless.saturating_sub(1).min(31));
        doubled.min(self.max_backoff).max(base)
    }

    /// The rest of the interval between two requests, if the last request was sent `lived` ago.
    fn interval_left(&self, lived: Duration) -> Duration {
        self.request_interval.saturating_sub(lived)
    }

    /// The wait after a connection that ended `lived` after its request: the wait that is due and the interval
    /// between two requests, plus up to `jitter_percent`.
    pub(super) fn wait(&self, due: Duration, lived: Duration, random: u64) -> Duration {
        let wait = due.max(self.interval_left(lived));
        // In whole nanoseconds of 64 bits, which is 584 years, so that no product exceeds 128 bits.
        let most = wait.as_nanos().saturating_mul(u128::from(self.jitter_percent)) / 100;
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let extra = (u128::from(most) * u128::from(random)) >> 64;
        wait.saturating_add(Duration::from_nanos(u64::try_from(extra).unwrap_or(u64::MAX)))
    }

    /// The wait that the caller has set, within the same bounds.
    pub(super) fn chosen_wait(&self, chosen: Duration, lived: Duration) -> Duration {
        self.allowed(chosen).max(self.lowest()).max(self.interval_left(lived))
    }

    /// Whether a connection is good because of its time: it lasted as long as the next wait (`due`) or as `stable_after`, whichever
    /// is shorter.
    pub(super) fn has_lasted(&self, lasted: Duration, due: Duration) -> bool {
        lasted >= due.min(self.stable_after)
    }
}
