//! Data written piece by piece: the same as data set, or nothing at all.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod common;
#[path = "../fuzz/fuzz_targets/data_writer.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use std::io::Write as _;

use bytes::BytesMut;
use common::inputs::Written;
use common::strategies::messages::{parts, text};
use proptest::prelude::*;
use sse_proto::{DataWriter, EncodeBuffer, EncodeWithError, Message};

proptest! {
    #[test]
    fn data_written_in_any_split_equals_data_set(
        parts in parts(),
        written in text(),
        cuts in prop::collection::vec((0.0..1.0, any::<bool>()), 0..8),
    ) {
        let cuts = cuts.iter().map(|cut| ((cut.0 * written.len() as f64) as usize, cut.1)).collect();
        target::body(&Written { parts, text: written, cuts });
    }
}

#[test]
fn data_written_byte_by_byte_equals_data_set() {
    let written = "\u{feff} é\r\n\r\r\n\n\u{2028}\u{10ffff}:\r";
    for cut in 0..=written.len() {
        let mut stream = Vec::new();
        let (first, second) = written.as_bytes().split_at(cut);
        Message::new()
            .encode_with(&mut stream, |data| data.write_all(first).and_then(|()| data.write_all(second)))
            .unwrap();
        assert_eq!(stream, Message::new().data(written).to_bytes());
    }
    let mut stream = Vec::new();
    Message::new()
        .encode_with(&mut stream, |data| written.bytes().try_for_each(|byte| data.write_all(&[byte])))
        .unwrap();
    assert_eq!(stream, Message::new().data(written).to_bytes());
}

#[test]
fn to_write_nothing_changes_nothing() {
    let written = "\r\n\r\r\n\n";
    let mut stream = Vec::new();
    let nothing = |data: &mut DataWriter<'_>| std::fmt::Write::write_str(data, "");
    Message::new()
        .encode_with(&mut stream, |data| {
            written.chars().try_for_each(|text| write!(data, "{text}").and_then(|()| nothing(data)))
        })
        .unwrap();
    assert_eq!(stream, Message::new().data(written).to_bytes());
}

#[test]
fn what_is_not_utf8_is_refused_and_taken_back() {
    let cases: [(&[&[u8]], usize); 6] = [
        (&[b"ab\xff"], 2),
        (&[b"ab", b"\xe2", b"\x82", b"x"], 2),
        (&[b"ab\xe2\x82"], 2),
        (&[b"\xe2", b"\x28\xa1"], 0),
        (&[b"ok", b"\xf0\x9f", b"\x98\x80", b"\x80"], 6),
        (&[b"\xed\xa0\x80"], 0),
    ];
    for (writes, expected) in cases {
        let mut stream = b"before".to_vec();
        // Whether the closure passes the error on or not.
        for pass_on in [true, false] {
            let result = Message::new().data("d").encode_with(&mut stream, |data| {
                let result = writes.iter().try_for_each(|bytes| data.write_all(bytes));
                if let Err(error) = &result {
                    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
                    assert!(error.to_string().contains(&format!("byte {expected}")), "{error}");
                    for more in [&b""[..], b"more", b"\xff"] {
                        let again = data.write(more).unwrap_err().to_string();
                        assert_eq!(again, error.to_string(), "refused once, refused for ever");
                    }
                    assert!(write!(data, "more").is_err());
                }
                if pass_on { result } else { Ok(()) }
            });
            match result {
                Err(EncodeWithError::NotUtf8 { position, .. }) => {
                    assert_eq!(position, expected, "{writes:?}")
                }
                other => panic!("{writes:?}: {other:?}"),
            }
            assert_eq!(stream, b"before");
        }
    }
    // Text in the middle of a character.
    let mut stream = Vec::new();
    let result = Message::new().encode_with(&mut stream, |data| {
        data.write_all(b"a\xc3")?;
        assert!(write!(data, "b").is_err());
        Ok::<_, std::io::Error>(())
    });
    assert!(matches!(result, Err(EncodeWithError::NotUtf8 { position: 1, .. })), "{result:?}");
    assert_eq!(stream, b"");
}

#[test]
fn a_writer_that_fails_or_panics_leaves_nothing() {
    fn check<B: EncodeBuffer + std::fmt::Debug + PartialEq + Clone>(mut buffer: B) {
        let before = buffer.clone();
        let result = Message::new().encode_with(&mut buffer, |data| {
            write!(data, "half").map_err(|_| "fmt")?;
            Err("stop")
        });
        assert_eq!(result, Err(EncodeWithError::Data("stop")));
        assert_eq!(buffer, before);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            Message::new().encode_with(&mut buffer, |data| {
                writeln!(data, "half")?;
                if data.write_fmt(format_args!("more")).is_ok() {
                    std::panic::resume_unwind(Box::new("no value"));
                }
                Ok::<_, std::fmt::Error>(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(buffer, before);
    }
    check(b"data: one\n\n".to_vec());
    check(String::from("data: one\n\n"));
    check(BytesMut::from("data: one\n\n"));
}
