//! The state of a session. States store durations, never a moment. So a clock that goes back does no harm: `advance`
//! adds the time that has passed, which is then zero.

use core::time::Duration;

use crate::limits::LATE_POLL;

use super::outcome::Failure;
use super::time::Time;

#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    /// Connects at the next poll. The last connection was lost `ago`, if there was one.
    Due {
        ago: Duration,
    },
    /// The request was sent `lived` ago.
    Connecting {
        lived: Duration,
        silence: Silence,
    },
    Open(OpenState),
    /// The connection was lost `ago`, and was requested `lived` before that. `poll` must still choose the wait,
    /// because it has the random number.
    Lost {
        lived: Duration,
        ago: Duration,
    },
    /// Connects when the connection has been lost for `wait`.
    Waiting {
        lived: Duration,
        ago: Duration,
        wait: Duration,
    },
    Failed(Failure),
    Closed,
}

/// An open connection. Its duration is `lasted` plus the time since `from`, on the caller's clock, which has not gone
/// back since `from`. So bytes need only a comparison, not a sum of times.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenState {
    pub(super) silence: Silence,
    /// The time from its request to its head.
    connecting: Duration,
    lasted: Duration,
    from: Time,
    /// Whether an event has arrived.
    pub(super) event: bool,
}

/// The duration of the silence. It starts at the first poll after the last bytes, not at the bytes: in between, the
/// caller works, and the socket may fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    quiet: Duration,
    /// Whether bytes arrived since the last poll.
    heard: bool,
    /// A poll came so late that it proved nothing; this is allowed once.
    forgiven: bool,
}

impl Silence {
    /// Starts at this poll.
    pub(super) const BEGINS: Self = Self { quiet: Duration::ZERO, heard: false, forgiven: false };
    /// Starts at the next poll.
    const BROKEN: Self = Self { quiet: Duration::ZERO, heard: true, forgiven: false };

    #[inline]
    pub(super) fn hear(&mut self) {
        self.heard = true;
    }

    /// Whether a poll finds that the silence has reached its limit.
    pub(super) fn is_over(&mut self, limit: Option<Duration>) -> bool {
        if self.heard {
            *self = Self::BEGINS;
        }
        let Some(limit) = limit.filter(|limit| self.quiet >= *limit) else {
            return false;
        };
        // No poll came for a long time: the machine was suspended. Bytes that arrived meanwhile may not have been
        // read yet.
        let late = self.quiet.saturating_sub(limit) > LATE_POLL;
        if late && !self.forgiven && !limit.is_zero() {
            (self.quiet, self.forgiven) = (Duration::ZERO, true);
            return false;
        }
        true
    }

    /// The time until the silence reaches its limit.
    pub(super) fn left(&self, limit: Option<Duration>) -> Option<Duration> {
        limit.map(|limit| limit.saturating_sub(self.quiet))
    }
}

impl OpenState {
    /// A connection that opens now, `connecting` after its request.
    pub(super) const fn new(connecting: Duration, now: Time) -> Self {
        Self { silence: Silence::BROKEN, connecting, lasted: Duration::ZERO, from: now, event: false }
    }

    /// The time since it opened.
    pub(super) fn lasted(&self, now: Time) -> Duration {
        self.lasted.saturating_add(now.saturating_since(self.from))
    }

    /// The same, plus the time before it opened.
    pub(super) fn lived(&self, now: Time) -> Duration {
        self.connecting.saturating_add(self.lasted(now))
    }
}

impl State {
    /// Adds the time from `before` to `now` to the durations of the state.
    #[inline]
    pub(super) fn advance(&mut self, before: Time, now: Time) {
        let passed = now.saturating_since(before);
        let add = |to: &mut Duration| *to = to.saturating_add(passed);
        match self {
            Self::Connecting { lived, silence } => {
                add(lived);
                add(&mut silence.quiet);
            }
            Self::Open(open) => {
                add(&mut open.silence.quiet);
                if now < before {
                    open.lasted = open.lasted(before);
                    open.from = now;
                }
            }
            Self::Due { ago } | Self::Lost { ago, .. } | Self::Waiting { ago, .. } => add(ago),
            Self::Failed(_) | Self::Closed => {}
        }
    }
}
