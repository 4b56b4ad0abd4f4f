//! Blocks with their fields, under random cuts: the body of the fuzz target over other inputs; and what was read can be sent again.
#![cfg(all(feature = "std", feature = "stream"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(unreachable_pub, reason = "the fuzz target is a program by itself, too")]

mod common;
#[path = "../fuzz/fuzz_targets/fields.rs"]
mod fields;

use std::io;

use common::inputs::Case;
use common::run::pieces;
use common::strategies::streams::{cuts, places, stream};
use common::twin::Rules;
use futures::{StreamExt, executor::block_on, stream::iter};
use proptest::prelude::*;
use sse_proto::{
    BlockScanner, DecodeError, Event, EventType, Fields, FieldsStream, Message, SourceError, Unfinished,
};

fn source(input: &[u8], cuts: &[usize]) -> impl futures::Stream<Item = io::Result<Vec<u8>>> + use<> {
    let chunks: Vec<_> = pieces(input, cuts).into_iter().map(|(_, piece)| Ok(piece.to_vec())).collect();
    iter(chunks)
}

proptest! {
    #[test]
    fn fields_are_those_of_the_lines(input in stream(), cuts in cuts(8)) {
        let cuts = places(&cuts, input.len());
        fields::body(&Case::new(input, cuts, Rules::default()));
    }

    /// What was read can be said again, and is read as the same.
    #[test]
    fn fields_go_around(input in stream(), comments: bool) {
        let read = |bytes: &[u8]| -> Vec<Fields> {
            block_on(FieldsStream::new(source(bytes, &[])).comments(comments).map(Result::unwrap).collect())
        };
        let blocks = read(&input);
        let again: Vec<u8> = blocks.iter().flat_map(|fields| fields.to_message().unwrap().to_bytes()).collect();
        // An empty type is left out; a comment comes by itself.
        let alike = |blocks: Vec<Fields>| -> Vec<Fields> {
            let split = blocks.into_iter().flat_map(|fields| {
                let lines = fields.comment.iter().flat_map(|comment| comment.split('\n'));
                let comments: Vec<_> =
                    lines.map(|line| Fields { comment: Some(line.into()), ..Fields::default() }).collect();
                let event_type = fields.event_type.clone().filter(|name| !name.is_empty());
                comments.into_iter().chain([Fields { comment: None, event_type, ..fields }])
            });
            split.filter(|fields| !fields.is_empty()).collect()
        };
        prop_assert_eq!(alike(read(&again)), alike(blocks));
    }
}

#[test]
fn a_mark_in_mid_stream_is_content() {
    let input = b"data: 1\n\n\xEF\xBB\xBFdata: 2\ndata: 3\n\n";
    let seen: Vec<Fields> = block_on(FieldsStream::new(source(input, &[])).map(Result::unwrap).collect());
    assert_eq!(seen[1].data.as_deref(), Some("3"));
}

#[test]
fn a_block_over_the_limit_is_an_error_and_the_next_one_comes() {
    let blocks = BlockScanner::builder().max_block_size(16).build();
    let input = b"data: 12345678901234567\n\nid: 7\n\n";
    let mut stream = FieldsStream::with_scanner(source(input, &[5, 9]), blocks);
    let error = block_on(stream.next()).unwrap().unwrap_err();
    assert!(
        matches!(error, SourceError::Decode(DecodeError::BlockTooLarge { limit: 16, offset: 0, .. })),
        "{error}"
    );
    assert_eq!(block_on(stream.next()).unwrap().unwrap().id.as_deref(), Some("7"));
    assert!(block_on(stream.next()).is_none());
}

#[test]
fn an_unfinished_block_is_taken_if_asked_for() {
    for (input, setting, taken) in [
        (&b"data: [DONE]"[..], Unfinished::Discard, None),
        (b"data: [DONE]", Unfinished::WholeLines, None),
        (b"data: [DONE]\n", Unfinished::WholeLines, Some("[DONE]")),
        (b"data: [DONE]", Unfinished::Anything, Some("[DONE]")),
        (b"", Unfinished::Anything, None),
    ] {
        let mut stream = FieldsStream::new(source(input, &[input.len() / 2])).unfinished(setting);
        let data = block_on(stream.next()).map(|fields| fields.unwrap().data.unwrap());
        assert_eq!(data.as_deref(), taken, "{setting:?}");
    }
    // A source that fails has not ended.
    let failing = iter([Ok("data: 1\n"), Err("cut")]);
    let mut stream = FieldsStream::new(failing).unfinished(Unfinished::Anything);
    assert_eq!(block_on(stream.next()), Some(Err(SourceError::Source("cut"))));
    assert_eq!(block_on(stream.next()), None);
}

/// A part of an id is another id.
#[test]
fn a_cut_line_that_is_not_data_is_left_out() {
    for (input, expected) in [
        ("data: x\nid: 1", Fields { data: Some("x".to_owned()), ..Fields::default() }),
        ("data: x\nevent: a", Fields { data: Some("x".to_owned()), ..Fields::default() }),
        ("data: x\nretry: 1", Fields { data: Some("x".to_owned()), ..Fields::default() }),
        (
            "id: 1\ndata: x",
            Fields { id: Some("1".to_owned()), data: Some("x".to_owned()), ..Fields::default() },
        ),
    ] {
        for every in 1..=input.len() {
            let cuts: Vec<usize> = (every..input.len()).step_by(every).collect();
            let mut stream =
                FieldsStream::new(source(input.as_bytes(), &cuts)).unfinished(Unfinished::Anything);
            assert_eq!(block_on(stream.next()).unwrap().unwrap(), expected, "{input:?}");
            assert!(block_on(stream.next()).is_none());
        }
    }
}

#[test]
fn made_by_hand_they_are_messages() {
    let fields = Fields { event_type: Some("add"), id: Some("7"), data: Some("x"), ..Fields::default() };
    let message = fields.to_message().unwrap();
    assert_eq!(
        message,
        Message::new().event_type(EventType::from_static("add")).try_id(Some("7")).unwrap().data("x")
    );
    for bad in [
        Fields { event_type: Some("a\nb"), ..Fields::default() },
        Fields { id: Some("a\rb"), ..Fields::default() },
        Fields { id: Some("a\0b"), ..Fields::default() },
    ] {
        assert!(bad.to_message().is_err(), "{bad:?}");
    }
    let of_event = Fields::from(Event::new(EventType::MESSAGE, "x"));
    assert_eq!(of_event, Fields { data: Some("x".into()), ..Fields::default() });
}
