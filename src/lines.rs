//! Where lines end in a chunk.

use crate::{scan, work};

/// Finds line ends, one after the other, by the way that suits the lines.
///
/// Short lines: a bitmap of the next 64 bytes, made by compares of 16 bytes, answers for all lines that end
/// in it. Long lines: `memchr2` is faster once it runs. What the last lines were like decides.
#[derive(Debug, Clone)]
pub(crate) struct LineEnds {
    /// Bit `n` says that a line ends at `known - BLOCK + n`. Between the last question and `known` no other line
    /// ends.
    bits: u64,
    known: usize,
}

/// Whether the last line did not end within `SHORT` bytes. A guess that outlives the chunk: streams are all
/// alike from one chunk to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LongLines(bool);

/// The bytes that one bitmap speaks of.
const BLOCK: usize = 64;

/// Beyond this a search goes on with `memchr2`.
const SHORT: usize = 4 * BLOCK;

impl LineEnds {
    pub(crate) const fn new() -> Self {
        Self { bits: 0, known: 0 }
    }

    /// The first CR or LF at or after `from`, which must not be less than the last time.
    #[inline(always)]
    pub(crate) fn find(&mut self, bytes: &[u8], from: usize, long: &mut LongLines) -> Option<usize> {
        let shift = (from + BLOCK).saturating_sub(self.known);
        if shift < BLOCK {
            let bits = self.bits >> shift;
            if bits != 0 {
                return Some(self.known + shift + bits.trailing_zeros() as usize - BLOCK);
            }
        }
        if self.known == bytes.len() {
            return None;
        }
        let at = from.max(self.known);
        if cfg!(feature = "simd") && !long.0 {
            self.search_short(bytes, from, at, long)
        } else {
            self.search_long(bytes, from, at, long)
        }
    }

    /// No line ends between `from` and `at`, and the line is likely to be short.
    #[inline(never)]
    fn search_short(&mut self, bytes: &[u8], from: usize, at: usize, long: &mut LongLines) -> Option<usize> {
        let mut at = at;
        while at < from + SHORT {
            let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
                return self.search_tail(bytes, at);
            };
            work::count(BLOCK);
            at += BLOCK;
            (self.known, self.bits) = (at, bitmap(block));
            if self.bits != 0 {
                return Some(at + self.bits.trailing_zeros() as usize - BLOCK);
            }
        }
        self.search_long(bytes, from, at, long)
    }

    /// From `at` on there is less than a block left: the last bitmap is that of the chunk's last block.
    #[inline(never)]
    fn search_tail(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if at >= bytes.len() {
            return None;
        }
        work::count(bytes.len() - at);
        let Some(block) = bytes.last_chunk() else { return first_line_end(bytes, at) };
        self.known = bytes.len();
        self.bits = bitmap(block) & (u64::MAX << (at + BLOCK - self.known));
        (self.bits != 0).then(|| self.known + self.bits.trailing_zeros() as usize - BLOCK)
    }

    /// The same, and it is likely to be long.
    #[inline(never)]
    fn search_long(&mut self, bytes: &[u8], from: usize, at: usize, long: &mut LongLines) -> Option<usize> {
        let found = scan::line_end(bytes, at);
        work::count(found.unwrap_or(bytes.len()) - at);
        match found {
            Some(end) => long.0 = end - from > SHORT,
            None => (self.known, self.bits) = (bytes.len(), 0),
        }
        found
    }
}

/// In a chunk of less than a block. A padded copy for a bitmap took longer: it is read in other widths than it was
/// written.
fn first_line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.len() < 16 {
        return rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map(|found| at + found);
    }
    scan::line_end(bytes, at)
}

/// Bit `n`: whether `block[n]` is CR or LF. Sixteen bytes at a time.
#[cfg(feature = "simd")]
fn bitmap(block: &[u8; BLOCK]) -> u64 {
    use wide::{CmpEq, i8x16};

    let mut bits = 0;
    for (n, part) in block.chunks_exact(16).enumerate() {
        let Some(part) = part.first_chunk::<16>() else { continue };
        let bytes = i8x16::from(part.map(|byte| byte as i8));
        let ends = bytes.cmp_eq(i8x16::splat(b'\n' as i8)) | bytes.cmp_eq(i8x16::splat(b'\r' as i8));
        bits |= u64::from(ends.move_mask() as u16) << (16 * n);
    }
    bits
}

/// Bit `n`: whether `block[n]` is CR or LF.
#[cfg(not(feature = "simd"))]
fn bitmap(block: &[u8; BLOCK]) -> u64 {
    block.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(matches!(byte, b'\n' | b'\r')))
}
