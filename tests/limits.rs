//! The limit on what one block may hold: the outcome is the same under every chunking, nothing slips
//! under it, one error tells of it, and decoding goes on with the next block.
//!
//! What is charged and where the error stands is spelt out in `common/twin.rs` (`pay`, `comment`).
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;
#[path = "../fuzz/fuzz_targets/differential.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod differential;

use common::cuts;
use common::inputs::Case;
use common::run::{self, borrowed, shared};
use common::strategies::streams::{self, places, stream};
use common::twin::{Got, Outcome, Policy, Rules, twin_limited, twin_with};
use proptest::prelude::*;
use sse_proto::{Chunk, DEFAULT_MAX_EVENT_SIZE, DecodeError, Decoder, Frame, OversizedId};

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::Commit), Just(Policy::Keep)]
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0..40usize, 3 => 40..400usize, 1 => 400..6000usize]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_under_every_chunking(
        input in stream(),
        limit in limit(),
        policy in policy(),
        comments in any::<bool>(),
        cuts in streams::cuts(10),
    ) {
        let rules = Rules { limit, policy, comments, ..Rules::default() };
        let cuts = places(&cuts, input.len());
        let case = Case::new(input, cuts, rules);
        for cuts in case.chunkings() {
            differential::body(&Case { cuts, ..case.clone() });
        }
    }

    #[test]
    fn an_error_comes_with_the_byte_that_crosses(input in stream(), limit in 0..60usize) {
        // Byte by byte: not one that was over the limit is taken before the error is out.
        let rules = Rules { limit, ..Rules::default() };
        let mut decoder = run::decoder(&rules);
        for (start, piece) in run::pieces(&input, &cuts::each(input.len())) {
            let mut chunk = Chunk::new(piece);
            loop {
                match decoder.decode(&mut chunk) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => prop_assert_eq!(offset(&error), start as u64, "{}", error),
                }
            }
        }
    }

    #[test]
    fn a_larger_limit_loses_nothing(input in stream()) {
        // With the input's length (and one per line) for a limit there is nothing to report.
        let rules = Rules { limit: 2 * input.len(), ..Rules::default() };
        let unlimited = common::twin::twin(&input);
        prop_assert_eq!(&borrowed(&input, &cuts::steps(input.len(), 3), &rules), &unlimited);
    }
}

fn offset(error: &DecodeError) -> u64 {
    match error {
        DecodeError::EventTooLarge { offset, .. } | DecodeError::CommentTooLarge { offset, .. } => *offset,
        other => panic!("an error that the twin does not know: {other}"),
    }
}

/// Every way to decode `input`, which is short, under every cut in two, against the twin.
fn everywhere(input: &[u8], limit: usize, policy: Policy) -> Outcome {
    let rules = Rules { limit, policy, ..Rules::default() };
    let expected = twin_limited(input, limit, policy);
    let mut all: Vec<Vec<usize>> = (0..=input.len()).map(|k| vec![k]).collect();
    all.push(cuts::each(input.len()));
    all.extend(cuts::some_bytes_alone(input.len()));
    for cuts in all {
        assert_eq!(borrowed(input, &cuts, &rules), expected, "limit {limit}, {policy:?}, cut at {cuts:?}");
        assert_eq!(shared(input, &cuts, &rules), expected, "limit {limit}, {policy:?}, cut at {cuts:?}");
    }
    expected
}

/// A path that does not count what it has passed would name a wrong place in the errors after it.
#[test]
fn the_place_is_right_after_blocks_of_each_shape() {
    for shape in [
        "data: 1\n\n",
        "event: a\ndata: 1\n\n",
        "id: 1\ndata: 1\n\n",
        "event: a\nid: 1\ndata: 1\n\n",
        "id: 1\nevent: a\ndata: 1\n\n",
        "data: 1\ndata: 2\ndata: 3\n\n",
        "data: 1\nid: 1\nevent: a\n\n",
        "id: 1\n\n",
        "retry: 5\n\n",
        ":\n\n",
        ": ping\n\n",
        "what: 1\n\n",
        "\n",
    ] {
        for block in [shape.to_owned(), shape.replace('\n', "\r\n"), shape.replace('\n', "\r")] {
            let input = [&block.repeat(3), "data: larger than the limit\n\n", &block.repeat(2)].concat();
            let outcome = everywhere(input.as_bytes(), 12, Policy::Commit);
            let errors = outcome.seen.iter().filter(|seen| seen.got == Got::EventTooLarge);
            assert_eq!(errors.count(), 1, "{block:?}");
        }
    }
}

#[test]
fn each_limit_around_what_a_block_holds() {
    // Exactly the limit passes, one byte less does not; each kind of line by itself and all together.
    for input in [
        &b"data: 12345\n\ndata: x\n\n"[..],
        b"data\ndata:\ndata: \n\ndata: x\n\n",
        b"event: name\ndata: 1\n\ndata: x\n\n",
        b"id: 12345\ndata: 1\n\ndata: x\n\n",
        b"id: 1\nid: 2\nevent: a\nevent: b\ndata: 1\n\ndata: x\n\n",
        b"id: a\0b\ndata: 1\n\ndata: x\n\n",
        b"id: 1\ndata: 12345\nid: a\0b\n\ndata: x\n\n",
        b"data: \xFF\xFF\xE2\x82\n\ndata: x\n\n",
        b": comment\ndata: 1\n: another\nretry: 7\n\ndata: x\n\n",
        b"data: 12345\r\nretry: 5\r\nid: 9\r\n: c\r\n\r\nid\r\ndata: x\r\n\r\n",
        b"data: 12345678\nevent: ab\nid: 9\nx: y\n: z\n\ndata: x\n\n",
        b"data: 1\ndata: unfinished",
        b"data: 1\nid: unfinished",
        b"data: 1\n: unfinished",
        b"unknown: 12345678901234567890\ndata: 1\n\n",
    ] {
        for limit in 0..=input.len() + 2 {
            everywhere(input, limit, Policy::Commit);
            everywhere(input, limit, Policy::Keep);
        }
    }
}

#[test]
fn a_hundred_thousand_empty_data_lines() {
    // Each adds an LF to the data, so each costs a byte: the line at the limit is the last one.
    let input = ["data:\n".repeat(100_000).as_str(), "\ndata: next\n\n"].concat();
    let rules = Rules { limit: 50_000, ..Rules::default() };
    let expected = twin_with(input.as_bytes(), &rules);
    assert_eq!(expected.seen.len(), 2);
    assert_eq!((&expected.seen[0].got, expected.seen[0].at), (&Got::EventTooLarge, 6 * 50_000 + 5));
    for cuts in [vec![], cuts::steps(input.len(), 1), cuts::steps(input.len(), 4096)] {
        assert_eq!(borrowed(input.as_bytes(), &cuts, &rules), expected);
        assert_eq!(shared(input.as_bytes(), &cuts, &rules), expected);
    }
}

#[test]
fn the_error_names_the_limit_and_the_place() {
    let mut decoder = Decoder::builder().max_event_size(12_345).comments(true).build();
    let stream =
        ["data: 1\n\ndata: ".to_owned(), "x".repeat(20_000), "\n\n:".to_owned(), "y".repeat(20_000)].concat();
    let mut chunk = Chunk::new(stream.as_bytes());
    assert!(decoder.decode(&mut chunk).unwrap().is_some());
    let error = decoder.decode(&mut chunk).unwrap_err();
    // The data line itself costs one: 12,344 of its bytes fit.
    assert!(matches!(error, DecodeError::EventTooLarge { .. }));
    assert_eq!((error.limit(), error.offset()), (12_345, 9 + 6 + 12_344));
    assert!(error.to_string().contains("12345") && error.to_string().contains("12359"), "{error}");
    let error = decoder.decode(&mut chunk).unwrap_err();
    assert!(matches!(error, DecodeError::CommentTooLarge { .. }));
    assert_eq!((error.limit(), error.offset()), (12_345, 9 + 6 + 20_000 + 3 + 12_345));
    assert!(error.to_string().contains("12345"), "{error}");
    let error: &dyn std::error::Error = &error;
    assert!(error.source().is_none());
    // Once for each, and the chunk is read to its end.
    assert!(decoder.decode(&mut chunk).unwrap().is_none() && chunk.rest().is_empty());
}

#[test]
fn decoding_goes_on_with_the_next_block() {
    let input = b"event: lost\ndata: 1234567890\ndata: more\nretry: 5\n\ndata: next\n\n";
    let outcome = everywhere(input, 10, Policy::Commit);
    let got: Vec<Got> = outcome.seen.into_iter().map(|seen| seen.got).collect();
    let (event_type, data) = ("message".to_owned(), "next".to_owned());
    let next = Got::Event { event_type, data, last_event_id: String::new(), id_set: false };
    // The block's retry has taken effect at its line; its type does not leak into the next.
    assert_eq!(got, [Got::EventTooLarge, Got::Retry(5), next]);
}

/// The lines of a block are short or long, and the limit is crossed in any of them.
#[test]
fn the_limit_is_crossed_behind_lines_of_any_length() {
    let lengths = || (0..160).step_by(13);
    for (first, second) in lengths().flat_map(|first| lengths().map(move |second| (first, second))) {
        let (first, second) = ("a".repeat(first), "b".repeat(second));
        let block = format!("data: 1\n\nevent: {first}\nid: 7\ndata: {second}\n\ndata: next\n\n");
        everywhere(block.as_bytes(), 100, Policy::Commit);
    }
}

#[test]
fn the_policy_decides_about_the_skipped_id() {
    for (input, commit, keep) in [
        // Before the crossing, at it, after it.
        (&b"id: old\n\nid: new\ndata: 123456789\n\n"[..], "new", "old"),
        (b"id: old\n\ndata: 12345678\nid: new\n\n", "new", "old"),
        (b"id: old\n\ndata: 123456789\nid: new\n\n", "new", "old"),
        // An id that by itself is over the limit is never held.
        (b"id: old\n\nid: 1234567890123\ndata: 1\n\n", "old", "old"),
        (b"id: old\n\nid: a\nid: 1234567890123\ndata: 1\n\n", "a", "old"),
        // Nothing is decided before the blank line.
        (b"id: old\n\nid: new\ndata: 123456789\n", "old", "old"),
    ] {
        assert_eq!(everywhere(input, 9, Policy::Commit).last_event_id, commit);
        assert_eq!(everywhere(input, 9, Policy::Keep).last_event_id, keep);
    }
}

#[test]
fn a_skipped_id_never_comes_back() {
    // Kept back at its own blank line, it must not be committed by the next one.
    let outcome = everywhere(b"id: new\ndata: 1234567890\n\ndata: x\n\n", 9, Policy::Keep);
    assert_eq!(outcome.last_event_id, "");
    assert!(matches!(&outcome.seen[1].got, Got::Event { id_set: false, .. }));
}

#[test]
fn by_default_sixteen_mebibytes_and_the_id_is_committed() {
    assert_eq!(DEFAULT_MAX_EVENT_SIZE, 16 * 1024 * 1024);
    let piece = vec![b'x'; 1 << 20];
    for mut decoder in [Decoder::new(), Decoder::default(), Decoder::builder().build()] {
        // The id costs one, the data line one, its value 16 MiB - 2: it fits exactly.
        for (extra, fits) in [(0, true), (1, false)] {
            assert!(decoder.decode(&mut Chunk::new(b"id: 1\ndata: ")).unwrap().is_none());
            for _ in 0..15 {
                assert!(decoder.decode(&mut Chunk::new(&piece)).unwrap().is_none());
            }
            let last = &vec![b'x'; (1 << 20) - 2 + extra];
            let error = decoder.decode(&mut Chunk::new(last)).err();
            assert_eq!(error.is_none(), fits, "{error:?}");
            let mut end = Chunk::new(b"\n\n");
            let frame = match decoder.decode(&mut end) {
                Err(error) => panic!("{error}"),
                Ok(frame) => frame,
            };
            assert_eq!(
                matches!(frame, Some(Frame::Event(event)) if event.data().len() == (1 << 24) - 2),
                fits
            );
            assert_eq!(decoder.last_event_id(), "1");
            decoder.reconnect();
        }
    }
}

#[test]
fn a_limit_survives_a_new_connection_and_its_charge_does_not() {
    let mut decoder = Decoder::builder().max_event_size(8).oversized_id(OversizedId::Discard).build();
    for _ in 0..3 {
        let mut chunk = Chunk::new(b"data: 12345");
        assert!(decoder.decode(&mut chunk).unwrap().is_none());
        decoder.reconnect();
        let mut chunk = Chunk::new(b"data: 123456789\n");
        let error = decoder.decode(&mut chunk).unwrap_err();
        // Offsets count from the start of the new stream.
        assert!(matches!(error, DecodeError::EventTooLarge { .. }));
        assert_eq!((error.limit(), error.offset()), (8, 13));
        decoder.reconnect();
        // The block that was skipped is gone with its stream.
        let mut chunk = Chunk::new(b"data: 1\n\n");
        assert!(decoder.decode_event(&mut chunk).unwrap().is_some());
    }
}

/// What `pending` tells is what is charged: zero between blocks, the exact size in them, however the chunks are cut.
#[test]
fn what_is_pending_is_what_was_charged() {
    for (open, size) in [
        ("", 0),
        ("data: 12", 3),
        ("data: 12\n", 3),
        ("data: 12\ndata\n", 4),
        ("event: a\n", 1),
        ("event: ab\nid: 1\ndata: 12\n", 6),
        ("id: 1\nid: 22\n", 3),
        ("event: a", 1),
        (": comment", 0),
        ("retry: 1000", 0),
        ("unknown: 12\n", 0),
    ] {
        for before in ["", "data: 1\n\n", "event: a\ndata: 1\n\n", "data: 1\ndata: 2\n\n", "event: a\n\n"] {
            let input = [before, open].concat();
            for every in 1..=input.len().max(1) {
                let mut decoder = Decoder::new();
                for bytes in input.as_bytes().chunks(every) {
                    decoder.decode_all(bytes, |_| {});
                }
                let told = (decoder.pending(), decoder.is_open(), decoder.is_in_line());
                let in_line = !open.is_empty() && !open.ends_with('\n');
                assert_eq!(told, (size, size > 0 || in_line, in_line), "{input:?} in {every}s");
            }
        }
    }
}

/// Whatever of it was read before it was too large.
#[test]
fn while_a_block_is_skipped_the_limit_is_pending() {
    for input in ["data: 1234\ndata: 567890\n", "event: 123456789\n", "id: 123456789\ndata", "data: 12345678"]
    {
        for every in 1..=input.len() {
            let mut decoder = Decoder::builder().max_event_size(8).build();
            for bytes in input.as_bytes().chunks(every) {
                decoder.decode_all(bytes, |_| {});
            }
            assert_eq!(decoder.pending(), 8, "{input:?} in {every}s");
            decoder.decode_all(b"\n\n", |_| {});
            assert_eq!(decoder.pending(), 0);
        }
    }
}

/// The exact limit, met by each of the ways that a block may take: the shortcuts from the second block on, the others before.
#[test]
fn the_limit_is_exact_for_every_shape_of_block() {
    for before in ["", "data: 1\n\n", "data: 1\n\ndata: 1\n\n"] {
        for (block, size) in [
            ("data: y\n\n", 2),
            ("id: x\ndata: y\n\n", 3),
            ("event: x\ndata: y\n\n", 3),
            ("event: xx\nid: x\ndata: yyy\n\n", 7),
            ("id: x\nevent: xx\ndata: yyy\n\n", 7),
            ("data: y\ndata: y\n\n", 4),
            ("data: y\nid: x\n\n", 3),
            (":c\nevent: x\r\ndata: y\r\n\r\n", 3),
            ("data:y\nevent:x\n\n", 3),
            (
                "data: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n\n",
                81,
            ),
        ] {
            let input = [before, block].concat();
            for (limit, fits) in [(size - 1, false), (size, true), (size + 1, true)] {
                let outcome = everywhere(input.as_bytes(), limit.max(2), Policy::Commit);
                let errors = outcome.seen.iter().filter(|seen| seen.got == Got::EventTooLarge).count();
                assert_eq!(errors == 0, fits || limit < 2, "{input:?} under {limit}");
            }
        }
    }
}
