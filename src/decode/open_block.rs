//! The part of the open block that the decoder stores: its values, and the bytes charged for them.

use core::mem;

use crate::decode::place::Place;
use crate::decode::room::Room;
use crate::decode::value_buf::ValueBuf;
use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};
use crate::scan::retry::RetryDigits;

/// The values of the open block that lie whole in the current chunk.
///
/// Valid only during one step. Before a step returns, the decoder copies them into [`OpenBlock`], unless the block
/// was dispatched. Values that are not here are in the block's buffers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Here {
    /// The value of the only data line so far.
    pub(crate) data: Place,
    pub(crate) event_type: Place,
    pub(crate) id: Place,
}

impl Here {
    #[inline(always)]
    pub(crate) fn is_nothing(&self) -> bool {
        self.data.is_buffer() && self.event_type.is_buffer() && self.id.is_buffer()
    }
}

/// The open block.
///
/// Invariants: `data`, `event_type` and `id` together are at most as long as the bytes that `room` was charged. While
/// `skipping`, `data` and `event_type` are empty and `id` is at most `limit` long. `line` is at most `limit` long.
#[derive(Debug, Clone)]
pub(crate) struct OpenBlock {
    pub(crate) limit: usize,
    /// The number of bytes that the block may still store.
    pub(crate) room: Room,
    /// The limit was crossed: only the ids in the rest of the block are read.
    pub(crate) skipping: bool,
    pub(crate) has_data: bool,
    pub(crate) data: ValueBuf,
    pub(crate) event_type: ValueBuf,
    pub(crate) has_id: bool,
    pub(crate) id: ValueBuf,
    /// The part that has arrived of an event type, an id or a comment whose line is cut.
    pub(crate) line: ValueBuf,
    /// `line` would have become larger than `limit`, so the line is ignored.
    pub(crate) line_dropped: bool,
    /// The digits of a `retry` line that is cut.
    pub(crate) digits: RetryDigits,
    /// `data` has more capacity than it may keep permanently.
    grown: bool,
    /// The number of blocks in a row that did not need that capacity.
    calm: u8,
}

impl OpenBlock {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            room: Room::of(limit),
            skipping: false,
            has_data: false,
            data: ValueBuf::default(),
            event_type: ValueBuf::default(),
            has_id: false,
            id: ValueBuf::default(),
            line: ValueBuf::default(),
            line_dropped: false,
            digits: RetryDigits::Empty,
            grown: false,
            calm: 0,
        }
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        (self.limit, self.room) = (limit, Room::of(limit));
    }

    /// True between blocks, except while blocks are being counted to release memory: then each block must pass
    /// through `end`.
    #[inline]
    pub(crate) fn is_fresh(&self) -> bool {
        self.room.is_all_of(self.limit) && !(self.has_id | self.skipping | self.grown)
    }

    /// Handles a block over the limit: drops its values.
    #[cold]
    pub(crate) fn skip(&mut self) {
        self.skipping = true;
        self.has_data = false;
        self.clear_values();
    }

    /// Starts a data line in `data`, with an LF after the lines before it.
    #[inline]
    pub(crate) fn begin_data_line(&mut self) {
        if mem::replace(&mut self.has_data, true) {
            self.data.push(b"\n", self.limit);
        }
    }

    /// Collects a part of a line in `line`, which is empty between lines. Returns whether it fits; if not, the whole
    /// line is dropped.
    pub(crate) fn collect(&mut self, first: bool, bytes: &[u8]) -> bool {
        if first {
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

    /// Copies the values that lie in the chunk, because the step ends and the block is still open.
    #[inline(never)]
    pub(crate) fn keep(&mut self, input: &[u8], here: Here) {
        if let Some(value) = here.data.bytes(input) {
            self.data.push(value, self.limit);
            self.has_data = true;
        }
        if let Some(value) = here.event_type.bytes(input) {
            self.event_type.set(value, self.limit);
        }
        if let Some(value) = here.id.bytes(input) {
            self.id.set(value, self.limit);
            self.has_id = true;
        }
    }

    pub(crate) fn drop_id(&mut self) {
        self.has_id = false;
        self.id.clear();
    }

    /// Ends the block at its blank line: the next one has the whole room. Event type and data stay; see
    /// [`OpenBlock::clear_values`].
    #[inline]
    pub(crate) fn end(&mut self) {
        if self.grown {
            self.settle();
        }
        self.room = Room::of(self.limit);
        self.skipping = false;
        self.has_data = false;
    }

    /// Clears data and event type. The standard does so at each blank line (9.2.6); if the event borrows them, this
    /// happens after the loan.
    pub(crate) fn clear_values(&mut self) {
        self.grown = self.data.is_large();
        self.data.clear_warm();
        self.event_type.clear();
    }

    /// Closes the block without its blank line. Its values stay, so that they can be lent or cleared.
    pub(crate) fn abandon(&mut self) {
        self.room = Room::of(self.limit);
        self.skipping = false;
        self.has_data = false;
        self.has_id = false;
    }

    /// Clears each buffer and releases the capacity above the permanent one: the stream has ended.
    pub(crate) fn give_back(&mut self) {
        for buffer in [&mut self.data, &mut self.event_type, &mut self.id, &mut self.line] {
            buffer.clear();
        }
        (self.grown, self.calm) = (false, 0);
    }

    /// Releases memory when `CALM_BLOCKS` blocks in a row did not need it.
    #[cold]
    fn settle(&mut self) {
        self.calm = if self.room.taken_of(self.limit) > KEEP_CAPACITY { 0 } else { self.calm + 1 };
        if self.calm >= CALM_BLOCKS {
            self.calm = 0;
            self.grown = false;
            self.data.shrink();
        }
    }
}
