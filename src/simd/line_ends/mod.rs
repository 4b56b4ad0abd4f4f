//! Finds where lines end in a chunk.

#[cfg(feature = "simd")]
mod by_bitmap;
#[cfg(not(feature = "simd"))]
mod by_memchr;

use crate::simd::blocks::BLOCK;

/// Finds line ends in ascending order, and remembers those of the last bytes that were searched.
#[derive(Debug, Clone)]
pub(crate) struct LineEnds {
    /// Bit `n` is set if a line ends at `known - BLOCK + n`. Invariant: each line end between the start of the last
    /// search and `known` is set here, or was the answer. So searches never go backwards.
    bits: u64,
    known: usize,
    /// No line ends from this position on, if that is known. `go_back` does not reset it.
    none_from: usize,
}

impl LineEnds {
    /// Starts at `at`, with no known line ends.
    pub(crate) const fn from(at: usize) -> Self {
        Self { bits: 0, known: at, none_from: usize::MAX }
    }

    /// The first CR or LF at or after `from`; the end of `bytes`, if there is none. `from` may be less than the start
    /// of the last search only if no line ends between the two.
    #[inline(always)]
    pub(crate) fn find(&mut self, bytes: &[u8], from: usize) -> usize {
        self.find_end(bytes, from, from)
    }

    /// The end of the line that starts at `line`. The caller knows that it does not end before `from`.
    #[inline(always)]
    pub(crate) fn find_end(&mut self, bytes: &[u8], line: usize, from: usize) -> usize {
        match self.here(from) {
            Some(end) => end,
            None => self.search(bytes, line, from),
        }
    }

    /// The first line end at or after `from`, if the bitmap contains it.
    #[inline(always)]
    fn here(&self, from: usize) -> Option<usize> {
        let shift = (from + BLOCK).wrapping_sub(self.known);
        let bits = if shift < BLOCK { self.bits >> shift } else { 0 };
        if bits == 0 { None } else { Some(from + bits.trailing_zeros() as usize) }
    }

    /// Discards the line ends before `from`: the caller will not ask for them.
    #[inline(always)]
    pub(crate) fn pass(&mut self, from: usize) {
        let passed = (from + BLOCK).saturating_sub(self.known);
        if passed < BLOCK {
            self.bits = self.bits >> passed << passed;
        } else {
            (self.bits, self.known) = (0, from);
        }
    }

    /// The first line end that was not passed, if this bitmap or the next one contains it. It does not depend on the
    /// end of the line before, if that is in another bitmap. So the processor works on several lines at once.
    #[inline(always)]
    pub(crate) fn peek(&mut self, bytes: &[u8], near: usize) -> Option<usize> {
        while self.bits == 0 {
            if self.known > near {
                return None;
            }
            self.read_block(bytes)?;
        }
        Some(self.known + self.bits.trailing_zeros() as usize - BLOCK)
    }

    /// Passes the line end that `peek` has found.
    #[inline(always)]
    pub(crate) fn pop(&mut self) {
        self.bits &= self.bits.wrapping_sub(1);
    }

    /// Whether it is known that no line ends at or after `from`.
    #[inline(always)]
    pub(crate) fn none_is_left(&self, from: usize) -> bool {
        from >= self.none_from
    }

    /// Restores an earlier state: `before` is a clone of that state.
    #[inline(always)]
    pub(crate) fn go_back(&mut self, before: Self) {
        (self.bits, self.known) = (before.bits, before.known);
    }

    /// The first line end in the bitmap.
    fn first_known(&self, bytes: &[u8]) -> usize {
        match self.bits {
            0 => bytes.len(),
            bits => self.known + bits.trailing_zeros() as usize - BLOCK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineEnds;
    use alloc::vec::Vec;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Mostly text, so that lines are longer than a block or shorter.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte =
            |rare| prop_oneof![rare => Just(b'a'), 2 => Just(b'\n'), 1 => Just(b'\r'), 1 => any::<u8>()];
        (prop_oneof![vec(byte(4), 0..300), vec(byte(300), 0..300)], any::<bool>()).prop_map(
            |(mut bytes, ended)| {
                bytes.extend_from_slice(if ended { b"\n\n" } else { b"" });
                bytes
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_asked_for_in_order_is_found(
            bytes in bytes(),
            steps in vec((0..70usize, any::<bool>(), any::<bool>()), 1..40),
        ) {
            let mut lines = LineEnds::from(0);
            let mut from = 0;
            for (step, near, walk) in steps {
                from = bytes.len().min(from + step);
                if walk {
                    lines.pass(from);
                    for _ in 0..step / 8 {
                        let naive = bytes.iter().skip(from).position(|byte| matches!(byte, b'\n' | b'\r'));
                        let Some(found) = lines.peek(&bytes, from + step) else { break };
                        prop_assert_eq!(naive.map(|at| from + at), Some(found), "peeked from {}", from);
                        lines.pop();
                        from = found + 1;
                    }
                }
                let naive = bytes.iter().skip(from).position(|byte| matches!(byte, b'\n' | b'\r'));
                let expected = naive.map_or(bytes.len(), |at| from + at);
                let found = if near { lines.find_end_near(&bytes, from, from) } else { lines.find(&bytes, from) };
                prop_assert_eq!(found, expected, "from {} of {}", from, bytes.len());
                prop_assert_eq!(lines.find(&bytes, from), expected, "asked again");
            }
        }
    }
}
