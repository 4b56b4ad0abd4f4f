//! Each fast path is taken where intended. A silent fall to the general path would pass every other test, but take at
//! least twice the time. Events are counted, and most of them must take the path; the first block of a stream and the
//! blocks that a chunk's edge cuts take other paths.
#![cfg(not(miri))] // it would take hours there

use alloc::string::String;

use crate::decode::engine::paths::{Path, taken};
use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};
use crate::{Chunk, Decoder};

/// The number of times each path was taken for a thousand times `event`, in chunks of `every` bytes.
fn paths(event: &str, every: usize) -> impl Fn(Path) -> usize + use<> {
    let _ = taken();
    read(&mut Decoder::new(), &event.repeat(1000), every);
    taken()
}

fn read(decoder: &mut Decoder, stream: &str, every: usize) {
    for bytes in stream.as_bytes().chunks(every) {
        let mut chunk = Chunk::new(bytes);
        while let Ok(Some(_)) = decoder.decode_event(&mut chunk) {}
    }
}

fn lines(count: usize, len: usize) -> String {
    let line = ["data: ", &"x".repeat(len), "\n"].concat();
    [&line.repeat(count), "\n"].concat()
}

#[test]
fn whole_blocks_of_data_go_by_the_first_shortcut() {
    for event in ["data: 1\n\n", "data: {\"text\":\"日本語\"}\r\n\r\n", "data:1\n\n", &lines(1, 320)] {
        for every in [16 * 1024, usize::MAX, event.len()] {
            let taken = paths(event, every);
            let cuts = if every == event.len() { 0 } else { event.repeat(1000).len() / every };
            // A block that is cut does not keep the next one from the shortcut.
            let blocks = taken(Path::DataBlock);
            assert!(blocks >= 998 - cuts, "{event:?} in {every}s: {blocks}");
            assert!(taken(Path::Edge) <= 2 + 2 * cuts, "{event:?} in {every}s: {}", taken(Path::Edge));
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
        }
    }
}

#[test]
fn other_shapes_are_read_line_by_line_and_nothing_falls_to_the_edge() {
    for event in [
        "data: 1\nid: 7\n\n",
        ": c\nevent: a\ndata: 1\n\n",
        "data:1\revent:a\rid:7\r\r",
        "data: 1\nx\n\n",
        "retry: 5\r\ndata: 1\r\n\r\n",
        "x: y\ndata: 1\n\n",
        ": keep-alive\r\r",
        ": keep-alive\n",
    ] {
        for every in [usize::MAX, event.len()] {
            let taken = paths(event, every);
            let lines = event.replace("\r\n", "\n").matches(['\r', '\n']).count();
            let read = taken(Path::Line) + 2 * taken(Path::KeepAlive);
            assert!(read >= 996 * lines, "{event:?} in {every}s: {read} of {}", 1000 * lines);
            assert!(taken(Path::Edge) <= 8, "{event:?} in {every}s: {}", taken(Path::Edge));
        }
    }
}

#[test]
fn keep_alives_have_a_loop_of_their_own() {
    let event = ": keep-alive\n\n";
    for (every, cuts) in [(usize::MAX, 0), (event.len(), 0), (1460, 14 * 1000 / 1460)] {
        let taken = paths(event, every);
        assert!(taken(Path::KeepAlive) >= 998 - 2 * cuts, "in {every}s: {}", taken(Path::KeepAlive));
        assert!(taken(Path::Line) + taken(Path::Edge) <= 4 + 4 * cuts);
    }
}

#[test]
fn lines_of_data_are_joined_in_a_run() {
    for event in [lines(10, 20), lines(10, 20).replace("\n", "\r\n"), lines(10, 20).replace(": ", ":")] {
        let taken = paths(&event, usize::MAX);
        // The first two lines start the run; the last lines of the chunk have no room after them.
        assert!(taken(Path::ShortLine) >= 7900, "{event:?}: {}", taken(Path::ShortLine));
        assert!(taken(Path::ShortLine) + taken(Path::LongLine) >= 7990);
        assert!(taken(Path::Line) <= 3010, "{event:?}: {}", taken(Path::Line));
    }
    let taken = paths(&lines(10, 200), usize::MAX);
    assert!(taken(Path::LongLine) >= 7990, "{}", taken(Path::LongLine));
    // Of the blocks after such an event only the first is read line by line.
    let taken = paths(&[&lines(10, 20), &*"data: 1\n\n".repeat(5)].concat(), usize::MAX);
    assert_eq!(taken(Path::DataBlock), 4000);
}

/// While the memory of a large event is kept for the next one, each block is counted; then the shortcuts are back.
#[test]
fn the_shortcuts_are_back_after_a_large_event() {
    let (large, small) = (lines(1, 2 * KEEP_CAPACITY), "data: 1\n\n".repeat(1000));
    let mut decoder = Decoder::new();
    read(&mut decoder, &large, 1460);
    let _ = taken();
    read(&mut decoder, &small, usize::MAX);
    assert_eq!(taken()(Path::DataBlock), 1000 - usize::from(CALM_BLOCKS));
    read(&mut decoder, &large, 1460);
    decoder.reconnect();
    let _ = taken();
    read(&mut decoder, &small, usize::MAX);
    assert_eq!(taken()(Path::DataBlock), 999, "a new stream counts nothing");
}

/// An edge that cuts a data line costs exactly two parts, whatever comes before it in the block.
#[test]
fn what_an_edge_cuts_is_read_in_two_parts() {
    for event in [lines(1, 320), ["id: 7\nevent: a\n", &lines(1, 1500)].concat(), lines(10, 60)] {
        let taken = paths(&event, 1460);
        let chunks = event.repeat(1000).len() / 1460;
        // Some edges cut a name or a line end.
        assert!(10 * taken(Path::CutData) >= 17 * chunks, "{} of {chunks}", taken(Path::CutData));
        assert!(taken(Path::CutData) + taken(Path::Edge) <= 2 * chunks + chunks / 4);
    }
}

#[test]
fn data_byte_by_byte_has_a_path_of_its_own() {
    let taken = paths(&lines(1, 320), 1);
    // The first byte after the colon may be the space.
    assert!(taken(Path::DataByte) >= 319 * 1000, "{}", taken(Path::DataByte));
}

/// All but the first byte of the stream, of an unknown field and of data, line ends and a retry's digits.
#[test]
fn most_other_bytes_byte_by_byte_have_one_too() {
    let event = "event: add\nid: 12345\n: hello\nnobody: x\ndata: x\n\n";
    let taken = paths(event, 1);
    let slow = ["n", "x", &"\n".repeat(6)].concat();
    assert_eq!(taken(Path::LineByte), 1000 * (event.len() - slow.len()) - 1);
}
