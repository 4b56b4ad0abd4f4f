//! The engine: lexemes -> places of frames.
//!
//! For whoever changes it. A view that lends (`Decoder::decode`) cannot loop over a borrow that it may
//! return, so all work is done by [`Engine::step`], which borrows nothing and returns places; each view is a
//! few lines that turn places into text. The values of a block that lies whole in the chunk stay there and
//! are never copied (`Here`); a line that is cut by an edge of the chunk is pushed to a buffer of `Block` as it
//! comes. The standard's buffers are these: data and event type in the block; the last event ID buffer is the
//! block's id, and `last_event_id` is what it was at the last blank line.

use alloc::string::String;
use core::mem;
use core::ops::Range;
use core::time::Duration;

use crate::block::{Block, Here};
use crate::chunk::Marks;
use crate::error::DecodeError;
use crate::field::RetryDigits;
use crate::limits::{DEFAULT_MAX_EVENT_SIZE, OversizedId};
use crate::lines::{LineEnds, LongLines};
use crate::scan::{self, Lexeme, Part, Scanner, Span};
use crate::scratch::{Scratch, decode_into};
use crate::token::LineKind;

#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) scanner: Scanner,
    pub(crate) block: Block,
    long_lines: LongLines,
    pub(crate) lent: Lent,
    pub(crate) last_event_id: String,
    /// An id was committed since the last event.
    pub(crate) id_is_new: bool,
    pub(crate) reconnection_time: Option<Duration>,
    pub(crate) comments: bool,
    pub(crate) oversized_id: OversizedId,
}

/// Which buffers the last frame may borrow, so that the next step has to empty them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lent {
    Nothing,
    /// The line.
    Comment,
    /// Data and event type.
    Event,
}

/// What a step has found.
pub(crate) enum Step {
    Event {
        event_type: Place,
        data: Place,
        id_is_new: bool,
    },
    Retry(Duration),
    Comment(Place),
    /// All of the chunk is taken.
    Pending,
}

/// Where a value is: in the chunk, or in the buffer of [`Block`] that is meant for it.
pub(crate) enum Place {
    Chunk(Range<usize>),
    Buffer,
}

impl Place {
    /// The length of the raw value in bytes.
    pub(crate) fn len(&self, buffer: &Scratch) -> usize {
        match self {
            Self::Chunk(range) => range.len(),
            Self::Buffer => buffer.len(),
        }
    }
}

impl Engine {
    pub(crate) fn new() -> Self {
        Self {
            scanner: Scanner::new(),
            block: Block::new(DEFAULT_MAX_EVENT_SIZE),
            long_lines: LongLines::default(),
            lent: Lent::Nothing,
            last_event_id: String::new(),
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
            Lent::Nothing => {}
            Lent::Comment => self.block.line.clear(),
            Lent::Event => self.block.clear_values(),
        }
    }

    /// Reads on in `input`, from the cursor in `marks` to the next frame, error, or the end.
    #[inline]
    pub(crate) fn step(&mut self, input: &[u8], marks: &mut Marks) -> Result<Step, DecodeError> {
        let from = marks.pos;
        if from == input.len() {
            return Ok(Step::Pending);
        }
        self.take_back();
        let mut here = Here::default();
        if self.block.is_fresh() && self.scanner.at_line_start() {
            if let Some(event) = self.read_ahead(input, marks, &mut here) {
                self.scanner.advance(marks.pos - from);
                return Ok(event);
            }
        }
        if marks.pos == input.len() {
            self.block.keep(input, here);
            self.scanner.advance(marks.pos - from);
            return Ok(Step::Pending);
        }
        let outcome = loop {
            let lexeme = self
                .scanner
                .next(input, &mut marks.pos, |input, at| marks.lines.find(input, at, &mut self.long_lines));
            let found = match lexeme {
                None => Ok(Some(Step::Pending)),
                Some(Lexeme::Line(kind, value)) => self.line(kind, value, input, from, &mut here),
                Some(Lexeme::Part(part)) => self.part(part, input, from, &mut here),
                Some(Lexeme::Blank) => match self.blank(input, &mut here) {
                    None => Ok(None),
                    Some(event) => {
                        self.scanner.advance(marks.pos - from);
                        return Ok(event);
                    }
                },
            };
            match found {
                Ok(None) => {}
                Ok(Some(step)) => break Ok(step),
                Err(error) => break Err(error),
            }
        };
        self.block.keep(input, here);
        self.scanner.advance(marks.pos - from);
        outcome
    }

    /// Fast path: blocks that lie whole in the chunk and have one data line at most. Nearly all are such, but those
    /// at the edges of a chunk. Nothing but `here` is touched until the blank line, so that it all stays in
    /// registers; where this ends, the general path goes on with `here`.
    #[inline(always)]
    fn read_ahead(&mut self, input: &[u8], marks: &mut Marks, here: &mut Here) -> Option<Step> {
        loop {
            let start = marks.pos;
            let mut size = 0;
            let mut pos = start;
            let ended = loop {
                let before = pos;
                let line = scan::whole_line(input, &mut pos, |input, at| {
                    marks.lines.find(input, at, &mut self.long_lines)
                });
                let (kind, value) = match line {
                    Some(Lexeme::Line(kind, value)) => (kind, value),
                    Some(_) => break true,
                    None => break false,
                };
                match kind {
                    LineKind::Data if here.data.is_none() => {
                        size += 1 + value.len();
                        here.data = Some(value);
                    }
                    LineKind::Event => {
                        size += value.len();
                        here.event_type = Some(value).filter(|value| !value.is_empty());
                    }
                    LineKind::Id => {
                        size += value.len();
                        if is_id(input.get(value.clone()).unwrap_or_default()) {
                            here.id = Some(value);
                        }
                    }
                    LineKind::Unknown => {}
                    LineKind::Comment if !self.comments => {}
                    LineKind::Data | LineKind::Comment | LineKind::Retry => {
                        pos = before;
                        break false;
                    }
                }
            };
            if size > self.block.limit {
                // The general path says where the limit was crossed. It reads these lines again.
                *here = Here::default();
                marks.lines = LineEnds::new();
                return None;
            }
            marks.pos = pos;
            if !ended {
                self.block.adopt(size, here);
                return None;
            }
            if here.id.is_some() {
                self.commit_id(input, here);
            }
            if let Some(data) = here.data.take() {
                return Some(Step::Event {
                    event_type: here.event_type.take().map_or(Place::Buffer, Place::Chunk),
                    data: Place::Chunk(data),
                    id_is_new: mem::take(&mut self.id_is_new),
                });
            }
            here.event_type = None;
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
                    block.begin_data_line(input, here);
                    block.data.push(input.get(value).unwrap_or_default(), block.limit);
                } else {
                    block.has_data = true;
                    here.data = Some(value);
                }
            }
            LineKind::Event if !block.skipping => {
                if let Err(left) = block.charge(len, here) {
                    return Err(self.event_too_large(start + left));
                }
                if len == 0 {
                    here.event_type = None;
                    block.event_type.clear();
                } else {
                    here.event_type = Some(value);
                }
            }
            LineKind::Id => {
                let charged = if block.skipping { Ok(()) } else { block.charge(len, here) };
                if len <= block.limit && is_id(input.get(value.clone()).unwrap_or_default()) {
                    here.id = Some(value);
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
                return Ok(Some(Step::Comment(Place::Chunk(value))));
            }
            LineKind::Data | LineKind::Event | LineKind::Comment | LineKind::Unknown => {}
        }
        Ok(None)
    }

    /// A part of a line that an edge of the chunk has cut: one at either end of a chunk at most.
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
                    return Err(self.event_too_large(start + left));
                }
                block.collect(first, bytes);
                if last {
                    here.event_type = None;
                    mem::swap(&mut block.event_type, &mut block.line);
                    block.line.clear();
                }
            }
            LineKind::Id => {
                let charged = if block.skipping { Ok(()) } else { block.charge(bytes.len(), here) };
                block.collect(first, bytes);
                if last && !block.line_dropped && is_id(block.line.bytes()) {
                    here.id = None;
                    mem::swap(&mut block.id, &mut block.line);
                    block.has_id = true;
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
                    return Ok(Some(Step::Comment(Place::Buffer)));
                }
            }
            LineKind::Data | LineKind::Event | LineKind::Comment | LineKind::Unknown => {}
        }
        Ok(None)
    }

    /// The blank line: the standard's dispatch (9.2.6).
    #[inline(always)]
    fn blank(&mut self, input: &[u8], here: &mut Here) -> Option<Step> {
        if here.id.is_some() || self.block.has_id {
            self.commit_id(input, here);
        }
        let block = &mut self.block;
        if !block.end() {
            here.event_type = None;
            block.event_type.clear();
            return None;
        }
        if here.data.is_none() || block.event_type.len() > 0 {
            self.lent = Lent::Event;
        }
        let place = |value: Option<Range<usize>>| value.map_or(Place::Buffer, Place::Chunk);
        Some(Step::Event {
            event_type: place(here.event_type.take()),
            data: place(here.data.take()),
            id_is_new: mem::take(&mut self.id_is_new),
        })
    }

    /// Makes the block's id the last event ID, unless the block was skipped and the policy says no.
    fn commit_id(&mut self, input: &[u8], here: &mut Here) {
        let block = &mut self.block;
        if !block.skipping || self.oversized_id == OversizedId::Commit {
            let id = here.id.take().and_then(|range| input.get(range)).unwrap_or(block.id.bytes());
            decode_into(id, &mut self.last_event_id);
            self.id_is_new = true;
        }
        here.id = None;
        block.has_id = false;
        block.id.clear();
    }

    fn retry(&mut self, digits: RetryDigits) -> Option<Step> {
        let time = Duration::from_millis(digits.millis()?);
        self.reconnection_time = Some(time);
        Some(Step::Retry(time))
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
fn is_id(value: &[u8]) -> bool {
    !value.contains(&0)
}
