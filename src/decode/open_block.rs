//! What the decoder holds of the open block: its values, and what they are charged.

use core::mem;
use core::ops::Range;

use crate::decode::value_buf::ValueBuf;
use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};
use crate::scan::retry::RetryDigits;

/// Where a value is: in the chunk, or in the buffer of [`OpenBlock`] that is meant for it.
///
/// One range, since a value in the chunk ends behind its name and so never at 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    start: usize,
    end: usize,
}

impl Place {
    pub(crate) const BUFFER: Self = Self { start: 0, end: 0 };

    #[inline]
    pub(crate) fn chunk(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }

    #[inline]
    pub(crate) fn is_buffer(self) -> bool {
        self.end == 0
    }

    /// Where in the chunk, if there.
    #[inline]
    pub(crate) fn in_chunk(self) -> Option<Range<usize>> {
        if self.is_buffer() { None } else { Some(self.start..self.end) }
    }

    /// Where in the chunk it starts; behind all that is, if in the buffer.
    #[inline(always)]
    pub(crate) fn start_or_max(self) -> usize {
        if self.is_buffer() { usize::MAX } else { self.start }
    }

    /// The value, if it is in the chunk, which is `input`.
    pub(crate) fn bytes(self, input: &[u8]) -> Option<&[u8]> {
        input.get(self.in_chunk()?)
    }
}

/// The values of the open block that lie whole in the chunk at hand.
///
/// Only for the time of one step: before a step returns, the decoder copies them into [`OpenBlock`], unless the
/// block was dispatched. What is not here is in the block's buffer.
#[derive(Default)]
pub(crate) struct Here {
    /// It is the only data line so far.
    pub(crate) data: Place,
    pub(crate) event_type: Place,
    pub(crate) id: Place,
}

/// The open block.
///
/// Invariants: `charged <= limit`; what `data`, `event_type` and `id` hold is at most `charged`, or, while
/// `skipping`, the first two are empty and `id` is at most `limit`; `line` is at most `limit`.
#[derive(Debug, Clone)]
pub(crate) struct OpenBlock {
    pub(crate) limit: usize,
    /// Value bytes so far of data, one more for each data line, of event types and ids. Never given back
    /// within a block, so that it does not matter when a value is replaced by a later one.
    charged: usize,
    /// The limit was crossed: the rest of the block is read for its `id` only.
    pub(crate) skipping: bool,
    pub(crate) has_data: bool,
    pub(crate) data: ValueBuf,
    pub(crate) event_type: ValueBuf,
    pub(crate) has_id: bool,
    pub(crate) id: ValueBuf,
    /// What has come of an event type, an id or a comment whose line is cut.
    pub(crate) line: ValueBuf,
    /// `line` would have been larger than `limit`: the line is ignored.
    pub(crate) line_dropped: bool,
    pub(crate) retry: RetryDigits,
    /// `data` has more room than it may keep for good.
    grown: bool,
    /// How many blocks in a row did not need that.
    calm: u8,
}

impl OpenBlock {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            charged: 0,
            skipping: false,
            has_data: false,
            data: ValueBuf::default(),
            event_type: ValueBuf::default(),
            has_id: false,
            id: ValueBuf::default(),
            line: ValueBuf::default(),
            line_dropped: false,
            retry: RetryDigits::Empty,
            grown: false,
            calm: 0,
        }
    }

    /// Charges `bytes` before they are acted on. On crossing the limit the values are dropped, and the error says how many
    /// bytes would still have fitted.
    ///
    /// The general path charges here. The fast paths compare with the same limit (`charge_if_fits`, `room`, `adopt`), and leave a
    /// block that does not fit to the general path: so the outcome does not depend on the chunking.
    #[inline(always)]
    pub(crate) fn charge(&mut self, bytes: usize, here: &mut Here) -> Result<(), usize> {
        if self.charge_if_fits(bytes) {
            return Ok(());
        }
        self.skip(here);
        Err(self.limit - self.charged)
    }

    /// How much more may be charged.
    #[inline(always)]
    pub(crate) fn room(&self) -> usize {
        self.limit - self.charged
    }

    #[inline(always)]
    pub(crate) fn set_room(&mut self, room: usize) {
        self.charged = self.limit - room;
    }

    #[inline(always)]
    pub(crate) fn charge_if_fits(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.limit - self.charged;
        if fits {
            self.charged += bytes;
        }
        fits
    }

    /// Goes on with a block that was read ahead into `here`, of `size` bytes, which is within the limit.
    pub(crate) fn adopt(&mut self, size: usize, here: &Here) {
        self.charged = size;
        self.has_data = !here.data.is_buffer();
    }

    /// True between blocks, unless blocks are counted to give memory back: then each must pass through `end`.
    #[inline]
    pub(crate) fn is_fresh(&self) -> bool {
        self.charged == 0 && !self.has_id && !self.skipping && !self.grown
    }

    #[cold]
    fn skip(&mut self, here: &mut Here) {
        (here.data, here.event_type) = (Place::BUFFER, Place::BUFFER);
        self.skipping = true;
        self.has_data = false;
        self.clear_values();
    }

    /// A further data line that lies whole in the chunk.
    #[inline(always)]
    pub(crate) fn push_data_line(&mut self, input: &[u8], here: &mut Here, value: Range<usize>) {
        if !here.data.is_buffer() {
            self.take_data(input, here);
        }
        self.data.push_line(input.get(value).unwrap_or_default(), self.limit);
    }

    #[inline(never)]
    fn take_data(&mut self, input: &[u8], here: &mut Here) {
        if let Some(value) = mem::take(&mut here.data).bytes(input) {
            self.data.push(value, self.limit);
        }
    }

    /// A data line that is cut: whatever data came before is moved to `data`, with an LF behind it.
    pub(crate) fn begin_data_line(&mut self, input: &[u8], here: &mut Here) {
        self.take_data(input, here);
        if mem::replace(&mut self.has_data, true) {
            self.data.push(b"\n", self.limit);
        }
    }

    /// A data line that is cut, charged before.
    #[inline]
    pub(crate) fn open_data(&mut self, value: &[u8]) {
        if mem::replace(&mut self.has_data, true) {
            self.data.push(b"\n", self.limit);
        }
        self.data.push(value, self.limit);
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
        if let Some(value) = here.data.bytes(input) {
            self.data.push(value, self.limit);
        }
        if let Some(value) = here.event_type.bytes(input) {
            self.event_type.set(value, self.limit);
        }
        if let Some(value) = here.id.bytes(input) {
            self.id.set(value, self.limit);
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

    /// Empties each buffer, and gives back the room that they may not keep for good: the stream has ended.
    pub(crate) fn give_back(&mut self) {
        for buffer in [&mut self.data, &mut self.event_type, &mut self.id, &mut self.line] {
            buffer.clear();
        }
        (self.grown, self.calm) = (false, 0);
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
