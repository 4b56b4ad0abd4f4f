//! What several test crates (and the fuzz targets) share: the twin, and the ways to run the crate.
#![allow(dead_code, unreachable_pub, reason = "each test crate uses its own part of this module")]

pub mod run;
pub mod twin;

/// Offsets for cutting `len` bytes, ascending; one named twice makes an empty chunk.
pub mod cuts {
    /// Byte by byte.
    pub fn each(len: usize) -> Vec<usize> {
        (1..len).collect()
    }

    /// The cuts of `every` bytes.
    pub fn steps(len: usize, every: usize) -> Vec<usize> {
        (1..len).filter(|k| k % every == 0).collect()
    }

    /// The same with an empty chunk at the start, at the end and at each cut.
    pub fn with_empty(cuts: &[usize], len: usize) -> Vec<usize> {
        let inner = cuts.iter().flat_map(|&k| [k, k]);
        std::iter::once(0).chain(inner).chain(std::iter::once(len)).collect()
    }

    /// The places for cutting in two: all of them up to 4 KiB; of a longer input those near its ends,
    /// near its line ends, and every 61st.
    pub fn in_two(input: &[u8]) -> Vec<usize> {
        let len = input.len();
        let near_line_end = |k: usize| {
            let window = &input[k.saturating_sub(2)..(k + 2).min(len)];
            window.iter().any(|b| matches!(b, b'\r' | b'\n'))
        };
        let dense = len <= 4096;
        let wanted = |k: &usize| {
            dense || *k < 16 || *k + 16 > len || *k % 61 == 0 || (len < 16_384 && near_line_end(*k))
        };
        (0..=len).filter(wanted).collect()
    }
}
