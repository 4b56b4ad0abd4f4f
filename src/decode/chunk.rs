//! A piece of the stream, and facts about it: how far it was read, where lines end, which part is known to be text.
//! It has no protocol state; that belongs to the decoder.

use core::fmt;
#[cfg(feature = "alloc")]
use core::ops::Range;

#[cfg(feature = "alloc")]
use bytes::Bytes;
#[cfg(feature = "alloc")]
use bytestring::ByteString;

#[cfg(feature = "alloc")]
use crate::limits::SHARE_FROM;
#[cfg(feature = "alloc")]
use crate::simd::effort;
#[cfg(feature = "alloc")]
use crate::simd::line_ends::LineEnds;

#[cfg(feature = "alloc")]
use super::checked_text::CheckedText;

/// A piece of the stream on its way through a [`Decoder`](crate::Decoder), with a cursor.
///
/// The decoder moves the cursor. You may stop in the middle: the chunk keeps the rest.
///
/// Take frames until there are none. If you drop a chunk earlier, you lose the rest of it, and the events in it,
/// silently. (`if let Some(event) = decoder.decode_event(&mut chunk)?` takes one event of possibly many.)
///
/// Create the chunk before the loop: `while let Some(frame) = decoder.decode(&mut Chunk::new(bytes))?` would start
/// again with the same bytes each time and never end.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
/// assert_eq!(decoder.decode_event(&mut chunk)?.unwrap().data(), "1");
/// assert_eq!((chunk.consumed(), chunk.rest()), (9, &b"data: 2\n\n"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
#[must_use = "a chunk is read by a decoder, which moves its cursor"]
pub struct Chunk<'i> {
    bytes: &'i [u8],
    cursor: Cursor,
    #[cfg(feature = "alloc")]
    checked: CheckedText<'i>,
}

/// Like [`Chunk`], but it owns its bytes: it lives in a `Stream` across polls, and large values of owned
/// events share its memory instead of being copied.
///
/// ```
/// use bytes::Bytes;
/// use sse_proto::{Decoder, FrameBuf, SharedChunk};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = SharedChunk::new(Bytes::from_static(b"data: 1\n\n"));
/// while let Some(frame) = decoder.decode_shared(&mut chunk)? {
///     let FrameBuf::Event(event) = frame else { continue };
///     assert_eq!(std::thread::spawn(move || event.data().to_owned()).join().unwrap(), "1");
/// }
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone)]
pub struct SharedChunk {
    bytes: Bytes,
    cursor: Cursor,
}

/// How far a chunk was read. It belongs to one chunk only.
#[derive(Clone)]
pub(crate) struct Cursor {
    pub(crate) pos: usize,
    #[cfg(feature = "alloc")]
    pub(crate) lines: LineEnds,
}

impl Cursor {
    /// A cursor at `pos`, with no known facts.
    pub(crate) const fn at(pos: usize) -> Self {
        Self {
            pos,
            #[cfg(feature = "alloc")]
            lines: LineEnds::from(pos),
        }
    }
}

impl<'i> Chunk<'i> {
    /// A chunk with the cursor at its start. Making one costs nothing.
    ///
    /// ```
    /// assert_eq!(sse_proto::Chunk::new(b"data: 1\n\n").consumed(), 0);
    /// ```
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self {
            bytes,
            cursor: Cursor::at(0),
            #[cfg(feature = "alloc")]
            checked: CheckedText::NOTHING,
        }
    }

    /// How many bytes the decoder has taken.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// Decoder::new().decode_event(&mut chunk)?;
    /// assert_eq!(chunk.consumed(), 9);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn consumed(&self) -> usize {
        self.cursor.pos
    }

    /// The bytes that the decoder has not taken yet.
    ///
    #[cfg_attr(feature = "alloc", doc = "```")]
    #[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// Decoder::new().decode_event(&mut chunk)?;
    /// assert_eq!(chunk.rest(), b"data: 2\n\n");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.cursor.pos..).unwrap_or_default()
    }

    pub(crate) fn parts(&mut self) -> (&'i [u8], &mut Cursor) {
        (self.bytes, &mut self.cursor)
    }

    /// A chunk that was read up to `cursor`, for one event.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) const fn resumed(bytes: &'i [u8], cursor: Cursor) -> Self {
        Self { bytes, cursor, checked: CheckedText::ONLY_ONCE }
    }

    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn into_cursor(self) -> Cursor {
        self.cursor
    }

    /// Takes what is left, unread: no frame comes of it.
    #[cfg(feature = "alloc")]
    #[cold]
    pub(crate) fn drop_rest<T>(&mut self) -> Option<T> {
        self.cursor = Cursor::at(self.bytes.len());
        None
    }

    /// The bytes at a place that the engine has returned.
    #[cfg(feature = "alloc")]
    pub(crate) fn bytes(&self, range: Range<usize>) -> &'i [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The text of `range`, if it is UTF-8. `from <= range.start` is the block's first value: checking from there covers the
    /// values asked for next.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn text(&mut self, range: Range<usize>, from: usize) -> Option<&'i str> {
        self.checked.text(range, from, self.bytes)
    }

    /// The text of `range`, if it is UTF-8. The caller will not ask for the bytes around it.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn text_alone(&self, range: Range<usize>) -> Option<&'i str> {
        self.checked.alone_or_known(range, self.bytes)
    }
}

impl<'i> From<&'i [u8]> for Chunk<'i> {
    fn from(bytes: &'i [u8]) -> Self {
        Self::new(bytes)
    }
}

#[cfg(feature = "alloc")]
impl SharedChunk {
    /// A chunk with the cursor at its start, of anything that becomes `Bytes` without a copy: `Bytes`, a `Vec<u8>`, a
    /// `String`, a `&'static [u8]`. For bytes that are only borrowed see `Bytes::copy_from_slice`.
    ///
    /// ```
    /// assert_eq!(sse_proto::SharedChunk::new(vec![b'\n']).rest(), b"\n");
    /// ```
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), cursor: Cursor::at(0) }
    }

    /// How many bytes the decoder has taken.
    ///
    /// ```
    /// let chunk = sse_proto::SharedChunk::new("data: 1\n\n");
    /// assert_eq!(chunk.consumed(), 0);
    /// ```
    #[must_use]
    pub const fn consumed(&self) -> usize {
        self.cursor.pos
    }

    /// The bytes that the decoder has not taken yet.
    ///
    /// ```
    /// let chunk = sse_proto::SharedChunk::new("data: 1\n\n");
    /// assert_eq!(chunk.rest(), b"data: 1\n\n");
    /// ```
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.cursor.pos..).unwrap_or_default()
    }

    pub(crate) fn parts(&mut self) -> (&[u8], &mut Cursor) {
        (&self.bytes, &mut self.cursor)
    }

    /// Takes what is left, unread: no frame comes of it.
    #[cold]
    pub(crate) fn drop_rest<T>(&mut self) -> Option<T> {
        self.cursor = Cursor::at(self.bytes.len());
        None
    }

    /// The part that the decoder has read, for access to the values of the last block.
    pub(crate) fn taken(&self) -> Chunk<'_> {
        Chunk::new(self.bytes.get(..self.cursor.pos).unwrap_or_default())
    }

    /// The text of `range` as a share of this chunk, if it is ASCII and large enough. Other text is copied: a share
    /// without unsafe code needs another check, which takes longer than the copy.
    #[inline]
    pub(crate) fn share(&self, range: Range<usize>) -> Option<ByteString> {
        if range.len() < SHARE_FROM { None } else { self.large_share(range) }
    }

    fn large_share(&self, range: Range<usize>) -> Option<ByteString> {
        if !self.bytes.get(range.clone())?.is_ascii() {
            return None;
        }
        effort::count(2 * range.len());
        ByteString::try_from(self.bytes.slice(range)).ok()
    }
}

#[cfg(feature = "alloc")]
impl From<Bytes> for SharedChunk {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

#[cfg(feature = "alloc")]
impl From<alloc::vec::Vec<u8>> for SharedChunk {
    fn from(bytes: alloc::vec::Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

/// An empty chunk.
#[cfg(feature = "alloc")]
impl Default for SharedChunk {
    fn default() -> Self {
        Self::new(Bytes::new())
    }
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("len", &self.bytes.len()).field("consumed", &self.consumed()).finish()
    }
}

#[cfg(feature = "alloc")]
impl fmt::Debug for SharedChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunk = f.debug_struct("SharedChunk");
        chunk.field("len", &self.bytes.len()).field("consumed", &self.consumed()).finish()
    }
}
