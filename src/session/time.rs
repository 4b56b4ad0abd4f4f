//! A moment on the caller's clock.

use core::ops::Add;
use core::time::Duration;

/// A moment on the caller's clock: the time since a start that the caller chooses, the same one throughout.
///
/// This is a separate type, because a session also uses durations, and the two must not be confused. `Duration`
/// converts into it: `Time::from(start.elapsed())` is now, if `start` is a `std::time::Instant` that was taken once.
///
/// ```
/// use sse_proto::session::Time;
/// use std::time::Duration;
///
/// let now = Time::from(Duration::from_secs(7));
/// let until = now + Duration::from_secs(3);
/// assert_eq!(until.saturating_since(now), Duration::from_secs(3)); // how long to sleep
/// assert_eq!(now.saturating_since(until), Duration::ZERO); // it is not that late
/// assert!(now < until && Time::START < now);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(Duration);

impl Time {
    /// The start of the caller's clock.
    pub const START: Self = Self(Duration::ZERO);

    /// The moment `time` after the start.
    ///
    /// ```
    /// use sse_proto::session::Time;
    /// use std::time::Duration;
    ///
    /// const THEN: Time = Time::after_start(Duration::from_secs(1));
    /// assert_eq!(THEN, Time::START + Duration::from_secs(1));
    /// ```
    #[must_use]
    pub const fn after_start(time: Duration) -> Self {
        Self(time)
    }

    /// The duration since the start.
    ///
    /// ```
    /// use sse_proto::session::Time;
    /// use std::time::Duration;
    ///
    /// assert_eq!(Time::from(Duration::from_secs(1)).since_start(), Duration::from_secs(1));
    /// ```
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The duration since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<Duration> for Time {
    fn from(since_start: Duration) -> Self {
        Self(since_start)
    }
}

/// The moment after this duration. It saturates at `Duration::MAX` after the start and does not panic.
impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}
