//! The engine's fast paths. Each gives what the general path would, and leaves to it whatever it does not know.

use crate::block::{Here, Place};
use crate::chunk::Marks;
use crate::scan::{self, Lexeme};
use crate::token::LineKind;

use super::{Engine, Step, is_id};

impl Engine {
    /// Fast path: the block is one data line and lies whole in the chunk. Most streams of language models are nothing
    /// else; a tiny event takes two thirds of the time that `read_ahead` needs.
    #[inline(always)]
    pub(super) fn data_block(&mut self, input: &[u8], marks: &mut Marks) -> Option<Step> {
        let mut pos = marks.pos;
        let (lines, long) = (&mut marks.lines, &mut self.long_lines);
        let data = scan::data_line(input, &mut pos, |input, at| lines.find(input, at, long))?;
        // What is no such block, or too large, is read again by the general path.
        if !scan::blank_line(input, &mut pos) || data.len() >= self.block.limit {
            return None;
        }
        self.scanner.advance(pos - marks.pos);
        marks.pos = pos;
        Some(self.event(Place::BUFFER, Place::chunk(data)))
    }

    /// Fast path: blocks that lie whole in the chunk and have one data line at most. Nearly all are such, but those
    /// at the edges of a chunk. Nothing in memory is touched until the blank line, so that all stays in registers;
    /// where this ends, the general path goes on with `here`.
    #[inline(always)]
    pub(super) fn read_ahead(&mut self, input: &[u8], marks: &mut Marks, here: &mut Here) -> Option<Step> {
        loop {
            let start = marks.pos;
            let (mut size, mut pos) = (0, start);
            let (mut data, mut event_type, mut id) = (Place::BUFFER, Place::BUFFER, Place::BUFFER);
            let (lines, long) = (&mut marks.lines, &mut self.long_lines);
            let ended = loop {
                let before = pos;
                let (kind, value) =
                    match scan::whole_line(input, &mut pos, |input, at| lines.find(input, at, long)) {
                        Some(Lexeme::Line(kind, value)) => (kind, value),
                        Some(_) => break true,
                        None => break false,
                    };
                match kind {
                    LineKind::Data if data.is_buffer() => {
                        size += 1 + value.len();
                        data = Place::chunk(value);
                    }
                    LineKind::Event => {
                        size += value.len();
                        event_type = if value.is_empty() { Place::BUFFER } else { Place::chunk(value) };
                    }
                    LineKind::Id => {
                        size += value.len();
                        if is_id(input.get(value.clone()).unwrap_or_default()) {
                            id = Place::chunk(value);
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
                *marks = Marks::at(start);
                return None;
            }
            marks.pos = pos;
            if !ended {
                *here = Here { data, event_type, id };
                self.block.adopt(size, here);
                return None;
            }
            if !data.is_buffer() {
                let event = self.event(event_type, data);
                self.found.id = id;
                self.found.id_is_new |= !id.is_buffer();
                return Some(event);
            }
            if !id.is_buffer() {
                self.commit_id(input, id);
            }
        }
    }

    /// Fast path: data lines that follow a data line, as where a text of many lines is sent. Takes two thirds of
    /// the time of the general path.
    #[inline(always)]
    pub(super) fn data_lines(&mut self, input: &[u8], marks: &mut Marks, here: &mut Here) {
        if self.block.skipping {
            return;
        }
        let (lines, long) = (&mut marks.lines, &mut self.long_lines);
        let mut pos = marks.pos;
        while let Some(value) = scan::data_line(input, &mut pos, |input, at| lines.find(input, at, long)) {
            if !self.block.charge_if_fits(1 + value.len()) {
                return; // the general path says where the limit was crossed
            }
            self.block.push_data_line(input, here, value);
            marks.pos = pos;
        }
    }
}
