//! An event whose data is not checked, for callers whose parser checks it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::str::{self, Utf8Error};

use crate::field::{EventId, EventType};

/// An [`Event`](crate::Event) whose data is bytes that were not checked for UTF-8. Event type and ids are text. Yielded by
/// [`Decoder::decode_bytes`](crate::Decoder::decode_bytes), for parsers that check themselves, like those of JSON.
///
/// ```
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: tick\ndata: {\"n\":1}\n\n");
/// let event = decoder.decode_bytes(&mut chunk)?.unwrap();
/// assert_eq!(event.event_type(), "tick");
/// let value: serde_json::Value = serde_json::from_slice(event.data()).unwrap();
/// assert_eq!(value["n"], 1);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BytesEvent<'d> {
    pub(super) event_type: EventType<'d>,
    pub(super) data: &'d [u8],
    pub(super) last_event_id: EventId<'d>,
    pub(super) id_is_new: bool,
}

impl<'d> BytesEvent<'d> {
    /// The event type: the value of the block's last `event` field, `message` if there is none or it is empty.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let event = decoder.decode_bytes(&mut Chunk::new(b"data: x\n\n"))?.map(|event| event.event_type().as_str().len());
    /// assert_eq!(event, Some("message".len()));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[doc(alias = "event")]
    pub const fn event_type(&self) -> EventType<'d> {
        self.event_type
    }

    /// The values of the block's `data` fields as they were sent, joined by LF.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: a\r\ndata: \xFF\r\n\r\n");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().data(), b"a\n\xFF");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn data(&self) -> &'d [u8] {
        self.data
    }

    /// The data, if it is UTF-8.
    ///
    /// # Errors
    ///
    /// It is not UTF-8, from the place that the error names. The standard reads such data like [`BytesEvent::data_lossy`].
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: x\n\ndata: x\xFF\n\n");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().data_str(), Ok("x"));
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().data_str().unwrap_err().valid_up_to(), 1);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn data_str(&self) -> Result<&'d str, Utf8Error> {
        str::from_utf8(self.data)
    }

    /// The data as the standard reads it: each maximal subpart that is not UTF-8 is one U+FFFD (9.2.5).
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: x\xFF\n\n");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().data_lossy(), "x\u{FFFD}");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn data_lossy(&self) -> Cow<'d, str> {
        String::from_utf8_lossy(self.data)
    }

    /// The last event ID: that of this event, or else the last one before it; empty at first.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\n\ndata: x\n\n");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().last_event_id(), "7");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn last_event_id(&self) -> EventId<'d> {
        self.last_event_id
    }

    /// The last event ID, if an `id` has set it since the event before. See [`Event::id`](crate::Event::id).
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\ndata: y\n\n");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().id().unwrap(), "7");
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?.unwrap().id(), None);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn id(&self) -> Option<EventId<'d>> {
        if self.id_is_new { Some(self.last_event_id) } else { None }
    }
}

/// Shows the results of the methods, with the data as text.
impl fmt::Debug for BytesEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BytesEvent")
            .field("event_type", &self.event_type())
            .field("data", &self.data_lossy())
            .field("id", &self.id())
            .field("last_event_id", &self.last_event_id())
            .finish()
    }
}
