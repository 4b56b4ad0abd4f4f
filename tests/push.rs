//! The decoder that owns what it was given: nothing is lost at an error, what waits is bounded, and the end is as its setting
//! says.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;
#[path = "../fuzz/fuzz_targets/push.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use bytes::Bytes;
use common::inputs::Case;
use common::strategies::streams::{self, places, stream};
use common::twin::Rules;
use proptest::prelude::*;
use sse_proto::{DecodeError, Decoder, EventId, FrameBuf, PushDecoder, Unfinished};

fn limited(bytes: usize) -> PushDecoder {
    Decoder::builder().max_event_size(bytes).build().into()
}

fn data(frame: FrameBuf) -> String {
    let FrameBuf::Event(event) = frame else { panic!("{frame:?}") };
    event.data().to_owned()
}

/// The loop of the documents, which leaves at an error.
fn take(decoder: &mut PushDecoder, seen: &mut Vec<String>) -> Result<(), DecodeError> {
    while let Some(frame) = decoder.next_frame()? {
        seen.push(data(frame));
    }
    Ok(())
}

#[test]
fn an_error_loses_neither_the_rest_of_the_chunk_nor_the_next_one() {
    let mut decoder = limited(8);
    let mut seen = Vec::new();
    decoder.push("data: 1\n\ndata: too large\n\ndata: 2\n\ndata: 3\n\nda").unwrap();
    assert!(take(&mut decoder, &mut seen).is_err());
    assert_eq!(seen, ["1"]);
    decoder.push("ta: 4\n\n").unwrap();
    take(&mut decoder, &mut seen).unwrap();
    assert_eq!(seen, ["1", "2", "3", "4"]);
    assert_eq!(decoder.pending(), 0);
}

/// A stream of nothing but errors, read by one who leaves his loop at each: what waits is bounded, and he is told.
#[test]
fn who_never_drains_is_stopped() {
    let mut decoder = limited(8);
    let chunk = "data: too large\n\n".repeat(100);
    let mut pushed = 0;
    let full = loop {
        match decoder.push(chunk.clone()) {
            Ok(()) => pushed += 1,
            Err(full) => break full,
        }
        assert!(decoder.next_frame().is_err(), "one error for each push");
        assert!(pushed < 100, "what waits is not bounded");
    };
    assert!(decoder.pending() <= 64 * 1024 + chunk.len());
    assert!(full.to_string().contains("take frames until there are none"), "{full}");
    let mut errors = 0;
    while !matches!(decoder.next_frame(), Ok(None)) {
        errors += 1;
    }
    assert_eq!(errors + pushed, 100 * pushed, "each event is told once");
    assert_eq!(full.clone().into_bytes(), chunk);
    decoder.push(full.into_bytes()).unwrap();
    // Bytes that come one by one cost more than they hold.
    let mut decoder = PushDecoder::from(Decoder::builder().max_event_size(8).build());
    let taken = (0..100_000).take_while(|_| decoder.push("\n").is_ok()).count();
    assert!((500..2000).contains(&taken), "{taken}");
    // The exact limit: 64 bytes for the entry, and what it holds.
    for (size, fits) in [(64 * 1024 - 64, true), (64 * 1024 - 63, false)] {
        let mut decoder = limited(8);
        decoder.push("\n").unwrap();
        assert_eq!(decoder.push(vec![b'\n'; size]).is_ok(), fits, "{size}");
        assert_eq!(decoder.push("\n").is_ok(), !fits);
    }
    // Any chunk is taken when nothing waits, empty ones always.
    let mut decoder = limited(8);
    decoder.push(vec![b'\n'; 1 << 20]).unwrap();
    decoder.push("").unwrap();
    assert!(decoder.push(vec![b'\n'; 1 << 17]).is_err());
}

#[test]
fn an_end_stands_where_it_was_said() {
    let decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
    let mut decoder = PushDecoder::from(decoder);
    // Two streams and what is between them wait at once.
    decoder.push("id: 1\ndata: a\n\ndata: whole\n").unwrap();
    decoder.end();
    decoder.end();
    decoder.push("\u{FEFF}data: b\n\ndata: cu").unwrap();
    decoder.end();
    decoder.push("data: c\n\n").unwrap();
    let seen: Vec<_> = decoder.by_ref().map(|frame| data(frame.unwrap())).collect();
    assert_eq!(seen, ["a", "whole", "b", "c"]);
    assert_eq!(decoder.decoder().last_event_id(), "1");
    decoder.end();
    assert_eq!(decoder.next_frame(), Ok(None));
}

/// An end is no bytes, so the next push is the first and may have any size.
#[test]
fn after_an_end_a_push_of_any_size_is_taken() {
    let mut decoder = limited(8);
    decoder.end();
    decoder.push(vec![b'\n'; 100_000]).unwrap();
    assert_eq!(decoder.pending(), 100_000);
    assert!(decoder.push("\n").is_err());
    decoder.end();
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.pending(), 0);
    decoder.push("data: x\n\n").unwrap();
    assert_eq!(data(decoder.next_frame().unwrap().unwrap()), "x");
}

#[test]
fn a_new_connection_drops_what_waits_and_keeps_the_id() {
    let old = Decoder::builder().last_event_id(EventId::from_static("7")).build();
    let mut decoder = PushDecoder::from(old);
    decoder.push("data: 1\n\ndata: half").unwrap();
    assert!(decoder.next_frame().unwrap().is_some());
    assert_eq!(decoder.next_frame(), Ok(None), "half is in the decoder now");
    decoder.push("more").unwrap();
    decoder.push("of it").unwrap();
    decoder.reconnect();
    assert_eq!(decoder.pending(), 0);
    decoder.push("data: new\n\n").unwrap();
    assert_eq!(data(decoder.next_frame().unwrap().unwrap()), "new");
    assert_eq!(decoder.into_decoder().last_event_id(), "7");
    // A decoder in the middle of a block begins a stream of its own.
    let mut old = Decoder::new();
    assert!(old.decode(&mut sse_proto::Chunk::new(b"data: lost")).unwrap().is_none());
    let mut decoder = PushDecoder::from(old);
    decoder.push("data: x\n\n").unwrap();
    assert_eq!(data(decoder.next_frame().unwrap().unwrap()), "x");
}

#[test]
fn debug_fits_a_line() {
    let mut decoder = PushDecoder::new();
    decoder.push(format!("id: {}\n\ndata: 1\n", "x".repeat(1000))).unwrap();
    assert!(decoder.next_frame().unwrap().is_none());
    let text = format!("{decoder:?}");
    assert!(text.len() < 250, "{text}");
    assert!(text.contains("(1000 bytes)"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_the_twin_says(
        input in stream(),
        cuts in streams::cuts(12),
        limit in prop_oneof![Just(usize::MAX), 0..40usize],
    ) {
        let cuts = places(&cuts, input.len());
        target::body(&Case::new(input, cuts, Rules { limit, ..Rules::default() }));
    }
}

/// Bytes that were read are let go, also those at an end, and those that a new connection drops.
#[test]
fn what_was_read_is_not_kept() {
    use std::sync::Arc;

    struct Owner(&'static [u8], #[allow(dead_code, reason = "counts")] Arc<()>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0
        }
    }
    let alive = Arc::new(());
    let bytes = |bytes| Bytes::from_owner(Owner(bytes, alive.clone()));
    let mut decoder = PushDecoder::new();
    decoder.push(bytes(b"data: 1\n\ndata: 2\n\n")).unwrap();
    decoder.push(bytes(b"data: 3\n\nda")).unwrap();
    assert_eq!(Arc::strong_count(&alive), 2, "what is small and has to wait is copied");
    assert!(decoder.next_frame().unwrap().is_some());
    assert_eq!(Arc::strong_count(&alive), 2, "the first is not read to its end");
    assert_eq!(decoder.by_ref().count(), 2);
    assert_eq!(Arc::strong_count(&alive), 1, "what is open is the decoder's");
    decoder.push(bytes(b"ta: 4\n\n")).unwrap();
    decoder.end();
    assert_eq!(decoder.by_ref().count(), 1);
    assert_eq!(Arc::strong_count(&alive), 1);
    decoder.push(bytes(b"data: 5\n\n")).unwrap();
    decoder.push(bytes(b"data: 6\n\n")).unwrap();
    decoder.reconnect();
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// From 4 KiB on, bytes that wait are kept as they are, and large data shares its chunk.
#[test]
fn large_bytes_are_shared_and_small_ones_copied() {
    for (len, shared) in [(4095, false), (4096, true), (4097, true)] {
        let mut decoder = PushDecoder::new();
        let bytes = Bytes::from(vec![b'x'; len]);
        assert!(bytes.is_unique());
        decoder.push("data: 1\n\n").unwrap();
        decoder.push(bytes.clone()).unwrap();
        assert_eq!(!bytes.is_unique(), shared, "{len} bytes");
        let stream = Bytes::from(["data: ", &"x".repeat(len), "\n\n"].concat());
        let mut chunk = sse_proto::SharedChunk::new(stream.clone());
        let Some(FrameBuf::Event(event)) = Decoder::new().decode_shared(&mut chunk).unwrap() else {
            panic!("no event")
        };
        assert_eq!(stream.as_ptr_range().contains(&event.data().as_ptr()), shared, "data of {len} bytes");
    }
}
