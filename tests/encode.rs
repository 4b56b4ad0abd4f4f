//! What is encoded: the literal bytes, the way back, and that every sink gives the same.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod common;
#[path = "../fuzz/fuzz_targets/encode_sinks.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use std::io::IoSlice;
use std::time::Duration;

use bytes::Buf;
use common::messages::{Frame, Parts, parse};
use common::sinks::encode_everywhere;
use common::strategies::messages::parts;
use proptest::prelude::*;
use sse_proto::{EventId, EventType, InvalidValue, KEEP_ALIVE, Message};

proptest! {
    #[test]
    fn all_sinks_agree(parts in parts()) {
        target::body(&parts);
    }
}

#[test]
fn every_field_against_every_odd_character() {
    for odd in ["\n", "\r", "\r\n", "\0", "\u{2028}", "\u{85}", "\u{feff}", ":", " ", "  ", "\t", "é"] {
        for text in [odd.to_owned(), format!("{odd}a"), format!("a{odd}"), format!("a{odd}b{odd}{odd}c")] {
            let id = EventId::new(&text);
            let event_type = EventType::new(&text);
            let first = text.find(['\n', '\r']);
            assert_eq!(id.is_err(), first.is_some() || text.contains('\0'));
            assert_eq!(event_type.is_err(), first.is_some());
            if let (Some(at), Err(error)) = (first, id) {
                let character = text[at..].chars().next().unwrap();
                assert_eq!(forbidden(error), ("id", character, at));
            }
            let free = Parts { comment: Some(text.clone()), data: Some(text.clone()), ..Parts::default() };
            let bound = Parts {
                id: id.is_ok().then(|| text.clone()),
                event_type: event_type.is_ok().then(|| text.clone()),
                ..free.clone()
            };
            for parts in [free, bound.clone(), Parts { comment: None, ..bound }] {
                let stream = encode_everywhere(&parts.message());
                assert_eq!(parse(&stream), parts.frames());
                assert!(!stream.starts_with("\u{feff}".as_bytes()));
            }
        }
    }
}

/// The fields of the one error with fields.
fn forbidden(error: InvalidValue) -> (&'static str, char, usize) {
    let InvalidValue::Forbidden { field, character, position, .. } = error else { panic!("{error:?}") };
    (field, character, position)
}

#[test]
fn what_is_forbidden_is_found_wherever_it_stands() {
    for filler in ["a", "\u{e}", "\u{7f}", "é"] {
        for (before, behind) in (0..18).flat_map(|before| (0..10).map(move |behind| (before, behind))) {
            for odd in (0..=0x7f).map(char::from) {
                let text = format!("{}{odd}{}", filler.repeat(before), filler.repeat(behind));
                let bad = matches!(odd, '\n' | '\r');
                assert_eq!(EventType::new(&text).is_err(), bad, "{text:?}");
                match EventId::new(&text) {
                    Ok(_) => assert!(!bad && odd != '\0', "{text:?}"),
                    Err(error) => {
                        let position = filler.len() * before;
                        assert_eq!(forbidden(error), ("id", odd, position));
                    }
                }
            }
        }
    }
}

#[test]
fn literal_bytes() {
    let full = Message::new()
        .data("b\n c")
        .retry(Duration::from_millis(0))
        .id(EventId::EMPTY)
        .event_type(EventType::from_static("t"))
        .comment("x\r\ny");
    let expected = ":x\n:y\nevent: t\nid: \nretry: 0\ndata: b\ndata:  c\n\n";
    assert_eq!(encode_everywhere(&full), expected.as_bytes());
    assert_eq!(encode_everywhere(&Message::new()), b"\n");
    assert_eq!(encode_everywhere(&Message::new().comment("")), KEEP_ALIVE);
    assert_eq!(parse(KEEP_ALIVE), [Frame::Comment(String::new())]);
    // `Duration::MAX` would wrap to the right answer by chance, so a time that would not is here too.
    for delay in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_millis(u64::MAX)] {
        assert_eq!(parse(&encode_everywhere(&Message::new().retry(delay))), [Frame::Retry(u64::MAX)]);
    }
}

/// Longer than the blocks in which long text is searched, with line ends on and around their edges.
#[test]
fn long_data() {
    for block_end in [(16 << 10) - 1, 16 << 10, (16 << 10) + 1, 32 << 10] {
        for line_end in ["", "\n", "\r", "\r\n", "é", "\r\r\n"] {
            let data = "x".repeat(block_end - 1) + line_end + &"y".repeat((16 << 10) - 1) + line_end;
            let parts = Parts { data: Some(data.clone()), comment: Some(data), ..Parts::default() };
            assert_eq!(parse(&encode_everywhere(&parts.message())), parts.frames());
        }
    }
    let parts = Parts { data: Some("\n".repeat(50_000)), ..Parts::default() };
    let message = parts.message();
    assert_eq!(parse(&message.to_bytes()), parts.frames());
    assert_eq!(message.as_buf().copy_to_bytes(message.encoded_len()), message.to_bytes());
}

#[test]
fn an_io_sink_that_is_full_is_an_error() {
    let mut room = [0; 5];
    let error = Message::new().data("x").encode_to_io(room.as_mut_slice()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WriteZero);
}

/// A message goes to a socket in one call, as long as it has not too many lines.
#[test]
fn an_io_sink_gets_one_vectored_write() {
    struct Count(usize, Vec<u8>);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.write_vectored(&[IoSlice::new(bytes)])
        }
        fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> std::io::Result<usize> {
            self.0 += 1;
            self.1.write_vectored(slices)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0, Vec::new());
    let message = Message::new().id(EventId::from_static("7")).data("a\nb\nc");
    message.encode_to_io(&mut count).unwrap();
    assert_eq!((count.0, count.1), (1, message.to_bytes().to_vec()));
}
