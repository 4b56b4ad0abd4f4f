//! Whether bytes are UTF-8. The one place that knows how it is found out.

use core::str::Utf8Error;

/// The text of `bytes`, or where it ends.
#[inline]
pub(crate) fn check(bytes: &[u8]) -> Result<&str, Utf8Error> {
    #[cfg(feature = "simd")]
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(text);
    }
    core::str::from_utf8(bytes)
}

/// `end`, or less where it cuts a character of `bytes`: at most three bytes less.
pub(crate) fn whole_characters(bytes: &[u8], end: usize) -> usize {
    for back in 1..=3 {
        let Some(&byte) = end.checked_sub(back).and_then(|at| bytes.get(at)) else { break };
        match byte {
            0x80..=0xBF => {}
            0xC0..=0xFF => {
                let length = byte.leading_ones() as usize;
                return if length > back { end - back } else { end };
            }
            _ => break,
        }
    }
    end
}
