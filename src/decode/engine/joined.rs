//! Joins data of several lines in the open block's buffer.

use core::mem;

use crate::decode::open_block::OpenBlock;
use crate::decode::place::Place;
use crate::decode::room::Room;
use crate::scan::line::{self, SHORT};
use crate::simd::effort;
use crate::simd::line_ends::LineEnds;

use super::paths::{Path, take};

impl OpenBlock {
    /// Joins the data line at `pos` to the data before it, of which `first` may still be in the chunk. Then joins
    /// each following data line, until one is cut or does not fit in `room`. Returns the position after the last
    /// joined line, and the rest of `room`.
    #[inline(never)]
    pub(super) fn join(
        &mut self,
        input: &[u8],
        line_ends: &mut LineEnds,
        first: Place,
        mut pos: usize,
        mut room: Room,
    ) -> (usize, Room) {
        if let Some(first) = first.bytes(input) {
            self.data.push(first, self.limit);
            self.has_data = true;
        }
        // The first line, and each line that is not short.
        while let Some(colon) = line::after_data_colon(input, pos) {
            let end = line_ends.find_end_near(input, pos, colon);
            let value = line::value_start(input, colon);
            if end == input.len() || room.take(1 + end - value).is_err() {
                break;
            }
            take(Path::LongLine);
            let len = end - value;
            pos = line::after(input, end);
            let bytes = input.get(value..end).unwrap_or_default();
            match mem::replace(&mut self.has_data, true) {
                true => self.data.push_line(bytes, self.limit),
                false => self.data.push(bytes, self.limit),
            }
            if len <= SHORT {
                (pos, room) = self.push_short_lines(input, line_ends, pos, room);
            }
        }
        (pos, room)
    }

    /// Appends the data lines at `pos`, each with an LF before it, until a line is long, does not fit in `room`, or
    /// is not a data line. Returns the position after the last appended line, and the rest of `room`.
    ///
    /// The line ends are read from the bitmap, without a search from the end of the line before. So the processor
    /// works on several lines at once.
    #[inline(always)]
    fn push_short_lines(
        &mut self,
        input: &[u8],
        line_ends: &mut LineEnds,
        mut pos: usize,
        mut room: Room,
    ) -> (usize, Room) {
        #[cfg(sse_without = "push_short_lines")]
        return (pos, room);
        // Local copies stay in registers, not in memory.
        let (mut bytes, mut lines) = (self.data.take_bytes(), line_ends.clone());
        lines.pass(pos);
        while bytes.capacity() - bytes.len() >= SHORT {
            let Some(line) = input.get(pos..).and_then(<[u8]>::first_chunk::<{ SHORT + 6 }>) else { break };
            let Some(end) = lines.peek(input, pos + SHORT) else { break };
            // The value with the byte before it: that byte becomes the LF.
            let Some((before, value)) = line::short_data(line) else { break };
            let len = end.wrapping_sub(pos + before);
            if len > SHORT || room.take(len).is_err() {
                break;
            }
            take(Path::ShortLine);
            effort::count(len);
            let start = bytes.len();
            bytes.extend_from_slice(value);
            bytes.truncate(start + len);
            if let Some(first) = bytes.get_mut(start) {
                *first = b'\n';
            }
            if line::is_lf(input, end) {
                lines.pop();
                pos = end + 1;
            } else {
                pos = line::after(input, end);
                lines.pass(pos);
            }
        }
        self.data.put_back(bytes);
        *line_ends = lines;
        (pos, room)
    }
}
