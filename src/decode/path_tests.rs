//! Each fast path is taken where it is meant to be: a silent fall to the general path passes every other test, and costs
//! two times the time and more. Events are counted, so most of them have to come by the path; the first block of a stream and
//! what a chunk's edge cuts go other ways.

use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::engine::paths::{Path, taken};
use crate::{Chunk, Decoder};

/// How often each path was taken for a thousand times `event`, in chunks of `every` bytes.
fn paths(event: &str, every: usize) -> impl Fn(Path) -> usize + use<> {
    let stream = event.repeat(1000);
    let mut decoder = Decoder::new();
    let _ = taken();
    for bytes in stream.as_bytes().chunks(every) {
        let mut chunk = Chunk::new(bytes);
        while let Ok(Some(_)) = decoder.decode_event(&mut chunk) {}
    }
    taken()
}

fn lines(count: usize, len: usize) -> String {
    let line = ["data: ", &"x".repeat(len), "\n"].concat();
    [&line.repeat(count), "\n"].concat()
}

#[test]
fn whole_blocks_of_data_go_by_the_first_shortcut() {
    for event in ["data: 1\n\n", "data: {\"text\":\"日本語\"}\r\n\r\n", &lines(1, 320)] {
        for every in [16 * 1024, usize::MAX, event.len()] {
            let taken = paths(event, every);
            let cut = event.repeat(1000).len() / every;
            let cut = if every == event.len() { 0 } else { cut };
            assert!(
                taken(Path::DataBlock) >= 998 - 2 * cut,
                "{event:?} in {every}s: {}",
                taken(Path::DataBlock)
            );
            assert!(taken(Path::General) <= 4 + 4 * cut, "{event:?} in {every}s: {}", taken(Path::General));
        }
    }
}

#[test]
fn blocks_with_a_type_or_an_id_go_by_the_second() {
    for event in [
        "event: a\ndata: 1\n\n",
        "id: 7\ndata: 1\n\n",
        "event: a\nid: 7\ndata: 1\n\n",
        "id: 7\r\nevent: content_block_delta\r\ndata: {}\r\n\r\n",
    ] {
        for every in [usize::MAX, event.len()] {
            let taken = paths(event, every);
            assert!(taken(Path::NamedBlock) >= 998, "{event:?} in {every}s: {}", taken(Path::NamedBlock));
            assert!(taken(Path::General) <= 8, "{event:?} in {every}s: {}", taken(Path::General));
        }
    }
}

#[test]
fn other_orders_and_comments_are_read_ahead() {
    for event in ["data: 1\nid: 7\n\n", ": c\nevent: a\ndata: 1\n\n", "data: 1\nevent: a\nid: 7\n\n"] {
        let taken = paths(event, usize::MAX);
        assert!(taken(Path::Ahead) >= 998, "{event:?}: {}", taken(Path::Ahead));
        assert!(taken(Path::General) <= 8, "{event:?}: {}", taken(Path::General));
    }
}

#[test]
fn keep_alives_have_a_loop_of_their_own() {
    let taken = paths(": keep-alive\n\n", usize::MAX);
    assert!(taken(Path::KeepAlive) >= 998, "{}", taken(Path::KeepAlive));
}

#[test]
fn lines_of_data_are_joined_in_a_run() {
    // The first line opens the event, the others are short lines, but for those near the chunk's end.
    let taken = paths(&lines(10, 20), usize::MAX);
    if cfg!(feature = "simd") {
        assert!(taken(Path::ShortLine) >= 8900, "{}", taken(Path::ShortLine));
    }
    assert!(taken(Path::ShortLine) + taken(Path::DataLine) >= 8990);
    assert!(taken(Path::General) <= 50, "{}", taken(Path::General));
    // Lines that are not short.
    let taken = paths(&lines(10, 200), usize::MAX);
    assert!(taken(Path::DataLine) >= 8990, "{}", taken(Path::DataLine));
    assert!(taken(Path::General) <= 50, "{}", taken(Path::General));
}

#[test]
fn lines_that_an_edge_cuts_are_opened_and_ended_on_the_spot() {
    let event = lines(1, 320);
    let taken = paths(&event, 1460);
    let chunks = event.repeat(1000).len() / 1460;
    // Some edges fall into a name or a line end.
    let cuts = [taken(Path::OpenData), taken(Path::RestOfData)];
    assert!(cuts.iter().all(|cut| 10 * cut >= 9 * chunks), "{cuts:?} of {chunks}");
    assert!(taken(Path::General) <= chunks / 4, "{} of {chunks}", taken(Path::General));
}

/// The other way round: what no fast path knows goes the general way.
#[test]
fn the_general_path_takes_the_rest() {
    for event in ["data:1\n\n", "data: 1\r\r", "retry: 5\ndata: 1\n\n", "x: y\ndata: 1\n\n"] {
        let taken = paths(event, usize::MAX);
        let fast: Vec<_> = [Path::DataBlock, Path::NamedBlock, Path::Ahead].map(&taken).into();
        assert!(taken(Path::General) >= 1000, "{event:?}: {}, {fast:?}", taken(Path::General));
    }
}
