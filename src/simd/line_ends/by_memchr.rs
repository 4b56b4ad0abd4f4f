//! Finds line ends one by one, with `memchr2`.

use memchr::memchr2;

use super::LineEnds;
use crate::simd::blocks::BLOCK;
use crate::simd::{effort, first_line_end};

impl LineEnds {
    /// Like `find_end`: this implementation treats all lines alike.
    #[inline(always)]
    pub(crate) fn find_end_near(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        self.find_end(bytes, line, from)
    }

    /// Searches further, but not more bytes than two bitmaps would cover.
    #[inline(always)]
    pub(super) fn read_block(&mut self, bytes: &[u8]) -> Option<()> {
        let rest = bytes.get(self.known..)?;
        let block = rest.get(..2 * BLOCK).unwrap_or(rest);
        let found = memchr2(b'\n', b'\r', block);
        let taken = found.map_or(block.len(), |at| at + 1);
        effort::count(taken);
        self.known += taken;
        self.bits = if found.is_some() { 1 << (BLOCK - 1) } else { 0 };
        if block.is_empty() { None } else { Some(()) }
    }

    #[inline(never)]
    pub(super) fn search(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        if from >= self.none_from {
            return bytes.len();
        }
        if self.bits != 0 && from + BLOCK < self.known {
            return self.first_known(bytes);
        }
        let at = from.max(self.known);
        let found = first_line_end(bytes, at);
        effort::count(found.saturating_sub(at));
        // Stored as a bitmap of 64 bytes whose last bit is the line end, so it need not be searched again.
        (self.known, self.bits) =
            if found < bytes.len() { (found + 1, 1 << (BLOCK - 1)) } else { (bytes.len(), 0) };
        if found == bytes.len() {
            self.none_from = line;
        }
        found
    }
}
