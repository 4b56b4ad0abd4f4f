//! Finds line ends by bitmap. One bitmap covers 64 bytes, is computed by compares of sixteen bytes, and gives the
//! ends of all lines in them. Between bitmaps, one compare shows that 64 bytes contain no line end.
//!
//! The bitmaps are consecutive from the chunk's start and do not depend on where lines start. So the processor can
//! load the next one before it knows where the current line ends.

use super::LineEnds;
use crate::simd::blocks::{BLOCK, bitmap, holds_control};
use crate::simd::effort;
use crate::simd::sixteen::line_ends;
use crate::simd::words::line_ends_in_word;

impl LineEnds {
    /// Like `find_end`, but computes the next bitmap inline: for consecutive short lines.
    #[inline(always)]
    pub(crate) fn find_end_near(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        #[cfg(sse_without = "find_end_near")]
        return self.find_end(bytes, line, from);
        if let Some(end) = self.here(from) {
            return end;
        }
        // The next bitmap covers the bytes from `known`, and is used if it may contain the answer.
        let passed = (from + BLOCK).wrapping_sub(self.known);
        if passed < 2 * BLOCK {
            if let Some(block) = bytes.get(self.known..).and_then(<[u8]>::first_chunk) {
                effort::count(BLOCK);
                let (start, skip) = (self.known, passed.saturating_sub(BLOCK));
                (self.known, self.bits) = (start + BLOCK, bitmap(block));
                let here = self.bits >> skip;
                if here != 0 {
                    return start + skip + here.trailing_zeros() as usize;
                }
            }
        }
        self.search(bytes, line, from)
    }

    /// Computes the next bitmap.
    #[inline(always)]
    pub(super) fn read_block(&mut self, bytes: &[u8]) -> Option<()> {
        let block = bytes.get(self.known..)?.first_chunk()?;
        effort::count(BLOCK);
        self.known += BLOCK;
        self.bits = bitmap(block);
        Some(())
    }

    /// Searches further, if the bitmap has no answer.
    #[inline(never)]
    pub(super) fn search(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        if from >= self.none_from {
            return bytes.len();
        }
        let end = self.search_on(bytes, from);
        if end == bytes.len() {
            self.none_from = line;
        }
        end
    }

    #[inline(always)]
    fn search_on(&mut self, bytes: &[u8], from: usize) -> usize {
        let Some(last) = bytes.last_chunk() else { return search_small(bytes, from) };
        if self.bits == 0 {
            if self.known == bytes.len() {
                return bytes.len();
            }
        } else if from + BLOCK < self.known {
            return self.first_known(bytes);
        }
        let mut at = self.known;
        let last_block = bytes.len() - BLOCK;
        while at <= last_block {
            let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
            effort::count(BLOCK);
            at += BLOCK;
            #[cfg(not(sse_without = "holds_control"))]
            if !holds_control(block) {
                continue;
            }
            let bits = bitmap(block);
            let here = bits & from_bit((from + BLOCK).saturating_sub(at));
            if here != 0 {
                (self.known, self.bits) = (at, bits);
                return at + here.trailing_zeros() as usize - BLOCK;
            }
        }
        // Less than a block is left: use the bitmap of the chunk's last 64 bytes.
        let at = from.max(at);
        effort::count(bytes.len().saturating_sub(at));
        self.known = bytes.len();
        // Fast path: the rest is the last line of a block, and the chunk ends with that block. If each event is a
        // separate chunk, nearly all searches are like this; an LLM delta takes a twelfth less time.
        #[cfg(not(sse_without = "ends_with_block"))]
        if let Some((before, b"\n\n")) = bytes.split_last_chunk() {
            if at < before.len() && before.last_chunk().is_some_and(|block| !holds_control(block)) {
                self.bits = 3 << (BLOCK - 2);
                return before.len();
            }
        }
        self.bits = bitmap(last) & from_bit((at + BLOCK).saturating_sub(self.known));
        self.first_known(bytes)
    }
}

/// Searches a chunk of less than a block. A bitmap of a padded copy took longer, because the copy is read in other
/// widths than it was written.
fn search_small(bytes: &[u8], from: usize) -> usize {
    #[cfg(sse_without = "search_small")]
    return crate::simd::first_line_end(bytes, from);
    let mut at = from;
    while let Some(part) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        effort::count(16);
        let ends = line_ends(part);
        if ends != 0 {
            return at + ends.trailing_zeros() as usize;
        }
        at += 16;
    }
    if let Some(part) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        effort::count(8);
        let ends = line_ends_in_word(u64::from_le_bytes(*part));
        if ends != 0 {
            return at + ends.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    if let (Some(last), false) = (bytes.last_chunk::<8>(), at == bytes.len()) {
        effort::count(8);
        let ends = line_ends_in_word(u64::from_le_bytes(*last) >> (8 * (at + 8 - bytes.len())));
        return if ends == 0 { bytes.len() } else { at + ends.trailing_zeros() as usize / 8 };
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
        effort::count(1);
        at += 1;
    }
    at
}

/// All bits from bit `n` upwards.
#[inline(always)]
fn from_bit(n: usize) -> u64 {
    u64::MAX.checked_shl(n as u32).unwrap_or(0)
}
