//! A message as a `Buf`: its pieces lent one after the other.

use bytes::Buf;
#[cfg(feature = "std")]
use std::io::IoSlice;

use super::message::Message;
use super::pieces::Pieces;

/// A message as a [`bytes::Buf`], made by [`Message::as_buf`]. It borrows the pieces of the message and copies
/// none: for a sink that takes a `Buf`, such as an HTTP library's body, and for vectored writes.
///
/// ```
/// use bytes::Buf;
/// use sse_proto::Message;
///
/// let message = Message::new().data("a\nb");
/// let mut buf = message.as_buf();
/// assert_eq!(buf.remaining(), 17);
/// assert_eq!(buf.chunk(), b"data: ");
/// buf.advance(2);
/// assert_eq!(buf.chunk(), b"ta: ");
/// assert_eq!(buf.copy_to_bytes(buf.remaining()), "ta: a\ndata: b\n\n");
/// ```
#[derive(Debug, Clone)]
pub struct EncodedMessage<'m> {
    /// The unread rest of one piece; empty only if `remaining` is 0.
    current: &'m [u8],
    /// The pieces after it.
    pieces: Pieces<'m>,
    /// The length of `current` and of all `pieces`.
    remaining: usize,
}

impl Message<'_> {
    /// The encoded message as a [`bytes::Buf`] that borrows its pieces (WHATWG HTML 9.2.5).
    ///
    /// Making it costs one search for line ends, because `Buf` wants to know its length.
    ///
    #[cfg_attr(feature = "std", doc = "```")]
    #[cfg_attr(not(feature = "std"), doc = "```ignore")]
    /// use std::io::{IoSlice, Write};
    /// use bytes::Buf;
    /// use sse_proto::Message;
    ///
    /// let message = Message::new().data("large data");
    /// let mut buf = message.as_buf();
    /// let mut slices = [IoSlice::new(&[]); 16];
    /// let filled = buf.chunks_vectored(&mut slices);
    /// let written = Vec::new().write_vectored(&slices[..filled])?;
    /// buf.advance(written); // until `has_remaining` is false
    /// assert!(!buf.has_remaining());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn as_buf(&self) -> EncodedMessage<'_> {
        let mut buf = EncodedMessage { current: &[], pieces: self.pieces(), remaining: self.encoded_len() };
        buf.next_piece();
        buf
    }
}

impl EncodedMessage<'_> {
    /// Advances to the next piece that is not empty.
    fn next_piece(&mut self) {
        let piece = self.pieces.find(|piece| !piece.is_empty());
        self.current = piece.map_or(&[], str::as_bytes);
    }
}

impl Buf for EncodedMessage<'_> {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        self.current
    }

    /// Advances by `count` bytes, at most to the end; other implementations panic there.
    fn advance(&mut self, mut count: usize) {
        self.remaining = self.remaining.saturating_sub(count);
        while let Some(left) = count.checked_sub(self.current.len()) {
            if self.current.is_empty() {
                return;
            }
            count = left;
            self.next_piece();
        }
        self.current = self.current.get(count..).unwrap_or_default();
    }

    #[cfg(feature = "std")]
    fn chunks_vectored<'s>(&'s self, slices: &mut [IoSlice<'s>]) -> usize {
        let pieces = core::iter::once(self.current).chain(self.pieces.clone().map(str::as_bytes));
        let mut filled = 0;
        for (slice, piece) in slices.iter_mut().zip(pieces.filter(|piece| !piece.is_empty())) {
            *slice = IoSlice::new(piece);
            filled += 1;
        }
        filled
    }
}
