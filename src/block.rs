//! What the decoder holds of the open block: its values, and what they are charged.

use core::mem;
use core::ops::Range;

use crate::field::RetryDigits;
use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};
use crate::scratch::Scratch;

/// The values of the open block that lie whole in the chunk at hand.
///
/// Only for the time of one step: before a step returns, the decoder copies them into [`Block`], unless the
/// block was dispatched.
#[derive(Default)]
pub(crate) struct Here {
    /// Set: it is the only data line so far, and `Block::data` is empty.
    pub(crate) data: Option<Range<usize>>,
    /// Stands before `Block::event_type`. Never empty.
    pub(crate) event_type: Option<Range<usize>>,
    /// Stands before `Block::id`.
    pub(crate) id: Option<Range<usize>>,
}

/// The open block.
///
/// Invariants: `charged <= limit`; what `data`, `event_type` and `id` hold is at most `charged`, or, while
/// `skipping`, the first two are empty and `id` is at most `limit`; `line` is at most `limit`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) limit: usize,
    /// Value bytes so far of data, one more for each data line, of event types and ids. Never given back
    /// within a block, so that it does not matter when a value is replaced by a later one.
    charged: usize,
    /// The limit was crossed: the rest of the block is read for its `id` only.
    pub(crate) skipping: bool,
    pub(crate) has_data: bool,
    pub(crate) data: Scratch,
    pub(crate) event_type: Scratch,
    pub(crate) has_id: bool,
    pub(crate) id: Scratch,
    /// What has come of an event type, an id or a comment whose line is cut.
    pub(crate) line: Scratch,
    /// `line` would have been larger than `limit`: the line is ignored.
    pub(crate) line_dropped: bool,
    pub(crate) retry: RetryDigits,
    /// `data` has more room than it may keep for good.
    grown: bool,
    /// How many blocks in a row did not need that.
    calm: u8,
}

impl Block {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            charged: 0,
            skipping: false,
            has_data: false,
            data: Scratch::default(),
            event_type: Scratch::default(),
            has_id: false,
            id: Scratch::default(),
            line: Scratch::default(),
            line_dropped: false,
            retry: RetryDigits::Empty,
            grown: false,
            calm: 0,
        }
    }

    /// Charges `bytes` before they are acted on, on every path: this one routine is why the outcome does not
    /// depend on the chunking. On crossing the limit the values are dropped, and the error says how many
    /// bytes would still have fitted.
    #[inline(always)]
    pub(crate) fn charge(&mut self, bytes: usize, here: &mut Here) -> Result<(), usize> {
        let left = self.limit - self.charged;
        if bytes <= left {
            self.charged += bytes;
            return Ok(());
        }
        self.skip(here);
        Err(left)
    }

    /// Goes on with a block that was read ahead into `here`, of `size` bytes, which is within the limit.
    pub(crate) fn adopt(&mut self, size: usize, here: &Here) {
        self.charged = size;
        self.has_data = here.data.is_some();
    }

    /// Whether nothing of a block has been taken yet, and none of them has to be counted to give memory back.
    #[inline]
    pub(crate) fn is_fresh(&self) -> bool {
        self.charged == 0 && !self.has_id && !self.skipping && !self.grown
    }

    #[cold]
    fn skip(&mut self, here: &mut Here) {
        (here.data, here.event_type) = (None, None);
        self.skipping = true;
        self.has_data = false;
        self.clear_values();
    }

    /// A data line that is not, or cannot be, `Here`: whatever data came before is moved to `data`, with an LF
    /// behind it.
    pub(crate) fn begin_data_line(&mut self, input: &[u8], here: &mut Here) {
        if let Some(range) = here.data.take() {
            self.data.push(input.get(range).unwrap_or_default(), self.limit);
        }
        if mem::replace(&mut self.has_data, true) {
            self.data.push(b"\n", self.limit);
        }
    }

    /// Collects a part of a line in `line`. Whether there is room for it; if not, all of the line is dropped.
    pub(crate) fn collect(&mut self, first: bool, bytes: &[u8]) -> bool {
        if first {
            self.line.clear();
            self.line_dropped = false;
        }
        if self.line_dropped {
            return true;
        }
        if bytes.len() > self.limit - self.line.len() {
            self.line.clear();
            self.line_dropped = true;
            return false;
        }
        self.line.push(bytes, self.limit);
        true
    }

    /// Copies what still lies in the chunk, because the step ends and the block is open.
    #[inline]
    pub(crate) fn keep(&mut self, input: &[u8], here: Here) {
        let limit = self.limit;
        if let Some(range) = here.data {
            self.data.push(input.get(range).unwrap_or_default(), limit);
        }
        if let Some(range) = here.event_type {
            self.event_type.set(input.get(range).unwrap_or_default(), limit);
        }
        if let Some(range) = here.id {
            self.id.set(input.get(range).unwrap_or_default(), limit);
            self.has_id = true;
        }
    }

    /// The blank line. Whether there is an event to dispatch.
    #[inline]
    pub(crate) fn end(&mut self) -> bool {
        if self.grown {
            self.settle();
        }
        self.charged = 0;
        self.skipping = false;
        mem::take(&mut self.has_data)
    }

    /// Empties data and event type. The standard does so at each blank line (9.2.6); where the event borrows
    /// them, it is done when the event has come back.
    pub(crate) fn clear_values(&mut self) {
        self.grown = self.data.is_large();
        self.data.clear_warm();
        self.event_type.clear();
    }

    /// Closes the block without its blank line. Its values stay, to be lent or cleared.
    pub(crate) fn abandon(&mut self) {
        self.charged = 0;
        self.skipping = false;
        self.has_data = false;
        self.has_id = false;
    }

    /// Gives memory back once `CALM_BLOCKS` blocks in a row had no need of it.
    #[cold]
    fn settle(&mut self) {
        self.calm = if self.charged > KEEP_CAPACITY { 0 } else { self.calm + 1 };
        if self.calm >= CALM_BLOCKS {
            self.calm = 0;
            self.grown = false;
            self.data.shrink();
        }
    }
}
