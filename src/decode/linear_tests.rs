//! Linear time (law 4 of CONTRIBUTING.md): each byte is read a constant number of times. This does not depend on the cuts of the stream, the size of
//! one event, or its bad UTF-8. The tests count and do not measure time.
#![cfg(not(miri))] // it would take hours there

use crate::simd::effort::take;
use crate::{Chunk, Decoder, DecoderBuilder, SharedChunk};
use alloc::vec::Vec;
use bytes::Bytes;

/// The bound: line ends, UTF-8 and copying read a byte once each. A repair reads it three times more, a block that is
/// cut is copied once more, and the text window may read the end of a value twice.
const TIMES: u64 = 8;

const CUTS: [usize; 6] = [1, 7, 1460, 16 * 1024, 64 * 1024, usize::MAX];

fn work(stream: &[u8], cut: usize, comments: bool) -> [u64; 3] {
    work_of(Decoder::builder().comments(comments), stream, cut)
}

/// With a limit that `SIZE` bytes cross.
fn work_limited(stream: &[u8], cut: usize) -> [u64; 3] {
    work_of(Decoder::builder().comments(true).max_event_size(SIZE / 10), stream, cut)
}

fn work_of(builder: DecoderBuilder, stream: &[u8], cut: usize) -> [u64; 3] {
    let (mut borrowed, mut shared, mut lent) =
        (builder.clone().build(), builder.clone().build(), builder.build());
    take();
    for bytes in stream.chunks(cut) {
        let mut chunk = Chunk::new(bytes);
        while !matches!(borrowed.decode(&mut chunk), Ok(None)) {}
    }
    let first = take();
    for bytes in stream.chunks(cut) {
        let mut chunk = SharedChunk::from(Bytes::copy_from_slice(bytes));
        while !matches!(shared.decode_shared(&mut chunk), Ok(None)) {}
    }
    let second = take();
    for bytes in stream.chunks(cut) {
        let mut chunk = SharedChunk::from(Bytes::copy_from_slice(bytes));
        while !matches!(lent.decode_lent(&mut chunk), Ok(None)) {}
    }
    [first, second, take()]
}

fn assert_linear(stream: &[u8]) {
    for cut in CUTS {
        for work in work(stream, cut, true) {
            assert!(work >= stream.len() as u64 / 16, "the counter counts nothing");
            let times = work as f64 / stream.len() as f64;
            assert!(work <= TIMES * stream.len() as u64, "{times:.1} looks at each byte, cut at {cut}");
        }
    }
}

fn repeated(parts: &[(&[u8], usize)]) -> Vec<u8> {
    parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect()
}

const SIZE: usize = 100_000;

#[test]
fn one_giant_line() {
    assert_linear(&repeated(&[(b"data: ", 1), (b"x", SIZE), (b"\n\n", 1)]));
    assert_linear(&repeated(&[(b"data: ", 1), ("\u{65E5}".as_bytes(), SIZE / 3), (b"\n\n", 1)]));
    assert_linear(&repeated(&[(b"id: ", 1), (b"x", SIZE), (b"\n\n", 1)]));
    assert_linear(&repeated(&[(b"event: ", 1), (b"x", SIZE), (b"\ndata\n\n", 1)]));
    assert_linear(&repeated(&[(b":", 1), (b"x", SIZE), (b"\n", 1)]));
    assert_linear(&repeated(&[(b"what", 1), (b"x", SIZE), (b"\n", 1)]));
}

#[test]
fn many_lines_in_one_event() {
    assert_linear(&repeated(&[(b"data: 12345\r\n", SIZE / 13), (b"\r\n", 1)]));
    assert_linear(&repeated(&[(b"id: 12345\n", SIZE / 10), (b"data\n\n", 1)]));
    assert_linear(&repeated(&[(b"retry: 12345\ndata: 1\n", SIZE / 21), (b"\n", 1)]));
    assert_linear(&repeated(&[(b":ping\ndata: 1\n", SIZE / 14), (b"\n", 1)]));
}

#[test]
fn bad_utf8() {
    for bad in [&b"\xFF"[..], b"\xE2\x82", b"\xF0\x9F\x98", b"ab\xC3", b"\xED\xA0\x80", b"0123456789\x80"] {
        assert_linear(&repeated(&[(b"data: ", 1), (bad, SIZE / bad.len()), (b"\n\n", 1)]));
        let event = repeated(&[(b"data: ", 1), (bad, 1), (b"\nevent: tail\n\n", 1)]);
        assert_linear(&repeated(&[(&event, SIZE / event.len())]));
        let event = repeated(&[(b"event: a\ndata: 0123456789", 20), (bad, 1), (b"\n\n", 1)]);
        assert_linear(&repeated(&[(&event, SIZE / event.len())]));
    }
    // One bad value far after the good ones: the good ones are still text.
    assert_linear(&repeated(&[(
        &repeated(&[(b"data: 1\n\n", 1500), (b"data: \xFF\n\n", 1)]),
        SIZE / 13_500,
    )]));
    // Good values after a bad comment, and the other way round.
    assert_linear(&repeated(&[(b"data: good\n\n:\xFF\n", SIZE / 15)]));
}

#[test]
fn many_tiny_events() {
    assert_linear(&repeated(&[(b"data: 1\n\n", SIZE / 9)]));
    assert_linear(&repeated(&[(b"data: 1\nevent: later\nid: 5\n\n", SIZE / 29)]));
}

/// Each byte of an endless stream costs as much as the first: four times the stream is four times the work. The
/// stream crosses the limit.
#[test]
fn endless_streams_cost_the_same_for_ever() {
    let bad = [0xFF; 100];
    let endless: [(&[u8], &[u8]); 14] = [
        (b"data:", b"xxxxxxxxxx"),
        (b"data:", &bad),
        (b"", b"data: 12345\n"),
        (b"", b"data\n"),
        (b"", b"data:\r\n"),
        (b"id:", &bad),
        (b"", b"id: 1\n"),
        (b"event:", &bad),
        (b"", b"event: 1\n"),
        (b":", &bad),
        (b"", b":\n"),
        (b"unknown", b"xxxxxxxxxx"),
        (b"", b"x\nyy: 1\n"),
        (b"", b"data:\xFF\n\n"),
    ];
    for (head, filler) in endless {
        let stream = |size| repeated(&[(head, 1), (filler, size / filler.len())]);
        let (short, long) = (stream(SIZE / 4), stream(SIZE));
        for cut in CUTS {
            for (short, long) in work_limited(&short, cut).into_iter().zip(work_limited(&long, cut)) {
                assert!(long <= TIMES * SIZE as u64, "{filler:?} cut at {cut}: {long}");
                // Crossing the limit early saves work, so less is fine. The lines of a skipped block may cost one
                // read of each byte, and a copy of a short id.
                let short = short.max(SIZE as u64 / 4);
                assert!(
                    long <= 4 * short + SIZE as u64 / 10,
                    "{filler:?} cut at {cut}: {short}, then {long}"
                );
            }
        }
    }
}

/// A large value is not copied, checked or searched again for each small event after it. Comments cost their text.
#[test]
fn one_large_value_costs_once() {
    for head in ["id: ", "id: \u{E9}", "data\nid: ", "data: ", "data\nevent: ", ":", "what: ", "retry: "] {
        let large = repeated(&[(head.as_bytes(), 1), (b"1", SIZE), (b"\n\n", 1)]);
        assert_linear(&repeated(&[(&large, 1), (b"data\n\n", SIZE / 6)]));
    }
}

/// The absence of further line ends in a chunk is detected once.
#[test]
fn an_unfinished_line_is_searched_once() {
    for start in [&b"data: "[..], b"data\n\ndata: ", b":", b"x", b"data: 1\ndata: ", b"id: 1\ndata: 1\nwhat"]
    {
        let stream = repeated(&[(start, 1), (b"x", SIZE)]);
        for long in [0, 3] {
            // Long lines before it make the search take another path.
            let stream = repeated(&[
                (b":", long.min(1)),
                (b"0123456789\t", 100 * long),
                (b"\n", long.min(1)),
                (&stream, 1),
            ]);
            let [lent, shared, kept] = work(&stream, usize::MAX, false);
            // The line is searched once, and copied once if it is data; 16 KiB of text may be checked ahead.
            assert!(lent <= 23 * SIZE as u64 / 10, "{start:?}: {lent}");
            assert!(shared <= 23 * SIZE as u64 / 10, "{start:?}: {shared}");
            assert!(kept <= 23 * SIZE as u64 / 10, "{start:?}: {kept}");
        }
    }
}

/// A large bad value is not checked again for each value after it.
#[test]
fn the_order_of_the_fields_costs_nothing() {
    let bad = repeated(&[(b"data: ", 1), (b"x", SIZE), (b"\xFF\n", 1)]);
    let others = b"event: a\nid: 1\n";
    let [before, behind] = [
        repeated(&[(b"data\n\n", 1), (others, 1), (&bad, 1), (b"\n", 1)]),
        repeated(&[(b"data\n\n", 1), (&bad, 1), (others, 1), (b"\n", 1)]),
    ]
    .map(|stream| work(&stream, usize::MAX, false)[0]);
    assert!(behind <= before + SIZE as u64 / 10, "{behind} instead of {before}");
}

/// The window of checked text ends between two characters: if it ended within one, the whole window would be checked
/// twice.
#[test]
fn good_text_is_checked_once() {
    for text in ["\u{E9}", "\u{65E5}", "\u{1F980}"] {
        // Many lengths, because with an unlucky one the events end where windows end.
        for letters in (10..40).chain([100, 999]) {
            let event = repeated(&[(b"data: ", 1), (text.as_bytes(), letters), (b"\n\n", 1)]);
            {
                let stream = repeated(&[(&event, 2 * SIZE / event.len())]);
                let [lent, _, kept] = work(&stream, usize::MAX, false);
                for looks in [lent, kept] {
                    assert!(
                        looks * 100 <= 235 * stream.len() as u64,
                        "{:.2} looks",
                        looks as f64 / stream.len() as f64
                    );
                }
            }
        }
    }
}
