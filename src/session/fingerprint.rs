//! Detects that a text has changed, without a copy of it: an id may have many megabytes.

use crate::simd::effort;

/// Two different texts have the same fingerprint with a probability of 1 in 2^64. A server that finds such a pair can
/// only hide a change of its own id from its own client, so a plain hash is enough (FNV-1a, 64 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        effort::count(text.len());
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }
}
