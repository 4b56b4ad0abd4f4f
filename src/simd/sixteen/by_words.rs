//! The implementation with two words of eight bytes, the first byte lowest.

use crate::simd::words::word_controls;

const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// Bit `n`: whether `part[n]` is CR or LF.
#[inline(always)]
pub(crate) fn line_ends(part: &[u8; 16]) -> u16 {
    let [low, high] = words(part).map(|word| {
        let equal = |byte: u8| zeros(word ^ u64::from_ne_bytes([byte; 8]));
        highest_bits(equal(b'\n') | equal(b'\r'))
    });
    low | high << 8
}

/// Sets the highest bit of each byte that is zero, and no other bit. Nothing is carried from one byte to the next.
#[inline(always)]
fn zeros(word: u64) -> u64 {
    !((word & !HIGHEST).wrapping_add(!HIGHEST) | word) & HIGHEST
}

/// Bit `n` of the result is the highest bit of byte `n`, which is bit `8 * n + 7` of the input. The product moves it
/// to `56 + n`. No two of its terms overlap, so nothing is carried there.
#[inline(always)]
fn highest_bits(word: u64) -> u16 {
    const TO_THE_TOP: u64 = 0x0002_0408_1020_4081;
    (word.wrapping_mul(TO_THE_TOP) >> 56) as u16
}

/// Detects control characters up to CR, which are rare in text.
#[derive(Clone, Copy)]
pub(crate) struct ControlBits(u64);

impl ControlBits {
    #[inline(always)]
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    #[inline(always)]
    pub(crate) fn of(part: &[u8; 16]) -> Self {
        let [low, high] = words(part).map(word_controls);
        Self(low | high)
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline(always)]
    pub(crate) fn are_there(self) -> bool {
        self.0 != 0
    }
}

#[inline(always)]
fn words(part: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_le_bytes(*part);
    [both as u64, (both >> 64) as u64]
}
