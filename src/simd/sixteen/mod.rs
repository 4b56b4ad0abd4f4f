//! Searches sixteen bytes at once: with the processor's vectors if safe functions for them exist, otherwise with two
//! words.

#[cfg(target_feature = "sse2")]
mod by_sse2;
#[cfg(any(test, not(target_feature = "sse2")))]
mod by_words;

#[cfg(target_feature = "sse2")]
pub(crate) use by_sse2::{LeastBytes as Controls, line_ends};
#[cfg(not(target_feature = "sse2"))]
pub(crate) use by_words::{ControlBits as Controls, line_ends};

#[cfg(test)]
mod tests {
    use super::{Controls, by_words, line_ends};

    /// Tests each pattern of line ends among bytes that differ from a line end by one bit, and each byte at each
    /// place.
    #[test]
    fn line_ends_are_found_byte_by_byte() {
        // Miri is slow, and there is nothing for it to see in each of them.
        for pattern in (0..=u16::MAX).step_by(if cfg!(miri) { 251 } else { 1 }) {
            for (end, other) in [(b'\n', 0x0B), (b'\r', 0x8D), (b'\n', 0x8A), (b'\r', 0x0C), (b'\n', 0x09)] {
                let part = core::array::from_fn(|n| if pattern >> n & 1 == 1 { end } else { other });
                assert_eq!((line_ends(&part), by_words::line_ends(&part)), (pattern, pattern), "{part:?}");
            }
        }
        for (at, byte) in (0..16).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
            let mut part = [b'\r' + 1; 16];
            part[at] = byte;
            let expected = u16::from(matches!(byte, b'\n' | b'\r')) << at;
            assert_eq!((line_ends(&part), by_words::line_ends(&part)), (expected, expected), "{part:?}");
        }
    }

    /// A missed byte would be a line end that is never found.
    #[test]
    fn no_control_is_missed() {
        for (at, byte) in (0..32).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
            let mut parts = [[b'x'; 16]; 2];
            parts[at / 16][at % 16] = byte;
            let here = Controls::none().and(Controls::of(&parts[0])).and(Controls::of(&parts[1])).are_there();
            let by_words = by_words::ControlBits::none()
                .and(by_words::ControlBits::of(&parts[0]))
                .and(by_words::ControlBits::of(&parts[1]))
                .are_there();
            let expected = byte <= b'\r';
            assert_eq!((here, by_words), (expected, expected), "{byte} at {at}");
        }
    }
}
