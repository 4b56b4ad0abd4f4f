//! Linear time without a heap (law 4 of CONTRIBUTING.md): each byte is read a constant number of times, for every cut of the stream and every content
//! of the buffer. The tests count and do not measure time.
#![cfg(not(miri))] // it would take hours there

use std::vec;
use std::vec::Vec;

use crate::simd::effort::take;
use crate::{Chunk, SliceDecoder};

/// The bound: a byte is searched, checked and converted once. For each bad byte, three bytes are copied, moved to the
/// back, checked, and moved to the end.
const TIMES: u64 = 3 + 4 * 3;

const SIZE: usize = 100_000;

const CUTS: [usize; 5] = [1, 7, 1460, 16 * 1024, usize::MAX];

/// The work to read `stream` with a buffer of `room` bytes.
fn work(stream: &[u8], cut: usize, room: usize) -> u64 {
    let mut buffer = vec![0; room];
    let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
    take();
    for bytes in stream.chunks(cut) {
        let mut chunk = Chunk::new(bytes);
        while !matches!(decoder.decode(&mut chunk), Ok(None)) {}
    }
    decoder.finish();
    take()
}

fn assert_linear(stream: &[u8]) {
    for cut in CUTS {
        // Either everything fits, or almost nothing.
        for room in [4 * stream.len(), SIZE / 10, 8] {
            let work = work(stream, cut, room);
            assert!(work >= stream.len() as u64, "the counter counts nothing");
            let times = work as f64 / stream.len() as f64;
            assert!(
                work <= TIMES * stream.len() as u64,
                "{times:.1} looks at each byte, cut at {cut}, {room}"
            );
        }
    }
}

fn repeated(parts: &[(&[u8], usize)]) -> Vec<u8> {
    parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect()
}

#[test]
fn one_giant_line() {
    for head in ["data: ", "id: ", "data\nid: ", "event: ", ":", "what", "retry: "] {
        for filler in [&b"x"[..], "\u{65E5}".as_bytes(), b"\xFF", b"\xE2\x82", b"\xF0\x9F\x98"] {
            assert_linear(&repeated(&[(head.as_bytes(), 1), (filler, SIZE / filler.len()), (b"\n\n", 1)]));
        }
    }
}

#[test]
fn many_lines_in_one_block() {
    for line in [
        "data: 12345\r\n",
        "data\n",
        "id: 12345\n",
        "event: 1\n",
        "retry: 12345\ndata: 1\n",
        ":ping\ndata: 1\n",
        "id: \0\n",
    ] {
        assert_linear(&repeated(&[(line.as_bytes(), SIZE / line.len()), (b"data\n\n", 1)]));
    }
    // After a large value that stays.
    for head in ["data: ", "id: ", "event: "] {
        for line in ["data: 1\n", "id: 1\n", "event: 1\n", ":1\n", "id: \0\n"] {
            let large = repeated(&[(head.as_bytes(), 1), (b"x", SIZE), (b"\n", 1)]);
            assert_linear(&repeated(&[(&large, 1), (line.as_bytes(), SIZE / line.len()), (b"data\n\n", 1)]));
        }
    }
}

#[test]
fn many_blocks() {
    for block in [
        "data: 1\n\n",
        "id: 1\n\n",
        "event: 1\n\n",
        "data: 1\nevent: later\nid: 5\n\n",
        "data:123456789\nid: 1\n\n",
    ] {
        assert_linear(&repeated(&[(block.as_bytes(), SIZE / block.len())]));
    }
    for head in ["data: ", "data\nevent: ", ":", "what: "] {
        let large = repeated(&[(head.as_bytes(), 1), (b"x", SIZE), (b"\n\n", 1)]);
        assert_linear(&repeated(&[(&large, 1), (b"data\n\n", SIZE / 6)]));
    }
}

/// A block that does not fit drops its stored text once.
#[test]
fn blocks_that_do_not_fit() {
    for block in [
        "id: 1\ndata: 12345678\nid: 2\nid: 3\n\n",
        "event: 12345678\nevent: 1\n\n",
        "id: 123456789\nid: 5\ndata\n\n",
    ] {
        assert_linear(&repeated(&[(block.as_bytes(), SIZE / block.len())]));
    }
}

/// Each event reads the last event ID once; a block without data does not.
#[test]
fn a_large_last_event_id() {
    let id = repeated(&[(b"id: ", 1), (b"x", SIZE / 10), (b"\n\n", 1)]);
    assert_linear(&repeated(&[(&id, 1), (b"event: 1\nretry: 1\n:1\n\n", SIZE / 22)]));
    let stream = repeated(&[(&id, 1), (b"data\n\n", 1000)]);
    for cut in CUTS {
        let work = work(&stream, cut, SIZE);
        assert!(work <= TIMES * stream.len() as u64 + 1000 * id.len() as u64, "{work}, cut at {cut}");
    }
}
