//! A moment on the caller's clock.

use core::ops::Add;
use core::time::Duration;

/// A moment on the caller's clock: the time since a start that the caller chooses, the same one throughout.
///
/// A type of its own, because a session deals in spans of time, too, and the two must not be mixed up. `Duration` converts
/// into it: `Time::from(start.elapsed())` is now, by a `std::time::Instant` that was taken once.
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
    /// Where the caller's clock starts.
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

    /// How long after the start it is.
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

    /// How long after `earlier` it is; zero if it is before that.
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

/// The moment so much later. At the end of all time (`Duration::MAX` after the start) it stands still and does not panic.
impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}
