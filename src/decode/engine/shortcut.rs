//! Two shortcuts before the loop over lines, for the two shapes that most streams consist of. They are inlined into
//! the caller's loop. If a block has another shape or is too large, they leave it, and the loop reads it again.

use core::ops::Range;

use crate::decode::chunk::Cursor;
use crate::decode::place::Place;
use crate::scan::line;
use crate::simd::line_ends::LineEnds;

use super::found::{Found, Lent};
use super::paths::{Path, take};
use super::step::{Engine, is_id};

impl Engine {
    /// If the block is one data line and lies whole in the chunk: the place of its data.
    #[inline(always)]
    pub(crate) fn data_block(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Range<usize>> {
        if !self.is_between() {
            return None;
        }
        #[cfg(sse_without = "data_block")]
        return None;
        let start = cursor.pos;
        let (data, pos) = last_line(input, start, &mut cursor.lines)?;
        let mut room = self.block.room;
        room.take(1 + data.end - data.start).ok()?;
        self.scanner.advance(pos - start);
        cursor.pos = pos;
        take(Path::DataBlock);
        Some(data)
    }

    /// If the block is an event type, an id, or both, then one data line, and lies whole in the chunk: its places.
    #[inline(always)]
    pub(crate) fn named_block(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Found> {
        #[cfg(sse_without = "named_block")]
        return None;
        if !self.ready {
            return None;
        }
        let start = cursor.pos;
        // If the block has another shape, the loop reads from `start` again, and `LineEnds` cannot answer backwards.
        let before = cursor.lines.clone();
        let named = named_lines(input, start, &mut cursor.lines).filter(|(_, _, size)| {
            let mut room = self.block.room;
            room.take(*size).is_ok()
        });
        let Some((found, pos, _)) = named else {
            cursor.lines.go_back(before);
            return None;
        };
        self.scanner.advance(pos - start);
        cursor.pos = pos;
        take(Path::NamedBlock);
        Some(found)
    }

    /// Whether a block may start here: nothing is lent, and no id waits for its event.
    #[inline(always)]
    fn is_between(&mut self) -> bool {
        self.ready || (self.lent != Lent::Nothing && self.take_back_between())
    }

    #[inline(never)]
    fn take_back_between(&mut self) -> bool {
        self.take_back();
        self.settle();
        self.ready
    }
}

/// Reads the lines of an event type, an id, or both, and the `last_line` after them. Returns their places, the
/// position after them, and the size to charge. The cases are written out: a loop over the lines took a tenth longer.
#[inline(always)]
fn named_lines(input: &[u8], start: usize, lines: &mut LineEnds) -> Option<(Found, usize, usize)> {
    let (mut event_type, mut id, mut size) = (Place::BUFFER, Place::BUFFER, 1);
    let mut named_line = |at: usize, value: usize, place: &mut Place| {
        let end = lines.find_end_near(input, at, value);
        *place = Place::chunk(value..end);
        size += end - value;
        if end == input.len() { None } else { Some(line::after(input, end)) }
    };
    let mut at = start;
    if let Some(value) = line::event_value(input, at) {
        at = named_line(at, value, &mut event_type)?;
        if let Some(value) = line::id_value(input, at) {
            at = named_line(at, value, &mut id)?;
        }
    } else {
        at = named_line(at, line::id_value(input, at)?, &mut id)?;
        if let Some(value) = line::event_value(input, at) {
            at = named_line(at, value, &mut event_type)?;
        }
    }
    if id.bytes(input).is_some_and(|id| !is_id(id)) {
        return None;
    }
    let (data, pos) = last_line(input, at, lines)?;
    size += data.end - data.start;
    let id_is_new = !id.is_buffer();
    Some((Found { first: start, event_type, data: Place::chunk(data), id, id_is_new }, pos, size))
}

/// The value of the data line at `start`, if it is the last line of its block, and the position after the blank line.
#[inline(always)]
fn last_line(input: &[u8], start: usize, lines: &mut LineEnds) -> Option<(Range<usize>, usize)> {
    let value = line::data_value(input, start)?;
    let end = lines.find_end(input, start, value);
    Some((value..end, line::after_blank(input, end)?))
}
