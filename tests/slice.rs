//! The decoder without a heap: the whole standard over a buffer of any size, what fits in it, and what becomes of the rest.
//!
//! What is charged and where the error stands is spelt out in `common/twin.rs` (`pay_for_held`, `comment`).
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;
#[path = "../fuzz/fuzz_targets/slice.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use common::cuts;
use common::inputs::Case;
use common::run::{self, held, sliced};
use common::strategies::streams::{self, places, stream};
use common::twin::{Got, Outcome, Policy, Rules, twin, twin_with};
use proptest::prelude::*;
use sse_proto::{Chunk, DecodeError, Decoder, End, EventId, Frame, OversizedId, SliceDecoder, Unfinished};

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::Commit), Just(Policy::Keep)]
}

/// A value of 0 to `most` bytes once it is text; some of it is not UTF-8.
fn value(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let symbol = prop_oneof![4 => Just(&b"x"[..]), 1 => Just("\u{E9}".as_bytes()), 1 => Just(&b"\xFF"[..]), 1 => Just(&b"\xE2\x82"[..])];
    proptest::collection::vec(symbol, 0..12).prop_map(move |symbols| {
        let mut value = symbols.concat();
        while String::from_utf8_lossy(&value).len() > most {
            value.pop();
        }
        value
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_the_twin_says(
        input in stream(),
        cuts in streams::cuts(8),
        limit in prop_oneof![6 => 0..40usize, 3 => 40..400usize, 1 => 400..6000usize],
        policy in policy(),
        comments in any::<bool>(),
    ) {
        let cuts = places(&cuts, input.len());
        target::body(&Case::new(input, cuts, Rules { limit, policy, comments, ..Rules::default() }));
    }

    /// The promise of the page of `SliceDecoder`, with the numbers that it names.
    #[test]
    fn what_is_said_to_fit_fits(
        blocks in proptest::collection::vec((value(9), value(7), value(5)), 1..8),
        every in 1..9usize,
    ) {
        let block = |(data, event_type, id): &(Vec<u8>, Vec<u8>, Vec<u8>)| {
            [b"id: ", &id[..], b"\nevent: ", event_type, b"\nretry: 1\n: comment\ndata: ", data, b"\nx: unknown\n\n"].concat()
        };
        let input: Vec<u8> = blocks.iter().flat_map(block).collect();
        let rules = Rules { comments: false, ..Rules::default() };
        let mut buffer = [0xFF; 9 + 7 + 2 * 5];
        let found = run::sliced_on(&mut run::slice_decoder(&mut buffer, &rules), &input, &cuts::steps(input.len(), every));
        prop_assert_eq!(found, twin_with(&input, &rules));
    }

    #[test]
    fn a_chunk_may_change_hands(input in stream(), choices in any::<u64>()) {
        // Two decoders take turns on one chunk, whole blocks each, with a heap and without.
        let rules = Rules::default();
        let mut buffer = run::buffer(&input, &rules);
        let (mut slice, mut heap) = (run::slice_decoder(&mut buffer, &rules), run::decoder(&rules));
        let (mut chunk, mut choices) = (Chunk::new(&input), choices);
        let (mut start, mut by_slice) = (0, false);
        loop {
            let frame = if by_slice { slice.decode(&mut chunk) } else { heap.decode(&mut chunk) };
            let Some(frame) = frame.unwrap() else { break };
            let is_event = matches!(frame, Frame::Event(_));
            let got = run::of_frame(frame);
            let at = chunk.consumed();
            // What another decoder has read is not this one's: each block by itself.
            let alone = twin(&input[start..at]).seen.into_iter().last().map(|seen| seen.got);
            prop_assert!(same_but_id(&alone.unwrap(), &got), "{:?}", got);
            if is_event {
                start = at;
                by_slice = choices & 1 == 1;
                choices = choices.rotate_right(1);
                slice.reconnect();
                heap.reconnect();
            }
        }
    }
}

/// What a stream has cut is news of no id, with a heap and without.
#[test]
fn a_reconnect_tells_no_id_again() {
    for cut in [
        "",
        "id: 2",
        "id: 2\n",
        "data: cut\n",
        "id: 2\ndata: cut",
        "id: 2\ndata: cut\n",
        "id: 2\n\ndata: cut\n",
    ] {
        let is_new = cut.contains("\n\n");
        for unfinished in [Unfinished::Discard, Unfinished::Anything] {
            let mut buffer = [0; 64];
            let mut slice = SliceDecoder::builder().unfinished(unfinished).build(&mut buffer);
            let mut heap = Decoder::builder().unfinished(unfinished).build();
            let (streams, news) =
                ([["id: 1\ndata: a\n\n", cut].concat(), "data: b\n\n".to_owned()], is_new.then_some("2"));
            for (stream, news) in streams.iter().zip([Some("1"), news]) {
                let mut chunk = Chunk::new(stream.as_bytes());
                let event = slice.decode_event(&mut chunk).unwrap().unwrap();
                assert_eq!(event.id().map(|id| id.as_str()), news, "without a heap, {cut:?}");
                assert_eq!(slice.decode_event(&mut chunk), Ok(None));
                slice.reconnect();
                let mut chunk = Chunk::new(stream.as_bytes());
                let event = heap.decode_event(&mut chunk).unwrap().unwrap();
                assert_eq!(event.id().map(|id| id.as_str()), news, "with a heap, {cut:?}");
                assert_eq!(heap.decode_event(&mut chunk), Ok(None));
                heap.reconnect();
            }
        }
    }
}

/// Ids, and a byte order mark at the start of a block, are another matter.
fn same_but_id(one: &Got, other: &Got) -> bool {
    match (one, other) {
        (
            Got::Event { event_type, data, .. },
            Got::Event { event_type: other_type, data: other_data, .. },
        ) => (event_type, data) == (other_type, other_data),
        _ => one == other,
    }
}

/// Under every cut in two and byte by byte, against the twin.
fn everywhere(input: &[u8], limit: usize, policy: Policy) -> Outcome {
    let rules = Rules { limit, policy, ..held(&Rules::default()) };
    let expected = twin_with(input, &rules);
    let mut all: Vec<Vec<usize>> = (0..=input.len()).map(|k| vec![k]).collect();
    all.push(cuts::each(input.len()));
    all.extend(cuts::some_bytes_alone(input.len()));
    for cuts in all {
        assert_eq!(
            sliced(input, &cuts, &rules),
            expected,
            "{input:?} in {limit}, {policy:?}, cut at {cuts:?}"
        );
    }
    expected
}

#[test]
fn each_size_around_what_a_block_holds() {
    for input in [
        &b"data: 12345\n\ndata: x\n\n"[..],
        b"data\ndata:\ndata: \n\ndata: x\n\n",
        b"event: name\ndata: 1\n\ndata: x\n\n",
        b"id: 12345\ndata: 1\n\nid: 678\ndata: x\n\n",
        b"id: 1\nid: 2\nevent: a\nevent: b\ndata: 1\n\ndata: x\n\n",
        b"id: a\0b\ndata: 1\n\ndata: x\n\n",
        b"id: old\n\nid: a\ndata: 1234567\nid: bcd\nid: e\0f\nid: 1234567890\n\ndata: x\n\n",
        b"id: old\n\ndata: 1\nid: 1234567890\n\nid: x\n\n",
        b"data: \xFF\xFF\xE2\x82\n\ndata: x\n\n",
        b"data: \xE2\x82\xAC\xF0\x9F\x92\x96\xC3\xA9\n\nid: \xE2\x82\xAC\xF0\x9F\x92\n\ndata: x\n\n",
        b": comment\ndata: 1\n: another\nretry: 7\n\ndata: x\n\n",
        b"data: 12345\r\nretry: 5\r\nid: 9\r\n: c\r\n\r\nid\r\ndata: x\r\n\r\n",
        b"data: 1\ndata: unfinished",
        b"data: 1\ndata: \xE2\x82",
        b"data: 1\nid: \xE2\x82",
        b"data: 1\nid: unfinished",
        b"data: 1\n: unfinished\xE2",
        b"unknown: 12345678901234567890\ndata: 1\n\n",
    ] {
        for limit in 0..=input.len() + 4 {
            everywhere(input, limit, Policy::Commit);
            everywhere(input, limit, Policy::Keep);
        }
    }
}

/// Exactly what the page says together fits, and not with one byte less.
#[test]
fn the_room_is_exact() {
    for (before, block, size) in [
        ("", "data\n\n", 0),
        ("", "data: 12345\n\n", 5),
        ("", "data: 1\ndata\ndata: 2\n\n", 4),
        ("", "event: add\ndata: 1\n\n", 4),
        ("", "event: add\nevent: be\ndata: 1\n\n", 6),
        ("", "id: 7\nid: 89\ndata: 1\n\n", 4),
        ("", "id: 7\0\0\0\ndata: 12345678\n\n", 8),
        ("", "data: \u{E9}\n\n", 2),
        ("id: abc\n\n", "data: 1\n\n", 4),
        ("id: abc\n\n", "id: defg\ndata: 1\n\n", 8),
        ("id: abc\n\nid: d\n\n", "data: 123\n\n", 4),
    ] {
        let input = [before, block].concat();
        for (size, fits) in [(size, true), (size + 1, true), (usize::wrapping_sub(size, 1), false)] {
            if size == usize::MAX {
                continue;
            }
            let seen = everywhere(input.as_bytes(), size, Policy::Commit).seen;
            assert_eq!(seen.iter().all(|seen| seen.got != Got::EventTooLarge), fits, "{input:?} in {size}");
        }
    }
}

#[test]
fn the_error_names_the_buffer_and_the_place() {
    let mut buffer = [0; 10];
    let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
    // The three bytes of the second character would be the tenth to the twelfth.
    let mut chunk =
        Chunk::new("data: 123456\u{20AC}\u{20AC}\nretry: 5\n\n:12345678901\n\ndata: next\n\n".as_bytes());
    let error = decoder.decode(&mut chunk).unwrap_err();
    assert!(matches!(error, DecodeError::EventTooLarge { .. }));
    assert_eq!((error.limit(), error.offset()), (10, 15));
    assert!(error.to_string().contains("10 bytes") && error.to_string().contains("buffer"), "{error}");
    // The block's retry has taken effect at its line.
    assert!(matches!(decoder.decode(&mut chunk).unwrap(), Some(Frame::Retry(_))));
    let error = decoder.decode(&mut chunk).unwrap_err();
    assert!(matches!(error, DecodeError::CommentTooLarge { .. }));
    assert_eq!((error.limit(), error.offset()), (10, 19 + 9 + 1 + 1 + 10));
    assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "next");
    assert!(decoder.decode(&mut chunk).unwrap().is_none() && chunk.rest().is_empty());
}

#[test]
fn the_policy_decides_about_the_id_of_a_block_that_does_not_fit() {
    for (input, commit, keep) in [
        // Before the crossing, at it, after it.
        (&b"id: old\n\nid: new\ndata: 123456789\n\n"[..], "new", "old"),
        (b"id: old\n\ndata: 1234\nid: newer\n\n", "newer", "old"),
        (b"id: old\n\ndata: 123456789\nid: new\n\n", "new", "old"),
        // Of several the last one; each needs room beside the one before.
        (
            b"id: old\n\ndata: 123456789\nid: a\nid: b\nid: c\nid: d\nid: e\nid: f\nid: gh\nid: ijk\n\n",
            "ijk",
            "old",
        ),
        (b"id: old\n\nid: abc\ndata: 123456789\nid: defg\n\n", "abc", "old"),
        // One that has no room at all.
        (b"id: old\n\ndata: 1\nid: 1234567\n\n", "old", "old"),
        // Nothing is decided before the blank line.
        (b"id: old\n\nid: new\ndata: 123456789\n", "old", "old"),
    ] {
        assert_eq!(everywhere(input, 9, Policy::Commit).last_event_id, commit);
        assert_eq!(everywhere(input, 9, Policy::Keep).last_event_id, keep);
    }
}

#[test]
fn a_frame_outlives_its_chunk() {
    let mut buffer = [0; 64];
    let mut decoder = SliceDecoder::new(&mut buffer);
    let mut memory = *b"id: 7\ndata: x\n\n";
    let event = decoder.decode_event(&mut Chunk::new(&memory)).unwrap().unwrap();
    memory.fill(0); // as by the next read
    assert_eq!((event.data(), event.last_event_id().as_str()), ("x", "7"));
    assert_eq!(memory, [0; 15]);
}

#[test]
fn an_id_from_elsewhere() {
    let mut buffer = [0; 8];
    let mut decoder = SliceDecoder::new(&mut buffer);
    assert!(decoder.decode(&mut Chunk::new(b"id: 1\n\nid: 2\ndata: lost")).unwrap().is_none());
    let error = decoder.reconnect_after(EventId::from_static("123456789")).unwrap_err();
    assert_eq!((error.needed, error.available), (9, 8));
    assert_eq!(decoder.last_event_id(), "1");
    decoder.reconnect_after(EventId::from_static("12345678")).unwrap();
    assert_eq!(decoder.last_event_id(), "12345678");
    // There is room for this id, for empty data, and for nothing else.
    let event =
        decoder.decode_event(&mut Chunk::new(b"data\n\n")).map(|event| event.map(|e| e.id().is_none()));
    assert_eq!(event, Ok(Some(true)), "an id that no event has brought is not the event's");
    assert!(decoder.decode(&mut Chunk::new(b"data: 1\n\n")).is_err());
    assert!(decoder.decode(&mut Chunk::new(b"id\n\n")).unwrap().is_none());
    assert_eq!(decoder.decode_event(&mut Chunk::new(b"data: 1\n\n")).unwrap().unwrap().data(), "1");
}

#[test]
fn the_end_is_as_its_setting_says() {
    for (unfinished, stream, taken) in [
        (Unfinished::Discard, "data: whole\n", None),
        (Unfinished::WholeLines, "data: whole\n", Some("whole")),
        (Unfinished::WholeLines, "data: hal", None),
        (Unfinished::Anything, "data: hal", Some("hal")),
        (Unfinished::Anything, "event: x", None),
    ] {
        let mut buffer = [0; 16];
        let mut decoder = SliceDecoder::builder().unfinished(unfinished).build(&mut buffer);
        for _ in 0..3 {
            assert!(decoder.decode(&mut Chunk::new(stream.as_bytes())).unwrap().is_none());
            assert_eq!(decoder.finish().event().map(|event| event.data()), taken, "{stream:?}");
            // What was lent at the end does not take room from the next stream, which may begin with a mark.
            let mut chunk = Chunk::new("\u{FEFF}data: 0123456789abcdef\n\n".as_bytes());
            assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "0123456789abcdef");
            assert_eq!(decoder.finish(), End::Clean);
        }
    }
}

/// What was charged to one connection is not charged to the next.
#[test]
fn a_new_connection_has_all_the_room() {
    let mut buffer = [0; 8];
    let mut decoder =
        SliceDecoder::builder().oversized_id(OversizedId::Discard).comments(true).build(&mut buffer);
    for cut in [
        "data: 12345",
        "id: 12345",
        "event: 1234\nevent: 5678\n:",
        "data: 123456789",
        ":1234567",
        "data: \u{20AC}",
    ] {
        let mut chunk = Chunk::new(&cut.as_bytes()[..cut.len() - 1]);
        while !matches!(decoder.decode(&mut chunk), Ok(None)) {}
        decoder.reconnect();
        let mut chunk = Chunk::new(b"data: 12345678\n\n");
        assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "12345678", "after {cut:?}");
    }
}

#[test]
fn an_id_that_does_not_fit_changes_nothing() {
    let mut buffer = [0; 8];
    let mut decoder = SliceDecoder::new(&mut buffer);
    assert!(decoder.decode(&mut Chunk::new(b"id: 1\n\ndata: x\n")).unwrap().is_none());
    assert!(decoder.reconnect_after(EventId::from_static("123456789")).is_err());
    let mut chunk = Chunk::new(b"\n");
    let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
    assert_eq!((event.data(), event.last_event_id().as_str()), ("x", "1"));
    decoder.reconnect_after(EventId::from_static("12345678")).unwrap();
    assert_eq!(decoder.last_event_id(), "12345678");
}

/// Nothing is open while a frame is lent.
#[test]
fn a_stream_that_ends_with_a_frame_ends_clean() {
    for stream in ["event: a\ndata: 1\n\n", "id: 1\ndata: 1\n\n", ": comment\n", "retry: 1\n"] {
        let (mut buffer, mut chunk) = ([0; 64], Chunk::new(stream.as_bytes()));
        let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
        assert!(decoder.decode(&mut chunk).unwrap().is_some());
        assert_eq!(decoder.finish(), End::Clean, "{stream:?}");
        let mut chunk = Chunk::new(stream.as_bytes());
        let mut decoder = Decoder::builder().comments(true).build();
        assert!(decoder.decode(&mut chunk).unwrap().is_some());
        assert_eq!(decoder.finish(), End::Clean, "{stream:?}");
    }
}

#[test]
fn a_buffer_of_nothing() {
    let mut decoder = SliceDecoder::new(&mut []);
    let mut chunk = Chunk::new(b"data\n\nretry: 1\ndata: x\n\nid: 1\ndata\n\nid\nevent\ndata:\n\n");
    let mut seen = Vec::new();
    loop {
        match decoder.decode(&mut chunk) {
            Ok(None) => break,
            Ok(Some(frame)) => seen.push(run::of_frame(frame)),
            Err(_) => seen.push(Got::EventTooLarge),
        }
    }
    let empty = |id_set| Got::Event {
        event_type: "message".to_owned(),
        data: String::new(),
        last_event_id: String::new(),
        id_set,
    };
    assert_eq!(seen, [empty(false), Got::Retry(1), Got::EventTooLarge, Got::EventTooLarge, empty(true)]);
}

#[test]
fn debug_says_where_it_is() {
    let mut buffer = [0; 32];
    let mut decoder = SliceDecoder::new(&mut buffer);
    assert!(decoder.decode(&mut Chunk::new(b"id: 7\n\nda")).unwrap().is_none());
    let text = format!("{decoder:?}");
    assert!(text.contains("position: 9") && text.contains("\"7\"") && text.contains("32"), "{text}");
    assert!(!text.contains("buffer"), "{text}");
}

/// A line that did not fit leaves nothing behind: not the start of a character that a later line would end.
#[test]
fn a_character_cut_in_a_line_that_does_not_fit() {
    for head in [":23456789", ":2345\u{20AC}", "id: 123456789", "event: 123456789", "data: 123456789"] {
        let head = [head.as_bytes(), b"\xE2"].concat();
        for tail in
            [&b"data:"[..], b"data: ", b"data: x", b"id: 1\ndata:", b"\ndata: 1\ndata:", b":\n\ndata: 1\n\n"]
        {
            let (start, end) = ([b"data: 1\n", &head[..]].concat(), [b"\n", tail].concat());
            everywhere(&[start, end].concat(), 8, Policy::Commit);
        }
    }
}

/// The same calls as on the decoder with a heap.
#[test]
fn it_is_called_like_the_other_one() {
    macro_rules! events_of {
        ($decoder:expr) => {{
            let mut decoder = $decoder;
            let mut seen = Vec::new();
            for bytes in b"id: 1\ndata: a\n\nretry: 7\ndata: b\n\n:c\ndata: c".chunks(3) {
                let mut chunk = Chunk::new(bytes);
                while let Some(frame) = decoder.decode(&mut chunk).unwrap() {
                    seen.push(format!("{frame:?}"));
                }
            }
            seen.push(format!("{:?}", decoder.finish()));
            seen.push(format!("{:?} {:?}", decoder.last_event_id(), decoder.reconnection_time()));
            seen
        }};
    }
    let mut buffer = [0; 64];
    assert_eq!(events_of!(SliceDecoder::new(&mut buffer)), events_of!(Decoder::new()));
}
