//! Line ends one by one.

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
        if found.is_none() {
            (self.known, self.bits) = (bytes.len(), 0);
        }
        found
    }
}
