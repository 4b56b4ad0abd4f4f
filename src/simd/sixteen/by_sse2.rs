//! The implementation with SSE2 vectors, which every 64-bit x86 processor has.

use safe_arch::{cmp_eq_mask_i8_m128i, m128i, min_u8_m128i, move_mask_i8_m128i, set_splat_i8_m128i};

/// Bit `n`: whether `part[n]` is CR or LF.
#[inline(always)]
pub(crate) fn line_ends(part: &[u8; 16]) -> u16 {
    let bytes = m128i::from(*part);
    let equal = |byte: u8| cmp_eq_mask_i8_m128i(bytes, splat(byte));
    move_mask_i8_m128i(equal(b'\n') | equal(b'\r')) as u16
}

/// Detects control characters up to CR, which are rare in text. Holds the least value of each byte seen.
#[derive(Clone, Copy)]
pub(crate) struct LeastBytes(m128i);

impl LeastBytes {
    #[inline(always)]
    pub(crate) fn none() -> Self {
        Self(splat(u8::MAX))
    }

    #[inline(always)]
    pub(crate) fn of(part: &[u8; 16]) -> Self {
        Self(m128i::from(*part))
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(min_u8_m128i(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn are_there(self) -> bool {
        move_mask_i8_m128i(cmp_eq_mask_i8_m128i(min_u8_m128i(self.0, splat(b'\r')), self.0)) != 0
    }
}

#[inline(always)]
fn splat(byte: u8) -> m128i {
    set_splat_i8_m128i(byte as i8)
}
