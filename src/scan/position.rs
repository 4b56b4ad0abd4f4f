//! Where the decoder stands in a line, and how it moves on after bytes that it has read without [`Scanner::next`].

use super::line::{name, named_from};
use super::scanner::{BOM, LineState, Scanner};
use super::token::LineKind;

impl Scanner {
    /// Whether an LF, if it comes next, belongs to the CR before it.
    pub(crate) fn swallows_lf(&self) -> bool {
        self.state == LineState::AfterCr
    }

    /// Whether the next byte, whatever it is, starts a line.
    #[inline]
    pub(crate) fn at_line_start(&self) -> bool {
        self.state == LineState::LineStart
    }

    /// Records that `taken` bytes were read: a part of a value, and what is before it in its line.
    #[inline(always)]
    pub(crate) fn pass_value(&mut self, kind: LineKind, taken: usize) {
        self.state = LineState::Value(kind, false);
        self.advance(taken);
    }

    /// If the position is in a value: its kind, and whether no part of it was read.
    #[inline(always)]
    pub(crate) fn in_value(&self) -> Option<(LineKind, bool)> {
        if let LineState::Value(kind, first) = self.state { Some((kind, first)) } else { None }
    }

    /// Whether the position is in the value of a data line of which a part was read.
    #[inline(always)]
    pub(crate) fn in_data(&self) -> bool {
        self.state == LineState::Value(LineKind::Data, false)
    }

    /// Reads `byte` if it is one of a known name, its colon, the space after it, or the colon of a comment: then the
    /// line holds no value yet. Returns whether it was.
    #[inline(always)]
    pub(crate) fn byte_before_value(&mut self, byte: u8) -> bool {
        let state = match self.state {
            LineState::LineStart if byte == b':' => LineState::Value(LineKind::Comment, true),
            LineState::LineStart => match named_from(byte) {
                LineKind::Unknown => return false,
                kind => LineState::Name(kind, 1),
            },
            LineState::Name(kind, held) => match name(kind).get(held) {
                Some(next) if *next == byte => LineState::Name(kind, held + 1),
                None if byte == b':' => LineState::Colon(kind),
                _ => return false,
            },
            LineState::Colon(kind) if byte == b' ' => LineState::Value(kind, true),
            _ => return false,
        };
        self.state = state;
        self.advance(1);
        true
    }

    /// Skips what does not belong to a line: a start without a byte order mark, and the LF of a CR LF that an edge
    /// has cut.
    #[inline(always)]
    pub(crate) fn pass_to_line_start(&mut self, input: &[u8], pos: &mut usize) {
        match (self.state, input.get(*pos)) {
            (LineState::Start(0), Some(byte)) if BOM.first() != Some(byte) => {
                self.state = LineState::LineStart
            }
            (LineState::AfterCr, Some(byte)) => {
                self.state = LineState::LineStart;
                let lf = usize::from(*byte == b'\n');
                *pos += lf;
                self.advance(lf);
            }
            _ => {}
        }
    }

    /// Records that whole lines, or the rest of a line, were read: `taken` bytes, up to `pos`.
    #[inline(always)]
    pub(crate) fn pass_lines(&mut self, input: &[u8], pos: usize, taken: usize) {
        self.advance(taken);
        self.end_line(input, pos);
    }
}
