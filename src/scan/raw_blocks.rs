//! Blocks: a view over the scanner for those who look at a stream and pass it on.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::error::BlockTooLarge;
use crate::limits::{DEFAULT_MAX_EVENT_SIZE, KEEP_CAPACITY};
use crate::scan::scanner::Scanner;
use crate::scan::token::{Piece, Token};

/// Cuts a stream into its blocks, raw: for proxies and gateways that look at each block and then pass it through
/// byte for byte, drop it, or put something else in its place (WHATWG HTML 9.2.5).
///
/// A block is what ends with a blank line, whether or not the standard dispatches an event for it: comments,
/// unknown fields and all. Nothing is decoded and nothing is left out: the bytes of all blocks, and those of
/// [`BlockScanner::finish`], are the stream.
///
/// A block is out with the first byte of its blank line's end. If that is a CR and the LF behind it comes in the next
/// chunk, the LF is the first byte of the next block.
///
/// ```
/// use sse_proto::{BlockScanner, LineKind};
///
/// let mut blocks = BlockScanner::new();
/// let mut passed_on = Vec::new();
/// for mut chunk in [&b"x-trace: 7\nda"[..], b"ta: secret\r\n\r\n:ping\n\n"] {
///     while let Some(block) = blocks.scan(&mut chunk)? {
///         // Redact data, pass on all else byte for byte.
///         let mut rest = 0;
///         for line in block.lines().filter(|line| line.kind == LineKind::Data) {
///             let value = block.place_of(&line);
///             passed_on.extend_from_slice(&block.bytes()[rest..value.start]);
///             passed_on.extend_from_slice(b"***");
///             rest = value.end;
///         }
///         passed_on.extend_from_slice(&block.bytes()[rest..]);
///     }
/// }
/// passed_on.extend_from_slice(blocks.finish().bytes());
/// assert_eq!(passed_on, b"x-trace: 7\ndata: ***\r\n\r\n:ping\n\n");
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
#[derive(Debug, Clone)]
pub struct BlockScanner {
    scanner: Scanner,
    /// As it was at the start of the open block.
    start: Scanner,
    /// What has come of the open block in earlier chunks; or, if `lent`, a block that was returned.
    held: Vec<u8>,
    lent: bool,
    limit: usize,
    /// The open block is larger than the limit: it is read over.
    skipping: bool,
    /// The first byte of the open block is an LF that belongs to the CR before it.
    leading_lf: bool,
}

/// A block, raw. Lent by a [`BlockScanner`].
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
    bytes: &'d [u8],
    start: Scanner,
}

/// How a [`BlockScanner`] is configured. Made by [`BlockScanner::builder`].
///
/// ```
/// use sse_proto::{BlockScanner, BlockScannerBuilder};
///
/// const SMALL: BlockScannerBuilder = BlockScanner::builder().max_block_size(4096);
/// let blocks = SMALL.build();
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct BlockScannerBuilder {
    max_block_size: usize,
}

impl Default for BlockScannerBuilder {
    fn default() -> Self {
        BlockScanner::builder()
    }
}

impl BlockScannerBuilder {
    /// The most bytes that a block may hold before its blank line, names, comments and unknown fields included. This is
    /// also the most that is ever held. The default is [`DEFAULT_MAX_EVENT_SIZE`].
    ///
    /// A larger block gives one [`BlockTooLarge`] and is skipped.
    pub const fn max_block_size(mut self, bytes: usize) -> Self {
        self.max_block_size = bytes;
        self
    }

    /// The scanner, at the start of a stream.
    #[must_use]
    pub const fn build(self) -> BlockScanner {
        BlockScanner {
            scanner: Scanner::new(),
            start: Scanner::new(),
            held: Vec::new(),
            lent: false,
            limit: self.max_block_size,
            skipping: false,
            leading_lf: false,
        }
    }
}

impl Default for BlockScanner {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockScanner {
    /// At the start of a stream; a block may hold [`DEFAULT_MAX_EVENT_SIZE`] bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self::builder().build()
    }

    /// A scanner with another limit.
    ///
    /// ```
    /// let blocks = sse_proto::BlockScanner::builder().max_block_size(1024 * 1024).build(); // 1 MiB
    /// ```
    pub const fn builder() -> BlockScannerBuilder {
        BlockScannerBuilder { max_block_size: DEFAULT_MAX_EVENT_SIZE }
    }

    /// The next block of `input`, which is moved past it; `None` when all of it is taken. A block that lies whole in
    /// the input is lent from there, one that was cut is put together first.
    ///
    /// # Errors
    ///
    /// [`BlockTooLarge`], once for each such block. Call `scan` again to go on behind it.
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
        self.take_back();
        let mut bytes = *input;
        self.note_leading_lf(bytes);
        loop {
            match self.scanner.scan(input) {
                Some(Token::Piece(_)) => {}
                Some(Token::BlankLine { offset }) => {
                    let start = core::mem::replace(&mut self.start, self.scanner.clone());
                    let leading_lf = core::mem::take(&mut self.leading_lf);
                    let skipped = core::mem::take(&mut self.skipping);
                    let size = offset - start.position() - u64::from(leading_lf);
                    let block = bytes.get(..bytes.len() - input.len()).unwrap_or_default();
                    if !skipped && size <= self.limit as u64 {
                        let bytes = if self.held.is_empty() { block } else { self.put_together(block) };
                        return Ok(Some(Block { bytes, start }));
                    }
                    self.held.clear();
                    if !skipped {
                        return Err(BlockTooLarge { limit: self.limit, offset: start.position() });
                    }
                    bytes = *input;
                    self.note_leading_lf(bytes);
                }
                None => {
                    let size = self.scanner.position() - self.start.position() - u64::from(self.leading_lf);
                    if !self.skipping && size > self.limit as u64 {
                        self.skipping = true;
                        self.held = Vec::new();
                        return Err(BlockTooLarge { limit: self.limit, offset: self.start.position() });
                    }
                    if !self.skipping {
                        self.held.extend_from_slice(bytes);
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// Ends the stream: what came behind the last blank line, perhaps nothing. Then the scanner is at the start of a
    /// stream again.
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
        self.take_back();
        let start = core::mem::take(&mut self.start);
        self.scanner = Scanner::new();
        (self.skipping, self.leading_lf, self.lent) = (false, false, true);
        Block { bytes: &self.held, start }
    }

    fn take_back(&mut self) {
        if core::mem::take(&mut self.lent) {
            self.held.clear();
            self.held.shrink_to(KEEP_CAPACITY);
        }
    }

    /// At the first byte of a block: the size of a block must not depend on whether a CR LF was cut.
    fn note_leading_lf(&mut self, bytes: &[u8]) {
        if self.scanner.position() == self.start.position() {
            self.leading_lf = self.start.swallows_lf() && bytes.first() == Some(&b'\n');
        }
    }

    fn put_together(&mut self, block: &[u8]) -> &[u8] {
        self.held.extend_from_slice(block);
        self.lent = true;
        &self.held
    }
}

impl<'d> Block<'d> {
    /// All bytes of the block, its blank line included.
    #[must_use]
    pub const fn bytes(&self) -> &'d [u8] {
        self.bytes
    }

    /// Where the block stands, in bytes from the start of the stream.
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.start.position()..self.start.position() + self.bytes.len() as u64
    }

    /// The lines of the block in order, each whole, unknown fields too. The line that a stream has ended in is not
    /// among them.
    pub fn lines(&self) -> impl Iterator<Item = Piece<'d>> + use<'d> {
        let mut scanner = self.start.clone();
        let mut rest = self.bytes;
        core::iter::from_fn(move || match scanner.scan(&mut rest)? {
            Token::Piece(piece) if piece.last => Some(piece),
            Token::Piece(_) | Token::BlankLine { .. } => None,
        })
    }

    /// Where in [`Block::bytes`] the value of `line` stands, which is one of [`Block::lines`].
    #[must_use]
    pub fn place_of(&self, line: &Piece<'_>) -> Range<usize> {
        let start = line.offset.saturating_sub(self.start.position()).min(self.bytes.len() as u64) as usize;
        start..start + line.bytes.len().min(self.bytes.len() - start)
    }
}

impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block").field("range", &self.range()).field("bytes", &self.bytes).finish()
    }
}

impl PartialEq for Block<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.range() == other.range() && self.bytes == other.bytes
    }
}

impl Eq for Block<'_> {}
