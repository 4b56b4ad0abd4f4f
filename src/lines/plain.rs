//! Line ends one by one, by `memchr2`.

use super::LineEnds;
use crate::vector::BLOCK;
use crate::{scan, work};

impl LineEnds {
    /// As `find`: here all lines are alike.
    #[inline(always)]
    pub(crate) fn find_near(&mut self, bytes: &[u8], from: usize) -> usize {
        self.find(bytes, from)
    }

    /// There are no bitmaps here.
    #[inline(always)]
    pub(super) fn read_block(&mut self, _: &[u8]) -> Option<()> {
        None
    }

    #[inline(never)]
    pub(super) fn search(&mut self, bytes: &[u8], from: usize) -> usize {
        if from + BLOCK < self.known {
            return self.first_known(bytes);
        }
        let at = from.max(self.known);
        let found = scan::line_end(bytes, at);
        work::count(found.saturating_sub(at));
        // As a bitmap of 64 bytes whose last is the line end, so that it need not be searched again.
        (self.known, self.bits) =
            if found < bytes.len() { (found + 1, 1 << (BLOCK - 1)) } else { (bytes.len(), 0) };
        found
    }
}
