//! Blocks: a view over the scanner for those who look at a stream and pass it on.
//!
//! For whoever changes it. A *unit* is what the limit counts and what `scan` ends with: a comment line before the first
//! field of its block, or all from there up to the blank line. Where units end, how large they are and where errors stand
//! depends on the bytes alone, never on a chunk's edge. Two things make that so: the size leaves out what another cut would have put
//! elsewhere (the LF of a CR LF whose CR ended the unit before) and what is no part of a block (the byte order mark); and a
//! unit is judged only when it has ended or its chunk has.

use core::mem;

use crate::error::BlockTooLarge;
use crate::scan::held_bytes::HeldBytes;
use crate::scan::raw_block::{Block, BlockPart};
use crate::scan::scanner::{BOM, Scanner};
use crate::scan::token::{LineKind, Token};

/// What is held beside the bytes that the limit counts: a byte order mark, or an LF that belongs to the CR before; and the
/// blank line.
const BESIDE: usize = BOM.len() + 2;

/// Cuts a stream into its blocks, raw: for proxies and gateways that look at each block and then pass it through
/// byte for byte, drop it, or put something else in its place (WHATWG HTML 9.2.5).
///
/// A block is what ends with a blank line, whether or not the standard dispatches an event for it: comments,
/// unknown fields and all. Nothing is decoded and nothing is left out: the bytes of all blocks, and those of
/// [`BlockScanner::finish`], are the stream.
///
/// A block is returned as soon as the first byte of its blank line's end arrives. If that is a CR and the LF after it comes in the next
/// chunk, the LF is the first byte of the next block. Nothing else depends on how the stream is cut.
///
/// # Heartbeats
///
/// A comment line before the first field of its block comes by itself ([`BlockPart::Comment`]), with its line end: many
/// servers send `: ping` and one line end for as long as there is nothing to tell, and a proxy that held those back until the next
/// blank line would run into the timeouts that they are meant to prevent. Nothing that follows can change what such a
/// line means. This cannot be turned off: otherwise what a block holds would depend on timing. So `:\n\n` is two: the comment, and a block that is a blank line alone. Comments
/// after the first field stay in their block.
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
/// [`Block::rewrite_data`] writes a block with other data. Treat what [`BlockScanner::finish`] returns
/// like a block, or a server gets past your filter by closing the connection inside a block:
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
/// A byte order mark is dropped by clients at the very start of a stream only; after anything else it makes the
/// first line an unknown field. If you send something before the blocks, or the blocks of another stream after those of
/// a first one, have it taken away: [`strip_byte_order_mark`](crate::BlockScannerBuilder::strip_byte_order_mark).
#[derive(Debug, Clone)]
pub struct BlockScanner {
    scanner: Scanner,
    /// As it was at the start of the open unit, or of what is passed on of it next.
    start: Scanner,
    /// What has come of the open unit in earlier chunks.
    held: HeldBytes,
    limit: usize,
    oversized: Oversized,
    strips_mark: bool,
    open: OpenUnit,
    /// The open unit has a line that is no comment: it ends with a blank line.
    has_field: bool,
}

/// What becomes of the open unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenUnit {
    Held,
    /// It is over the limit, and so told: it is read over.
    Skipped,
    /// It is over the limit: it is lent as it comes.
    Passed,
}

/// What a [`BlockScanner`] does with a block over its limit. Chosen by [`BlockScannerBuilder::oversized`](crate::BlockScannerBuilder::oversized).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Oversized {
    /// One [`BlockTooLarge`] tells of it, and it is dropped. For those who must see all that they pass on.
    #[default]
    Skip,
    /// It comes in pieces, as it is ([`BlockPart::Oversized`]), and [`BlockScanner::scan`] never returns an error: "look at blocks up
    /// to so many bytes, pass larger ones on unseen". First what was held, then what is in each chunk, lent from there. Where it is
    /// cut in pieces depends on the chunks.
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
    /// At the start of a stream; a block may hold [`DEFAULT_MAX_EVENT_SIZE`](crate::DEFAULT_MAX_EVENT_SIZE) bytes.
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

    /// The next block of `input`, which is moved past it; `None` when all of it is taken. A block that lies whole in
    /// the input is lent from there, one that was cut is put together first.
    ///
    /// # Errors
    ///
    /// [`BlockTooLarge`], once for each such block, unless they are passed on. Call `scan` again to go on after it, with
    /// what is left of the input.
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
        // At the start of a stream all that has come is held.
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
                    // What was held comes first: this chunk is scanned again by the next call.
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

    /// Ends the stream: what came after the last blank line, perhaps nothing. Then the scanner is at the start of a
    /// stream again.
    ///
    /// A client dispatches no event for it by the standard, but some take it for one: do with it as with a whole block.
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

    /// Reads on to the end of the open unit: what it is, and where in the stream the limit stops counting.
    fn end_of_unit(&mut self, input: &mut &[u8]) -> Option<(BlockPart, u64)> {
        loop {
            match self.scanner.scan(input)? {
                Token::BlankLine { offset } => return Some((BlockPart::Whole, offset)),
                Token::Piece(line) if line.kind != LineKind::Comment => self.has_field = true,
                Token::Piece(line) if line.last && !self.has_field => {
                    return Some((BlockPart::Comment, line.offset + line.bytes.len() as u64));
                }
                Token::Piece(_) => {}
            }
        }
    }

    /// How many of the first bytes of the open unit are not part of a block. `taken` is what the chunk holds of it.
    fn beside(&self, taken: &[u8]) -> u64 {
        let mut bytes = self.held.bytes().iter().chain(taken);
        if self.start.swallows_lf() {
            return u64::from(bytes.next() == Some(&b'\n'));
        }
        if self.start.position() > 0 {
            return 0;
        }
        // What may become a mark yet is taken for one: it is looked at again.
        let came = (self.held.bytes().len() + taken.len()).min(BOM.len());
        if bytes.zip(BOM).all(|(byte, of_mark)| byte == of_mark) { came as u64 } else { 0 }
    }

    /// At the start of a stream: takes a mark away when it is whole.
    fn strip_mark(&mut self, input: &mut &[u8]) {
        let Some(mut missing) = BOM.strip_prefix(self.held.bytes()) else { return };
        let Some(rest) = input.strip_prefix(missing) else { return };
        self.scanner.scan(&mut missing);
        self.start = self.scanner.clone();
        self.held.release();
        *input = rest;
    }

    /// Lends a unit that ends in the chunk, which holds `taken` of it.
    fn lend<'d>(&'d mut self, taken: &'d [u8], part: BlockPart) -> Block<'d> {
        let start = self.next_unit();
        self.held.count_block(self.held.bytes().len() + taken.len());
        if self.held.bytes().is_empty() {
            return Block { bytes: taken, start, part };
        }
        self.held.push(taken, self.limit.saturating_add(BESIDE));
        Block { bytes: self.held.lend(), start, part }
    }

    /// The open unit has ended; where it started.
    fn next_unit(&mut self) -> Scanner {
        (self.open, self.has_field) = (OpenUnit::Held, false);
        self.go_on()
    }

    /// What was lent ends here; where it started.
    fn go_on(&mut self) -> Scanner {
        mem::replace(&mut self.start, self.scanner.clone())
    }
}
