//! One raw block: the type that a `BlockScanner` lends, and how to write it with other data.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::scan::scanner::{BOM, Scanner};
use crate::scan::token::{LineKind, Piece, Token};
use crate::simd::first_line_end;

/// The kind of a [`Block`].
///
/// ```
/// use sse_proto::{BlockPart, BlockScanner};
///
/// let mut blocks = BlockScanner::new();
/// let mut chunk = &b": ping\ndata: 1\n\ndata: 2"[..];
/// let mut parts = Vec::new();
/// while let Some(block) = blocks.scan(&mut chunk)? {
///     parts.push(block.part());
/// }
/// parts.push(blocks.finish().part());
/// assert_eq!(parts, [BlockPart::Comment, BlockPart::Whole, BlockPart::Unfinished]);
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlockPart {
    /// A whole block: everything after the comments before its first field, up to and including its blank line. A
    /// block without a field is only its blank line.
    Whole,
    /// A comment line before the first field of its block. The block continues after it.
    Comment,
    /// Some bytes of a block or a comment line over the limit, passed on unread
    /// ([`Oversized::PassRaw`](crate::Oversized)). It has no lines.
    #[non_exhaustive]
    Oversized {
        /// Whether the oversized block or line ends with these bytes.
        last: bool,
    },
    /// The bytes after the last blank line when the stream ended, possibly none. By the standard this is not an
    /// event, but some clients treat it as one.
    Unfinished,
}

/// A raw block. It borrows from its [`BlockScanner`](crate::BlockScanner).
///
/// ```
/// use sse_proto::{BlockScanner, LineKind};
///
/// let mut blocks = BlockScanner::new();
/// let mut chunk = &b"id: 1\nretry: 5\n\ndata: x\n\n"[..];
/// blocks.scan(&mut chunk)?;
/// let block = blocks.scan(&mut chunk)?.unwrap();
/// assert_eq!((block.bytes(), block.range()), (&b"data: x\n\n"[..], 16..25));
/// assert_eq!(block.lines().map(|line| (line.kind, line.bytes)).next(), Some((LineKind::Data, &b"x"[..])));
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
#[derive(Clone)]
pub struct Block<'d> {
    pub(super) bytes: &'d [u8],
    /// The scanner's state before the first of `bytes`.
    pub(super) start: Scanner,
    pub(super) part: BlockPart,
}

impl<'d> Block<'d> {
    /// All bytes of the block, including its blank line.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// assert_eq!(blocks.scan(&mut &b"id\r\n\r\n"[..])?.unwrap().bytes(), b"id\r\n\r\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn bytes(&self) -> &'d [u8] {
        self.bytes
    }

    /// The kind of this block: a whole block, or one of the few other parts of a stream.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// let mut chunk = &b"data: 1\n\n"[..];
    /// assert_eq!(blocks.scan(&mut chunk)?.unwrap().part(), sse_proto::BlockPart::Whole);
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn part(&self) -> BlockPart {
        self.part
    }

    /// Whether these bytes end with a blank line, so that a client dispatches what it has read and starts a new
    /// event. Never true for a block over the limit. Other bytes may be put into the stream only before its first
    /// block and after a block for which this is true.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// assert!(!blocks.scan(&mut &b": ping\n"[..])?.unwrap().ends_with_blank_line());
    /// assert!(blocks.scan(&mut &b"data: 1\n\n"[..])?.unwrap().ends_with_blank_line());
    /// assert!(!blocks.finish().ends_with_blank_line());
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn ends_with_blank_line(&self) -> bool {
        matches!(self.part, BlockPart::Whole)
    }

    /// The position of the block, in bytes from the start of the stream.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// assert_eq!(blocks.scan(&mut &b"data: 1\n\n"[..])?.unwrap().range(), 0..9);
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.start.position()..self.start.position() + self.bytes.len() as u64
    }

    /// The lines of the block in order, including unknown fields; each line is whole. A line that the end of the
    /// stream cuts is not included, nor is any line of a block over the limit.
    ///
    /// A byte order mark before the first line is skipped. At the start of a stream a client does the same. Elsewhere
    /// a client treats that line as an unknown field; but if the bytes before it are dropped, this block is the
    /// start.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// let block = blocks.scan(&mut &b"id: 7\nx-trace: 1\n\n"[..])?.unwrap();
    /// assert_eq!(block.lines().map(|line| line.bytes).collect::<Vec<_>>(), [&b"7"[..], b"x-trace: 1"]);
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub fn lines(&self) -> impl Iterator<Item = Piece<'d>> + use<'d> {
        self.pieces().filter(|piece| piece.last)
    }

    /// The lines as a client reads them in this stream, and the part of the last value that arrived, if it is cut.
    pub(crate) fn as_read(&self) -> impl Iterator<Item = Piece<'d>> + use<'d> {
        let rest = if matches!(self.part, BlockPart::Oversized { .. }) { &[] } else { self.bytes };
        pieces_of(self.start.clone(), rest)
    }

    /// The lines, and the part of the last value that arrived, if it is cut.
    ///
    /// Byte order marks before the first line are skipped at every place of a stream. If the bytes before the block
    /// are dropped, the mark is at the start, and a client also skips it there and reads the line.
    fn pieces(&self) -> impl Iterator<Item = Piece<'d>> + use<'d> {
        let mut scanner = self.start.clone();
        let mut rest = if matches!(self.part, BlockPart::Oversized { .. }) { &[] } else { self.bytes };
        let mut first = rest.strip_prefix(b"\n").filter(|_| self.start.swallows_lf()).unwrap_or(rest);
        while let Some(unmarked) = first.strip_prefix(BOM) {
            (first, rest) = (unmarked, unmarked);
            scanner = Scanner::in_mid_stream(self.range().end - unmarked.len() as u64);
        }
        pieces_of(scanner, rest)
    }

    /// The position in [`Block::bytes`] of the value of `line`, which must be one of [`Block::lines`].
    ///
    /// For reading only. If a line has no colon (`data`), the position is empty and directly after the name; text
    /// written there would make another name. Use [`Block::rewrite_data`] to write.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// let block = blocks.scan(&mut &b"id: 7\ndata\n\n"[..])?.unwrap();
    /// let places: Vec<_> = block.lines().map(|line| block.place_of(&line)).collect();
    /// assert_eq!(places, [4..5, 10..10]);
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub fn place_of(&self, line: &Piece<'_>) -> Range<usize> {
        let start = line.offset.saturating_sub(self.start.position()).min(self.bytes.len() as u64) as usize;
        start..start + line.bytes.len().min(self.bytes.len() - start)
    }

    /// Appends the block to `out`, and replaces the value of each data line by the result of `value`. All other bytes
    /// are copied unchanged, and so is a data line whose value does not change.
    ///
    /// No new value can break the framing. Each line of a value (it may contain CR, LF and CR LF) becomes a data
    /// line, and a line without a colon gets one. If the end of the stream cuts a data line
    /// ([`BlockScanner::finish`](crate::BlockScanner::finish)), `value` gets the part that arrived, because a client
    /// may use it. The bytes of a block over the limit are copied unchanged.
    ///
    /// `value` sees one line at a time, and cannot drop it. For data of several lines there is [`Block::replace_data`].
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::new();
    /// let block = blocks.scan(&mut &b"id: 7\r\ndata\r\ndata:two\r\ndata: open\r\n\r\n"[..])?.unwrap();
    /// let mut out = Vec::new();
    /// block.rewrite_data(&mut out, |value| match value {
    ///     b"" => &b"one"[..],
    ///     b"two" => b"2\n\nevent: 3", // an attempt
    ///     other => other,
    /// });
    /// assert_eq!(out, b"id: 7\r\ndata: one\r\ndata: 2\ndata: \ndata: event: 3\r\ndata: open\r\n\r\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub fn rewrite_data<V: AsRef<[u8]>>(&self, out: &mut Vec<u8>, mut value: impl FnMut(&'d [u8]) -> V) {
        let (mut copied, hidden) = (0, self.hidden_data());
        for line in self.pieces().filter(is_data) {
            let new = value(line.bytes);
            let new = new.as_ref();
            if new == line.bytes {
                continue;
            }
            let place = self.place_of(&line);
            out.extend_from_slice(self.up_to_name(copied, &place));
            push_data_lines(out, new, if hidden == Some(line.offset) { BOM } else { b"" });
            copied = place.end;
        }
        out.extend_from_slice(self.bytes.get(copied..).unwrap_or_default());
    }

    /// Appends the block to `out`, with `data` in place of all its data. All else is copied byte for byte; a block without data
    /// lines is copied as it is.
    ///
    /// For data that has to be seen as a whole, such as JSON in several lines: [`Block::fields`] reads it. The new data stands where
    /// the first data line was, and the others go. It cannot break the framing: each of its lines becomes a data line, written as
    /// `data: ` with one space.
    ///
    /// [`Block::fields`] replaces bytes that are not UTF-8 by U+FFFD. If such a block must pass unchanged, join the bytes of its
    /// data lines ([`Block::lines`]) instead, and parse those.
    ///
    /// A byte order mark before the first line, not at the start of the stream, makes a data line an unknown field, except for a client
    /// that starts with this block. If there are other data lines, the new data stands in these, and that line becomes `:` after its
    /// mark. If it is the only one, each line of the new data gets a mark, so that it stays unseen.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::new();
    /// let block = blocks.scan(&mut &b"data: {\nid: 7\nx-trace: 1\ndata: }\n\n"[..])?.unwrap();
    /// assert_eq!(block.fields().data.as_deref(), Some("{\n}"));
    /// let mut out = Vec::new();
    /// block.replace_data(&mut out, "[1]");
    /// assert_eq!(out, b"data: [1]\nid: 7\nx-trace: 1\n\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub fn replace_data(&self, out: &mut Vec<u8>, data: impl AsRef<[u8]>) {
        let hidden = self.hidden_data();
        let is_read = self.as_read().any(|line| is_data(&line));
        let (mut copied, mut is_written) = (0, false);
        for line in self.pieces().filter(is_data) {
            let place = self.place_of(&line);
            let before = self.up_to_name(copied, &place);
            let is_hidden = hidden == Some(line.offset);
            copied = place.end;
            if is_written && copied == self.bytes.len() {
                // The end of the stream cuts it, and still does. The start of a name is no data.
                out.extend_from_slice(before);
                out.extend_from_slice(b"data");
            } else if is_written {
                // A line goes with the line end before it, and its own one stays: after another line end, the LF of the blank line
                // could become part of a CR LF.
                out.extend_from_slice(without_line_end(before));
            } else if is_hidden && is_read {
                // The data belongs into the lines that all clients read. After its mark, a colon is an unknown field for some and a
                // comment for others. If the line went, the next one would be the first, whose mark some skip.
                out.extend_from_slice(before);
                out.push(b':');
            } else {
                out.extend_from_slice(before);
                push_data_lines(out, data.as_ref(), if is_hidden { BOM } else { b"" });
                is_written = true;
            }
        }
        out.extend_from_slice(self.bytes.get(copied..).unwrap_or_default());
    }

    /// The position of the first line if it is data only for a client that starts with this block: see `pieces`.
    fn hidden_data(&self) -> Option<u64> {
        let first = self.pieces().next().filter(is_data)?.offset;
        Some(first).filter(|first| self.as_read().find(is_data).is_none_or(|line| line.offset != *first))
    }

    /// The bytes from `from` to the name of the data line whose value is at `place`, a colon and a space before it or not.
    fn up_to_name(&self, from: usize, place: &Range<usize>) -> &'d [u8] {
        let before = self.bytes.get(from..place.start).unwrap_or_default();
        let name = before.iter().rposition(|byte| *byte == b'd').unwrap_or_default();
        before.get(..name).unwrap_or_default()
    }
}

/// A line that is only byte order marks is an unknown field for clients that read on, and a blank line for clients
/// that start here. So a blank line does not end the iteration.
fn pieces_of<'d>(mut scanner: Scanner, mut rest: &'d [u8]) -> impl Iterator<Item = Piece<'d>> + use<'d> {
    core::iter::from_fn(move || {
        loop {
            if let Token::Piece(piece) = scanner.scan(&mut rest)? {
                return Some(piece);
            }
        }
    })
}

fn is_data(line: &Piece<'_>) -> bool {
    line.kind == LineKind::Data
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let without = bytes.strip_suffix(b"\r\n").or_else(|| bytes.split_last().map(|(_, before)| before));
    without.unwrap_or_default()
}

/// Writes a data line for each line of `value`, the last one without its line end, and `mark` before each but the first.
fn push_data_lines(out: &mut Vec<u8>, mut value: &[u8], mark: &[u8]) {
    loop {
        out.extend_from_slice(b"data: ");
        let end = first_line_end(value, 0);
        let (line, rest) = value.split_at_checked(end).unwrap_or((value, b""));
        out.extend_from_slice(line);
        let Some(rest) = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)) else { return };
        out.push(b'\n');
        out.extend_from_slice(mark);
        value = rest;
    }
}

impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("part", &self.part)
            .field("range", &self.range())
            .field("bytes", &format_args!("b\"{}\"", self.bytes.escape_ascii()))
            .finish()
    }
}

impl PartialEq for Block<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.range(), self.bytes, self.part) == (other.range(), other.bytes, other.part)
    }
}

impl Eq for Block<'_> {}
