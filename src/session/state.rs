//! Where a session stands. States hold how long something has lasted, never a moment. That is why a clock that goes back
//! does no harm: `advance` adds the time that has passed, and then none has.

use core::time::Duration;

use crate::limits::LATE_POLL;

use super::outcome::Failure;
use super::time::Time;

#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    /// To connect at the next poll. The last connection is gone for `ago`, if there was one.
    Due {
        ago: Duration,
    },
    /// The request is out, for `lived`.
    Connecting {
        lived: Duration,
        silence: Silence,
    },
    Open(OpenState),
    /// The connection is gone for `ago`, and was asked for `lived` before that; poll has yet to choose the wait, for it has the
    /// random number.
    Lost {
        lived: Duration,
        ago: Duration,
    },
    /// To connect when it is gone for `wait`.
    Waiting {
        lived: Duration,
        ago: Duration,
        wait: Duration,
    },
    Failed(Failure),
    Closed,
}

/// An open connection. It has lasted for `lasted` and since `from`, on the clock of the caller, which has not gone back
/// since then: so that bytes need no sum of times, just a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenState {
    pub(super) silence: Silence,
    /// From its request to its head.
    connecting: Duration,
    lasted: Duration,
    from: Time,
    /// Whether an event has come.
    pub(super) event: bool,
}

/// How long nothing has been heard. It counts from the first poll after the last bytes, not from the bytes: what lies
/// between is the caller's work, in which the socket may fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    quiet: Duration,
    /// Since the last poll.
    heard: bool,
    /// A poll came so late that it proved nothing; that is granted once.
    forgiven: bool,
}

impl Silence {
    /// From this poll on.
    pub(super) const BEGINS: Self = Self { quiet: Duration::ZERO, heard: false, forgiven: false };
    /// From the next poll on.
    const BROKEN: Self = Self { quiet: Duration::ZERO, heard: true, forgiven: false };

    #[inline]
    pub(super) fn hear(&mut self) {
        self.heard = true;
    }

    /// Whether it has reached its limit, as a poll sees it.
    pub(super) fn is_over(&mut self, limit: Option<Duration>) -> bool {
        if self.heard {
            *self = Self::BEGINS;
        }
        let Some(limit) = limit.filter(|limit| self.quiet >= *limit) else {
            return false;
        };
        // Nobody has looked for long: the machine slept. What has come meanwhile may not have been read yet.
        let late = self.quiet.saturating_sub(limit) > LATE_POLL;
        if late && !self.forgiven && !limit.is_zero() {
            (self.quiet, self.forgiven) = (Duration::ZERO, true);
            return false;
        }
        true
    }

    /// How long until it reaches its limit.
    pub(super) fn left(&self, limit: Option<Duration>) -> Option<Duration> {
        limit.map(|limit| limit.saturating_sub(self.quiet))
    }
}

impl OpenState {
    /// Opened now, after a head that took so long.
    pub(super) const fn new(connecting: Duration, now: Time) -> Self {
        Self { silence: Silence::BROKEN, connecting, lasted: Duration::ZERO, from: now, event: false }
    }

    /// For how long it has been open.
    pub(super) fn lasted(&self, now: Time) -> Duration {
        self.lasted.saturating_add(now.saturating_since(self.from))
    }

    /// The same, and the time before it opened.
    pub(super) fn lived(&self, now: Time) -> Duration {
        self.connecting.saturating_add(self.lasted(now))
    }
}

impl State {
    /// Adds the time from `before` to `now` to what the state counts.
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
