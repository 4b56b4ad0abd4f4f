//! Vectors of 16 bytes and blocks of 64.

#[cfg(feature = "simd")]
use wide::u8x16;

/// The bytes that one bitmap speaks of.
#[cfg(any(feature = "alloc", feature = "simd"))]
pub(crate) const BLOCK: usize = 64;

/// Whether `block` holds CR or LF, or another control character up to CR. Those are rare in text, and one compare of
/// the least bytes takes a third of the instructions of a bitmap.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn holds_control(block: &[u8; BLOCK]) -> bool {
    let mut least = u8x16::splat(u8::MAX);
    for part in block.chunks_exact(16) {
        let Some(part) = part.first_chunk::<16>() else { continue };
        least = least.min(u8x16::from(*part));
    }
    any_up_to_cr(least)
}

#[cfg(feature = "simd")]
#[inline(always)]
fn any_up_to_cr(bytes: u8x16) -> bool {
    bytes.min(u8x16::splat(b'\r')).cmp_eq(bytes).move_mask() != 0
}

/// The same of 16 to 64 bytes, by four vectors that overlap as they must: there is no branch on their number.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn holds_control_short(bytes: &[u8]) -> bool {
    let middle = bytes.len() / 32 * 16;
    let vector = |at: usize| Some(u8x16::from(*bytes.get(at..)?.first_chunk::<16>()?));
    let last = bytes.len() - 16;
    let least = || Some(vector(0)?.min(vector(middle)?).min(vector(last - middle)?.min(vector(last)?)));
    least().is_none_or(any_up_to_cr)
}

/// Bit `n`: whether `block[n]` is CR or LF. Sixteen bytes at a time.
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

/// Bit `n`: whether `part[n]` is CR or LF.
#[cfg(feature = "simd")]
#[inline(always)]
pub(crate) fn line_ends(part: &[u8; 16]) -> u16 {
    let bytes = u8x16::from(*part);
    let ends = bytes.cmp_eq(u8x16::splat(b'\n')) | bytes.cmp_eq(u8x16::splat(b'\r'));
    ends.move_mask() as u16
}
