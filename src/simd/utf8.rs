//! Checks whether bytes are UTF-8, finds how far they are valid, and replaces bad bytes. No other module checks
//! UTF-8.

use alloc::string::String;
use core::str;

use crate::simd::effort;

/// The text of `bytes`; `None` if a byte is bad. Always reads all bytes.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    effort::count(bytes.len());
    #[cfg(feature = "simd")]
    let checked = simdutf8::basic::from_utf8(bytes);
    #[cfg(not(feature = "simd"))]
    let checked = str::from_utf8(bytes);
    match checked {
        Ok(text) => Some(text),
        Err(_) => bad(),
    }
}

/// Returns `None` in a separate cold function, so that the branch is predicted. Then the text's place does not wait
/// for the check, and a copy of the text runs in parallel with the check. An owned LLM delta takes a quarter less
/// time.
#[cold]
#[inline(never)]
fn bad<'t>() -> Option<&'t str> {
    None
}

/// The longest prefix of `bytes` that is text. Stops at the first bad byte. `text` always reads to the end; with
/// that, streams with a bad byte in every event took a hundred times as long.
pub(crate) fn text_ahead(bytes: &[u8]) -> &str {
    #[cfg(feature = "simd")]
    let checked = simdutf8::compat::from_utf8(bytes).map_err(|error| error.valid_up_to());
    #[cfg(not(feature = "simd"))]
    let checked = str::from_utf8(bytes).map_err(|error| error.valid_up_to());
    match checked {
        Ok(text) => {
            effort::count(bytes.len());
            text
        }
        Err(end) => {
            effort::count(end);
            bytes.get(..end).and_then(text).unwrap_or_default()
        }
    }
}

/// `end`, or up to three bytes less if `end` would cut a character of `bytes`.
pub(crate) fn whole_characters(bytes: &[u8], end: usize) -> usize {
    #[cfg(sse_without = "whole_characters")]
    return end;
    // Without a branch: in text that is not ASCII, an edge falls at an unpredictable place of a character.
    let Some(&[third, second, last]) = bytes.get(..end).and_then(<[u8]>::last_chunk) else { return end };
    let begun =
        usize::from(last >= 0xC0).max(2 * usize::from(second >= 0xE0)).max(3 * usize::from(third >= 0xF0));
    end - begun
}

/// Writes `bytes` to `text`, with one U+FFFD for each maximal subpart that is not UTF-8.
pub(crate) fn repair<'t>(bytes: &[u8], text: &'t mut String) -> &'t str {
    // The bytes are read twice: once to compute the exact length, because a doubling buffer could take twice the
    // memory, and once to write.
    effort::count(2 * bytes.len());
    let length = |chunk: str::Utf8Chunk<'_>| chunk.valid().len() + mark(&chunk).len();
    text.clear();
    text.reserve_exact(bytes.utf8_chunks().map(length).sum());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(mark(&chunk));
    }
    text
}

fn mark(chunk: &str::Utf8Chunk<'_>) -> &'static str {
    if chunk.invalid().is_empty() { "" } else { "\u{FFFD}" }
}
