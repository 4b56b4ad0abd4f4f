//! A piece of the stream, and what has been learnt about it: where it has been read to, where lines end,
//! which part of it is known to be text. Facts only, never protocol state: those are the decoder's.

use core::fmt;
use core::ops::{Deref, Range};
use core::str::Utf8Error;

use bytes::Bytes;
use bytestring::ByteString;

use crate::limits::{CHECK_AHEAD, SHARE_FROM};
use crate::lines::LineEnds;
use crate::{utf8, work};

/// A piece of the stream on its way through a [`Decoder`](crate::Decoder), with a cursor.
///
/// The decoder moves the cursor. To stop in the middle loses nothing: the chunk still holds the rest.
///
/// Make the chunk before the loop: `while let Some(frame) = decoder.decode(&mut Chunk::new(bytes))?` would
/// begin the same bytes again at each turn and not end.
///
/// ```
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
/// assert_eq!(decoder.decode_event(&mut chunk)?.unwrap().data(), "1");
/// assert_eq!((chunk.consumed(), chunk.rest()), (9, &b"data: 2\n\n"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Chunk<'i> {
    bytes: &'i [u8],
    marks: Marks,
    checked: Window<&'i str>,
}

/// As [`Chunk`], but it owns its bytes: it lives in a `Stream` across polls, and large values of owned
/// events share its memory instead of being copied.
///
/// ```
/// use bytes::Bytes;
/// use sse_proto::{Decoder, FrameBuf, SharedChunk};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = SharedChunk::from(Bytes::from_static(b"data: 1\n\n"));
/// while let Some(frame) = decoder.decode_shared(&mut chunk)? {
///     let FrameBuf::Event(event) = frame else { continue };
///     assert_eq!(std::thread::spawn(move || event.data().to_owned()).join().unwrap(), "1");
/// }
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct SharedChunk {
    bytes: Bytes,
    marks: Marks,
    checked: Window<ByteString>,
}

/// Where a chunk has been read to. Belongs to its bytes and to no others.
#[derive(Clone)]
pub(crate) struct Marks {
    pub(crate) pos: usize,
    pub(crate) lines: LineEnds,
}

impl Marks {
    /// At `pos`, with nothing learnt yet.
    pub(crate) const fn at(pos: usize) -> Self {
        Self { pos, lines: LineEnds::new() }
    }
}

/// The part of a chunk that is known to be UTF-8, so that a value in it is text without a second look.
///
/// Invariant: `text` is `chunk[start..start + text.len()]`. It ends at the first bad byte or about
/// `CHECK_AHEAD` bytes on, and starts again at the next value asked for: a bad byte slows down the value
/// it is in and no other.
#[derive(Clone, Default)]
struct Window<T> {
    start: usize,
    text: T,
}

impl<T: Deref<Target = str>> Window<T> {
    /// Where in `text` the `range` of the chunk is, after moving the window if need be; `None` if it is no
    /// UTF-8. `check` turns a range of the chunk into text.
    #[inline]
    fn locate(
        &mut self,
        range: Range<usize>,
        bytes: &[u8],
        check: impl Fn(Range<usize>) -> Result<T, Utf8Error>,
    ) -> Option<Range<usize>> {
        if range.start < self.start || range.end > self.start + self.text.len() {
            self.restart(range.clone(), bytes, check)?;
        }
        Some(range.start - self.start..range.end - self.start)
    }

    #[inline(never)]
    fn restart(
        &mut self,
        range: Range<usize>,
        bytes: &[u8],
        check: impl Fn(Range<usize>) -> Result<T, Utf8Error>,
    ) -> Option<()> {
        let far = bytes.len().min(range.start + CHECK_AHEAD);
        let ahead = range.start..range.end.max(utf8::whole_characters(bytes, far));
        let text = check(ahead.clone()).or_else(|error| {
            work::count(2 * error.valid_up_to());
            check(ahead.start..ahead.start + error.valid_up_to())
        });
        work::count(text.as_ref().map_or(0, |text| text.len()));
        *self = Self { start: range.start, text: text.ok()? };
        (self.text.len() >= range.len()).then_some(())
    }
}

impl<'i> Chunk<'i> {
    /// A chunk with the cursor at its start. Costs nothing: what is learnt is learnt when it is needed.
    #[must_use]
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, marks: Marks::at(0), checked: Window { start: 0, text: "" } }
    }

    /// How many bytes the decoder has taken.
    #[must_use]
    pub const fn consumed(&self) -> usize {
        self.marks.pos
    }

    /// The bytes that the decoder has not taken yet.
    #[must_use]
    pub fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.marks.pos..).unwrap_or_default()
    }

    pub(crate) fn parts(&mut self) -> (&'i [u8], &mut Marks) {
        (self.bytes, &mut self.marks)
    }

    /// The bytes of a place that the engine has returned.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &'i [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The text of `range`, if it is UTF-8.
    #[inline]
    pub(crate) fn text(&mut self, range: Range<usize>) -> Option<&'i str> {
        let bytes = self.bytes;
        let found = self.checked.locate(range, bytes, |part| utf8::check(&bytes[part]))?;
        self.checked.text.get(found)
    }
}

impl<'i> From<&'i [u8]> for Chunk<'i> {
    fn from(bytes: &'i [u8]) -> Self {
        Self::new(bytes)
    }
}

impl SharedChunk {
    /// How many bytes the decoder has taken.
    #[must_use]
    pub const fn consumed(&self) -> usize {
        self.marks.pos
    }

    /// The bytes that the decoder has not taken yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.marks.pos..).unwrap_or_default()
    }

    pub(crate) fn parts(&mut self) -> (&[u8], &mut Marks) {
        (&self.bytes, &mut self.marks)
    }

    /// The bytes of a place that the engine has returned.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The text of `range`, if it is UTF-8.
    pub(crate) fn text(&mut self, range: Range<usize>) -> Option<&str> {
        let bytes = &self.bytes;
        let check = |part| ByteString::try_from(bytes.slice(part));
        let found = self.checked.locate(range, bytes, check)?;
        self.checked.text.get(found)
    }

    /// The text of `range` as a share of this chunk, if it is large enough for that and UTF-8.
    pub(crate) fn share(&mut self, range: Range<usize>) -> Option<ByteString> {
        if range.len() < SHARE_FROM {
            return None;
        }
        self.text(range.clone())?;
        let start = range.start - self.checked.start;
        Some(self.checked.text.slice_ref(self.checked.text.get(start..start + range.len())?))
    }
}

impl From<Bytes> for SharedChunk {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, marks: Marks::at(0), checked: Window::default() }
    }
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("len", &self.bytes.len()).field("consumed", &self.consumed()).finish()
    }
}

impl fmt::Debug for SharedChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunk = f.debug_struct("SharedChunk");
        chunk.field("len", &self.bytes.len()).field("consumed", &self.consumed()).finish()
    }
}
