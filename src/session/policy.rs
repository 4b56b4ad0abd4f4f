//! What a session does beyond the standard, and how long it waits.

use core::time::Duration;

use crate::limits::{DEFAULT_MAX_ID_SIZE, LOWEST_FLOOR};

/// The settings of a session. Each is explained at the method of the same name of
/// [`SessionBuilder`](super::SessionBuilder).
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) reconnection_time: Duration,
    pub(super) floor: Duration,
    pub(super) cap: Duration,
    pub(super) jitter_percent: u8,
    pub(super) stable_after: Duration,
    pub(super) max_attempts: Option<u32>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) retry_status: fn(u16) -> bool,
    pub(super) missing_content_type: bool,
    pub(super) reconnect: bool,
    pub(super) max_id_size: usize,
    pub(super) send_cache_headers: bool,
}

impl Policy {
    pub(super) const DEFAULT: Self = Self {
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
        max_id_size: DEFAULT_MAX_ID_SIZE,
        send_cache_headers: true,
    };

    /// The reconnection time in force, `asked` being what a `retry` field said.
    pub(super) fn base(&self, asked: Option<Duration>) -> Duration {
        asked.unwrap_or(self.reconnection_time).max(self.floor).max(LOWEST_FLOOR)
    }

    /// The wait after `fruitless` connections in a row: the reconnection time, doubled with each of them but the
    /// first up to the cap, and up to `jitter_percent` longer.
    pub(super) fn wait(&self, asked: Option<Duration>, fruitless: u32, random: u64) -> Duration {
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
