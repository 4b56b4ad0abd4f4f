//! Ids that are not used again after a restart.

use core::fmt;
use core::str::FromStr;

use crate::field::{EventId, IdText};

/// An id made of an epoch and a sequence number, `1732105794123-42`. It keeps its meaning after a restart.
///
/// The sequence counts the events of one life of the log. It is best to use the position after the event, which is
/// [`ReplayLog::end`](crate::replay::ReplayLog::end) after its push. Then 0 is the place before the first event, and
/// each id is the position from which to continue.
///
/// The epoch distinguishes one life of the log from the next. Without it, a client that names `42` after a restart
/// would seem to have seen the new 42. With it, its id is [`Replay::Unknown`](crate::replay::Replay::Unknown).
///
/// **No two lives may have the same epoch**: their ids would be mixed up without an error, and events would be lost. The
/// best epoch is a stored counter that grows at each start. If you use the time of the start, use milliseconds, and make
/// sure that it is later than that of the life before: a restart can be quick, and a clock can go back.
///
/// Its text is canonical: two different texts are two different ids. Every header can carry it.
///
/// ```
/// use sse_proto::EventId;
/// use sse_proto::replay::EpochId;
///
/// let id = EpochId::new(1732105794123, 42);
/// assert_eq!(id.text().as_event_id().as_str(), "1732105794123-42"); // no allocation
/// assert_eq!(EpochId::try_from(EventId::new("1732105794123-42")?), Ok(id));
/// assert!(EpochId::try_from(EventId::new("1732105794123-042")?).is_err());
/// assert_eq!("1732105794123-42".parse(), Ok(id));
/// assert_eq!(id.next(), Some(EpochId::new(1732105794123, 43)));
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochId {
    epoch: u64,
    sequence: u64,
}

impl EpochId {
    /// The id of the event number `sequence` in the life `epoch`.
    #[must_use]
    pub const fn new(epoch: u64, sequence: u64) -> Self {
        Self { epoch, sequence }
    }

    /// The life of the log.
    #[must_use]
    pub const fn epoch(self) -> u64 {
        self.epoch
    }

    /// The number of the event in that life.
    ///
    /// ```
    /// use sse_proto::replay::EpochId;
    ///
    /// let id: EpochId = "1732105794123-42".parse()?;
    /// assert_eq!((id.epoch(), id.sequence()), (1732105794123, 42));
    /// # Ok::<(), sse_proto::replay::NotAnEpochId>(())
    /// ```
    #[must_use]
    pub const fn sequence(self) -> u64 {
        self.sequence
    }

    /// The id of the next event, `None` after the last possible number.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.sequence.checked_add(1) {
            Some(sequence) => Some(Self::new(self.epoch, sequence)),
            None => None,
        }
    }

    /// Its text, on the stack.
    #[must_use]
    pub fn text(self) -> IdText {
        IdText::pair(self.epoch, self.sequence)
    }
}

/// Reads an id: two numbers in decimal digits, without signs and without leading zeros (`0` itself is a number), each within `u64`, and a hyphen between.
impl TryFrom<EventId<'_>> for EpochId {
    type Error = NotAnEpochId;

    fn try_from(id: EventId<'_>) -> Result<Self, NotAnEpochId> {
        id.as_str().parse()
    }
}

/// Like from an [`EventId`].
impl FromStr for EpochId {
    type Err = NotAnEpochId;

    fn from_str(text: &str) -> Result<Self, NotAnEpochId> {
        let parse = |(epoch, sequence)| Some(Self::new(number(epoch)?, number(sequence)?));
        text.split_once('-').and_then(parse).ok_or(NotAnEpochId)
    }
}

/// Its text, on the stack.
impl From<EpochId> for IdText {
    fn from(id: EpochId) -> Self {
        id.text()
    }
}

/// `text` as a number, if it is written in its only form: `0`, or digits that do not start with 0.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

impl fmt::Display for EpochId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.sequence)
    }
}

/// The text is not an [`EpochId`]: it is from another kind of log, or invented.
///
/// ```
/// use sse_proto::replay::EpochId;
///
/// let error = "42".parse::<EpochId>().unwrap_err();
/// assert_eq!(error.to_string(), "not an epoch id: expected two decimal numbers joined by a hyphen, for example 1732105794123-42");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not an epoch id: expected two decimal numbers joined by a hyphen, for example 1732105794123-42")]
#[non_exhaustive]
pub struct NotAnEpochId;
