//! The crate against the standard's slow twin (WHATWG HTML 9.2.5, 9.2.6) on random streams under random
//! cuts: same frames, in the same places, same state at the end, whichever way the frames are taken.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;
#[path = "../fuzz/fuzz_targets/differential.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use common::cuts;
use common::inputs::Case;
use common::run::{self, events_only};
use common::strategies::streams::{self, places, stream};
use common::twin::{Got, Outcome, Rules, Seen, twin, twin_with};
use proptest::prelude::*;
use proptest::sample::Index;
use sse_proto::{Chunk, Decoder, EventBuf, Frame, FrameBuf, SharedChunk};

/// Lines of up to some vectors, several of one length and name after each other.
fn long_lines() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![6 => Just("data: "), 1 => Just("event: "), 1 => Just("id: "), 1 => Just(":"), 1 => Just("x")];
    let fill = prop_oneof![6 => Just(&b"x"[..]), 1 => Just("é字😀".as_bytes()), 1 => Just(&b"\t"[..]), 1 => Just(&b"\xE2"[..])];
    let end = prop_oneof![3 => Just("\n"), 3 => Just("\n\n"), 1 => Just("\r\n"), 1 => Just("\r\n\r\n")];
    let lines = (name, fill, 0..150usize, end, 1..6usize);
    proptest::collection::vec(lines, 1..12).prop_map(|runs| {
        let mut stream = Vec::new();
        for (name, fill, len, end, times) in runs {
            for _ in 0..times {
                stream.extend(name.bytes().chain(fill.iter().copied().cycle().take(len)).chain(end.bytes()));
            }
        }
        stream
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lent_owned_and_scanned_are_as_the_twin_says(input in stream(), cuts in streams::cuts(12)) {
        let cuts = places(&cuts, input.len());
        target::body(&Case::new(input, cuts, Rules::default()));
    }

    /// Whatever is searched, copied or checked several bytes at once depends on lengths.
    #[test]
    fn lines_of_all_lengths_are_as_the_twin_says(
        input in long_lines(),
        cuts in streams::cuts(6),
        limit in prop_oneof![Just(usize::MAX), 100..1000usize],
    ) {
        let cuts = places(&cuts, input.len());
        let rules = Rules { limit, ..Rules::default() };
        target::body(&Case::new(input.clone(), cuts.clone(), rules.clone()));
        // Comments that nobody asks for change nothing else.
        let mut expected = twin_with(&input, &rules);
        let rules = Rules { comments: false, ..rules };
        expected.seen.retain(|seen| !matches!(seen.got, Got::Comment(_) | Got::CommentTooLarge));
        prop_assert_eq!(&events_only(&input, &cuts, &rules).seen, &expected.seen);
        prop_assert_eq!(&run::bytes_only(&input, &cuts, &rules).seen, &expected.seen);
    }

    #[test]
    fn whole_and_byte_by_byte_too(input in stream()) {
        let each = cuts::each(input.len());
        for cuts in [vec![], each.clone(), cuts::with_empty(&each, input.len())] {
            target::body(&Case::new(input.clone(), cuts, Rules::default()));
        }
    }

    #[test]
    fn comments_and_seeds_change_nothing_else(
        input in stream(),
        cuts in streams::cuts(6),
        seed in "[a-z0-9 ]{0,3}",
    ) {
        let cuts = places(&cuts, input.len());
        let rules = Rules { comments: false, last_event_id: seed, ..Rules::default() };
        target::body(&Case::new(input, cuts, rules));
    }

    #[test]
    fn a_clone_goes_on_where_it_was_made(input in stream(), at in any::<Index>(), cuts in streams::cuts(4)) {
        // The first part byte by byte, so that the clone is made in every state there is.
        let (first, second) = input.split_at(at.index(input.len() + 1));
        let mut original = run::decoder(&Rules::default());
        let before = run::borrowed_open(&mut original, first, &cuts::each(first.len()));
        let mut clone = original.clone();
        let cuts = places(&cuts, second.len());
        let by_original = run::borrowed_on(&mut original, second, &[]);
        prop_assert_eq!(&run::shared_on(&mut clone, second, &cuts), &by_original);
        // `at` counts from the start of each part; a CR LF cut in two is the only thing that could differ.
        let mut joined = before.seen;
        joined.extend(by_original.seen.into_iter().map(|seen| Seen { at: seen.at + first.len(), ..seen }));
        let expected = twin(&input);
        prop_assert_eq!(joined, expected.seen);
        prop_assert_eq!(by_original.cut, expected.cut);
    }

    #[test]
    fn a_chunk_may_be_dropped_cloned_or_made_anew_at_any_frame(input in stream(), choices in any::<u64>()) {
        // A chunk holds facts about its bytes, never the state of the stream.
        let mut decoder = run::decoder(&Rules::default());
        let (mut seen, mut start, mut choices) = (Vec::new(), 0, choices);
        let mut chunk = Chunk::new(&input);
        loop {
            let consumed = chunk.consumed();
            let mut one = Vec::new();
            // One frame, then the rest in a chunk of another kind.
            let more = one_frame(&mut decoder, &mut chunk, &mut one);
            prop_assert!(chunk.consumed() >= consumed);
            seen.extend(one);
            if !more {
                break;
            }
            match choices % 3 {
                0 => {
                    start += chunk.consumed();
                    chunk = Chunk::new(&input[start..]);
                }
                1 => chunk = chunk.clone(),
                _ => {}
            }
            choices = choices.rotate_right(5);
        }
        let expected: Vec<Got> = twin(&input).seen.into_iter().map(|seen| seen.got).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn another_decoder_may_take_over_a_chunk(input in stream(), frames in 0..6usize) {
        let mut first = run::decoder(&Rules::default());
        let mut chunk = Chunk::new(&input);
        for _ in 0..frames {
            one_frame(&mut first, &mut chunk, &mut Vec::new());
        }
        let rest = chunk.rest();
        let mut taken_over = Vec::new();
        let mut second = run::decoder(&Rules::default());
        while one_frame(&mut second, &mut chunk, &mut taken_over) {}
        let expected: Vec<Got> = twin(rest).seen.into_iter().map(|seen| seen.got).collect();
        prop_assert_eq!(taken_over, expected);
    }

    #[test]
    fn an_owned_event_equals_the_lent_one(input in stream(), cuts in streams::cuts(4)) {
        let places = places(&cuts, input.len());
        let (mut lending, mut owning) = (Decoder::new(), Decoder::new());
        for (_, piece) in run::pieces(&input, &places) {
            let mut lent = Vec::new();
            let mut chunk = Chunk::new(piece);
            while let Some(event) = lending.decode_event(&mut chunk).unwrap() {
                let copy = event;
                let buf = EventBuf::from(event);
                prop_assert_eq!(buf.as_event(), copy);
                lent.push(buf);
            }
            let mut owned = Vec::new();
            let mut chunk = SharedChunk::from(bytes::Bytes::copy_from_slice(piece));
            while let Some(frame) = owning.decode_shared(&mut chunk).unwrap() {
                if let FrameBuf::Event(event) = frame {
                    owned.push(event);
                }
            }
            prop_assert_eq!(&owned, &lent);
            prop_assert_eq!(owned.clone(), lent);
        }
    }

    #[test]
    fn reconnecting_in_mid_stream_keeps_the_id_alone(first in stream(), second in stream()) {
        let before = twin(&first);
        let rules = Rules { last_event_id: before.last_event_id, ..Rules::default() };
        let expected = twin_with(&second, &rules);
        for finish in [false, true] {
            let mut decoder = run::decoder(&Rules::default());
            run::borrowed_open(&mut decoder, &first, &[]);
            if finish {
                decoder.finish();
            } else {
                decoder.reconnect();
            }
            let mut outcome = run::borrowed_on(&mut decoder, &second, &cuts::steps(second.len(), 5));
            // An id that was committed before, without an event, is still news for the first event.
            if let (Some(ours), Some(&mut theirs)) = (first_id_set(&mut outcome), first_id_set(&mut expected.clone())) {
                prop_assert!(*ours || !theirs, "an id is lost");
                *ours = theirs;
            }
            // The reconnection time is the client's and outlives a connection (9.2.2).
            prop_assert_eq!(outcome.retry, expected.retry.or(before.retry));
            outcome.retry = expected.retry;
            prop_assert_eq!(&outcome, &expected);
        }
    }
}

/// Whether the first event, be it one that the end cut off, says that an id was committed before it.
fn first_id_set(outcome: &mut Outcome) -> Option<&mut bool> {
    let cut = outcome.cut.iter_mut().filter_map(|cut| cut.event.as_mut());
    outcome.seen.iter_mut().map(|seen| &mut seen.got).chain(cut).find_map(|got| match got {
        Got::Event { id_set, .. } => Some(id_set),
        _ => None,
    })
}

/// Takes one frame; false if the chunk is at its end.
fn one_frame(decoder: &mut Decoder, chunk: &mut Chunk<'_>, got: &mut Vec<Got>) -> bool {
    let frame = decoder.decode(chunk).unwrap();
    let more = frame.is_some();
    got.extend(frame.map(run::of_frame));
    more
}

#[test]
fn the_id_of_an_event_tells_of_blocks_without_data_too() {
    // `Event::id` is set if an id was committed since the last event, so that a proxy loses none.
    let input = b"data: 1\n\nid: a\n\ndata: 2\n\ndata: 3\n\nid: a\ndata: 4\n\n\
        id\n\nevent: x\n\ndata: 5\n\nid: \0\ndata: 6\n\n";
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(input);
    let mut ids = Vec::new();
    while let Some(frame) = decoder.decode(&mut chunk).unwrap() {
        let Frame::Event(event) = frame else { continue };
        ids.push((event.id().map(|id| id.as_str().to_owned()), event.last_event_id().to_string()));
    }
    let set = |id: &str| Some(id.to_owned());
    let expected = [(None, ""), (set("a"), "a"), (None, "a"), (set("a"), "a"), (set(""), ""), (None, "")];
    assert_eq!(ids, expected.map(|(id, last)| (id, last.to_owned())));
}

/// A chunk that looks like a whole block, after the start of a line that goes on in it.
#[test]
fn a_block_after_an_open_line_is_its_rest() {
    for start in (0..=u8::MAX)
        .map(|byte| vec![byte])
        .chain(["id", "id:", "event", "event:", "retry:", "x:", "\n:"].map(Vec::from))
    {
        for block in ["data: y\n\n", "event: a\ndata: y\n\n", ": c\n\n"] {
            for alone in [false, true] {
                let input = [&b"data: x\n\n"[..], &start, block.as_bytes()].concat();
                let end = 9 + start.len();
                let cuts = if alone { (9..=end).collect() } else { vec![end] };
                for comments in [false, true] {
                    let rules = Rules { comments, ..Rules::default() };
                    target::body(&Case::new(input.clone(), cuts.clone(), rules));
                }
            }
        }
    }
}
