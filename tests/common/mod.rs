//! Code that several test crates and the fuzz targets share: the twin, and the ways to run the crate.
#![allow(dead_code, unreachable_pub, reason = "each test crate uses its own part of this module")]

pub mod inputs;
pub mod messages;
#[cfg(feature = "std")]
pub mod network;
pub mod reference_log;
pub mod reference_session;
pub mod run;
#[cfg(feature = "std")]
pub mod sinks;
// The fuzz targets share this folder and have no proptest.
#[cfg(not(fuzzing))]
pub mod strategies;
pub mod twin;

/// Offsets for cutting `len` bytes, ascending. An offset that occurs twice makes an empty chunk.
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

    /// Single bytes and larger chunks in one stream: a byte alone in the middle, byte by byte up to a place and whole after
    /// it, and the other way round. Up to 256 bytes at each place, then at every 61st.
    pub fn some_bytes_alone(len: usize) -> Vec<Vec<usize>> {
        let places = (0..len).filter(|k| len <= 256 || k % 61 == 0);
        places.flat_map(|k| [vec![k, k + 1], (1..=k).collect(), (k..len).collect()]).collect()
    }

    /// The places for cutting in two: all places up to 4 KiB. For a longer input, all places would take minutes. Then
    /// it is the places near its ends and every 61st: a prime, so that each place of a short line occurs.
    pub fn in_two(len: usize) -> Vec<usize> {
        (0..=len).filter(|k| len <= 4096 || *k < 16 || *k + 16 > len || *k % 61 == 0).collect()
    }
}
