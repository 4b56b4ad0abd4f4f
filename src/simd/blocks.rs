//! Blocks of 64 bytes.

#[cfg(feature = "simd")]
use crate::simd::sixteen::{Controls, line_ends};

/// The number of bytes that one bitmap covers.
#[cfg(any(feature = "alloc", feature = "simd"))]
pub(crate) const BLOCK: usize = 64;

/// Whether `block` contains CR or LF, or another control character up to CR. These are rare in text, and this check
/// takes a third of the instructions of a bitmap.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn holds_control(block: &[u8; BLOCK]) -> bool {
    let mut controls = Controls::none();
    for part in block.chunks_exact(16) {
        let Some(part) = part.first_chunk() else { continue };
        controls = controls.and(Controls::of(part));
    }
    controls.are_there()
}

/// The same for 16 to 64 bytes, with four vectors that overlap as far as necessary, so the code needs no branch on
/// the length.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn holds_control_short(bytes: &[u8]) -> bool {
    let middle = bytes.len() / 32 * 16;
    let controls = |at: usize| Some(Controls::of(bytes.get(at..)?.first_chunk()?));
    let last = bytes.len() - 16;
    let all = || Some(controls(0)?.and(controls(middle)?).and(controls(last - middle)?.and(controls(last)?)));
    all().is_none_or(Controls::are_there)
}

/// Bit `n`: whether `block[n]` is CR or LF.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn bitmap(block: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (n, part) in block.chunks_exact(16).enumerate() {
        let Some(part) = part.first_chunk() else { continue };
        bits |= u64::from(line_ends(part)) << (16 * n);
    }
    bits
}
