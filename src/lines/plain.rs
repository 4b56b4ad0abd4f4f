//! Line ends one by one, by `memchr2`.

use super::{BLOCK, LineEnds};
use crate::{scan, work};

impl LineEnds {
    #[inline(never)]
    pub(super) fn search(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if from + BLOCK < self.known {
            return self.first_known();
        }
        let at = from.max(self.known);
        let found = scan::line_end(bytes, at);
        work::count(found.unwrap_or(bytes.len()).saturating_sub(at));
        // As a bitmap of 64 bytes whose last is the line end, so that it need not be searched again.
        (self.known, self.bits) = match found {
            Some(end) => (end + 1, 1 << (BLOCK - 1)),
            None => (bytes.len(), 0),
        };
        found
    }
}
