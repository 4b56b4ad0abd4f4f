//! `EventBuf` in serde's data formats. Feature `serde`.

use alloc::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::decode::event::Event;
use crate::decode::owned::EventBuf;
use crate::field::{EventId, EventType};

/// How an event looks outside. `id_is_new` says that [`Event::id`] is the last event ID.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "Event")]
struct Outside<'e> {
    #[serde(borrow)]
    event_type: Cow<'e, str>,
    #[serde(borrow)]
    data: Cow<'e, str>,
    #[serde(borrow, default)]
    last_event_id: Cow<'e, str>,
    #[serde(default)]
    id_is_new: bool,
}

/// As a struct of `event_type`, `data`, `last_event_id` and `id_is_new` ([`EventBuf::id`]).
///
/// ```
/// use sse_proto::{Chunk, Decoder, EventBuf};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\nid: 1\ndata: x\n\n");
/// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
/// let json = serde_json::to_string(&event)?;
/// assert_eq!(json, r#"{"event_type":"add","data":"x","last_event_id":"1","id_is_new":true}"#);
/// assert_eq!(serde_json::from_str::<EventBuf>(&json)?, event);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for EventBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Outside {
            event_type: self.event_type().into(),
            data: self.data().into(),
            last_event_id: self.last_event_id().as_str().into(),
            id_is_new: self.id().is_some(),
        }
        .serialize(serializer)
    }
}

/// The values are checked as in [`EventType::new`] and [`EventId::new`].
impl<'de> Deserialize<'de> for EventBuf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let outside = Outside::deserialize(deserializer)?;
        let event = Event {
            event_type: EventType::new(&outside.event_type).map_err(D::Error::custom)?,
            data: &outside.data,
            last_event_id: EventId::new(&outside.last_event_id).map_err(D::Error::custom)?,
            id_is_new: outside.id_is_new,
        };
        Ok(event.into())
    }
}
