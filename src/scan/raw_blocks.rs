//! Blocks: a view over the scanner for programs that inspect a stream and forward it.
//!
//! For whoever changes it: a *unit* is what the limit counts and what `scan` returns. It is either a comment line
//! before the first field of its block, or everything from there up to the blank line. The ends and sizes of units
//! and the places of errors depend only on the bytes, never on a chunk's edge, for two reasons. First, the size
//! excludes bytes that another cut would have put into another unit (the LF of a CR LF whose CR ended the unit
//! before), and bytes that are not part of a block (the byte order mark). Second, a unit is judged only when the unit
//! or its chunk has ended.

use core::mem;

use crate::error::BlockTooLarge;
use crate::scan::held_bytes::HeldBytes;
use crate::scan::raw_block::{Block, BlockPart};
use crate::scan::scanner::{BOM, Scanner};
use crate::scan::token::{LineKind, Token};

/// The bytes that are stored in addition to those that the limit counts: a byte order mark, or an LF that belongs to
/// the CR before; and the blank line.
const BESIDE: usize = BOM.len() + 2;

/// Cuts a stream into its blocks, raw: for proxies and gateways that look at each block and then pass it through
/// byte for byte, drop it, or put something else in its place (WHATWG HTML 9.2.5).
///
/// A block is everything up to a blank line, including comments and unknown fields, whether or not the standard
/// dispatches an event for it. Nothing is decoded and nothing is left out: the bytes of all blocks, and those of
/// [`BlockScanner::finish`], are the stream.
///
/// A block is returned with the first byte of its blank line's end. If that byte is a CR and the next chunk starts
/// with its LF, the LF is the first byte of the next block. Nothing else depends on how the stream is cut.
///
/// # Heartbeats
///
/// A comment line before the first field of its block is returned separately ([`BlockPart::Comment`]), with its line
/// end. Many servers send `: ping` and one line end while they have nothing to send. If a proxy held these lines back
/// until the next blank line, it would run into the timeouts that they should prevent. No later byte can change the
/// meaning of such a line. This is not a setting: otherwise the content of a block would depend on the timing of the
/// server. So `:\n\n` is two units: the comment, and a block that is only a blank line. Comments after the first
/// field stay in their block.
///
/// ```
/// use sse_proto::BlockScanner;
///
/// let mut blocks = BlockScanner::new();
/// assert_eq!(blocks.scan(&mut &b": ping\n"[..])?.unwrap().bytes(), b": ping\n");
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
///
/// # To change data
///
/// [`Block::rewrite_data`] writes a block with other data. Use it also for the rest at the end of the stream;
/// otherwise a server that closes the connection inside a block gets its data through unchanged:
///
/// ```
/// use sse_proto::BlockScanner;
///
/// let mut blocks = BlockScanner::new();
/// let mut passed_on = Vec::new();
/// for mut chunk in [&b"x-trace: 7\nda"[..], b"ta: secret\r\n\r\n:ping\n\ndata: sec"] {
///     // At an error nothing more is passed on: what is over the limit was not seen.
///     while let Some(block) = blocks.scan(&mut chunk)? {
///         block.rewrite_data(&mut passed_on, |_| "***");
///     }
/// }
/// blocks.finish().rewrite_data(&mut passed_on, |_| "***");
/// assert_eq!(passed_on, b"x-trace: 7\ndata: ***\r\n\r\n:ping\n\ndata: ***");
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
///
/// # To put something before a stream
///
/// Clients remove a byte order mark only at the very start of a stream. After any other byte it turns the first line
/// into an unknown field. If you send something before the blocks, or the blocks of a second stream after those of a
/// first one, remove the mark with [`strip_byte_order_mark`](crate::BlockScannerBuilder::strip_byte_order_mark).
#[derive(Debug, Clone)]
pub struct BlockScanner {
    scanner: Scanner,
    /// The scanner's state at the start of the open unit, or of its next part to be passed on.
    start: Scanner,
    /// The part of the open unit from earlier chunks.
    held: HeldBytes,
    limit: usize,
    oversized: Oversized,
    strips_mark: bool,
    open: OpenUnit,
    /// The open unit has a line that is not a comment, so it ends with a blank line.
    has_field: bool,
}

/// How the open unit is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenUnit {
    Held,
    /// It is over the limit and the error was returned; the rest is skipped.
    Skipped,
    /// It is over the limit; its bytes are lent as they arrive.
    Passed,
}

/// What a [`BlockScanner`] does with a block over its limit. Chosen by [`BlockScannerBuilder::oversized`](crate::BlockScannerBuilder::oversized).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Oversized {
    /// The scanner returns one [`BlockTooLarge`] and drops the block. For programs that must inspect all bytes that
    /// they forward.
    #[default]
    Skip,
    /// The scanner returns the block unchanged in pieces ([`BlockPart::Oversized`]), and [`BlockScanner::scan`] never
    /// returns an error: inspect blocks up to a size, and forward larger ones unread. The first piece is the part that was stored; the following
    /// pieces are lent from each chunk. The cuts between the pieces depend on the chunks.
    ///
    /// ```
    /// use sse_proto::{BlockPart, BlockScanner, Oversized};
    ///
    /// let mut blocks = BlockScanner::builder().max_block_size(8).oversized(Oversized::PassRaw).build();
    /// let (mut passed_on, mut seen) = (Vec::new(), 0);
    /// for mut chunk in [&b"data: "[..], b"an image", b", large\n\nid\n\n"] {
    ///     while let Some(block) = blocks.scan(&mut chunk)? {
    ///         seen += usize::from(block.part() == BlockPart::Whole);
    ///         passed_on.extend_from_slice(block.bytes());
    ///     }
    /// }
    /// assert_eq!((passed_on.as_slice(), seen), (&b"data: an image, large\n\nid\n\n"[..], 1));
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    PassRaw,
}

impl Default for BlockScanner {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockScanner {
    /// A scanner at the start of a stream. A block may have up to
    /// [`DEFAULT_MAX_EVENT_SIZE`](crate::DEFAULT_MAX_EVENT_SIZE) bytes.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::new();
    /// assert_eq!(blocks.scan(&mut &b"id\n\n"[..])?.unwrap().bytes(), b"id\n\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::builder().build()
    }

    pub(super) const fn with_settings(limit: usize, oversized: Oversized, strips_mark: bool) -> Self {
        Self {
            scanner: Scanner::new(),
            start: Scanner::new(),
            held: HeldBytes::new(),
            limit,
            oversized,
            strips_mark,
            open: OpenUnit::Held,
            has_field: false,
        }
    }

    /// Returns the next block of `input` and advances `input` past it; `None` when `input` is used up. A block that
    /// lies whole in the input is lent from there; a block that was cut is first joined.
    ///
    /// # Errors
    ///
    /// [`BlockTooLarge`], once for each such block, unless such blocks are passed on. Call `scan` again with the rest
    /// of the input to continue after the block.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::builder().max_block_size(8).build();
    /// let mut chunk = &b"data: too large\n\nid\n\n"[..];
    /// let error = blocks.scan(&mut chunk).unwrap_err();
    /// assert_eq!(error.to_string(), "block at byte 0 of the stream larger than max_block_size (8 bytes); skipped");
    /// assert_eq!(blocks.scan(&mut chunk).unwrap().unwrap().bytes(), b"id\n\n");
    /// ```
    pub fn scan<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Result<Option<Block<'d>>, BlockTooLarge> {
        self.held.take_back();
        // At the start of a stream, all bytes so far are stored.
        if self.strips_mark && self.scanner.position() == self.held.bytes().len() as u64 {
            self.strip_mark(input);
        }
        loop {
            let (chunk, before) = (*input, self.scanner.clone());
            let end = self.end_of_unit(input);
            let taken = chunk.get(..chunk.len() - input.len()).unwrap_or_default();
            if self.open == OpenUnit::Held {
                let start = self.start.position() + self.beside(taken);
                let size = end.map_or(self.scanner.position(), |(_, end)| end) - start;
                if size <= self.limit as u64 {
                    let Some((part, _)) = end else {
                        self.held.push(taken, self.limit.saturating_add(BESIDE));
                        return Ok(None);
                    };
                    return Ok(Some(self.lend(taken, part)));
                }
                if self.oversized == Oversized::Skip {
                    self.held.release();
                    self.open = OpenUnit::Skipped;
                    if end.is_some() {
                        self.next_unit();
                    }
                    return Err(BlockTooLarge { limit: self.limit, offset: start });
                }
                self.open = OpenUnit::Passed;
                if !self.held.bytes().is_empty() {
                    // The stored part comes first: the next call scans this chunk again.
                    *input = chunk;
                    self.scanner = before;
                    let start = self.go_on();
                    let part = BlockPart::Oversized { last: false };
                    return Ok(Some(Block { bytes: self.held.lend_for_good(), start, part }));
                }
            }
            let last = end.is_some();
            if self.open == OpenUnit::Passed && !taken.is_empty() {
                let start = if last { self.next_unit() } else { self.go_on() };
                return Ok(Some(Block { bytes: taken, start, part: BlockPart::Oversized { last } }));
            }
            if !last {
                return Ok(None);
            }
            self.next_unit();
        }
    }

    /// Ends the stream and returns the bytes after the last blank line, possibly none. Then the scanner is at the
    /// start of a stream again.
    ///
    /// By the standard a client dispatches no event for these bytes, but some clients do. Handle them like a whole
    /// block.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::new();
    /// assert!(blocks.scan(&mut &b"data: [DONE]\n"[..])?.is_none());
    /// assert_eq!(blocks.finish().bytes(), b"data: [DONE]\n");
    /// assert_eq!(blocks.finish().bytes(), b"");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub fn finish(&mut self) -> Block<'_> {
        self.held.take_back();
        self.scanner = Scanner::new();
        let start = self.next_unit();
        Block { bytes: self.held.lend_for_good(), start, part: BlockPart::Unfinished }
    }

    /// Reads to the end of the open unit. Returns its kind, and the place in the stream up to which the limit counts.
    fn end_of_unit(&mut self, input: &mut &[u8]) -> Option<(BlockPart, u64)> {
        loop {
            match self.scanner.scan(input)? {
                Token::BlankLine { offset } => return Some((BlockPart::Whole, offset)),
                Token::Piece(piece) if piece.kind != LineKind::Comment => self.has_field = true,
                // A comment is a unit when its line has ended. The start of one that is cut is stored.
                Token::Piece(piece) if piece.last && !self.has_field => {
                    return Some((BlockPart::Comment, piece.offset + piece.bytes.len() as u64));
                }
                Token::Piece(_) => {}
            }
        }
    }

    /// The number of bytes at the start of the open unit that are not part of a block. `taken` is the part of the
    /// unit in this chunk.
    fn beside(&self, taken: &[u8]) -> u64 {
        let mut bytes = self.held.bytes().iter().chain(taken);
        if self.start.swallows_lf() {
            return u64::from(bytes.next() == Some(&b'\n'));
        }
        if self.start.position() > 0 {
            return 0;
        }
        // Bytes that may become a mark count as one for now; the next call checks again.
        let came = (self.held.bytes().len() + taken.len()).min(BOM.len());
        if bytes.zip(BOM).all(|(byte, of_mark)| byte == of_mark) { came as u64 } else { 0 }
    }

    /// At the start of a stream: removes a mark when it is complete.
    fn strip_mark(&mut self, input: &mut &[u8]) {
        let Some(mut missing) = BOM.strip_prefix(self.held.bytes()) else { return };
        let Some(rest) = input.strip_prefix(missing) else { return };
        self.scanner.scan(&mut missing);
        self.start = self.scanner.clone();
        self.held.release();
        *input = rest;
    }

    /// Lends a unit that ends in this chunk. `taken` is its part in the chunk.
    fn lend<'d>(&'d mut self, taken: &'d [u8], part: BlockPart) -> Block<'d> {
        let start = self.next_unit();
        self.held.count_block(self.held.bytes().len() + taken.len());
        if self.held.bytes().is_empty() {
            return Block { bytes: taken, start, part };
        }
        self.held.push(taken, self.limit.saturating_add(BESIDE));
        Block { bytes: self.held.lend(), start, part }
    }

    /// Ends the open unit and returns the scanner's state at its start.
    fn next_unit(&mut self) -> Scanner {
        (self.open, self.has_field) = (OpenUnit::Held, false);
        self.go_on()
    }

    /// Ends the lent part and returns the scanner's state at its start.
    fn go_on(&mut self) -> Scanner {
        mem::replace(&mut self.start, self.scanner.clone())
    }
}
