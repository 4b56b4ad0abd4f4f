//! A message as a `Buf`: its pieces lent one after the other.

#[cfg(feature = "std")]
use core::iter;
use core::mem;

use bytes::Buf;
#[cfg(feature = "std")]
use std::io::IoSlice;

use super::message::Message;
use super::pieces::Pieces;
use crate::simd::effort;

/// How many pieces are known ahead. With the current one that is as many as `Message::encode_to_io` writes at once: a
/// message of 15 lines.
const AHEAD: usize = 31;

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
    /// The pieces after it, in a ring that begins at `first`. So each line end is searched once, however often the caller
    /// looks ahead: a socket may take a few bytes at a time, and lines may be long. Empty if there are no more.
    ahead: [&'m [u8]; AHEAD],
    first: usize,
    /// The pieces after those.
    pieces: Pieces<'m>,
    /// The length of `current`, `ahead` and all `pieces`.
    remaining: usize,
}

impl Message<'_> {
    /// The encoded message as a [`bytes::Buf`] that borrows its pieces (WHATWG HTML 9.2.5).
    ///
    /// Making it costs one search for line ends, because `Buf` wants to know its length. Reading it costs another one, in
    /// steps of any size. Up to 32 pieces are lent at once (`chunks_vectored`).
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
        let (ahead, remaining) = ([&[][..]; AHEAD], self.encoded_len());
        let mut buf = EncodedMessage { current: &[], ahead, first: 0, pieces: self.pieces(), remaining };
        buf.current = find_piece(&mut buf.pieces).unwrap_or_default();
        for piece in &mut buf.ahead {
            let Some(found) = find_piece(&mut buf.pieces) else { break };
            *piece = found;
        }
        buf
    }
}

impl EncodedMessage<'_> {
    fn next_piece(&mut self) {
        let Some(next) = self.ahead.get_mut(self.first) else { return }; // it is less than `AHEAD`
        self.current = mem::replace(next, find_piece(&mut self.pieces).unwrap_or_default());
        self.first = (self.first + 1) % AHEAD;
    }
}

/// The next piece that is not empty.
fn find_piece<'m>(pieces: &mut Pieces<'m>) -> Option<&'m [u8]> {
    let piece = pieces.find(|piece| !piece.is_empty())?.as_bytes();
    effort::count(piece.len());
    Some(piece)
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
        let (last, next) = self.ahead.split_at_checked(self.first).unwrap_or_default();
        let pieces = iter::once(&self.current).chain(next).chain(last);
        let mut filled = 0;
        for (slice, piece) in slices.iter_mut().zip(pieces.take_while(|piece| !piece.is_empty())) {
            *slice = IoSlice::new(piece);
            filled += 1;
        }
        filled
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::io::IoSlice;
    use std::string::String;

    use bytes::Buf;

    use super::Message;
    use crate::simd::effort::take;

    /// A client decides how little its socket takes. So looking ahead at each step must not search the lines again (law 4
    /// of CONTRIBUTING.md).
    #[test]
    fn each_line_end_is_searched_once() {
        let line = "x".repeat(10_000);
        let data: String = [&line, "\n"].concat().repeat(40);
        let message = Message::new().comment(&data).data(&data);
        for step in [1000, 1, 1_000_000] {
            take();
            let mut buf = message.as_buf();
            while buf.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 64];
                let filled = buf.chunks_vectored(&mut slices);
                assert!(filled > 0 && slices[0].len() <= line.len());
                buf.advance(step);
            }
            assert_eq!(take(), message.encoded_len() as u64);
        }
    }
}
