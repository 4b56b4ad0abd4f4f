//! Other ways to pass bytes, and queries between two calls.

use core::mem;

use crate::decode::chunk::{Chunk, Cursor, SharedChunk};
use crate::decode::decoder::Decoder;
use crate::decode::engine::found::Lent;
use crate::decode::event::Frame;
use crate::error::DecodeError;

impl Decoder {
    /// Like [`Decoder::decode`], from a chunk that owns its bytes. The chunk can be kept from one call to the next, for example in a
    /// `struct`, and frames still borrow.
    ///
    /// ```
    /// use sse_proto::{Decoder, Frame, SharedChunk};
    ///
    /// struct Connection {
    ///     decoder: Decoder,
    ///     chunk: SharedChunk,
    /// }
    /// let mut connection = Connection { decoder: Decoder::new(), chunk: SharedChunk::new("data: 1\n\ndata: 2\n\n") };
    /// let mut seen = Vec::new();
    /// while let Some(Frame::Event(event)) = connection.decoder.decode_lent(&mut connection.chunk)? {
    ///     seen.push(event.data().to_owned());
    /// }
    /// assert_eq!(seen, ["1", "2"]);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`Decoder::decode`].
    #[inline]
    pub fn decode_lent<'d>(
        &'d mut self,
        chunk: &'d mut SharedChunk,
    ) -> Result<Option<Frame<'d>>, DecodeError> {
        let (bytes, cursor) = chunk.parts();
        let mut lent = Chunk::resumed(bytes, mem::replace(cursor, Cursor::at(0)));
        let frame = self.decode(&mut lent);
        *cursor = lent.into_cursor();
        frame
    }

    /// Calls a closure with each frame and each error of `bytes`: to inspect a stream that is forwarded, or instead
    /// of a loop. An error does not end it; the next item is the one after the oversized event.
    ///
    /// ```
    /// use sse_proto::{Decoder, Frame};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut tokens = 0;
    /// for chunk in [&b"data: 3\n\nda"[..], b"ta: 4\n\n"] {
    ///     decoder.decode_all(chunk, |frame| {
    ///         if let Ok(Frame::Event(event)) = frame {
    ///             tokens += event.data().parse().unwrap_or(0);
    ///         }
    ///     });
    /// }
    /// assert_eq!(tokens, 7);
    /// ```
    pub fn decode_all(&mut self, bytes: &[u8], mut each: impl FnMut(Result<Frame<'_>, DecodeError>)) {
        let mut chunk = Chunk::new(bytes);
        while let Some(frame) = self.decode(&mut chunk).transpose() {
            each(frame);
        }
    }

    /// Whether a block is open: [`Decoder::finish`] would now return [`End::Truncated`](crate::End::Truncated).
    ///
    /// ```
    /// use sse_proto::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.decode_all(b"data: 1\n\n", |_| {});
    /// assert!(!decoder.is_open());
    /// decoder.decode_all(b"id: 2\n", |_| {});
    /// assert!(decoder.is_open() && !decoder.is_in_line());
    /// decoder.decode_all(b"da", |_| {});
    /// assert!(decoder.is_open() && decoder.is_in_line());
    /// ```
    #[must_use]
    pub fn is_open(&self) -> bool {
        let block = &self.engine.block;
        // A block that has ended is not open, even while it is lent.
        let has_type = block.event_type.len() > 0 && !matches!(self.engine.lent, Lent::Event | Lent::End);
        block.has_data || block.has_id || block.skipping || has_type || self.is_in_line()
    }

    /// Whether a line has started and not ended.
    ///
    /// ```
    /// let mut decoder = sse_proto::Decoder::new();
    /// decoder.decode_all(b": a comm", |_| {});
    /// assert!(decoder.is_in_line());
    /// ```
    #[must_use]
    pub fn is_in_line(&self) -> bool {
        self.engine.scanner.open_line().is_some()
    }

    /// The size of the open block as charged against the limit: its type, its id, and its data with an LF for each
    /// line. Zero if no block is open; the limit if the rest of a block over the limit is being skipped.
    ///
    /// ```
    /// let mut decoder = sse_proto::Decoder::new();
    /// decoder.decode_all(b"event: add\ndata: 1234", |_| {});
    /// assert_eq!(decoder.pending(), 3 + 4 + 1);
    /// ```
    #[must_use]
    pub fn pending(&self) -> usize {
        let block = &self.engine.block;
        if block.skipping {
            block.limit
        } else if self.is_open() {
            block.room.taken_of(block.limit)
        } else {
            0
        }
    }
}
