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
        self.search(bytes, from, long)
    }

    #[inline(never)]
    fn search(&mut self, bytes: &[u8], from: usize, long: &mut LongLines) -> Option<usize> {
        let mut at = from.max(self.known);
        if cfg!(feature = "simd") && !long.0 {
            while at < from + SHORT {
                let rest = bytes.get(at..).unwrap_or_default();
                let taken = rest.len().min(BLOCK);
                work::count(taken);
                let bits = match rest.first_chunk() {
                    Some(block) => bitmap(block),
                    None if rest.is_empty() => return None,
                    None => last_bitmap(rest),
                };
                at += taken;
                (self.known, self.bits) = (at, bits);
                if bits != 0 {
                    return Some(at + bits.trailing_zeros() as usize - BLOCK);
                }
            }
        }
        let found = scan::line_end(bytes, at);
        work::count(found.unwrap_or(bytes.len()) - at);
        match found {
            Some(end) => long.0 = end - from > SHORT,
            None => (self.known, self.bits) = (bytes.len(), 0),
        }
        found
    }
}

/// The bitmap of less than a block, as if other bytes stood before it.
fn last_bitmap(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    if let Some(room) = block.get_mut(..rest.len()) {
        room.copy_from_slice(rest);
    }
    bitmap(&block) << (BLOCK - rest.len())
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
