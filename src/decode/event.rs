//! The frames and events that the decoder yields, borrowed.

use core::fmt;
use core::time::Duration;

use crate::decode::settings::Unfinished;
use crate::encode::message::Message;
use crate::field::{EventId, EventType};

/// What the decoder yields. It borrows from the decoder and its chunk; the owned one is
/// [`FrameBuf`](crate::FrameBuf).
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder, Frame};
/// use std::time::Duration;
///
/// let mut decoder = Decoder::builder().comments(true).build();
/// let mut chunk = Chunk::new(b": hello\nretry: 3000\ndata: x\n\n");
/// assert_eq!(decoder.decode(&mut chunk)?, Some(Frame::Comment(" hello")));
/// assert_eq!(decoder.decode(&mut chunk)?, Some(Frame::Retry(Duration::from_secs(3))));
/// assert!(matches!(decoder.decode(&mut chunk)?, Some(Frame::Event(event)) if event.data() == "x"));
/// assert_eq!(decoder.decode(&mut chunk)?, None);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame<'d> {
    /// An event, dispatched at its blank line (WHATWG HTML 9.2.6).
    Event(Event<'d>),
    /// The server asks for another reconnection time. It is yielded as soon as its line ends, before the event of the same
    /// block.
    Retry(Duration),
    /// A comment, if they are enabled: all that follows the colon.
    Comment(&'d str),
}

/// An event as the standard dispatches it (WHATWG HTML 9.2.6).
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\nid: 1\ndata: a\ndata: b\n\ndata\n\n");
/// let event = decoder.decode_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type().as_str(), event.data()), ("add", "a\nb"));
/// assert_eq!(event.id().unwrap(), "1");
///
/// let event = decoder.decode_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type().as_str(), event.data()), ("message", ""));
/// assert_eq!(event.last_event_id(), "1"); // it stays
/// assert_eq!(event.id(), None); // but did not come again
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event<'d> {
    pub(crate) event_type: EventType<'d>,
    pub(crate) data: &'d str,
    pub(crate) last_event_id: EventId<'d>,
    pub(crate) id_is_new: bool,
}

impl<'d> Event<'d> {
    /// Makes an event by hand, for tests and test doubles: without an id, and with the empty last event ID. End lines in
    /// `data` with LF, like a decoder does.
    ///
    /// ```
    /// use sse_proto::{Event, EventId, EventType};
    ///
    /// let event = Event::new(EventType::MESSAGE, "x").with_id(EventId::from_static("7"));
    /// assert_eq!((event.event_type(), event.data()), (EventType::MESSAGE, "x"));
    /// assert_eq!(event.last_event_id(), "7");
    /// ```
    #[must_use]
    pub const fn new(event_type: EventType<'d>, data: &'d str) -> Self {
        Self { event_type, data, last_event_id: EventId::EMPTY, id_is_new: false }
    }

    /// The same event with its own id: both [`Event::id`] and [`Event::last_event_id`].
    #[must_use]
    pub const fn with_id(mut self, id: EventId<'d>) -> Self {
        (self.last_event_id, self.id_is_new) = (id, true);
        self
    }

    /// The same event without its own id, like after an event with `id`, which is then [`Event::last_event_id`].
    ///
    /// ```
    /// use sse_proto::{Event, EventId, EventType};
    ///
    /// let event = Event::new(EventType::MESSAGE, "x").with_last_event_id(EventId::from_static("7"));
    /// assert_eq!((event.last_event_id().as_str(), event.id()), ("7", None));
    /// ```
    #[must_use]
    pub const fn with_last_event_id(mut self, id: EventId<'d>) -> Self {
        (self.last_event_id, self.id_is_new) = (id, false);
        self
    }

    /// The same event with the empty last event ID, for callers that add the ID from another place.
    #[cfg(feature = "alloc")]
    pub(super) const fn without_id(mut self) -> Self {
        self.last_event_id = EventId::EMPTY;
        self
    }

    /// Prints the results of the methods.
    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("event_type", &self.event_type())
            .field("data", &self.data())
            .field("id", &self.id())
            .field("last_event_id", &self.last_event_id())
            .finish()
    }

    /// The event type: the value of the block's last `event` field, `message` if there is none or it is
    /// empty.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder, EventType};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: x\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.event_type(), "message");
    ///
    /// const DONE: EventType<'static> = EventType::from_static("done");
    /// let seen = match event.event_type() {
    ///     DONE => "the end",
    ///     EventType::MESSAGE => "a message",
    ///     other => other.as_str(),
    /// };
    /// assert_eq!(seen, "a message");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    #[doc(alias = "event")]
    pub const fn event_type(&self) -> EventType<'d> {
        self.event_type
    }

    /// The values of the block's `data` fields, joined by LF.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: a\ndata: b\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.data(), "a\nb");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn data(&self) -> &'d str {
        self.data
    }

    /// The last event ID: that of this event, or else the last one before it; empty at first.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 1\n\ndata\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.last_event_id(), "1");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn last_event_id(&self) -> EventId<'d> {
        self.last_event_id
    }

    /// `Some` if any `id` line since the previous event set the last event ID, even to the same value or in a block without
    /// data. Re-encoding from this value preserves every ID. After an unfinished event that the setting
    /// [`Unfinished`](crate::Unfinished) takes, it may be the last event ID again.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 1\n\ndata\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.id().unwrap(), "1"); // set by the block before, which had no data
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn id(&self) -> Option<EventId<'d>> {
        if self.id_is_new { Some(self.last_event_id) } else { None }
    }
}

/// For proxies: a message whose receiver dispatches the same event with the same last event ID. It cannot fail, because
/// whatever was decoded can be encoded. (Data of an event made by hand may hold CR, which arrives as LF.)
///
/// The id is sent if it came with this event or since the one before ([`Event::id`]).
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder, Message};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"id: 1\r\n\r\nevent:add\r\ndata:a\r\ndata:b\r\n\r\n");
/// let event = decoder.decode_event(&mut chunk)?.unwrap();
/// assert_eq!(Message::from(event).to_string(), "event: add\nid: 1\ndata: a\ndata: b\n\n");
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
impl<'d> From<Event<'d>> for Message<'d> {
    fn from(event: Event<'d>) -> Self {
        let message = Self::new().data(event.data);
        let message = match event.event_type {
            EventType::MESSAGE => message,
            event_type => message.event_type(event_type),
        };
        match event.id() {
            Some(id) => message.id(id),
            None => message,
        }
    }
}

/// How a stream ended. See [`Decoder::finish`](crate::Decoder::finish).
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder, End};
///
/// let mut decoder = Decoder::new();
/// decoder.decode(&mut Chunk::new(b"data: whole\n\n"))?;
/// assert_eq!(decoder.finish(), End::Clean);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End<'d> {
    /// No block and no line was open, or the open block held nothing.
    Clean,
    /// The stream ended inside a block. The standard discards it.
    Truncated(Truncated<'d>),
}

impl<'d> End<'d> {
    /// The event of the unfinished block, if there is one and the decoder's setting takes it
    /// ([`DecoderBuilder::unfinished`](crate::DecoderBuilder::unfinished)).
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder, Unfinished};
    ///
    /// let mut decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
    /// decoder.decode(&mut Chunk::new(b"data: whole\n"))?;
    /// assert_eq!(decoder.finish().event().unwrap().data(), "whole");
    /// decoder.decode(&mut Chunk::new(b"data: hal"))?;
    /// assert_eq!(decoder.finish().event(), None);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn event(&self) -> Option<Event<'d>> {
        let Self::Truncated(block) = self else { return None };
        block.event.filter(|_| block.unfinished.takes(block.in_line))
    }
}

/// The content of the block that was open when the stream ended.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder, End};
///
/// let mut decoder = Decoder::new();
/// decoder.decode(&mut Chunk::new(b"event: add\ndata: hal"))?;
/// let End::Truncated(block) = decoder.finish() else { unreachable!() };
/// assert_eq!(block.event().map(|event| event.data()), Some("hal"));
/// assert!(block.is_in_line());
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Truncated<'d> {
    pub(crate) event: Option<Event<'d>>,
    pub(super) in_line: bool,
    /// The decoder's setting.
    pub(super) unfinished: Unfinished,
}

impl<'d> Truncated<'d> {
    /// The event that the block would have become with its blank line; `None` if it held no data
    /// or was larger than the limit. This ignores the decoder's setting; [`End::event`] follows it.
    ///
    /// An unfinished `data` line counts as far as it came ([`Truncated::is_in_line`]); an unfinished event
    /// type or id is left out, because a truncated name would be a different name. An `id` in the block is part of the event
    /// returned here, but does not become the decoder's last event ID: a reconnect asks for the event again.
    #[must_use]
    pub const fn event(&self) -> Option<Event<'d>> {
        self.event
    }

    /// Whether the stream ended inside a line, so that the data may lack its end.
    #[must_use]
    pub const fn is_in_line(&self) -> bool {
        self.in_line
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug("Event", f)
    }
}

impl<'d> From<Event<'d>> for Frame<'d> {
    fn from(event: Event<'d>) -> Self {
        Self::Event(event)
    }
}
