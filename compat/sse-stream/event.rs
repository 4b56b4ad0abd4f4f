//! A block, and how it is written.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{EventId, EventType, FieldWriter, Message};

/// A block with its fields, each given or not. Nothing is taken over from the blocks before.
#[derive(Default, Debug, PartialEq, Eq, Hash, Clone)]
pub struct Sse {
    /// The event type.
    pub event: Option<String>,
    /// The data, lines joined by LF.
    pub data: Option<String>,
    /// The id.
    pub id: Option<String>,
    /// The reconnection time, in milliseconds.
    pub retry: Option<u64>,
}

impl Sse {
    /// Whether an event type is given, perhaps an empty one.
    pub fn is_event(&self) -> bool {
        self.event.is_some()
    }

    /// Whether no event type is given.
    pub fn is_message(&self) -> bool {
        self.event.is_none()
    }

    /// Sets the event type.
    pub fn event(mut self, event: impl Into<String>) -> Self {
        self.event = Some(event.into());
        self
    }

    /// Sets the data. Each of its lines becomes a `data` line.
    pub fn data(mut self, data: impl Into<String>) -> Self {
        self.data = Some(data.into());
        self
    }

    /// Sets the id.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the reconnection time, in milliseconds.
    pub fn retry(mut self, retry: u64) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Sets the reconnection time, at most `u64::MAX` milliseconds.
    pub fn retry_duration(self, retry: Duration) -> Self {
        self.retry(u64::try_from(retry.as_millis()).unwrap_or(u64::MAX))
    }

    /// The bytes, fields in the order in which this interface has always had them. A type or an id that would end its line is left
    /// out, and so is an empty type: it means none.
    pub(crate) fn to_wire(&self) -> Bytes {
        if *self == Self::default() {
            return Message::new().to_bytes();
        }
        let texts = [&self.event, &self.data, &self.id].map(|text| text.as_ref().map_or(0, String::len));
        let mut fields = FieldWriter::new(Vec::with_capacity(texts.iter().sum::<usize>() + NAMES));
        if let Some(Ok(event)) = self.event.as_deref().map(EventType::new) {
            fields.event_type(event);
        }
        if let Some(data) = &self.data {
            fields.data(data);
        }
        if let Some(Ok(id)) = self.id.as_deref().map(EventId::new) {
            fields.id(id);
        }
        if let Some(retry) = self.retry {
            fields.retry(Duration::from_millis(retry));
        }
        fields.into_inner().into()
    }
}

/// Room for all names, the digits of a `retry` and the line ends.
const NAMES: usize = 56;
