//! Finds the first line end of a text to send. Most texts have none, so that is checked first.

use memchr::memchr2;

use crate::simd::words::line_ends_in_word;

/// The place of the first line end. LF, CR and CRLF end lines (WHATWG HTML 9.2.5), and nothing else does.
#[inline(always)]
pub(super) fn find_line_end(text: &[u8]) -> Option<usize> {
    if text.len() < 16 { in_short(text) } else { in_long(text) }
}

/// Five bytes of data take an eighth less time to encode than with a loop byte by byte, and that loop takes a quarter
/// less than a call.
#[inline(always)]
fn in_short(text: &[u8]) -> Option<usize> {
    let ends = if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        line_ends_in_word(u64::from_le_bytes(*first)) | line_ends_in_word(u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        line_ends_in_word(u64::from(first) << 32 | u64::from(last))
    } else {
        1
    };
    if ends == 0 { None } else { text.iter().position(|byte| matches!(byte, b'\n' | b'\r')) }
}

#[cfg(not(feature = "simd"))]
#[inline(always)]
fn in_long(text: &[u8]) -> Option<usize> {
    memchr2(b'\n', b'\r', text)
}

/// Without a call, a message with an event type takes a sixth less time to encode than with `memchr2`.
#[cfg(feature = "simd")]
#[inline(always)]
fn in_long(text: &[u8]) -> Option<usize> {
    use crate::simd::blocks::{BLOCK, bitmap, holds_control, holds_control_short};

    let Some(last) = text.len().checked_sub(BLOCK) else {
        return if holds_control_short(text) { memchr2(b'\n', b'\r', text) } else { None };
    };
    let mut at = 0;
    loop {
        let block = text.get(at..)?.first_chunk()?;
        if holds_control(block) {
            let ends = bitmap(block);
            if ends != 0 {
                return Some(at + ends.trailing_zeros() as usize);
            }
        }
        if at == last {
            return None;
        }
        at = (at + BLOCK).min(last);
    }
}

#[cfg(test)]
mod tests {
    use super::find_line_end;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Each length has a separate path; other control characters are checked a second time.
        #[test]
        fn the_first_line_end_is_found(
            mut text in vec(any::<u8>(), 0..200),
            ends in vec((any::<prop::sample::Index>(), prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'\t')]), 0..3),
        ) {
            text.iter_mut().for_each(|byte| *byte = (*byte).max(b' '));
            for (index, byte) in ends {
                if !text.is_empty() {
                    let at = index.index(text.len());
                    text[at] = byte;
                }
            }
            let naive = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            prop_assert_eq!(find_line_end(&text), naive);
        }
    }
}
