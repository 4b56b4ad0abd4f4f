//! What a cell takes at least, whoever decodes it: its line ends found by memchr2, its text checked once, and
//! the lines copied that a chunk's edge cuts. No field is read, no event made, no lines are joined.

use std::hint::black_box;

use memchr::{memchr2, memchr2_iter, memrchr2};

use crate::contest::{Role, Run, Verdict};
use crate::cut::Cut;
use crate::table::Starter;
use crate::visit::Totals;

pub(super) const NAME: &str = "floor: line ends, UTF-8, cut lines copied";

struct Piece {
    chunk: &'static [u8],
    /// Its whole characters: what is cut would only be told as an error.
    text: &'static [u8],
    /// The rest of a line that the edge before cuts, and whether the line ends here.
    head: &'static [u8],
    ends: bool,
    /// The start of a line that the edge after cuts.
    tail: &'static [u8],
}

struct Floor {
    pieces: Vec<Piece>,
    line: Vec<u8>,
}

impl Run for Floor {
    fn timed(&mut self) -> Totals {
        let mut sum = 0;
        for piece in &self.pieces {
            sum += memchr2_iter(b'\n', b'\r', black_box(piece.chunk)).sum::<usize>();
            sum += usize::from(simdutf8::basic::from_utf8(piece.text).is_ok());
            self.line.extend_from_slice(piece.head);
            if piece.ends {
                sum += black_box(&self.line).len();
                self.line.clear();
            }
            self.line.extend_from_slice(piece.tail);
        }
        self.line.clear();
        black_box(sum);
        Totals::default()
    }
}

pub(super) fn starter(cut: &'static Cut) -> Starter {
    let mut in_line = false;
    let pieces = cut.chunks.iter().map(|chunk| piece(chunk, &mut in_line)).collect();
    let run: Box<dyn Run> = Box::new(Floor { pieces, line: Vec::new() });
    Starter { name: NAME, role: Role::Floor, verdict: Verdict::Right, run: Some(run) }
}

fn piece(chunk: &'static [u8], in_line: &mut bool) -> Piece {
    let first = memchr2(b'\n', b'\r', chunk);
    let (head, ends) = match (*in_line, first) {
        (false, _) => (&chunk[..0], false),
        (true, Some(first)) => (&chunk[..first], true),
        (true, None) => (chunk, false),
    };
    let tail = match memrchr2(b'\n', b'\r', chunk) {
        Some(last) => &chunk[last + 1..],
        None => &chunk[head.len()..],
    };
    *in_line = if first.is_some() { !tail.is_empty() } else { *in_line || !chunk.is_empty() };
    Piece { chunk, text: whole_characters(chunk), head, ends, tail }
}

fn whole_characters(chunk: &[u8]) -> &[u8] {
    let continues = |byte: &u8| (0x80..0xC0).contains(byte);
    let start = chunk.iter().position(|byte| !continues(byte)).unwrap_or(chunk.len());
    let text = &chunk[start..];
    match std::str::from_utf8(text) {
        Ok(_) => text,
        Err(error) => &text[..error.valid_up_to()],
    }
}
