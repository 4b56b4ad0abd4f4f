//! The engine's fast paths for blocks that lie whole in the chunk. Each gives what the general path would, and leaves to
//! it whatever it does not know.

use core::mem;
use core::ops::Range;

use crate::decode::chunk::Cursor;
use crate::decode::open_block::{Here, Place};
use crate::scan::line;
use crate::simd::line_ends::LineEnds;

use super::found::{Found, Lent, Step};
use super::paths::{Path, take};
use super::step::{Engine, is_id};

/// Where the values of a block are that has more than data.
pub(crate) struct NamedBlock {
    /// Where the block starts.
    pub(crate) first: usize,
    pub(crate) event_type: Place,
    pub(crate) id: Place,
    pub(crate) data: Range<usize>,
}

impl Engine {
    /// Fast path: the block is one data line and lies whole in the chunk. Most streams of language models are nothing
    /// else; a tiny event takes a third of the time that `read_ahead` needs. The place of its data.
    #[inline(always)]
    pub(crate) fn data_block(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Range<usize>> {
        let start = cursor.pos;
        if self.lent != Lent::Ready && !self.makes_ready() {
            return None;
        }
        let (data, pos) = last_line(input, start, &mut cursor.lines)?;
        // What is no such block, or too large, is read again by the general path.
        if data.end - data.start >= self.block.limit {
            return None;
        }
        self.scanner.advance(pos - start);
        cursor.pos = pos;
        take(Path::DataBlock);
        Some(data)
    }

    /// Fast path: the block is an event type, an id, or both, and then one data line, and lies whole in the chunk. Most
    /// blocks that are more than data are such; an LLM delta with its event type takes three quarters of the time that
    /// `read_ahead` needs.
    #[inline(always)]
    pub(crate) fn named_block(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<NamedBlock> {
        let start = cursor.pos;
        if self.lent != Lent::Ready {
            return None;
        }
        // Put back if this is no such block: the general path reads again from `start`, and `LineEnds` cannot answer backwards.
        let before = cursor.lines.clone();
        match named_lines(input, start, &mut cursor.lines) {
            Some((named, pos)) if pos - start < self.block.limit => {
                self.scanner.advance(pos - start);
                cursor.pos = pos;
                take(Path::NamedBlock);
                Some(named)
            }
            _ => {
                cursor.lines = before;
                None
            }
        }
    }

    /// Fast path: blocks that lie whole in the chunk, of event types, ids and comments that nobody asked for, and one data
    /// line at most, names and colons as they are mostly sent. Nearly all blocks are such that are more than data. Where
    /// one is not, the general path goes on behind the lines that it had.
    #[inline(never)]
    pub(super) fn read_ahead(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Step> {
        if cursor.lines.none_is_left(input) {
            return self.cut_data(input, cursor);
        }
        if input.get(cursor.pos) == Some(&b':') && !self.comments {
            self.keep_alives(input, cursor);
            if cursor.pos == input.len() {
                return self.pending();
            }
        }
        if let Some(step) = self.joined_data(input, cursor) {
            return step;
        }
        while cursor.pos < input.len() {
            let start = cursor.pos;
            let (found, lines) = (&mut self.found, &mut cursor.lines);
            *found = Found { first: start, ..Found::default() };
            let (mut pos, mut size) = (start, 0);
            let mut value_at =
                |from: usize| line::value_at(input, from, |input, at| lines.find_near(input, at));
            let ended = loop {
                let Some(rest) = input.get(pos..) else { break false };
                match rest.first() {
                    Some(b'd') if rest.starts_with(b"data: ") && found.data.is_buffer() => {
                        let Some((value, next)) = value_at(pos + 6) else { break false };
                        (size, pos) = (size + 1 + value.len(), next);
                        found.data = Place::chunk(value);
                    }
                    Some(b'e') if rest.starts_with(b"event: ") => {
                        let Some((value, next)) = value_at(pos + 7) else { break false };
                        (size, pos) = (size + value.len(), next);
                        found.event_type = Place::chunk(value);
                    }
                    Some(b'i') if rest.starts_with(b"id: ") => {
                        let Some((value, next)) = value_at(pos + 4) else { break false };
                        (size, pos) = (size + value.len(), next);
                        if is_id(input.get(value.clone()).unwrap_or_default()) {
                            found.id = Place::chunk(value);
                        }
                    }
                    Some(b':') if !self.comments => {
                        let Some((_, next)) = value_at(pos + 1) else { break false };
                        pos = next;
                    }
                    Some(b'\n') => {
                        pos += 1;
                        break true;
                    }
                    Some(b'\r') if rest.starts_with(b"\r\n") => {
                        pos += 2;
                        break true;
                    }
                    _ => break false,
                }
            };
            if size > self.block.limit {
                // The general path says where the limit was crossed. It reads these lines again.
                *cursor = Cursor::at(start);
                return None;
            }
            cursor.pos = pos;
            self.scanner.advance(pos - start);
            if !ended {
                let Found { data, event_type, id, .. } = *found;
                let here = Here { data, event_type, id };
                self.block.adopt(size, &here);
                self.block.keep(input, here);
                return self.cut_data(input, cursor);
            }
            if !found.data.is_buffer() {
                found.id_is_new = mem::take(&mut self.id_is_new) | !found.id.is_buffer();
                self.lent = Lent::Ready;
                take(Path::Ahead);
                return Some(Step::Event);
            }
            let id = found.id;
            if !id.is_buffer() {
                self.commit_id(input, id);
            }
        }
        self.pending()
    }

    /// Fast path: comments that nobody asked for, each with a blank line behind it, as they keep a connection alive. They take
    /// half of the time that `read_ahead` needs for them.
    #[inline(always)]
    fn keep_alives(&mut self, input: &[u8], cursor: &mut Cursor) {
        let start = cursor.pos;
        while input.get(cursor.pos) == Some(&b':') {
            let end = cursor.lines.find_near(input, cursor.pos + 1);
            if input.get(end..end + 2) != Some(b"\n\n") {
                break;
            }
            cursor.pos = end + 2;
            take(Path::KeepAlive);
        }
        self.scanner.advance(cursor.pos - start);
    }

    /// All of the chunk is taken, and no block is open.
    fn pending(&mut self) -> Option<Step> {
        self.lent = if self.id_is_new { Lent::Nothing } else { Lent::Ready };
        Some(Step::Pending)
    }
}

/// The lines of an event type, an id, or both, the `last_line` behind them, and what follows that. Written out: as a loop
/// over the lines it took a tenth longer.
#[inline(always)]
fn named_lines(input: &[u8], start: usize, lines: &mut LineEnds) -> Option<(NamedBlock, usize)> {
    let (mut event_type, mut id, mut line) = (Place::BUFFER, Place::BUFFER, start);
    let rest = input.get(start..)?;
    if rest.starts_with(b"event: ") {
        line = named_line(input, line + 7, lines, &mut event_type)?;
        if input.get(line..)?.starts_with(b"id: ") {
            line = named_line(input, line + 4, lines, &mut id)?;
        }
    } else if rest.starts_with(b"id: ") {
        line = named_line(input, line + 4, lines, &mut id)?;
        if input.get(line..)?.starts_with(b"event: ") {
            line = named_line(input, line + 7, lines, &mut event_type)?;
        }
    } else {
        return None;
    }
    if let Some(id) = id.bytes(input) {
        if !is_id(id) {
            return None;
        }
    }
    let (data, pos) = last_line(input, line, lines)?;
    Some((NamedBlock { first: start, event_type, id, data }, pos))
}

#[inline(always)]
fn named_line(input: &[u8], value: usize, lines: &mut LineEnds, place: &mut Place) -> Option<usize> {
    let (value, next) = line::value_at(input, value, |input, at| lines.find_near(input, at))?;
    *place = Place::chunk(value);
    Some(next)
}

/// The value of the data line at `start` that is the last of its block, and what follows the blank line.
#[inline(always)]
fn last_line(input: &[u8], start: usize, lines: &mut LineEnds) -> Option<(Range<usize>, usize)> {
    let value = start + 6;
    if input.get(start..value)? != b"data: " {
        return None;
    }
    let end = lines.find(input, value);
    if input.get(end..)?.first_chunk()? == b"\n\n" {
        Some((value..end, end + 2))
    } else if input.get(end..)?.first_chunk()? == b"\r\n\r\n" {
        Some((value..end, end + 4))
    } else {
        None
    }
}
