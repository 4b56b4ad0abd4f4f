//! The decoder without a heap.

use core::fmt;
use core::time::Duration;

use crate::decode::chunk::{Chunk, Cursor};
use crate::decode::event::{End, Event, Frame};
use crate::decode::settings::Unfinished;
use crate::error::{BufferTooSmall, DecodeError};
use crate::field::EventId;

use super::interpreter::{Interpreter, Made};

/// A decoder without a heap: the whole standard (WHATWG HTML 9.2.5 and 9.2.6) over a buffer of yours.
///
/// For firmware, and wherever memory is set aside once. It is called like the [`Decoder`](crate::Decoder), gives the same
/// frames for every chunking, and holds what it must in the buffer: the text of the open block, its broken bytes replaced
/// by U+FFFD, and the last event ID. Frames borrow from the decoder alone, so the chunk's memory is free for the next read.
///
/// ```
/// use sse_proto::{Chunk, End, Frame, SliceDecoder};
///
/// let mut buffer = [0; 256]; // on the stack, or a `static`
/// let mut decoder = SliceDecoder::new(&mut buffer);
/// let mut events = 0;
/// for bytes in [&b"id: 7\r\nevent: gre"[..], b"et\r\ndata: hel", b"lo\r\ndata: \xFF\r\n\r", b"\n"] {
///     let mut chunk = Chunk::new(bytes);
///     while let Some(frame) = decoder.decode(&mut chunk)? {
///         if let Frame::Event(event) = frame {
///             assert_eq!((event.event_type().as_str(), event.data()), ("greet", "hello\n\u{FFFD}"));
///             assert_eq!(event.last_event_id(), "7");
///             events += 1;
///         }
///     }
/// }
/// assert_eq!((events, decoder.finish()), (1, End::Clean));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
///
/// # Which event fits
///
/// An event always fits if these together are not larger than the buffer, in bytes of UTF-8, each U+FFFD as three:
///
/// - its data: the values of its `data` lines, and one LF between each two lines;
/// - its event type and its id, and those in the same block that a later line has replaced;
/// - the last event ID from before the block: it stays in force until the blank line.
///
/// So for data of at most D bytes, event types of at most T and ids of at most I, with one `event` and one `id` line at most in
/// each block, `D + T + 2 * I` bytes are enough. Names, line ends, unknown fields and `retry` need no room, and
/// comments only if they are enabled: a comment then needs room for its text in addition to what the block already holds. An id with
/// U+0000, which the standard ignores (9.2.6), needs room until its line ends.
///
/// An event that does not fit gives one [`DecodeError::EventTooLarge`], which names the length of the buffer and the place of the
/// first character that did not fit. The block is skipped to its blank line, and decoding goes on after it. Its `retry`
/// lines take effect. Its id, if it fits beside the last event ID and an id before it in the same block, becomes the last
/// event ID, or not, as [`OversizedId`](crate::OversizedId) says. All of this is the same for every chunking.
///
/// # Cost
///
/// Each byte is read a constant number of times, and copied at most three times. Safe code must check the text in the
/// buffer again before it lends the text, so each event pays for its own text and for the last event ID.
pub struct SliceDecoder<'b> {
    pub(super) interpreter: Interpreter<'b>,
    pub(super) unfinished: Unfinished,
}

impl SliceDecoder<'_> {
    /// Decodes the next frame and moves the chunk's cursor past it. Returns `None` when the chunk is used up.
    ///
    /// Make the chunk before the loop: with `Chunk::new` in the loop's condition it would read the same bytes for ever.
    ///
    /// A frame borrows from the decoder, so this is not an `Iterator`: a frame lives until the next call.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when an event, or a comment if they are enabled, does not fit in the buffer. Call `decode` again to go
    /// on after it.
    ///
    /// ```
    /// use sse_proto::{Chunk, Frame, SliceDecoder};
    ///
    /// let mut buffer = [0; 8];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// let mut chunk = Chunk::new(b"data: 123456789\n\ndata: 2\n\n");
    /// let error = decoder.decode(&mut chunk).unwrap_err();
    /// assert_eq!((error.limit(), error.offset()), (8, 14)); // the 9
    /// assert!(matches!(decoder.decode(&mut chunk)?, Some(Frame::Event(event)) if event.data() == "2"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[doc(alias = "next")]
    pub fn decode(&mut self, chunk: &mut Chunk<'_>) -> Result<Option<Frame<'_>>, DecodeError> {
        Ok(match self.step(chunk)? {
            None => None,
            Some(Made::Event) => Some(Frame::Event(self.interpreter.event())),
            Some(Made::Retry(time)) => Some(Frame::Retry(time)),
            Some(Made::Comment) => Some(Frame::Comment(self.interpreter.held.line())),
        })
    }

    /// Like [`SliceDecoder::decode`], but yields events only; `retry` still updates [`SliceDecoder::reconnection_time`].
    ///
    /// # Errors
    ///
    /// Like [`SliceDecoder::decode`]; so also for a comment that does not fit, if comments are enabled.
    ///
    /// ```
    /// use sse_proto::{Chunk, SliceDecoder};
    ///
    /// let mut buffer = [0; 64];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// let mut chunk = Chunk::new(b"retry: 10\ndata: 1\n\n");
    /// while let Some(event) = decoder.decode_event(&mut chunk)? {
    ///     assert_eq!(event.data(), "1");
    /// }
    /// assert_eq!(decoder.reconnection_time().unwrap().as_millis(), 10);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[doc(alias = "next_event")]
    pub fn decode_event(&mut self, chunk: &mut Chunk<'_>) -> Result<Option<Event<'_>>, DecodeError> {
        loop {
            match self.step(chunk)? {
                None => return Ok(None),
                Some(Made::Event) => return Ok(Some(self.interpreter.event())),
                Some(Made::Retry(_) | Made::Comment) => {}
            }
        }
    }

    fn step(&mut self, chunk: &mut Chunk<'_>) -> Result<Option<Made>, DecodeError> {
        let mut rest = chunk.rest();
        let outcome = self.interpreter.step(&mut rest);
        let (bytes, cursor) = chunk.parts();
        *cursor = Cursor::at(bytes.len() - rest.len());
        outcome
    }

    /// Ends the stream and resets the decoder like [`SliceDecoder::reconnect`]. If the stream stopped inside a block, returns
    /// what that block held: the standard discards it, but some servers omit the last blank line. [`End::event`] is the event
    /// in it if the setting [`SliceDecoderBuilder::unfinished`](crate::SliceDecoderBuilder::unfinished) takes it.
    ///
    /// ```
    /// use sse_proto::{Chunk, End, SliceDecoder};
    ///
    /// let mut buffer = [0; 64];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// assert!(decoder.decode(&mut Chunk::new(b"data: [DONE]\n"))?.is_none());
    /// let End::Truncated(block) = decoder.finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "[DONE]");
    /// assert_eq!(decoder.finish(), End::Clean);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn finish(&mut self) -> End<'_> {
        self.interpreter.finish(self.unfinished)
    }

    /// Prepares for a new connection: keeps the last event ID and the reconnection time, drops the open block, and allows a
    /// byte order mark again (9.2.3).
    ///
    /// ```
    /// use sse_proto::{Chunk, SliceDecoder};
    ///
    /// let mut buffer = [0; 64];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// decoder.decode(&mut Chunk::new(b"id: 1\n\ndata: lost"))?;
    /// decoder.reconnect();
    /// let mut chunk = Chunk::new(b"\xEF\xBB\xBFdata: x\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!((event.data(), event.last_event_id().as_str()), ("x", "1"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn reconnect(&mut self) {
        self.interpreter.reconnect();
    }

    /// Like [`SliceDecoder::reconnect`], with another last event ID: one saved by an earlier run, for example.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`] if `id` is longer than the buffer; then nothing has changed.
    ///
    /// ```
    /// use sse_proto::{EventId, SliceDecoder};
    ///
    /// let mut buffer = [0; 4];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// decoder.reconnect_after(EventId::from_static("41"))?;
    /// assert_eq!(decoder.last_event_id(), "41");
    /// assert!(decoder.reconnect_after(EventId::from_static("a long one")).is_err());
    /// # Ok::<(), sse_proto::BufferTooSmall>(())
    /// ```
    pub fn reconnect_after(&mut self, id: EventId<'_>) -> Result<(), BufferTooSmall> {
        if self.interpreter.reconnect_after(id) {
            Ok(())
        } else {
            Err(BufferTooSmall { needed: id.as_str().len(), available: self.capacity() })
        }
    }

    /// What a reconnect sends as `Last-Event-ID`, unless it is empty: the standard's last event ID (9.2.6).
    /// It changes at blank lines only, whether or not their block has data.
    ///
    /// ```
    /// use sse_proto::{Chunk, SliceDecoder};
    ///
    /// let mut buffer = [0; 64];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// decoder.decode(&mut Chunk::new(b"id: 1\n\nid: 2\n"))?;
    /// assert_eq!(decoder.last_event_id(), "1"); // the second waits for its blank line
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn last_event_id(&self) -> EventId<'_> {
        EventId::decoded(self.interpreter.held.last_id())
    }

    /// The most recent reconnection time sent by the server, if any.
    ///
    /// ```
    /// use sse_proto::{Chunk, SliceDecoder};
    /// use std::time::Duration;
    ///
    /// let mut buffer = [0; 64];
    /// let mut decoder = SliceDecoder::new(&mut buffer);
    /// decoder.decode(&mut Chunk::new(b"retry: 1500\n"))?;
    /// assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(1500)));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn reconnection_time(&self) -> Option<Duration> {
        self.interpreter.reconnection_time
    }

    /// The length of the buffer.
    ///
    /// ```
    /// assert_eq!(sse_proto::SliceDecoder::new(&mut [0; 64]).capacity(), 64);
    /// ```
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.interpreter.held.capacity()
    }
}

/// Prints the state of the decoder, not its parts.
impl fmt::Debug for SliceDecoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceDecoder")
            .field("position", &self.interpreter.scanner.position())
            .field("last_event_id", &self.last_event_id())
            .field("reconnection_time", &self.reconnection_time())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
