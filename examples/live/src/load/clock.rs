//! The clock that all processes of a machine share: what one writes into an event, another can compare.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use sse_proto::session::Time;

/// Nanoseconds of the monotonic clock, which starts with the machine and is never set.
pub(super) fn nanos() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    // Neither is ever negative on this clock.
    (now.tv_sec as u64) * 1_000_000_000 + now.tv_nsec as u64
}

/// The same moment for a session.
pub(super) fn time(nanos: u64) -> Time {
    Time::from(Duration::from_nanos(nanos))
}
