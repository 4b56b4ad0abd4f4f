//! The configuration of a [`BlockScanner`].

use crate::limits::DEFAULT_MAX_EVENT_SIZE;
use crate::scan::raw_blocks::{BlockScanner, Oversized};

/// The configuration of a [`BlockScanner`]. Made by [`BlockScanner::builder`].
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
    oversized: Oversized,
    strips_mark: bool,
}

impl Default for BlockScannerBuilder {
    fn default() -> Self {
        BlockScanner::builder()
    }
}

impl BlockScannerBuilder {
    /// The maximum size of a block before its blank line, in bytes, including names, comments and unknown fields; or
    /// of a comment line before the first field of a block, without its line end. A byte order mark does not count,
    /// nor does an LF that belongs to the CR before the block. The default is [`DEFAULT_MAX_EVENT_SIZE`].
    /// [`BlockScannerBuilder::oversized`] selects what happens to a larger block.
    ///
    /// The scanner stores at most this many bytes and 5 more (byte order mark, blank line), and less than twice as
    /// many while its buffer grows. It releases capacity over 64 KiB as soon as a block is over the limit, at the end
    /// of the stream, and when 32 blocks in a row did not need it. A block that lies whole in a chunk is never
    /// copied.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::builder().max_block_size(8).build();
    /// assert_eq!(blocks.scan(&mut &b"data: 1\n\n"[..])?.unwrap().bytes(), b"data: 1\n\n");
    /// assert!(blocks.scan(&mut &b"data: 12\n\n"[..]).is_err());
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub const fn max_block_size(mut self, bytes: usize) -> Self {
        self.max_block_size = bytes;
        self
    }

    /// What happens to a block over the limit. By default it is skipped, and `scan` returns an error.
    ///
    /// ```
    /// use sse_proto::{BlockScanner, Oversized};
    ///
    /// let mut blocks = BlockScanner::builder().max_block_size(2).oversized(Oversized::PassRaw).build();
    /// assert_eq!(blocks.scan(&mut &b"data: 1\n\n"[..])?.unwrap().bytes(), b"data: 1\n\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub const fn oversized(mut self, oversized: Oversized) -> Self {
        self.oversized = oversized;
        self
    }

    /// Whether to remove a byte order mark at the start of a stream, so that something can be put before the stream.
    /// By default the mark is passed on. Ranges and offsets count the mark in both cases.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::builder().strip_byte_order_mark(true).build();
    /// let mut sent = b": connected\n\n".to_vec();
    /// for mut chunk in [&b"\xEF\xBB"[..], b"\xBFdata: 1\n\n"] {
    ///     while let Some(block) = blocks.scan(&mut chunk)? {
    ///         assert_eq!(block.range(), 3..12);
    ///         sent.extend_from_slice(block.bytes());
    ///     }
    /// }
    /// assert_eq!(sent, b": connected\n\ndata: 1\n\n");
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    pub const fn strip_byte_order_mark(mut self, strip: bool) -> Self {
        self.strips_mark = strip;
        self
    }

    /// The scanner, at the start of a stream.
    ///
    /// ```
    /// let mut blocks = sse_proto::BlockScanner::builder().build();
    /// assert!(blocks.scan(&mut &b"data: 1\n"[..])?.is_none());
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub const fn build(self) -> BlockScanner {
        BlockScanner::with_settings(self.max_block_size, self.oversized, self.strips_mark)
    }
}

impl BlockScanner {
    /// A scanner with other settings.
    ///
    /// ```
    /// let blocks = sse_proto::BlockScanner::builder().max_block_size(1024 * 1024).build(); // 1 MiB
    /// ```
    pub const fn builder() -> BlockScannerBuilder {
        BlockScannerBuilder {
            max_block_size: DEFAULT_MAX_EVENT_SIZE,
            oversized: Oversized::Skip,
            strips_mark: false,
        }
    }
}
