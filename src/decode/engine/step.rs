//! The engine's state, its driver and the general path.

use core::mem;
use core::ops::Range;
use core::time::Duration;

use crate::decode::chunk::Cursor;
use crate::decode::last_event_id::LastEventId;
use crate::decode::open_block::{Here, OpenBlock, Place};
use crate::decode::settings::OversizedId;
use crate::error::DecodeError;
use crate::limits::DEFAULT_MAX_EVENT_SIZE;
use crate::scan::line::{Lexeme, Part, Span};
use crate::scan::retry::RetryDigits;
use crate::scan::scanner::Scanner;
use crate::scan::token::LineKind;
use crate::simd::words::holds_control;

use super::found::{Found, Lent, Step};
use super::paths::{Path, take};

#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) scanner: Scanner,
    pub(crate) block: OpenBlock,
    pub(crate) found: Found,
    pub(crate) lent: Lent,
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
        match mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Ready | Lent::Nothing => {}
            Lent::Comment => self.block.line.clear(),
            Lent::Event | Lent::Lines => self.block.clear_values(),
            Lent::End => self.block.give_back(),
        }
    }

    /// At the start of another stream: nothing of the open block is left, nor the room that it has taken.
    pub(crate) fn reconnect(&mut self) {
        self.lent = Lent::Nothing;
        self.scanner = Scanner::new();
        self.block.abandon();
        self.block.give_back();
    }

    /// Reads on in `input`, from the cursor in `cursor`, which is not at the end, to the next frame, error, or the end.
    #[inline(always)]
    pub(crate) fn step(&mut self, input: &[u8], cursor: &mut Cursor) -> Result<Step, DecodeError> {
        if self.lent == Lent::Ready {
            if let Some(step) = self.read_ahead(input, cursor) {
                return Ok(step);
            }
        }
        self.step_on(input, cursor)
    }

    /// Tries the fast path that may fit, then the general path, which comes back where a fast path may fit again.
    #[inline(never)]
    fn step_on(&mut self, input: &[u8], cursor: &mut Cursor) -> Result<Step, DecodeError> {
        let mut between = self.lent != Lent::Ready;
        self.take_back();
        loop {
            let at_line_start = self.scanner.at_line_start();
            if between && at_line_start && self.block.is_fresh() {
                if let Some(step) = self.read_ahead(input, cursor) {
                    return Ok(step);
                }
            }
            let ahead = if !self.block.has_data {
                None
            } else if at_line_start {
                self.data_lines(input, cursor)
            } else if self.scanner.in_data() {
                self.rest_of_data(input, cursor)
            } else {
                None
            };
            if let Some(step) = ahead {
                return Ok(step);
            }
            if let Some(step) = self.read_on(input, cursor)? {
                return Ok(step);
            }
            // `Ready` says that no block is open. What comes next may leave one open.
            (between, self.lent) = (true, Lent::Nothing);
        }
    }

    /// The general path, to the next frame, error, or the end of a block that is no event: the next block may be one for
    /// a fast path.
    #[inline(never)]
    fn read_on(&mut self, input: &[u8], cursor: &mut Cursor) -> Result<Option<Step>, DecodeError> {
        let from = cursor.pos;
        let mut here = Here::default();
        let outcome = loop {
            if cursor.pos == input.len() {
                break Ok(Some(Step::Pending));
            }
            let lines = &mut cursor.lines;
            let lexeme = self.scanner.next(input, &mut cursor.pos, |input, at| lines.find(input, at));
            if lexeme.is_some() {
                take(Path::General);
            }
            let found = match lexeme {
                None => Ok(None),
                Some(Lexeme::Line(kind, value)) => self.line(kind, value, input, from, &mut here),
                Some(Lexeme::Part(part)) => self.part(part, input, from, &mut here),
                Some(Lexeme::Blank) => break Ok(self.blank(input, &mut here)),
            };
            match found {
                Ok(None) => {}
                outcome => break outcome,
            }
        };
        // An event has taken what it is made of; else the block is open.
        self.block.keep(input, here);
        self.scanner.advance(cursor.pos - from);
        self.get_ready();
        outcome
    }

    /// Takes back what the last frame has borrowed. Whether a block may come now, and `Engine::data_block` should try it.
    #[inline(never)]
    pub(super) fn makes_ready(&mut self) -> bool {
        if matches!(self.lent, Lent::Nothing | Lent::Lines) {
            return false;
        }
        self.take_back();
        self.get_ready();
        self.lent == Lent::Ready
    }

    #[inline]
    fn get_ready(&mut self) {
        let between = self.block.is_fresh() && self.scanner.at_line_start() && !self.id_is_new;
        if between && self.lent == Lent::Nothing {
            self.lent = Lent::Ready;
        }
    }

    /// A line that lies whole in the chunk, by far the most common case. As `part`, without a copy.
    #[inline(always)]
    fn line(
        &mut self,
        kind: LineKind,
        value: Range<usize>,
        input: &[u8],
        from: usize,
        here: &mut Here,
    ) -> Result<Option<Step>, DecodeError> {
        let block = &mut self.block;
        let (start, len) = (value.start - from, value.len());
        match kind {
            LineKind::Data if !block.skipping => {
                if let Err(left) = block.charge(1 + len, here) {
                    return Err(self.event_too_large(start + left.saturating_sub(1)));
                }
                if block.has_data {
                    block.push_data_line(input, here, value);
                } else {
                    block.has_data = true;
                    here.data = Place::chunk(value);
                }
            }
            LineKind::Event if !block.skipping => {
                if let Err(left) = block.charge(len, here) {
                    return Err(self.event_too_large(start + left));
                }
                if len == 0 {
                    here.event_type = Place::BUFFER;
                    block.event_type.clear();
                } else {
                    here.event_type = Place::chunk(value);
                }
            }
            LineKind::Id => {
                let charged = if block.skipping { Ok(()) } else { block.charge(len, here) };
                if len <= block.limit && is_id(input.get(value.clone()).unwrap_or_default()) {
                    here.id = Place::chunk(value);
                }
                if let Err(left) = charged {
                    return Err(self.event_too_large(start + left));
                }
            }
            LineKind::Retry => {
                return Ok(self.retry(RetryDigits::Empty.push(input.get(value).unwrap_or_default())));
            }
            LineKind::Comment if self.comments => {
                let limit = block.limit;
                if len > limit {
                    return Err(self.comment_too_large(start + limit));
                }
                self.found.data = Place::chunk(value);
                return Ok(Some(Step::Comment));
            }
            LineKind::Data | LineKind::Event | LineKind::Comment | LineKind::Unknown => {}
        }
        Ok(None)
    }

    /// A part of a line that an edge of the chunk has cut: one at either end of a chunk at most. A line that ends here
    /// began in an earlier chunk, so `here` holds nothing that it would replace.
    #[inline(never)]
    fn part(
        &mut self,
        part: Part,
        input: &[u8],
        from: usize,
        here: &mut Here,
    ) -> Result<Option<Step>, DecodeError> {
        let block = &mut self.block;
        let Part { kind, bytes, first, last } = part;
        let Span::Input(range) = bytes else {
            return Ok(None); // what was held back is the start of an unknown field
        };
        let start = range.start - from;
        let bytes = input.get(range).unwrap_or_default();
        match kind {
            LineKind::Data if !block.skipping => {
                let line = usize::from(first);
                if let Err(left) = block.charge(line + bytes.len(), here) {
                    return Err(self.event_too_large(start + left.saturating_sub(line)));
                }
                if first {
                    block.begin_data_line(input, here);
                }
                block.data.push(bytes, block.limit);
            }
            LineKind::Event if !block.skipping => {
                if let Err(left) = block.charge(bytes.len(), here) {
                    block.line.clear();
                    return Err(self.event_too_large(start + left));
                }
                block.collect(first, bytes);
                if last {
                    mem::swap(&mut block.event_type, &mut block.line);
                    block.line.clear();
                }
            }
            LineKind::Id => {
                let charged = if block.skipping { Ok(()) } else { block.charge(bytes.len(), here) };
                block.collect(first, bytes);
                if last {
                    if !block.line_dropped && is_id(block.line.bytes()) {
                        mem::swap(&mut block.id, &mut block.line);
                        block.has_id = true;
                    }
                    block.line.clear();
                }
                if let Err(left) = charged {
                    return Err(self.event_too_large(start + left));
                }
            }
            LineKind::Retry => {
                let so_far = if first { RetryDigits::Empty } else { block.retry };
                block.retry = so_far.push(bytes);
                if last {
                    let digits = block.retry;
                    return Ok(self.retry(digits));
                }
            }
            LineKind::Comment if self.comments => {
                let room = block.limit - if first { 0 } else { block.line.len() };
                if !block.collect(first, bytes) {
                    return Err(self.comment_too_large(start + room));
                }
                if last && !block.line_dropped {
                    self.lent = Lent::Comment;
                    self.found.data = Place::BUFFER;
                    return Ok(Some(Step::Comment));
                }
            }
            LineKind::Data | LineKind::Event | LineKind::Comment | LineKind::Unknown => {}
        }
        Ok(None)
    }

    /// The blank line: the standard's dispatch (9.2.6).
    #[inline(always)]
    fn blank(&mut self, input: &[u8], here: &mut Here) -> Option<Step> {
        if !here.id.is_buffer() || self.block.has_id {
            self.commit_id(input, here.id);
        }
        let Here { event_type, data, .. } = mem::take(here);
        let block = &mut self.block;
        if !block.end() {
            block.event_type.clear();
            return None;
        }
        if data.is_buffer() || block.event_type.len() > 0 {
            self.lent = Lent::Event;
        }
        Some(self.event(event_type, data))
    }

    #[inline]
    pub(super) fn event(&mut self, event_type: Place, data: Place) -> Step {
        let first = event_type.start_or_max().min(data.start_or_max());
        let id_is_new = mem::take(&mut self.id_is_new);
        self.found = Found { event_type, data, id: Place::BUFFER, id_is_new, first };
        Step::Event
    }

    /// Makes the block's id the last event ID, unless the block was skipped and the policy says no.
    pub(super) fn commit_id(&mut self, input: &[u8], id: Place) {
        let block = &mut self.block;
        if !block.skipping || self.oversized_id == OversizedId::Commit {
            self.last_event_id.decode(id.bytes(input).unwrap_or(block.id.bytes()));
            self.id_is_new = true;
        }
        block.has_id = false;
        block.id.clear();
    }

    fn retry(&mut self, digits: RetryDigits) -> Option<Step> {
        self.reconnection_time = Some(Duration::from_millis(digits.millis()?));
        Some(Step::Retry)
    }

    /// `ahead` is counted from where the step started, which is where the scanner stands until it ends.
    #[cold]
    fn event_too_large(&self, ahead: usize) -> DecodeError {
        let offset = self.scanner.position() + ahead as u64;
        DecodeError::EventTooLarge { limit: self.block.limit, offset }
    }

    #[cold]
    fn comment_too_large(&self, ahead: usize) -> DecodeError {
        let offset = self.scanner.position() + ahead as u64;
        DecodeError::CommentTooLarge { limit: self.block.limit, offset }
    }
}

/// An id that holds U+0000 is ignored: the one before stays (9.2.6).
#[inline]
pub(super) fn is_id(value: &[u8]) -> bool {
    !holds_control(value) || !value.contains(&0)
}
