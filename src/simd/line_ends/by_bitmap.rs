//! Line ends by bitmap: one of 64 bytes, made by compares of sixteen bytes, answers for all lines that end in them. Between
//! bitmaps one compare says of 64 bytes that no line ends there.
//!
//! The bitmaps follow each other from the chunk's start, wherever lines start: so the next one can be loaded while it is
//! not yet known where the line before ends.

use super::LineEnds;
use crate::simd::blocks::{BLOCK, bitmap, holds_control};
use crate::simd::effort;
use crate::simd::sixteen::line_ends;
use crate::simd::words::line_ends_in_word;

impl LineEnds {
    /// As `find_end`, with the next bitmap made on the spot: for short lines, one after the other.
    #[inline(always)]
    pub(crate) fn find_end_near(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        #[cfg(sse_without = "find_end_near")]
        return self.find_end(bytes, line, from);
        if let Some(end) = self.here(from) {
            return end;
        }
        // The next bitmap is that of the bytes behind `known`, if it may say.
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

    /// Makes the next bitmap.
    #[inline(always)]
    pub(super) fn read_block(&mut self, bytes: &[u8]) -> Option<()> {
        if self.known > bytes.len().checked_sub(BLOCK)? {
            return None;
        }
        let block = bytes.get(self.known..)?.first_chunk()?;
        effort::count(BLOCK);
        self.known += BLOCK;
        self.bits = bitmap(block);
        Some(())
    }

    /// The bitmap does not say.
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
        // Less than a block is left: its bitmap is that of the chunk's last block.
        let at = from.max(at);
        effort::count(bytes.len().saturating_sub(at));
        self.known = bytes.len();
        // Fast path: nothing is left but the last line of a block, with which the chunk ends. Where each event is a chunk
        // of its own nearly all are such; an LLM delta takes a twelfth less.
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

/// In a chunk of less than a block. A padded copy for a bitmap took longer: it is read in other widths than it was
/// written.
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

/// All bits from `n` on.
#[inline(always)]
fn from_bit(n: usize) -> u64 {
    u64::MAX.checked_shl(n as u32).unwrap_or(0)
}
