//! What is encoded: the literal bytes, the way back, and that every sink gives the same.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod messages;

use std::io::IoSlice;
use std::time::Duration;

use bytes::{Buf, BufMut, BytesMut};
use messages::{Frame, Parts, parse, parts};
use proptest::prelude::*;
use sse_proto::{EncodeWithError, EventId, EventType, InvalidValue, KEEP_ALIVE, Message};

// ---------- every sink ----------

/// Takes a few bytes at a time, and is interrupted now and then.
struct Slow {
    bytes: Vec<u8>,
    step: usize,
    calls: usize,
}

impl std::io::Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.calls += 1;
        if self.calls % 3 == 0 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let taken = bytes.len().min(self.step);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Encodes into every sink and holds the results against each other.
fn encode_everywhere(message: &Message<'_>) -> Vec<u8> {
    let expected = message.to_string().into_bytes();
    let len = expected.len();
    assert_eq!(message.encoded_len(), len);

    let mut vec = b"before".to_vec();
    message.encode(&mut vec).unwrap();
    assert_eq!(&vec[6..], expected);
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes).unwrap();
    assert_eq!(bytes, expected);
    assert_eq!(message.to_bytes(), expected);
    let mut text = String::new();
    message.encode_to_fmt(&mut text).unwrap();
    assert_eq!(text.as_bytes(), expected);
    let mut vec = Vec::new();
    message.encode_to_io(&mut vec).unwrap();
    assert_eq!(vec, expected);

    // Just enough room, as a slice, as `BufMut`, and as a chain of two.
    let mut exact = vec![0xaa; len];
    assert_eq!(message.encode_to_slice(&mut exact).unwrap(), len);
    assert_eq!(exact, expected);
    let mut exact = vec![0xaa; len];
    let mut rest = exact.as_mut_slice();
    message.encode(&mut rest).unwrap();
    assert_eq!(rest.len(), 0);
    assert_eq!(exact, expected);
    let (mut first, mut second) = (vec![0xaa; len / 2], vec![0xaa; len - len / 2]);
    message.encode(&mut first.as_mut_slice().chain_mut(second.as_mut_slice())).unwrap();
    assert_eq!([first, second].concat(), expected);

    // Too much room: what is behind stays.
    let mut large = vec![0xaa; len * 8 + 100];
    assert_eq!(message.encode_to_slice(&mut large).unwrap(), len);
    assert_eq!(&large[..len], expected);
    assert!(large[len..].iter().all(|byte| *byte == 0xaa));

    // One byte too few: an error, and nothing is touched.
    let mut short = vec![0xaa; len - 1];
    let error = message.encode_to_slice(&mut short).unwrap_err();
    assert_eq!((error.needed, error.available), (len, len - 1));
    assert_eq!(message.encode(&mut short.as_mut_slice()).unwrap_err(), error);
    assert_eq!(message.encode(&mut Vec::new().limit(len - 1)).unwrap_err(), error);
    assert!(short.iter().all(|byte| *byte == 0xaa));

    // Looking ahead at each place is quadratic, so long messages are only read in long steps.
    for step in [1, 2, 3, 7, 1000].into_iter().filter(|step| len / step < 1000) {
        let mut slow = Slow { bytes: Vec::new(), step, calls: 0 };
        message.encode_to_io(&mut slow).unwrap();
        assert_eq!(slow.bytes, expected);

        let mut buf = message.as_buf();
        let mut read = Vec::new();
        while buf.has_remaining() {
            assert_eq!(buf.remaining(), len - read.len());
            let taken = buf.chunk().len().min(step);
            read.extend_from_slice(&buf.chunk()[..taken]);
            buf.advance(taken);
        }
        assert_eq!(read, expected);
        assert_eq!((buf.remaining(), buf.chunk()), (0, &[][..]));

        // In steps that go over the ends of pieces, looking ahead from each place.
        let mut buf = message.as_buf();
        let mut at = 0;
        while buf.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 64];
            let filled = buf.chunks_vectored(&mut slices);
            let ahead: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
            assert!(slices[..filled].iter().all(|slice| !slice.is_empty()));
            assert_eq!(ahead, expected[at..][..ahead.len()]);
            assert!(
                filled == 64 || at + ahead.len() == len,
                "all of it, or all that the caller has place for"
            );
            let taken = step.min(len - at);
            buf.advance(taken);
            at += taken;
        }
        assert_eq!(at, len);
    }

    let mut buf = message.as_buf();
    let half = buf.copy_to_bytes(len / 2);
    assert_eq!([half, buf.clone().copy_to_bytes(len - len / 2)].concat(), expected);
    assert_eq!(buf.chunks_vectored(&mut []), 0);
    buf.advance(usize::MAX);
    assert_eq!((buf.remaining(), buf.chunk()), (0, &[][..]));
    expected
}

proptest! {
    #[test]
    fn decoding_gives_exactly_its_frames(parts in prop::collection::vec(parts(), 1..4)) {
        let mut stream = Vec::new();
        for parts in &parts {
            parts.message().encode(&mut stream).unwrap();
        }
        let frames: Vec<_> = parts.iter().flat_map(Parts::frames).collect();
        prop_assert_eq!(parse(&stream), frames, "{:?}", String::from_utf8_lossy(&stream));
    }

    #[test]
    fn all_sinks_agree(parts in parts()) {
        encode_everywhere(&parts.message());
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
                assert_eq!(error, forbidden(error, "id", character, at));
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

/// The error that names `field`, `character` and `position`; `error` if it does just that.
fn forbidden(error: InvalidValue, field: &str, character: char, position: usize) -> InvalidValue {
    match error {
        InvalidValue::Forbidden { field: f, character: c, position: p }
            if (f, c, p) == (field, character, position) =>
        {
            error
        }
        _ => InvalidValue::EmptyEventType,
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
    assert_eq!(encode_everywhere(&Message::new().comment("")), KEEP_ALIVE.as_bytes());
    assert_eq!(parse(KEEP_ALIVE.as_bytes()), [Frame::Comment(String::new())]);
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
    let error = Message::new().data("x").encode_to_io(&mut room.as_mut_slice()).unwrap_err();
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

#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<Message<'_>>();
    check::<sse_proto::MessageBuf<'_>>();
    check::<sse_proto::BufferTooSmall>();
    check::<EncodeWithError<std::fmt::Error>>();
    check::<sse_proto::InvalidHeaderValue>();
}
