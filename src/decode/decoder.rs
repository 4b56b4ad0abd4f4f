//! The decoder: three thin views, borrowed, events only and owned, over the one engine.

use core::ops::Range;
use core::time::Duration;

use crate::decode::chunk::{Chunk, SharedChunk};
use crate::decode::engine::ahead::NamedBlock;
use crate::decode::engine::machine::{Engine, Lent, Step};
use crate::decode::event::{End, Event, Frame, Truncated};
use crate::decode::open_block::Place;
use crate::decode::owned::{EventBuf, FrameBuf};
use crate::decode::value_buf::{ValueBuf, decode_into, set_text};
use crate::error::DecodeError;
use crate::field::{EventId, EventType};
use crate::scan::scanner::Scanner;

/// An incremental decoder of an event stream: bytes in, frames out (WHATWG HTML 9.2.5 and 9.2.6).
///
/// It takes chunks of any size, cut anywhere, and yields the same frames and errors however they are cut;
/// an event is out with the byte that ends its blank line. Nothing is copied but what a chunk's edge cuts,
/// and in steady state nothing is allocated. A clone goes on by itself from where the original stands, in
/// the middle of a line too.
///
/// ```
/// use sse_proto::{Chunk, Decoder, End, Frame};
///
/// let mut decoder = Decoder::new();
/// let mut seen = Vec::new();
/// for bytes in [&b"event: gre"[..], b"et\r\ndata: hel", b"lo\r\n\r", b"\n"] {
///     let mut chunk = Chunk::new(bytes);
///     while let Some(frame) = decoder.decode(&mut chunk)? {
///         if let Frame::Event(event) = frame {
///             seen.push(format!("{}: {}", event.event_type(), event.data()));
///         }
///     }
/// }
/// assert_eq!(seen, ["greet: hello"]);
/// assert_eq!(decoder.finish(), End::Clean);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(crate) engine: Engine,
}

impl Decoder {
    /// The next frame of `chunk`, whose cursor moves past it; `None` when all of it is taken.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when an event, or a comment that was asked for, is larger than the limit. Call `decode`
    /// again to go on behind it.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, Frame};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// let mut sum = 0;
    /// while let Some(frame) = decoder.decode(&mut chunk)? {
    ///     if let Frame::Event(event) = frame {
    ///         sum += event.data().parse::<i32>().unwrap();
    ///     }
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[inline(always)]
    pub fn decode<'d, 'i: 'd>(&'d mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'d>>, DecodeError> {
        let (bytes, cursor) = chunk.parts();
        if let Some(data) = self.engine.data_block(bytes, cursor) {
            return Ok(Some(Frame::Event(self.data_event(data, chunk))));
        }
        if cursor.pos == bytes.len() {
            return Ok(None);
        }
        if let Some(named) = self.engine.named_block(bytes, cursor) {
            return Ok(Some(Frame::Event(self.named_event(named, chunk))));
        }
        Ok(match self.engine.step(bytes, cursor)? {
            Step::Pending => None,
            Step::Event => Some(Frame::Event(self.event(chunk))),
            Step::Comment => Some(Frame::Comment(self.comment(chunk))),
            Step::Retry => self.reconnection_time().map(Frame::Retry),
        })
    }

    /// As [`Decoder::decode`], for those who only want events.
    ///
    /// # Errors
    ///
    /// As [`Decoder::decode`].
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"retry: 10\ndata: 1\n\n");
    /// while let Some(event) = decoder.decode_event(&mut chunk)? {
    ///     assert_eq!(event.data(), "1");
    /// }
    /// assert_eq!(decoder.reconnection_time().unwrap().as_millis(), 10);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[inline(always)]
    pub fn decode_event<'d, 'i: 'd>(
        &'d mut self,
        chunk: &mut Chunk<'i>,
    ) -> Result<Option<Event<'d>>, DecodeError> {
        loop {
            let (bytes, cursor) = chunk.parts();
            if let Some(data) = self.engine.data_block(bytes, cursor) {
                return Ok(Some(self.data_event(data, chunk)));
            }
            if cursor.pos == bytes.len() {
                return Ok(None);
            }
            if let Some(named) = self.engine.named_block(bytes, cursor) {
                return Ok(Some(self.named_event(named, chunk)));
            }
            match self.engine.step(bytes, cursor)? {
                Step::Pending => return Ok(None),
                Step::Event => return Ok(Some(self.event(chunk))),
                Step::Retry | Step::Comment => {}
            }
        }
    }

    /// As [`Decoder::decode`], with owned frames: large data shares the chunk's memory, small is copied.
    ///
    /// # Errors
    ///
    /// As [`Decoder::decode`].
    ///
    /// ```
    /// use sse_proto::{Decoder, FrameBuf, SharedChunk};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = SharedChunk::from(bytes::Bytes::from_static(b"data: 1\n\n"));
    /// let mut kept = Vec::new();
    /// while let Some(frame) = decoder.decode_shared(&mut chunk)? {
    ///     kept.push(frame);
    /// }
    /// assert!(matches!(&kept[..], [FrameBuf::Event(event)] if event.data() == "1"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[inline(always)]
    pub fn decode_shared(&mut self, chunk: &mut SharedChunk) -> Result<Option<FrameBuf>, DecodeError> {
        let (bytes, cursor) = chunk.parts();
        // Data that is shared is not looked at here; the event is made without it.
        let (event, shared, mut taken);
        if let Some(data) = self.engine.data_block(bytes, cursor) {
            (shared, taken) = (chunk.share(data.clone()), chunk.taken());
            event = self.data_event(if shared.is_some() { 0..0 } else { data }, &mut taken);
        } else if cursor.pos == bytes.len() {
            return Ok(None);
        } else if let Some(mut named) = self.engine.named_block(bytes, cursor) {
            (shared, taken) = (chunk.share(named.data.clone()), chunk.taken());
            if shared.is_some() {
                named.data = named.first..named.first;
            }
            event = self.named_event(named, &mut taken);
        } else {
            let step = self.engine.step(bytes, cursor)?;
            taken = chunk.taken();
            match step {
                Step::Pending => return Ok(None),
                Step::Comment => return Ok(Some(FrameBuf::Comment(self.comment(&mut taken).into()))),
                Step::Retry => return Ok(self.reconnection_time().map(FrameBuf::Retry)),
                Step::Event => {
                    let data = &mut self.engine.found.data;
                    shared = data.in_chunk().and_then(|range| chunk.share(range));
                    if shared.is_some() {
                        *data = Place::BUFFER;
                    }
                    event = self.event(&mut taken);
                }
            }
        }
        Ok(Some(FrameBuf::Event(EventBuf::new(event, shared))))
    }

    /// Ends the stream. Says whether it ended cleanly or inside a block, which the standard discards and the
    /// caller may take: some servers leave out the last blank line. Then the decoder is as after
    /// [`Decoder::reconnect`].
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, End};
    ///
    /// let mut decoder = Decoder::new();
    /// assert!(decoder.decode(&mut Chunk::new(b"data: [DONE]\n"))?.is_none());
    /// let End::Truncated(block) = decoder.finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "[DONE]");
    /// assert_eq!(decoder.finish(), End::Clean);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn finish(&mut self) -> End<'_> {
        let Engine { scanner, block, last_event_id, id_is_new, lent, .. } = {
            self.engine.take_back();
            &mut self.engine
        };
        let open_line = scanner.open_line();
        let (has_data, has_id) = (block.has_data, block.has_id);
        let holds = has_data || has_id || block.skipping || block.event_type.len() > 0;
        *scanner = Scanner::new();
        block.abandon();
        *lent = Lent::Event;
        if !holds && open_line.is_none() {
            return End::Clean;
        }
        let event = has_data.then(|| Event {
            event_type: EventType::decoded(block.event_type.text()),
            data: block.data.text(),
            last_event_id: EventId::decoded(if has_id { block.id.text() } else { last_event_id }),
            id_is_new: has_id || *id_is_new,
        });
        End::Truncated(Truncated { event, in_line: open_line.is_some() })
    }

    /// A new connection: keeps the last event ID and the reconnection time, drops the open block, and a byte
    /// order mark may come again (9.2.3).
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.decode(&mut Chunk::new(b"id: 1\n\ndata: lost"))?;
    /// decoder.reconnect();
    /// let mut chunk = Chunk::new(b"\xEF\xBB\xBFdata: x\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!((event.data(), event.last_event_id().as_str()), ("x", "1"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn reconnect(&mut self) {
        let _ = self.finish();
        self.engine.take_back();
    }

    /// What a reconnect sends as `Last-Event-ID`, unless it is empty: the standard's last event ID (9.2.6).
    /// It moves at blank lines only, whether or not their block has data.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.decode(&mut Chunk::new(b"id: 1\n\nid: 2\n"))?;
    /// assert_eq!(decoder.last_event_id(), "1"); // the second waits for its blank line
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn last_event_id(&self) -> EventId<'_> {
        EventId::decoded(&self.engine.last_event_id)
    }

    /// The reconnection time that the stream has asked for last, if it has.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    /// use std::time::Duration;
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.decode(&mut Chunk::new(b"retry: 1500\n"))?;
    /// assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(1500)));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn reconnection_time(&self) -> Option<Duration> {
        self.engine.reconnection_time
    }

    /// An event of data alone.
    #[inline(always)]
    fn data_event<'d, 'i: 'd>(&'d mut self, data: Range<usize>, chunk: &mut Chunk<'i>) -> Event<'d> {
        let Engine { block, lent, last_event_id, .. } = &mut self.engine;
        Event {
            event_type: EventType::decoded(""),
            data: text_in(data.clone(), data.start, chunk, &mut block.data, lent, Lent::Event),
            last_event_id: EventId::decoded(last_event_id),
            id_is_new: false,
        }
    }

    /// An event of a type and data.
    #[inline(always)]
    fn named_event<'d, 'i: 'd>(&'d mut self, named: NamedBlock, chunk: &mut Chunk<'i>) -> Event<'d> {
        let NamedBlock { first, event_type, id, data } = named;
        let Engine { block, lent, last_event_id, .. } = &mut self.engine;
        // The last value first: behind it nothing is left to check, where the chunk ends with the block.
        let data = text_in(data, first, chunk, &mut block.data, lent, Lent::Event);
        if let Some(range) = id.in_chunk() {
            match chunk.text(range.clone(), first) {
                Some(text) => set_text(last_event_id, text),
                None => decode_into(chunk.bytes(range), last_event_id),
            }
        }
        Event {
            event_type: EventType::decoded(text_at(
                event_type,
                first,
                chunk,
                &mut block.event_type,
                lent,
                Lent::Event,
            )),
            data,
            last_event_id: EventId::decoded(last_event_id),
            id_is_new: !id.is_buffer(),
        }
    }

    #[inline(always)]
    fn event<'d, 'i: 'd>(&'d mut self, chunk: &mut Chunk<'i>) -> Event<'d> {
        let Engine { block, found, lent, last_event_id, .. } = &mut self.engine;
        let first = found.first;
        if let Some(range) = found.id.in_chunk() {
            match chunk.text(range.clone(), first) {
                Some(text) => set_text(last_event_id, text),
                None => decode_into(chunk.bytes(range), last_event_id),
            }
        }
        let event_type = text_at(found.event_type, first, chunk, &mut block.event_type, lent, Lent::Event);
        let data = text_at(found.data, first, chunk, &mut block.data, lent, Lent::Event);
        Event {
            event_type: EventType::decoded(event_type),
            data,
            last_event_id: EventId::decoded(last_event_id),
            id_is_new: found.id_is_new,
        }
    }

    fn comment<'d, 'i: 'd>(&'d mut self, chunk: &mut Chunk<'i>) -> &'d str {
        let Engine { block, found, lent, .. } = &mut self.engine;
        text_at(found.data, found.data.start_or_max(), chunk, &mut block.line, lent, Lent::Comment)
    }
}

/// The text at `place`: the chunk's own if it is UTF-8 there, else what `buffer` holds or is given.
#[inline(always)]
fn text_at<'d, 'i: 'd>(
    place: Place,
    first: usize,
    chunk: &mut Chunk<'i>,
    buffer: &'d mut ValueBuf,
    lent: &mut Lent,
    lends: Lent,
) -> &'d str {
    match place.in_chunk() {
        Some(range) => text_in(range, first, chunk, buffer, lent, lends),
        None => buffer.text(),
    }
}

/// The text at `range` of the chunk.
#[inline(always)]
fn text_in<'d, 'i: 'd>(
    range: Range<usize>,
    first: usize,
    chunk: &mut Chunk<'i>,
    buffer: &'d mut ValueBuf,
    lent: &mut Lent,
    lends: Lent,
) -> &'d str {
    match chunk.text(range.clone(), first) {
        Some(text) => text,
        None => {
            *lent = lends;
            buffer.repair(chunk.bytes(range))
        }
    }
}
