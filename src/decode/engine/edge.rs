//! Handles lines that an edge of the chunk has cut; they go through the buffers. It also handles two rare cases: all
//! lines of a block that is skipped, and names without a colon.

use core::mem;

use crate::decode::chunk::Cursor;
use crate::decode::place::Place;
use crate::error::DecodeError;
use crate::scan::line::{self, Lexeme, Part, Span};
use crate::scan::token::LineKind;
use crate::simd::effort;

use super::found::{Lent, Step};
use super::paths::{Path, take};
use super::step::{Engine, is_id};

impl Engine {
    /// Reads a chunk of one byte, if it is data, fits, and does not end the line: for callers that read byte by byte.
    /// Called only in the value of a data line.
    #[inline(always)]
    pub(super) fn byte_of_data(&mut self, input: &[u8], cursor: &mut Cursor) -> bool {
        #[cfg(sse_without = "byte_of_data")]
        return false;
        let block = &mut self.block;
        let ([byte], false) = (input, block.skipping) else { return false };
        if matches!(byte, b'\n' | b'\r') || block.room.take(1).is_err() {
            return false;
        }
        cursor.pos = 1;
        self.scanner.advance(1);
        take(Path::DataByte);
        block.data.push_byte(*byte, block.limit);
        true
    }

    /// The same for any other byte, if it fits, does not end the line, and changes nothing but a buffer.
    #[inline(always)]
    pub(super) fn byte_of_line(&mut self, input: &[u8], cursor: &mut Cursor) -> bool {
        #[cfg(sse_without = "byte_of_line")]
        return false;
        let [byte] = input else { return false };
        if !self.scanner.byte_before_value(*byte) {
            let (Some((kind, first)), false) = (self.scanner.in_value(), matches!(byte, b'\n' | b'\r'))
            else {
                return false;
            };
            let block = &mut self.block;
            match kind {
                LineKind::Event | LineKind::Id if !block.skipping && block.room.take(1).is_ok() => {
                    block.collect(first, input);
                }
                LineKind::Comment if !self.comments => {}
                LineKind::Unknown => {}
                _ => return false,
            }
            self.scanner.pass_value(kind, 1);
        }
        effort::count(1);
        cursor.pos = 1;
        self.ready = false;
        take(Path::LineByte);
        true
    }

    /// Handles the two usual shapes that an edge cuts, if they fit: the start of a data line and the rest of one.
    /// Returns whether the input was one of them.
    #[inline(always)]
    pub(super) fn cut_data(&mut self, input: &[u8], cursor: &mut Cursor) -> bool {
        #[cfg(sse_without = "cut_data")]
        return false;
        let Cursor { pos, lines } = cursor;
        let from = *pos;
        let block = &mut self.block;
        if block.skipping {
            return false;
        }
        let value = if self.scanner.in_data() {
            let value = from..lines.find(input, from);
            if block.room.take(value.end - value.start).is_err() {
                return false;
            }
            if value.end == input.len() {
                *pos = value.end;
                self.scanner.advance(value.end - value.start);
            } else {
                *pos = line::after(input, value.end);
                self.scanner.pass_lines(input, *pos, *pos - from);
            }
            value
        } else {
            if !self.scanner.at_line_start() || !lines.none_is_left(from) {
                return false;
            }
            let Some(value) = line::cut_data(input, from) else { return false };
            if block.room.take(1 + value.end - value.start).is_err() {
                return false;
            }
            block.begin_data_line();
            *pos = value.end;
            self.scanner.pass_value(LineKind::Data, value.end - from);
            value
        };
        take(Path::CutData);
        block.data.push(input.get(value).unwrap_or_default(), block.limit);
        true
    }

    /// Reads one line, or the part of it that is in the chunk.
    #[inline(never)]
    pub(super) fn edge(&mut self, input: &[u8], cursor: &mut Cursor) -> Result<Option<Step>, DecodeError> {
        take(Path::Edge);
        let from = cursor.pos;
        let lines = &mut cursor.lines;
        let lexeme = self.scanner.next(input, &mut cursor.pos, |input, at| lines.find(input, at));
        let outcome = match lexeme {
            None => Ok(None),
            Some(Lexeme::Part(part)) => self.part(part, input, from),
            Some(Lexeme::Line(kind, value)) => {
                self.part(Part { kind, bytes: Span::Input(value), first: true, last: true }, input, from)
            }
            Some(Lexeme::Blank) => {
                self.end_without_event(input);
                Ok(None)
            }
        };
        self.scanner.advance(cursor.pos - from);
        outcome
    }

    /// A blank line that `lines` does not see: of a block that is skipped, or the first line after a byte order mark. The block
    /// holds no data and no event type then.
    fn end_without_event(&mut self, input: &[u8]) {
        if self.block.has_id {
            self.commit_id(input, Place::BUFFER);
        }
        self.block.end();
    }

    #[inline(always)]
    fn part(&mut self, part: Part, input: &[u8], from: usize) -> Result<Option<Step>, DecodeError> {
        let block = &mut self.block;
        let Part { kind, bytes, first, last } = part;
        let Span::Input(range) = bytes else {
            return Ok(None); // the bytes that were held back are the start of an unknown field
        };
        let start = range.start - from;
        let bytes = input.get(range).unwrap_or_default();
        match kind {
            LineKind::Data if !block.skipping => {
                let line = usize::from(first);
                if let Err(left) = block.room.take(line + bytes.len()) {
                    block.skip();
                    return Err(self.event_too_large(start + left.saturating_sub(line)));
                }
                if first {
                    block.begin_data_line();
                }
                block.data.push(bytes, block.limit);
            }
            LineKind::Event if !block.skipping => {
                if let Err(left) = block.room.take(bytes.len()) {
                    block.skip();
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
                let charged = if block.skipping { Ok(()) } else { block.room.take(bytes.len()) };
                if charged.is_err() {
                    block.skip();
                }
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
                block.digits = block.digits.continued(first, bytes);
                if last {
                    let digits = block.digits;
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
}
