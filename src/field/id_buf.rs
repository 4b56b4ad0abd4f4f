//! Ids to keep.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use super::EventId;
use crate::error::InvalidValue;

/// An owned [`EventId`]: to keep, to store, to send to another thread. A clone shares the text.
///
/// ```
/// use sse_proto::{Decoder, EventId, EventIdBuf};
///
/// let stored = EventIdBuf::from(EventId::from_static("41")); // what a session's `last_event_id` lends
/// let read: EventIdBuf = "41".parse()?; // from a file: checked once
/// assert_eq!(stored, read);
/// let decoder = Decoder::builder().last_event_id(read.as_event_id()).build();
/// assert_eq!(decoder.last_event_id(), "41");
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventIdBuf(Arc<str>);

impl EventIdBuf {
    /// Checks `id`, a `String` or a `&str`.
    ///
    /// # Errors
    ///
    /// Like [`EventId::new`].
    ///
    /// ```
    /// assert!(sse_proto::EventIdBuf::new("a\nb").is_err());
    /// ```
    pub fn new(id: impl Into<Arc<str>>) -> Result<Self, InvalidValue> {
        let id = id.into();
        EventId::new(&id)?;
        Ok(Self(id))
    }

    /// The id, lent.
    #[must_use]
    pub fn as_event_id(&self) -> EventId<'_> {
        EventId(&self.0)
    }

    /// The id as text.
    ///
    /// ```
    /// let id = sse_proto::EventIdBuf::new("7")?;
    /// assert_eq!(id.as_str(), "7");
    /// assert!(!id.is_empty());
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it clears the last event ID.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The empty id.
impl Default for EventIdBuf {
    fn default() -> Self {
        EventId::EMPTY.into()
    }
}

impl From<EventId<'_>> for EventIdBuf {
    fn from(id: EventId<'_>) -> Self {
        Self(id.0.into())
    }
}

impl<'a> From<&'a EventIdBuf> for EventId<'a> {
    fn from(id: &'a EventIdBuf) -> Self {
        id.as_event_id()
    }
}

impl From<super::IdText> for EventIdBuf {
    fn from(id: super::IdText) -> Self {
        id.as_event_id().into()
    }
}

impl TryFrom<String> for EventIdBuf {
    type Error = InvalidValue;

    fn try_from(id: String) -> Result<Self, InvalidValue> {
        Self::new(id)
    }
}

impl FromStr for EventIdBuf {
    type Err = InvalidValue;

    fn from_str(id: &str) -> Result<Self, InvalidValue> {
        Self::new(id)
    }
}

impl AsRef<str> for EventIdBuf {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<EventId<'_>> for EventIdBuf {
    fn eq(&self, other: &EventId<'_>) -> bool {
        *self.0 == *other.0
    }
}

impl PartialEq<str> for EventIdBuf {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for EventIdBuf {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl fmt::Display for EventIdBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for EventIdBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for EventIdBuf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Checked like [`EventIdBuf::new`].
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for EventIdBuf {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
