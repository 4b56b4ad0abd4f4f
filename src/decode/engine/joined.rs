//! The engine's fast paths for data that has to be put together: of several lines, or of a line that an edge of the chunk
//! has cut. Each gives what the general path would, and leaves to it whatever it does not know.

use crate::decode::chunk::Cursor;
use crate::decode::open_block::Place;
use crate::decode::value_buf::ValueBuf;
use crate::scan::line;
use crate::simd::effort;
use crate::simd::line_ends::LineEnds;

use super::found::{Lent, Step};
use super::paths::{Path, take};
use super::step::Engine;

impl Engine {
    /// Fast path: the block starts with a data line that an edge of the chunk cuts, or behind which comes another. What
    /// the step has found, or that the general path goes on.
    #[inline(always)]
    pub(super) fn joined_data(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Option<Step>> {
        let start = cursor.pos;
        if !input.get(start..)?.starts_with(b"data: ") {
            return None;
        }
        let end = cursor.lines.find_near(input, start + 6);
        if end == input.len() {
            return self.open_data(input, cursor).map(Some);
        }
        let (value, next) = line::value_to(input, start + 6, end)?;
        if !input.get(next..)?.starts_with(b"data: ") || !self.block.charge_if_fits(1 + value.len()) {
            return None;
        }
        self.block.open_data(input.get(value)?);
        self.scanner.advance(next - start);
        cursor.pos = next;
        Some(self.data_lines(input, cursor))
    }

    /// Fast path: what is left of the chunk is a data line that its edge cuts. Most chunks from a socket end so.
    #[inline(never)]
    pub(super) fn cut_data(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Step> {
        let is_cut = cursor.lines.none_is_left(input) || cursor.lines.find(input, cursor.pos) == input.len();
        if is_cut && input.get(cursor.pos..)?.starts_with(b"data: ") {
            self.open_data(input, cursor)
        } else {
            None
        }
    }

    /// Takes the rest of the chunk, which is the start of a data line.
    #[inline(always)]
    fn open_data(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Step> {
        let value = input.get(cursor.pos + 6..)?;
        if value.is_empty() || !self.block.charge_if_fits(1 + value.len()) {
            return None;
        }
        take(Path::OpenData);
        self.block.open_data(value);
        self.scanner.open_data(input.len() - cursor.pos);
        cursor.pos = input.len();
        self.lent = Lent::Nothing;
        Some(Step::Pending)
    }

    /// Fast path: the rest of a data line that an edge of the chunk has cut, and what `data_lines` reads. Most chunks
    /// from a socket start so. An LLM delta in chunks of 1460 bytes takes a twelfth less.
    #[inline(always)]
    pub(super) fn rest_of_data(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Step> {
        let start = cursor.pos;
        let end = cursor.lines.find(input, start);
        let rest = input.get(start..end)?;
        let ended = input.get(end) == Some(&b'\n');
        if ended != (end < input.len()) || !self.block.charge_if_fits(rest.len()) {
            return None;
        }
        take(Path::RestOfData);
        self.block.data.push(rest, self.block.limit);
        cursor.pos = start + rest.len() + usize::from(ended);
        self.scanner.advance(cursor.pos - start);
        if !ended {
            return Some(Step::Pending);
        }
        self.scanner.end_line();
        if !self.block.has_id && input.get(cursor.pos) == Some(&b'\n') {
            // Most lines that are cut are the only one of their block.
            cursor.pos += 1;
            self.scanner.advance(1);
            return Some(self.joined_event(Lent::Event));
        }
        self.data_lines(input, cursor)
    }

    /// The blank line behind data that was put together.
    #[inline(always)]
    fn joined_event(&mut self, lent: Lent) -> Step {
        self.block.end();
        self.lent = lent;
        self.event(Place::BUFFER, Place::BUFFER)
    }

    /// Fast path: the data lines that follow a data line, as where a text of many lines is sent, and the blank line
    /// behind them. Ten lines take half of the instructions that they take without it.
    #[inline(never)]
    pub(super) fn data_lines(&mut self, input: &[u8], cursor: &mut Cursor) -> Option<Step> {
        let (start, block) = (cursor.pos, &mut self.block);
        let (mut pos, mut room, mut next) = (start, block.room(), start);
        while input.get(pos..).is_some_and(|rest| rest.starts_with(b"data: ")) {
            (pos, room) = push_short_lines(&mut block.data, input, &mut cursor.lines, pos, room);
            next = pos;
            let value = line::data_line(input, &mut next, |input, at| cursor.lines.find(input, at));
            // What does not fit is left to the general path, which says where the limit was crossed.
            let Some(value) = value else { break };
            let Some(left) = room.checked_sub(1 + value.len()) else { break };
            take(Path::DataLine);
            block.data.push_line(input.get(value)?, block.limit);
            (pos, room) = (next, left);
        }
        block.set_room(room);
        let ended = pos == next && !block.has_id && input.get(pos) == Some(&b'\n');
        cursor.pos = pos + usize::from(ended);
        self.scanner.advance(cursor.pos - start);
        if !ended {
            return self.cut_data(input, cursor);
        }
        Some(self.joined_event(if pos == start { Lent::Event } else { Lent::Lines }))
    }
}

/// The bytes that are copied of a line, in a few moves whose number does not depend on it.
const LINE: usize = 64;

/// Appends the data lines at `pos`, each with an LF before it, until one is long, does not fit in `room`, or is no such line.
/// What follows the last one, and what is left of `room`.
///
/// Where a line ends is read off the bitmap and not looked for from where the line before ends, so that several lines are
/// under way at once. Most text of many lines is such; ten lines take an eighth less than one by one.
#[inline(always)]
fn push_short_lines(
    data: &mut ValueBuf,
    input: &[u8],
    line_ends: &mut LineEnds,
    mut pos: usize,
    mut room: usize,
) -> (usize, usize) {
    let Some(last) = input.len().checked_sub(6 + LINE) else { return (pos, room) };
    // In registers, not in memory.
    let (mut bytes, mut lines) = (data.take_bytes(), line_ends.clone());
    lines.pass(pos);
    while pos <= last && bytes.capacity() - bytes.len() >= LINE {
        let Some(end) = lines.peek(input, pos + 6 + LINE) else { break };
        let Some(line) = input.get(pos..).and_then(<[u8]>::first_chunk::<{ 6 + LINE }>) else { break };
        let len = end.wrapping_sub(pos + 6);
        if line.first_chunk() != Some(b"data: ") || len >= LINE || line.get(6 + len) != Some(&b'\n') {
            break;
        }
        let Some(left) = room.checked_sub(1 + len) else { break };
        effort::count(1 + len);
        // The space before the value makes room for the LF.
        let start = bytes.len();
        bytes.extend_from_slice(line.get(5..5 + LINE).unwrap_or_default());
        bytes.truncate(start + 1 + len);
        if let Some(first) = bytes.get_mut(start) {
            *first = b'\n';
        }
        take(Path::ShortLine);
        lines.pop();
        (pos, room) = (end + 1, left);
    }
    data.put_back(bytes);
    *line_ends = lines;
    (pos, room)
}
