//! Whether bytes are UTF-8, how far, and what stands for what is not. The one place that knows how it is found out.

use alloc::string::String;
use core::str;

use crate::simd::effort;

/// The text of `bytes`, unless something in them is bad. Reads all of them, bad or not.
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

/// `None`, by a branch that is foreseen: the text's place then does not wait for the check, and a copy of it runs beside that. An
/// owned LLM delta takes a quarter less.
#[cold]
#[inline(never)]
fn bad<'t>() -> Option<&'t str> {
    None
}

/// As much of `bytes` as is text. Stops at the first bad byte: a pass that goes on to the end, as that of `text`
/// does, made streams with a bad byte in every event a hundred times as slow.
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

/// `end`, or less where it cuts a character of `bytes`: at most three bytes less.
pub(crate) fn whole_characters(bytes: &[u8], end: usize) -> usize {
    #[cfg(sse_without = "whole_characters")]
    return end;
    // Without a branch: where text is not ASCII nobody foresees where in a character an edge falls.
    let Some(&[third, second, last]) = bytes.get(..end).and_then(<[u8]>::last_chunk) else { return end };
    let begun =
        usize::from(last >= 0xC0).max(2 * usize::from(second >= 0xE0)).max(3 * usize::from(third >= 0xF0));
    end - begun
}

/// Puts `bytes` into `text` with one U+FFFD for each maximal subpart that is no UTF-8.
pub(crate) fn repair<'t>(bytes: &[u8], text: &'t mut String) -> &'t str {
    // Once for the exact length, since doubling could take twice the memory, and once to write.
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
