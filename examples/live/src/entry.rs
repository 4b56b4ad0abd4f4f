//! What a store holds: events, each with an id that names its place in its topic, for good.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use sse_proto::{EventId, EventType, InvalidValue, Message};

/// `epoch-ms-seq`: which life of the store, when, and which of that millisecond. Orders as events do.
///
/// The time in it makes an id that was given out and then lost (a power cut) one that is never given out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    pub epoch: u64,
    pub ms: u64,
    pub seq: u64,
}

impl EntryId {
    /// The place before the first event.
    pub const fn start(epoch: u64) -> Self {
        Self { epoch, ms: 0, seq: 0 }
    }

    /// The id of an event that is stored at `now`: after this one, even if the clock went back.
    pub fn next(self, now: u64) -> Self {
        if now > self.ms { Self { ms: now, seq: 0, ..self } } else { Self { seq: self.seq + 1, ..self } }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.epoch, self.ms, self.seq)
    }
}

/// The text is not an id of ours: made up, or of another server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of three numbers with hyphens between, like 1764115200000-1764115261000-0")]
pub struct NotAnEntryId;

/// Reads what [`EntryId`] prints, and nothing else: two texts are two places.
impl FromStr for EntryId {
    type Err = NotAnEntryId;

    fn from_str(text: &str) -> Result<Self, NotAnEntryId> {
        let mut numbers = text.split('-').map(str::parse);
        let mut number = || numbers.next().and_then(Result::ok).ok_or(NotAnEntryId);
        let id = Self { epoch: number()?, ms: number()?, seq: number()? };
        if id.to_string() == text { Ok(id) } else { Err(NotAnEntryId) }
    }
}

/// An event before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub kind: EventType<'static>,
    pub data: String,
}

/// An event that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub kind: String,
    pub data: String,
}

impl Entry {
    /// As all clients get it.
    pub fn encode(&self) -> Result<Bytes, InvalidValue> {
        let id = self.id.to_string();
        let message = Message::new().event_type(EventType::new(&self.kind)?).id(EventId::new(&id)?);
        Ok(message.data(&self.data).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_printed_is_read() {
        let id = EntryId { epoch: 7, ms: 20, seq: 0 };
        assert_eq!("7-20-0".parse(), Ok(id));
        for text in
            ["", "7", "7-20", "7-20-0-1", "07-20-0", "+7-20-0", "7-20-", "7-20-x", "7--20-0", " 7-20-0"]
        {
            assert_eq!(text.parse::<EntryId>(), Err(NotAnEntryId), "{text:?}");
        }
    }

    #[test]
    fn ids_rise_though_the_clock_does_not() {
        let first = EntryId::start(7).next(20);
        assert_eq!(first, EntryId { epoch: 7, ms: 20, seq: 0 });
        assert_eq!(first.next(20), EntryId { epoch: 7, ms: 20, seq: 1 });
        assert_eq!(first.next(10), EntryId { epoch: 7, ms: 20, seq: 1 });
        assert_eq!(first.next(21), EntryId { epoch: 7, ms: 21, seq: 0 });
    }
}
