//! Invariant: the fields of blocks are what the twin's lines say, by the rules of 9.2.6 written down once more, and the events
//! that a client makes of them are those of the decoder; under a small limit the same blocks and errors come, however the
//! stream is cut.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use std::convert::Infallible;
use std::mem;
use std::time::Duration;

use futures::{StreamExt, executor::block_on, stream::iter};
use sse_proto::{BlockScanner, Fields, FieldsStream, SourceError};

use crate::common::inputs::Case;
use crate::common::run::{borrowed, pieces};
use crate::common::twin::{self, Got, Rules};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case.shortened(4096)));

pub fn body(case: &Case) {
    let Case { stream, limited, .. } = case;
    let (blocks, comments) = expected(stream);
    let outcome = borrowed(stream, &[], &Rules::default());
    let events: Vec<Got> = outcome
        .seen
        .into_iter()
        .map(|seen| seen.got)
        .filter(|got| matches!(got, Got::Event { .. }))
        .collect();
    assert_eq!(events_of(&blocks), events);
    let under_limit = read(stream, &[], limited.limit, true);
    for cuts in case.chunkings() {
        assert_eq!(whole(read(stream, &cuts, usize::MAX, false)), blocks, "cut at {cuts:?}");
        let with_comments = whole(read(stream, &cuts, usize::MAX, true));
        let told: Vec<&str> = with_comments.iter().filter_map(|fields| fields.comment.as_deref()).collect();
        // A comment of the unfinished block is told if it stands before the first field.
        assert!(comments.join("\n").starts_with(&told.join("\n")), "cut at {cuts:?}");
        let without = with_comments.into_iter().map(|fields| Fields { comment: None, ..fields });
        assert_eq!(
            without.filter(|fields| !fields.is_empty()).collect::<Vec<_>>(),
            blocks,
            "cut at {cuts:?}"
        );
        assert_eq!(read(stream, &cuts, limited.limit, true), under_limit, "cut at {cuts:?}");
    }
}

type Item = Result<Fields, SourceError<Infallible>>;

fn read(stream: &[u8], cuts: &[usize], limit: usize, comments: bool) -> Vec<Item> {
    let chunks = pieces(stream, cuts).into_iter().map(|(_, piece)| Ok(piece.to_vec()));
    let blocks = BlockScanner::builder().max_block_size(limit).build();
    block_on(FieldsStream::with_scanner(iter(chunks), blocks).comments(comments).collect())
}

/// What was read without a limit.
fn whole(items: Vec<Item>) -> Vec<Fields> {
    items.into_iter().map(Result::unwrap).collect()
}

/// Each block's fields by the twin's lines, comments apart.
fn expected(input: &[u8]) -> (Vec<Fields>, Vec<String>) {
    let (mut blocks, mut comments, mut open) = (Vec::new(), Vec::new(), Fields::default());
    for line in twin::lines(input).iter().filter(|line| line.end.is_some()) {
        if line.chars.is_empty() {
            let block = mem::take(&mut open);
            if !block.is_empty() {
                blocks.push(block);
            }
            continue;
        }
        let twin::Field { name, value, .. } = twin::field(line);
        match name.as_str() {
            "event" => open.event_type = Some(value),
            "data" => {
                open.data = Some(match open.data {
                    Some(data) => format!("{data}\n{value}"),
                    None => value,
                });
            }
            "id" if !value.contains('\0') => open.id = Some(value),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                open.retry = value.parse().ok().map(Duration::from_millis).or(open.retry);
            }
            "" => comments.push(value),
            _ => {}
        }
    }
    (blocks, comments)
}

/// 9.2.6, dispatch, over blocks: what a client that keeps the id itself makes of them.
fn events_of(blocks: &[Fields]) -> Vec<Got> {
    let (mut last_event_id, mut id_set, mut events) = (String::new(), false, Vec::new());
    for fields in blocks {
        if let Some(id) = &fields.id {
            (last_event_id, id_set) = (id.clone(), true);
        }
        if let Some(data) = &fields.data {
            let event_type =
                fields.event_type.clone().filter(|name| !name.is_empty()).unwrap_or("message".into());
            let (data, last_event_id) = (data.clone(), last_event_id.clone());
            events.push(Got::Event { event_type, data, last_event_id, id_set: mem::take(&mut id_set) });
        }
    }
    events
}
