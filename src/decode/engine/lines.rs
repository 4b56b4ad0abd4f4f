//! The loop over lines that lie whole in the chunk. Their values stay in the chunk: the engine's state changes only
//! when a block ends or a value must be kept.

use core::ops::Range;

use crate::decode::chunk::Cursor;
use crate::decode::open_block::Here;
use crate::decode::place::Place;
use crate::error::DecodeError;
use crate::scan::line::{self, Start};
use crate::scan::retry::RetryDigits;
use crate::scan::token::LineKind;

use super::found::{Found, Step};
use super::paths::{Path, take};
use super::step::{Engine, is_id};

impl Engine {
    /// Reads whole lines from the cursor, which is at the start of a line. Stops at the next frame, at an error, or
    /// at a line that this loop does not handle: a line that is cut, or a name without a colon. The block must not be
    /// skipped. With `FRAMES` it also stops at retries and comments.
    #[inline(always)]
    pub(super) fn lines<const FRAMES: bool>(
        &mut self,
        input: &[u8],
        cursor: &mut Cursor,
    ) -> Result<Option<Step>, DecodeError> {
        let from = cursor.pos;
        let lines = &mut cursor.lines;
        let (mut pos, mut first, mut room) = (from, from, self.block.room);
        let (mut data, mut event_type, mut id) = (Place::BUFFER, Place::BUFFER, Place::BUFFER);
        let outcome = loop {
            let Some(rest) = input.get(pos..).filter(|rest| !rest.is_empty()) else { break Ok(None) };
            let mut line = |start: usize| {
                let end = lines.find_end_near(input, pos, pos + start);
                if end == input.len() {
                    return None;
                };
                Some((line::value_start(input, pos + start)..end, line::after(input, end)))
            };
            match line::start(rest) {
                Start::Name(LineKind::Data, colon) => {
                    let Some((value, next)) = line(colon) else { break Ok(None) };
                    let mut left = room;
                    if left.take(1 + value.len()).is_err() {
                        pos = next;
                        break Err((LineKind::Data, value));
                    }
                    let more = line::after_data_colon(input, next).is_some();
                    if more || !data.is_buffer() || self.block.has_data {
                        self.expects_lines = true;
                        (pos, room) = self.block.join(input, lines, data, pos, room);
                        data = Place::BUFFER;
                    } else {
                        (data, pos, room) = (Place::chunk(value), next, left);
                    }
                }
                Start::Blank => {
                    pos = line::after(input, pos);
                    take(Path::Line);
                    if !data.is_buffer() || self.block.has_data {
                        self.block.room = room;
                        cursor.pos = pos;
                        self.scanner.pass_lines(input, pos, pos - from);
                        let found = Found { first, event_type, data, id, id_is_new: false };
                        return Ok(Some(self.dispatch(found, input)));
                    }
                    if !id.is_buffer() || self.block.has_id {
                        self.commit_id(input, id);
                    }
                    self.block.room = room;
                    if !self.block.is_fresh() {
                        self.block.end();
                        self.block.event_type.clear();
                    }
                    (first, room) = (pos, self.block.room);
                    (event_type, id) = (Place::BUFFER, Place::BUFFER);
                }
                Start::Name(LineKind::Event, colon) => {
                    let Some((value, next)) = line(colon) else { break Ok(None) };
                    let charged = room.take(value.len());
                    pos = next;
                    if charged.is_err() {
                        break Err((LineKind::Event, value));
                    }
                    event_type = Place::chunk(value);
                }
                Start::Name(LineKind::Id, colon) => {
                    let Some((value, next)) = line(colon) else { break Ok(None) };
                    let charged = room.take(value.len());
                    pos = next;
                    if charged.is_err() {
                        break Err((LineKind::Id, value));
                    }
                    if is_id(input.get(value.clone()).unwrap_or_default()) {
                        id = Place::chunk(value);
                    }
                }
                Start::Name(LineKind::Comment, colon) => {
                    let Some((value, next)) = line(colon) else { break Ok(None) };
                    let value = pos + colon..value.end;
                    pos = next;
                    if self.comments {
                        if value.len() > self.block.limit {
                            break Err((LineKind::Comment, value));
                        }
                        if FRAMES {
                            self.found.data = Place::chunk(value);
                            break Ok(Some(Step::Comment));
                        }
                    }
                }
                Start::Name(LineKind::Retry, colon) => {
                    let Some((value, next)) = line(colon) else { break Ok(None) };
                    pos = next;
                    let digits = RetryDigits::Empty.push(input.get(value).unwrap_or_default());
                    let step = self.retry(digits);
                    if FRAMES && step.is_some() {
                        break Ok(step);
                    }
                }
                Start::Name(LineKind::Unknown, _) | Start::Other => {
                    let Some((value, next)) = line(0) else { break Ok(None) };
                    if line::is_known(input.get(pos..value.end).unwrap_or_default()) {
                        break Ok(None);
                    }
                    pos = next;
                }
            }
            take(Path::Line);
        };
        cursor.pos = pos;
        let mut here = Here { data, event_type, id };
        self.block.room = room;
        let outcome = match outcome {
            Ok(step) => Ok(step),
            Err((kind, value)) => Err(self.too_large(kind, value, &mut here, input, from)),
        };
        if !here.is_nothing() {
            self.block.keep(input, here);
        }
        self.scanner.pass_lines(input, pos, pos - from);
        outcome
    }

    /// Passes keep-alives: comments that the caller did not enable, each followed by a blank line. Called only
    /// between blocks.
    #[inline(always)]
    pub(super) fn pass_keep_alives(&mut self, input: &[u8], cursor: &mut Cursor) {
        #[cfg(sse_without = "pass_keep_alives")]
        return;
        if self.comments {
            return;
        }
        let start = cursor.pos;
        let Cursor { pos, lines } = cursor;
        while let Some(after) =
            line::after_keep_alive(input, *pos, |from| lines.find_end_near(input, *pos, from))
        {
            take(Path::KeepAlive);
            *pos = after;
        }
        self.scanner.advance(*pos - start);
    }

    /// Handles a line that does not fit. If a block is too large, only its id is still read.
    #[cold]
    fn too_large(
        &mut self,
        kind: LineKind,
        value: Range<usize>,
        here: &mut Here,
        input: &[u8],
        from: usize,
    ) -> DecodeError {
        let start = value.start - from;
        if kind == LineKind::Comment {
            return self.comment_too_large(start + self.block.limit);
        }
        let fits = self.block.room.take(usize::MAX).err().unwrap_or_default();
        let line = usize::from(kind == LineKind::Data);
        if kind == LineKind::Id
            && value.len() <= self.block.limit
            && is_id(input.get(value.clone()).unwrap_or_default())
        {
            here.id = Place::chunk(value);
        }
        (here.data, here.event_type) = (Place::BUFFER, Place::BUFFER);
        self.block.skip();
        self.event_too_large(start + fits.saturating_sub(line))
    }
}
