//! `MessageBuf`: a message that owns its text.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use super::message::Message;
use crate::error::InvalidValue;
use crate::field::{EventId, EventIdBuf, EventType};

/// An owned [`Message`], for queues, and for frameworks whose own type of event is built of strings. What it holds has been checked: to
/// encode it cannot fail.
///
/// ```
/// use sse_proto::MessageBuf;
///
/// // As a framework has it: strings that may be missing, and an empty type for none.
/// let (event, id) = (Some(String::new()), Some(String::from("7")));
/// let message = MessageBuf::new()
///     .try_event_type(event.as_deref())?
///     .try_id(id.as_deref())?
///     .data("x");
/// assert_eq!(message.to_string(), "id: 7\ndata: x\n\n");
/// assert!(MessageBuf::new().try_id(Some("7\ndata: injected")).is_err());
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use = "a message does nothing until it is encoded"]
pub struct MessageBuf {
    comment: Option<String>,
    event_type: Option<String>,
    id: Option<EventIdBuf>,
    /// In milliseconds.
    retry: Option<u64>,
    data: Option<String>,
}

impl MessageBuf {
    /// A message without fields.
    pub const fn new() -> Self {
        Self { comment: None, event_type: None, id: None, retry: None, data: None }
    }

    /// See [`Message::data`].
    pub fn data(mut self, data: impl Into<String>) -> Self {
        self.data = Some(data.into());
        self
    }

    /// See [`Message::comment`].
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// See [`Message::event_type`].
    #[doc(alias = "event")]
    pub fn event_type(mut self, event_type: EventType<'_>) -> Self {
        self.event_type = Some(event_type.as_str().to_owned());
        self
    }

    /// See [`Message::id`].
    pub fn id(mut self, id: impl Into<EventIdBuf>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// See [`Message::retry`].
    pub const fn retry(mut self, delay: Duration) -> Self {
        self.retry = Message::new().retry(delay).retry;
        self
    }

    /// See [`Message::try_event_type`]: an empty type means none.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for CR or LF.
    pub fn try_event_type(mut self, event_type: Option<&str>) -> Result<Self, InvalidValue> {
        if let Some(event_type) = Message::new().try_event_type(event_type)?.event_type {
            self = self.event_type(event_type);
        }
        Ok(self)
    }

    /// See [`Message::try_id`].
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for CR, LF and U+0000.
    pub fn try_id(self, id: Option<&str>) -> Result<Self, InvalidValue> {
        Ok(match id {
            None => self,
            Some(id) => self.id(EventId::new(id)?),
        })
    }

    /// The same message, borrowed: it has all the ways to be encoded.
    ///
    /// ```
    /// use sse_proto::MessageBuf;
    ///
    /// let mut buffer = Vec::new();
    /// MessageBuf::new().data("x").as_message().encode(&mut buffer)?;
    /// assert_eq!(buffer, b"data: x\n\n");
    /// # Ok::<(), sse_proto::BufferTooSmall>(())
    /// ```
    pub fn as_message(&self) -> Message<'_> {
        Message {
            comment: self.comment.as_deref(),
            event_type: self.event_type.as_deref().map(EventType::decoded),
            id: self.id.as_ref().map(EventIdBuf::as_event_id),
            retry: self.retry,
            data: self.data.as_deref(),
        }
    }

    /// The encoded message, in an allocation of its own. See [`Message::to_bytes`].
    ///
    /// ```
    /// use sse_proto::MessageBuf;
    /// use std::time::Duration;
    ///
    /// let message = MessageBuf::new().comment("later").retry(Duration::from_secs(5));
    /// assert_eq!(message.to_bytes(), ":later\nretry: 5000\n\n");
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.as_message().to_bytes()
    }
}

/// The encoded message.
impl fmt::Display for MessageBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_message().encode_to_fmt(f)
    }
}

impl From<Message<'_>> for MessageBuf {
    fn from(message: Message<'_>) -> Self {
        Self {
            comment: message.comment.map(Into::into),
            event_type: message.event_type.map(Into::into),
            id: message.id.map(Into::into),
            retry: message.retry,
            data: message.data.map(Into::into),
        }
    }
}

impl<'m> From<&'m MessageBuf> for Message<'m> {
    fn from(message: &'m MessageBuf) -> Self {
        message.as_message()
    }
}
