//! Owned events: the decoder's view for callers that store or send them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;

use crate::decode::event::{Event, Frame};
use crate::encode::message::Message;
use crate::field::{EventId, EventType};
use crate::simd::effort;

/// An owned [`Frame`]: `Send + Sync + 'static`, cheap to clone.
///
/// ```
/// use sse_proto::{Decoder, FrameBuf, SharedChunk};
///
/// let mut chunk = SharedChunk::from(bytes::Bytes::from("retry: 10\n"));
/// let frame = Decoder::new().decode_shared(&mut chunk)?;
/// assert_eq!(frame, Some(FrameBuf::Retry(std::time::Duration::from_millis(10))));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameBuf {
    /// An event, dispatched at its blank line (WHATWG HTML 9.2.6).
    Event(EventBuf),
    /// The server asks for another reconnection time.
    Retry(Duration),
    /// A comment, if they are enabled: all that follows the colon.
    Comment(Arc<str>),
}

impl FrameBuf {
    /// The same frame, borrowed.
    ///
    /// ```
    /// use sse_proto::{Frame, FrameBuf};
    ///
    /// assert_eq!(FrameBuf::Comment("hi".into()).as_frame(), Frame::Comment("hi"));
    /// ```
    #[must_use]
    pub fn as_frame(&self) -> Frame<'_> {
        match self {
            Self::Event(event) => Frame::Event(event.as_event()),
            Self::Retry(time) => Frame::Retry(*time),
            Self::Comment(text) => Frame::Comment(text),
        }
    }
}

/// An owned [`Event`]: `Send + Sync + 'static`, and cheap to clone. Large ASCII data shares the memory of the chunk that it
/// came in, and events share a long id; all other values are copied into one allocation.
///
/// Only [`Decoder::decode_shared`](crate::Decoder::decode_shared) and the views built on it can share. An event made from a
/// borrowed one ([`Event::to_buf`], `From`) is a copy of all of it.
///
/// ```
/// use sse_proto::{Chunk, Decoder, EventBuf};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\ndata: x\n\n");
/// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
/// let copy = event.clone();
/// std::thread::spawn(move || assert_eq!(copy.data(), "x")).join().unwrap();
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct EventBuf {
    /// Event type, last event ID, and the data unless it is shared, one after the other.
    text: ByteString,
    /// The end of the event type in `text`. Zero means `message`.
    type_end: usize,
    /// The end of the last event ID in `text`; it starts at `type_end`.
    id_end: usize,
    id_is_new: bool,
    /// The values that are not in `text`. Most events share nothing, and an event is moved more often than it shares,
    /// so this is boxed.
    shared: Option<Box<Shared>>,
}

/// The large values of an event, which are shared and not copied.
#[derive(Clone)]
struct Shared {
    /// A part of the chunk.
    data: Option<ByteString>,
    /// A share of the decoder's ID.
    last_event_id: Option<ByteString>,
}

impl EventBuf {
    /// Makes an event by hand, for tests and test doubles. For one with an id see [`Event::with_id`] and
    /// [`Event::to_buf`].
    ///
    /// ```
    /// use sse_proto::{Event, EventBuf, EventId, EventType};
    ///
    /// let event = EventBuf::new(EventType::from_static("add"), "x");
    /// assert_eq!((event.event_type().as_str(), event.data()), ("add", "x"));
    ///
    /// let event = Event::new(EventType::MESSAGE, "x").with_id(EventId::from_static("7")).to_buf();
    /// assert_eq!(event.last_event_id(), "7");
    /// ```
    #[must_use]
    pub fn new(event_type: EventType<'_>, data: &str) -> Self {
        Event::new(event_type, data).into()
    }

    /// A full copy of `event`.
    #[inline(always)]
    pub(super) fn copy(event: Event<'_>) -> Self {
        let event_type = if event.event_type == EventType::MESSAGE { "" } else { event.event_type.as_str() };
        let id_end = event_type.len() + event.last_event_id.as_str().len();
        effort::count(id_end + event.data.len());
        let mut text = String::with_capacity(id_end + event.data.len());
        for part in [event_type, event.last_event_id.as_str(), event.data] {
            text.push_str(part);
        }
        let (type_end, id_is_new) = (event_type.len(), event.id_is_new);
        Self { text: text.into(), type_end, id_end, id_is_new, shared: None }
    }

    /// A copy of the parts of `event` that are not shared. A separate function, so that the usual event need not be
    /// laid out in memory for both.
    #[cold]
    #[inline(never)]
    pub(super) fn copy_some(event: Event<'_>, without_id: bool) -> Self {
        Self::copy(if without_id { event.without_id() } else { event })
    }

    /// The same event, with the shared values added.
    #[cold]
    #[inline(never)]
    pub(super) fn sharing(mut self, data: Option<ByteString>, last_event_id: Option<ByteString>) -> Self {
        self.shared = Some(Box::new(Shared { data, last_event_id }));
        self
    }

    /// The same event, borrowed.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.as_event().data(), "x");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn as_event(&self) -> Event<'_> {
        Event {
            event_type: self.event_type(),
            data: self.data(),
            last_event_id: self.last_event_id(),
            id_is_new: self.id_is_new,
        }
    }

    /// The event type: the value of the block's last `event` field, `message` if there is none or it is
    /// empty.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.event_type(), "message");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    #[doc(alias = "event")]
    pub fn event_type(&self) -> EventType<'_> {
        EventType::decoded(self.text.get(..self.type_end).unwrap_or_default())
    }

    /// The values of the block's `data` fields, joined by LF.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.data(), "x");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn data(&self) -> &str {
        match self.shared.as_deref() {
            Some(Shared { data: Some(data), .. }) => data,
            _ => self.text.get(self.id_end..).unwrap_or_default(),
        }
    }

    /// The data as bytes that share this event's memory: nothing is copied.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.data_bytes(), "x");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn data_bytes(&self) -> Bytes {
        match self.shared.as_deref() {
            Some(Shared { data: Some(data), .. }) => data.as_bytes().clone(),
            _ => self.text.as_bytes().slice(self.id_end..),
        }
    }

    /// The last event ID: that of this event, or else the last one before it; empty at first.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.last_event_id(), "7");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn last_event_id(&self) -> EventId<'_> {
        EventId::decoded(match self.shared.as_deref() {
            Some(Shared { last_event_id: Some(id), .. }) => id,
            _ => self.text.get(self.type_end..self.id_end).unwrap_or_default(),
        })
    }

    /// The last event ID, if an `id` has set it since the event before. See [`Event::id`].
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, EventBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: x\n\n");
    /// let event: EventBuf = decoder.decode_event(&mut chunk)?.unwrap().into();
    /// assert_eq!(event.id(), Some(event.last_event_id()));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn id(&self) -> Option<EventId<'_>> {
        self.as_event().id()
    }
}

impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        Self::copy(event)
    }
}

/// Like from the borrowed [`Event`].
impl<'e> From<&'e EventBuf> for Message<'e> {
    fn from(event: &'e EventBuf) -> Self {
        event.as_event().into()
    }
}

impl From<Event<'_>> for FrameBuf {
    fn from(event: Event<'_>) -> Self {
        Self::Event(event.into())
    }
}

impl From<Frame<'_>> for FrameBuf {
    fn from(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Event(event) => Self::Event(event.into()),
            Frame::Retry(time) => Self::Retry(time),
            Frame::Comment(text) => Self::Comment(text.into()),
        }
    }
}

impl PartialEq for EventBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_event() == other.as_event()
    }
}

impl Eq for EventBuf {}

impl Hash for EventBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_event().hash(state);
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_event().debug("EventBuf", f)
    }
}

impl From<EventBuf> for FrameBuf {
    fn from(event: EventBuf) -> Self {
        Self::Event(event)
    }
}

impl<'e> From<&'e EventBuf> for Event<'e> {
    fn from(event: &'e EventBuf) -> Self {
        event.as_event()
    }
}

impl Event<'_> {
    /// An owned copy of the event, its last event ID included. If ids are long and many events are kept, decode them as owned
    /// events instead ([`Decoder::decode_shared`](crate::Decoder::decode_shared)): those share the id.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut kept = Vec::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// while let Some(event) = decoder.decode_event(&mut chunk)? {
    ///     kept.push(event.to_buf());
    /// }
    /// assert_eq!(kept[1].data(), "2");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[doc(alias = "to_owned")]
    pub fn to_buf(&self) -> EventBuf {
        EventBuf::from(*self)
    }
}
