//! The engine's state, and `step`, which chooses between `lines` and `edge`.

use core::mem;
use core::time::Duration;

use crate::decode::chunk::Cursor;
use crate::decode::last_event_id::LastEventId;
use crate::decode::open_block::OpenBlock;
use crate::decode::place::Place;
use crate::decode::settings::OversizedId;
use crate::error::DecodeError;
use crate::limits::DEFAULT_MAX_EVENT_SIZE;
use crate::scan::retry::RetryDigits;
use crate::scan::scanner::Scanner;
use crate::simd::words::holds_control;

use super::found::{Found, Lent, Step};

#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) scanner: Scanner,
    pub(crate) block: OpenBlock,
    pub(crate) found: Found,
    pub(crate) lent: Lent,
    /// Nothing is lent, no block is open, no blocks are being counted to release memory, no id waits for its event,
    /// and the next block is not expected to have several data lines. A shortcut needs only this check.
    pub(crate) ready: bool,
    /// The last block had several data lines, so the next block probably has them too, and the shortcuts would fail.
    /// With this flag, events of ten lines take 80 ns instead of 87.
    pub(crate) expects_lines: bool,
    pub(crate) last_event_id: LastEventId,
    /// An id was committed since the last event.
    pub(crate) id_is_new: bool,
    pub(crate) reconnection_time: Option<Duration>,
    pub(crate) comments: bool,
    pub(crate) oversized_id: OversizedId,
}

impl Engine {
    pub(crate) fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            block: OpenBlock::new(DEFAULT_MAX_EVENT_SIZE),
            found: Found::default(),
            lent: Lent::Nothing,
            ready: false,
            expects_lines: false,
            last_event_id: LastEventId::default(),
            id_is_new: false,
            reconnection_time: None,
            comments: false,
            oversized_id: OversizedId::default(),
        }
    }

    /// Empties the buffers that the last frame may have borrowed.
    #[inline]
    pub(crate) fn take_back(&mut self) {
        if self.lent != Lent::Nothing {
            self.empty_lent();
        }
    }

    #[inline(never)]
    fn empty_lent(&mut self) {
        match mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Nothing => {}
            Lent::Comment => self.block.line.clear(),
            Lent::Event => self.block.clear_values(),
            Lent::End => self.block.give_back(),
        }
    }

    /// Starts another stream: discards the open block and releases its memory.
    pub(crate) fn reconnect(&mut self) {
        (self.lent, self.ready) = (Lent::Nothing, false);
        self.scanner = Scanner::new();
        self.block.abandon();
        self.block.give_back();
    }

    /// Reads `input` from the cursor, which is not at the end, to the next frame, to an error, or to the end of
    /// `input`. Nothing is lent: a view tries `data_block` first, which takes back what was. Without `FRAMES` the loop
    /// over lines does not stop at retries and comments.
    #[inline(always)]
    pub(crate) fn step<const FRAMES: bool>(
        &mut self,
        input: &[u8],
        cursor: &mut Cursor,
    ) -> Result<Step, DecodeError> {
        // In the middle of a line nothing is lent, and no shortcut is ready.
        if self.scanner.in_data() && self.byte_of_data(input, cursor) {
            return Ok(Step::Pending);
        }
        self.step_on::<FRAMES>(input, cursor)
    }

    #[inline(never)]
    fn step_on<const FRAMES: bool>(
        &mut self,
        input: &[u8],
        cursor: &mut Cursor,
    ) -> Result<Step, DecodeError> {
        if self.byte_of_line(input, cursor) {
            return Ok(Step::Pending);
        }
        self.expects_lines = false;
        let outcome = self.read_on::<FRAMES>(input, cursor);
        self.settle();
        outcome
    }

    #[inline(always)]
    fn read_on<const FRAMES: bool>(
        &mut self,
        input: &[u8],
        cursor: &mut Cursor,
    ) -> Result<Step, DecodeError> {
        self.scanner.pass_to_line_start(input, &mut cursor.pos);
        while cursor.pos < input.len() {
            let whole = self.scanner.at_line_start() && !self.block.skipping;
            if whole && self.block.is_fresh() {
                self.pass_keep_alives(input, cursor);
                if cursor.pos == input.len() {
                    break;
                }
            }
            if whole && !cursor.lines.none_is_left(cursor.pos) {
                if let Some(step) = self.lines::<FRAMES>(input, cursor)? {
                    return Ok(step);
                }
                if cursor.pos == input.len() {
                    break;
                }
            }
            if !self.cut_data(input, cursor) {
                if let Some(step) = self.edge(input, cursor)? {
                    return Ok(step);
                }
            }
        }
        Ok(Step::Pending)
    }

    /// Decides whether a shortcut may look for a block.
    #[inline]
    pub(super) fn settle(&mut self) {
        self.ready = self.lent == Lent::Nothing
            && !self.expects_lines
            && self.scanner.at_line_start()
            && self.block.is_fresh()
            && !self.id_is_new;
    }

    /// Handles the blank line of a block with data: the standard's dispatch (9.2.6). `found` has the places of the
    /// values that lie in the chunk.
    #[inline(always)]
    pub(super) fn dispatch(&mut self, found: Found, input: &[u8]) -> Step {
        if self.block.has_id {
            if found.id.is_buffer() {
                self.commit_id(input, Place::BUFFER);
            } else {
                self.block.drop_id();
            }
        }
        self.block.end();
        if found.data.is_buffer() || self.block.event_type.len() > 0 {
            self.lent = Lent::Event;
        }
        let id_is_new = mem::take(&mut self.id_is_new) | !found.id.is_buffer();
        self.found = Found { id_is_new, ..found };
        Step::Event
    }

    /// Makes the block's id the last event ID, unless the block was skipped and the policy forbids it.
    #[inline(never)]
    pub(super) fn commit_id(&mut self, input: &[u8], id: Place) {
        let block = &mut self.block;
        if !block.skipping || self.oversized_id == OversizedId::Commit {
            self.last_event_id.decode(id.bytes(input).unwrap_or(block.id.bytes()));
            self.id_is_new = true;
        }
        block.drop_id();
    }

    pub(super) fn retry(&mut self, digits: RetryDigits) -> Option<Step> {
        self.reconnection_time = Some(Duration::from_millis(digits.millis()?));
        Some(Step::Retry)
    }

    /// `ahead` is the distance from the scanner's position, which is the start of the lines that are being read.
    #[cold]
    pub(super) fn event_too_large(&self, ahead: usize) -> DecodeError {
        let offset = self.scanner.position() + ahead as u64;
        DecodeError::EventTooLarge { limit: self.block.limit, offset }
    }

    #[cold]
    pub(super) fn comment_too_large(&self, ahead: usize) -> DecodeError {
        let offset = self.scanner.position() + ahead as u64;
        DecodeError::CommentTooLarge { limit: self.block.limit, offset }
    }
}

/// Whether `value` is a valid id. The standard ignores an id that contains U+0000 and keeps the previous one (9.2.6).
/// Each path that ends an id line asks: `lines` twice, `shortcut`, `edge`.
#[inline]
pub(super) fn is_id(value: &[u8]) -> bool {
    #[cfg(sse_without = "is_id")]
    return !value.contains(&0);
    !holds_control(value) || !value.contains(&0)
}
