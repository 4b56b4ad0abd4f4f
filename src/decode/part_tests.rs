//! The small parts on which each path relies, for all inputs that make a difference: cuts of characters, digits, room,
//! line ends and windows. What is done with words of eight bytes is proved by a solver (`tests/proofs` in the
//! repository).
#![cfg(not(miri))] // it would take hours there

use core::ops::Range;
use core::str;

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::checked_text::CheckedText;
use super::room::Room;
use crate::limits::{CHECK_AHEAD, CHECK_BEHIND};
use crate::scan::retry::RetryDigits;
use crate::simd::line_ends::LineEnds;
use crate::simd::utf8;

/// How many of the last bytes are the start of a character, by the standard library; `None` if they are not UTF-8 for another
/// reason. Bytes that continue a character of before are passed first.
fn begun(last: &[u8]) -> Option<usize> {
    let passed = last.iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
    let rest = &last[passed..];
    match str::from_utf8(rest) {
        Ok(_) => Some(0),
        Err(error) if error.error_len().is_none() => Some(rest.len() - error.valid_up_to()),
        Err(_) => None,
    }
}

/// All that three bytes can be, before the end and after it.
#[test]
fn no_character_is_cut_whatever_the_last_bytes_are() {
    for all in 0..1_u32 << 24 {
        let [_, bytes @ ..] = all.to_be_bytes();
        let end = utf8::whole_characters(&bytes, 3);
        match begun(&bytes) {
            Some(begun) => assert_eq!(3 - end, begun, "{bytes:X?}"),
            None => assert!(end <= 3, "{bytes:X?}"),
        }
    }
    for short in [&b""[..], b"\xE6", b"\xE6\x97"] {
        assert_eq!(utf8::whole_characters(short, short.len()), short.len(), "a chunk is longer");
    }
    for character in '\0'..=char::MAX {
        let mut bytes = *b"....";
        let len = character.encode_utf8(&mut bytes).len();
        let text = [&b"..."[..], &bytes[..len], b"..."].concat();
        let text = str::from_utf8(&text).unwrap_or_default();
        for end in 3..=text.len() {
            let whole = utf8::whole_characters(text.as_bytes(), end);
            assert!(text.is_char_boundary(whole) && end - whole < 4);
            assert!((whole + 1..=end).all(|at| !text.is_char_boundary(at)), "{character:?} to {end}");
        }
    }
}

/// One step for each byte, from each state in which the result may no longer fit; by induction any number of digits.
#[test]
fn a_digit_more_is_ten_times_as_much_or_too_much() {
    let near = (0..100).chain(u64::MAX / 10 - 100..=u64::MAX / 10 + 100).chain(u64::MAX - 100..=u64::MAX);
    for so_far in near {
        for byte in 0..=u8::MAX {
            let digit = u128::from(byte.wrapping_sub(b'0'));
            let value = if byte.is_ascii_digit() {
                u64::try_from(u128::from(so_far) * 10 + digit).ok()
            } else {
                None
            };
            assert_eq!(RetryDigits::Number(so_far).push(&[byte]).millis(), value, "{so_far} and {byte}");
            assert_eq!(RetryDigits::Invalid.push(&[byte]).millis(), None);
        }
    }
    for byte in 0..=u8::MAX {
        let value = byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
        assert_eq!(RetryDigits::Empty.push(&[byte]).millis(), value);
    }
    assert_eq!(RetryDigits::Empty.millis(), None);
    for number in [u64::MAX, u64::MAX - 1, 10_000_000_000_000_000_000] {
        assert_eq!(RetryDigits::Empty.push(number.to_string().as_bytes()).millis(), Some(number));
    }
}

#[test]
fn room_is_taken_whole_or_not_at_all() {
    let sizes = || (0..300).chain(usize::MAX - 300..=usize::MAX);
    for limit in sizes() {
        for bytes in sizes() {
            let mut room = Room::of(limit);
            let fits = bytes <= limit;
            assert_eq!(room.take(bytes), if fits { Ok(()) } else { Err(limit) });
            assert_eq!(room.taken_of(limit), if fits { bytes } else { 0 });
            assert_eq!(room.is_all_of(limit), bytes == 0 || !fits);
        }
    }
}

/// Each place of one line end and of two, in chunks of up to three blocks and a part of one, and each place to start from.
#[test]
fn each_line_end_is_found_from_each_place() {
    const BLOCK: usize = 64;
    for len in 0..=3 * BLOCK + 17 {
        let mut bytes = vec![b'x'; len];
        let find = |bytes: &[u8], from: usize, near: bool| {
            let mut lines = LineEnds::from(0);
            let found = if near { lines.find_end_near(bytes, from, from) } else { lines.find(bytes, from) };
            assert_eq!(lines.find(bytes, found), found, "asked again");
            found
        };
        for first in 0..=len {
            // With `first == len` there is none.
            if let Some(byte) = bytes.get_mut(first) {
                *byte = if first % 2 == 0 { b'\n' } else { b'\r' };
            }
            for from in [0, first / 2, first, first + 1].into_iter().filter(|from| *from <= len) {
                let expected = if from <= first { first } else { len };
                for near in [false, true] {
                    assert_eq!(find(&bytes, from, near), expected, "{first} of {len}, from {from}");
                }
            }
            // Both, one after the other, by the same state.
            for second in first + 1..len {
                bytes[second] = b'\n';
                let mut lines = LineEnds::from(0);
                assert_eq!(lines.find(&bytes, 0), first, "{first} and {second} of {len}");
                assert_eq!(
                    lines.find_end_near(&bytes, first + 1, first + 1),
                    second,
                    "{first} and {second} of {len}"
                );
                assert_eq!(lines.find(&bytes, second + 1), len);
                assert_eq!(
                    find(&bytes, second, false),
                    second,
                    "{first} and {second} of {len}, from the second"
                );
                bytes[second] = b'x';
            }
            if let Some(byte) = bytes.get_mut(first) {
                *byte = b'x';
            }
        }
    }
}

/// Whether a value may lie here, or a block may start: other bytes of the line, which are ASCII, or line ends are around it.
fn is_place(bytes: &[u8], at: &Range<usize>) -> bool {
    let before = at.start.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(u8::is_ascii) && bytes.get(at.end).is_none_or(u8::is_ascii)
}

#[test]
fn a_repair_replaces_what_was_there() {
    let mut text = "before".to_string();
    assert_eq!(utf8::repair(b"a\xFF", &mut text), "a\u{FFFD}");
    assert_eq!(utf8::repair(b"\xE2\x82b", &mut text), "\u{FFFD}b");
}

/// Two values of a small chunk in order, each place of a bad byte, and each place to start a window from.
#[test]
fn a_window_gives_the_text_of_its_values() {
    let chunk = "ab\u{E9}\u{65E5}cde";
    for bad in 0..=chunk.len() {
        let mut bytes = chunk.as_bytes().to_vec();
        if let Some(byte) = bytes.get_mut(bad) {
            *byte = 0xFF;
        }
        let text = |at: &Range<usize>| str::from_utf8(&bytes[at.clone()]).ok();
        let all = (0..=bytes.len()).flat_map(|start| (start..=bytes.len()).map(move |end| start..end));
        let places: Vec<_> = all.filter(|at| is_place(&bytes, at)).collect();
        for first in &places {
            for second in places.iter().filter(|second| second.start >= first.end) {
                for from in (0..=first.start).filter(|from| is_place(&bytes, &(*from..bytes.len()))) {
                    for mut checked in [CheckedText::NOTHING, CheckedText::ONLY_ONCE] {
                        assert_eq!(checked.text(first.clone(), from, &bytes), text(first));
                        assert_eq!(checked.alone_or_known(second.clone(), &bytes), text(second));
                        assert_eq!(checked.text(second.clone(), second.start, &bytes), text(second));
                        assert_eq!(checked.text(first.clone(), first.start, &bytes), text(first), "again");
                    }
                }
            }
        }
    }
}

/// Values around each bound of a window: how far before the value it may start, and how far it reaches.
#[test]
fn a_window_of_any_size_gives_the_text_of_its_values() {
    let chunk = "x\u{E9}yz\u{65E5}\u{1F600}".repeat(CHECK_AHEAD / 8);
    let bytes = chunk.as_bytes();
    let text = |at: &Range<usize>| str::from_utf8(&bytes[at.clone()]).ok();
    for start in (0..5).chain(CHECK_BEHIND - 12..CHECK_BEHIND + 12) {
        for len in (0..12).chain(CHECK_AHEAD - 12..CHECK_AHEAD + 12) {
            let value = start..start + len;
            for from in [0, start / 2, start] {
                if !is_place(bytes, &value) || !is_place(bytes, &(from..bytes.len())) {
                    continue;
                }
                let mut checked = CheckedText::NOTHING;
                assert_eq!(checked.text(value.clone(), from, bytes), text(&value), "{value:?} from {from}");
                for next in (value.end..value.end + 12).map(|next| next..next + 20) {
                    if is_place(bytes, &next) {
                        assert_eq!(checked.text(next.clone(), next.start, bytes), text(&next), "{next:?}");
                    }
                }
            }
        }
    }
}
