//! Where a cell's choices come from: the same for the same seed on every machine, so whole numbers only.

/// SplitMix64: seeds that follow each other give streams that have nothing in common.
pub(super) struct Random(u64);

impl Random {
    /// Each cell has its own, so that one can be drawn without those before it.
    pub(super) fn new(seed: u64, cell: usize) -> Self {
        let mut cells = Self(Self(seed).next() ^ cell as u64);
        Self(cells.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// From `least` to `least` doubled `octaves` times: each octave is as likely as the next.
    pub(super) fn log_uniform(&mut self, least: usize, octaves: usize) -> usize {
        let low = least << self.below(octaves);
        low + self.below(low)
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}
