//! Where lines end in a chunk.

#[cfg(not(feature = "simd"))]
mod plain;
#[cfg(feature = "simd")]
mod simd;

/// Finds line ends, one after the other, and knows those of the last bytes that it has looked at.
#[derive(Debug, Clone)]
pub(crate) struct LineEnds {
    /// Bit `n` says that a line ends at `known - BLOCK + n`. Between the last question and `known` no other line
    /// ends.
    bits: u64,
    known: usize,
}

/// The bytes that one bitmap speaks of.
const BLOCK: usize = 64;

impl LineEnds {
    /// Nothing is known of what lies before or behind `at`.
    pub(crate) const fn from(at: usize) -> Self {
        Self { bits: 0, known: at }
    }

    /// The first CR or LF at or after `from`; where `bytes` end, if there is none. Between `from` and where the last
    /// question started no line ends, if `from` is less.
    #[inline(always)]
    pub(crate) fn find(&mut self, bytes: &[u8], from: usize) -> usize {
        match self.here(from) {
            Some(end) => end,
            None => self.search(bytes, from),
        }
    }

    /// The first line end at or after `from`, if the bitmap says where it is.
    #[inline(always)]
    fn here(&self, from: usize) -> Option<usize> {
        let shift = (from + BLOCK).wrapping_sub(self.known);
        let bits = if shift < BLOCK { self.bits >> shift } else { 0 };
        if bits == 0 { None } else { Some(from + bits.trailing_zeros() as usize) }
    }

    /// The first line end that the bitmap knows.
    fn first_known(&self, bytes: &[u8]) -> usize {
        match self.bits {
            0 => bytes.len(),
            bits => self.known + bits.trailing_zeros() as usize - BLOCK,
        }
    }
}
