//! Events, frames, ids and event types in serde's data formats. Feature `serde`.

use alloc::borrow::Cow;
use core::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::decode::event::{Event, Frame};
use crate::decode::owned::{EventBuf, FrameBuf};
use crate::field::{EventId, EventType};

/// The serialised form of an event.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Event")]
struct OutsideEvent<'e> {
    #[serde(borrow)]
    event_type: Cow<'e, str>,
    #[serde(borrow)]
    data: Cow<'e, str>,
    /// [`Event::id`].
    #[serde(borrow, default)]
    id: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    last_event_id: Cow<'e, str>,
}

/// The serialised form of a frame. A reconnection time is in whole milliseconds, as in the stream.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Frame", rename_all = "snake_case")]
enum OutsideFrame<'f> {
    #[serde(borrow)]
    Event(OutsideEvent<'f>),
    Retry(u64),
    #[serde(borrow)]
    Comment(Cow<'f, str>),
}

impl<'e> OutsideEvent<'e> {
    fn new(event: &Event<'e>) -> Self {
        Self {
            event_type: event.event_type().as_str().into(),
            data: event.data().into(),
            id: event.id().map(|id| id.as_str().into()),
            last_event_id: event.last_event_id().as_str().into(),
        }
    }

    fn into_event<E: serde::de::Error>(self) -> Result<EventBuf, E> {
        let event = Event::new(EventType::new(&self.event_type).map_err(E::custom)?, &self.data);
        let event = match &self.id {
            Some(id) if self.last_event_id.is_empty() || *id == self.last_event_id => {
                event.with_id(EventId::new(id).map_err(E::custom)?)
            }
            Some(_) => return Err(E::custom("an event's `id`, if it has one, is its `last_event_id`")),
            None => event.with_last_event_id(EventId::new(&self.last_event_id).map_err(E::custom)?),
        };
        Ok(event.to_buf())
    }
}

impl<'f> OutsideFrame<'f> {
    fn new(frame: &Frame<'f>) -> Self {
        match frame {
            Frame::Event(event) => Self::Event(OutsideEvent::new(event)),
            Frame::Retry(time) => Self::Retry(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            Frame::Comment(text) => Self::Comment((*text).into()),
        }
    }
}

/// Like [`EventBuf`].
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OutsideEvent::new(self).serialize(serializer)
    }
}

/// A struct with the results of the methods: `event_type`, `data`, `id` and `last_event_id`.
///
/// ```
/// use sse_proto::{Chunk, Decoder, EventBuf};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\nid: 1\ndata: x\n\n");
/// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
/// let json = serde_json::to_string(&event)?;
/// assert_eq!(json, r#"{"event_type":"add","data":"x","id":"1","last_event_id":"1"}"#);
/// assert_eq!(serde_json::from_str::<EventBuf>(&json)?, event);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for EventBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_event().serialize(serializer)
    }
}

/// The values are checked like in [`EventType::new`] and [`EventId::new`], and an `id` must equal the
/// `last_event_id`. Both may be omitted, and an `id` may replace both.
impl<'de> Deserialize<'de> for EventBuf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OutsideEvent::deserialize(deserializer)?.into_event()
    }
}

/// Like [`FrameBuf`].
impl Serialize for Frame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OutsideFrame::new(self).serialize(serializer)
    }
}

/// An enum of `event`, `retry` in milliseconds, and `comment`.
///
/// ```
/// use sse_proto::{EventBuf, EventType, FrameBuf};
/// use std::time::Duration;
///
/// let frames = [FrameBuf::Retry(Duration::from_secs(3)), EventBuf::new(EventType::MESSAGE, "x").into()];
/// let json = serde_json::to_string(&frames)?;
/// let event = r#"{"event_type":"message","data":"x","id":null,"last_event_id":""}"#;
/// assert_eq!(json, format!(r#"[{{"retry":3000}},{{"event":{event}}}]"#));
/// assert_eq!(serde_json::from_str::<[FrameBuf; 2]>(&json)?, frames);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for FrameBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_frame().serialize(serializer)
    }
}

/// Events are checked like [`EventBuf`].
impl<'de> Deserialize<'de> for FrameBuf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match OutsideFrame::deserialize(deserializer)? {
            OutsideFrame::Event(event) => Self::Event(event.into_event()?),
            OutsideFrame::Retry(milliseconds) => Self::Retry(Duration::from_millis(milliseconds)),
            OutsideFrame::Comment(text) => Self::Comment(text.as_ref().into()),
        })
    }
}

macro_rules! text_value {
    ($name:ident) => {
        /// As text.
        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// From text that the format can lend, checked like in `new`.
        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(<&str>::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

text_value!(EventId);
text_value!(EventType);
