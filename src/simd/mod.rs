//! Handles several bytes at a time: line ends, UTF-8, words and vectors. It knows nothing of the protocol except CR
//! and LF.

pub(crate) mod blocks;
pub(crate) mod effort;
#[cfg(feature = "alloc")]
pub(crate) mod line_ends;
#[cfg(feature = "simd")]
pub(crate) mod sixteen;
#[cfg(feature = "alloc")]
pub(crate) mod utf8;
pub(crate) mod words;

/// The first CR or LF at or after `from`; the end of `input`, if there is none.
pub(crate) fn first_line_end(input: &[u8], from: usize) -> usize {
    let found = input.get(from..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest));
    found.map_or(input.len(), |found| from + found)
}
