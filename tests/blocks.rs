//! The block view under random cuts and limits: it gives every byte back, tells the same for every chunking, holds what
//! it says it holds, and lets a proxy change data without breaking a line.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

#[path = "../fuzz/fuzz_targets/blocks.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod blocks;
mod common;
#[path = "common/counting.rs"]
mod counting;

use common::inputs::Case;
use common::run::pieces;
use common::strategies::streams::{cuts, places, stream};
use common::twin::Rules;
use counting::{calls, live, peak};
use proptest::prelude::*;
use sse_proto::{BlockPart, BlockScanner, Chunk, Decoder, Fields, LineKind, Oversized, Scanner, Token};

/// What is kept for good after large blocks.
const KEPT: usize = 64 * 1024;
const LIMIT: usize = (1 << 20) + 1;

fn scanner(limit: usize) -> BlockScanner {
    BlockScanner::builder().max_block_size(limit).build()
}

/// Feeds all of `bytes` in chunks of 1000: how many errors came.
fn feed(blocks: &mut BlockScanner, bytes: &[u8]) -> usize {
    let mut errors = 0;
    for mut chunk in bytes.chunks(1000) {
        loop {
            match blocks.scan(&mut chunk) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => errors += 1,
            }
        }
    }
    errors
}

fn held(before: isize) -> usize {
    usize::try_from(live() - before).unwrap()
}

/// `LIMIT - 1` bytes of a line, in chunks: the block may become one byte larger.
fn almost_full() -> BlockScanner {
    let mut blocks = scanner(LIMIT);
    assert_eq!(feed(&mut blocks, &vec![b'x'; LIMIT - 1]), 0);
    blocks
}

#[test]
fn what_is_held_is_the_limit_and_two_while_it_grows() {
    let line = [&b"\xEF\xBB\xBF"[..], &vec![b'x'; LIMIT - 1]].concat();
    let before = live();
    let mut blocks = scanner(LIMIT);
    let most = peak(|| assert_eq!(feed(&mut blocks, &line), 0));
    assert!(most <= 2 * (LIMIT + 5), "{most}");
    assert!(held(before) <= LIMIT + 5, "{}", held(before));
    // The line end and the blank line: nothing moves once more.
    let most = peak(|| assert_eq!(feed(&mut blocks, b"\n\r\n"), 0));
    assert_eq!(most, 0);
}

/// Tiny chunks and large blocks: the buffer doubles, whatever came before.
#[test]
fn a_buffer_that_grows_moves_seldom() {
    let mut blocks = scanner(LIMIT);
    let bytes = |blocks: &mut BlockScanner, count| {
        calls(|| (0..count).for_each(|_| assert!(blocks.scan(&mut &b"x"[..]).unwrap().is_none())))
    };
    assert_eq!(bytes(&mut blocks, 256), 1);
    blocks.finish();
    assert_eq!(feed(&mut blocks, &b"id\n\n".repeat(40)), 0);
    assert!(bytes(&mut blocks, LIMIT) <= 20);
    assert!(blocks.scan(&mut &b"x"[..]).is_err());
}

#[test]
fn room_is_given_back_when_a_block_was_too_large() {
    for end in [&b"\n"[..], b"\nyyyy", b"yyyy\n\n", b"yyyy"] {
        let before = live();
        let mut blocks = almost_full();
        assert_eq!(feed(&mut blocks, b"\n"), 0);
        assert_eq!(feed(&mut blocks, b"yyyy"), 1, "in a chunk that does not end the block");
        assert!(held(before) <= KEPT, "{}", held(before));
        // What is skipped is not held.
        feed(&mut blocks, &vec![b'z'; LIMIT]);
        feed(&mut blocks, end);
        assert!(held(before) <= KEPT, "{}", held(before));
    }
    let before = live();
    let mut blocks = almost_full();
    assert_eq!(feed(&mut blocks, b"yyyy\n\n"), 1, "in the chunk that ends the block");
    assert!(held(before) <= KEPT, "{}", held(before));
}

#[test]
fn room_is_given_back_after_a_large_block() {
    let before = live();
    let mut blocks = almost_full();
    assert_eq!(feed(&mut blocks, b"\n\n"), 0);
    // Not at once: large blocks come in rows.
    assert!(held(before) > KEPT);
    let large = [&vec![b'x'; LIMIT - 1][..], b"\n\n"].concat();
    assert_eq!(peak(|| assert_eq!(feed(&mut blocks, &large), 0)), 0);
    drop(large);
    assert_eq!(feed(&mut blocks, &b"id\n\n".repeat(31)), 0);
    assert!(held(before) > KEPT);
    assert_eq!(feed(&mut blocks, &b":\n\n".repeat(1000)), 0);
    assert!(held(before) <= KEPT, "{}", held(before));
}

#[test]
fn room_is_given_back_at_the_end_of_a_stream() {
    let before = live();
    let mut blocks = almost_full();
    assert_eq!(blocks.finish().bytes().len(), LIMIT - 1);
    assert_eq!(blocks.finish().bytes().len(), 0);
    assert!(held(before) <= KEPT, "{}", held(before));
    // At once, if what is left does not need it.
    let before = live();
    let mut blocks = almost_full();
    assert_eq!(feed(&mut blocks, b"\n\nid"), 0);
    assert!(held(before) > KEPT);
    assert_eq!(blocks.finish().bytes(), b"id");
    assert!(held(before) <= KEPT, "{}", held(before));
}

/// A stream that ends inside a block over the limit takes nothing of the next one.
#[test]
fn the_next_stream_starts_anew() {
    let mut blocks = scanner(4);
    assert!(blocks.scan(&mut &b"data: too large"[..]).is_err());
    assert_eq!(blocks.finish().bytes(), b"");
    let block = blocks.scan(&mut &b"id\n\n"[..]).unwrap().unwrap();
    assert_eq!((block.bytes(), block.range()), (&b"id\n\n"[..], 0..4));
}

/// An LF that belongs to the CR before it does not move a block.
#[test]
fn an_error_stands_where_it_does_for_every_chunking() {
    let stream = b"a\r\n\r\n123456\r\n\r\n";
    for cut in 0..stream.len() {
        let mut blocks = scanner(4);
        let mut errors = Vec::new();
        for mut chunk in [&stream[..cut], &stream[cut..]] {
            loop {
                match blocks.scan(&mut chunk) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => errors.push((error.limit, error.offset)),
                }
            }
        }
        assert_eq!(errors, [(4, 5)], "cut at {cut}");
    }
}

/// A heartbeat of one line, without a blank line, goes through a proxy when it comes.
#[test]
fn a_comment_line_is_passed_on_when_it_comes() {
    let mut blocks = BlockScanner::new();
    for ping in [&b": ping\n"[..], b": ping\r", b"\n: ping\r\n", b":\n"] {
        let mut chunk = ping;
        assert_eq!(blocks.scan(&mut chunk).unwrap().unwrap().bytes(), ping);
        assert!(blocks.scan(&mut chunk).unwrap().is_none());
    }
    assert!(blocks.scan(&mut &b"data: x\n"[..]).unwrap().is_none());
    assert!(blocks.scan(&mut &b": inside of a block\n"[..]).unwrap().is_none());
    let block = blocks.scan(&mut &b"\n"[..]).unwrap().unwrap();
    assert_eq!(block.bytes(), b"data: x\n: inside of a block\n\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// All that the fuzz target says, for streams that are weighted to the grammar.
    #[test]
    fn blocks_are_what_a_literal_reader_sees(
        input in stream(),
        cuts in cuts(8),
        limit in prop_oneof![0..40_usize, 40..600_usize],
        strip in any::<bool>(),
    ) {
        let cuts = places(&cuts, input.len());
        let rules = Rules { limit, comments: strip, ..Rules::default() };
        blocks::body(&Case::new(input, cuts, rules));
    }
}

/// Every string over the bytes that matter, under every cut in two.
#[test]
fn every_short_string() {
    const SYMBOLS: [&[u8]; 6] = [b"\r", b"\n", b":", b"data", b"\xEF\xBB\xBF", b"\xEF\xBB"];
    for number in 0..SYMBOLS.len().pow(5) {
        let symbols = (0..5).map(|place| SYMBOLS[number / SYMBOLS.len().pow(place) % SYMBOLS.len()]);
        let input: Vec<u8> = symbols.flatten().copied().collect();
        let rules = Rules { limit: number % 7, comments: number % 2 == 0, ..Rules::default() };
        let cut = number % (input.len() + 1);
        blocks::body(&Case::new(input, vec![cut], rules));
    }
}

/// What comes out of `blocks` for `input`, whole or not.
fn passed_on(mut blocks: BlockScanner, input: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    for (_, mut chunk) in pieces(input, cuts) {
        while let Some(block) = blocks.scan(&mut chunk).unwrap() {
            out.extend_from_slice(block.bytes());
        }
    }
    out.extend_from_slice(blocks.finish().bytes());
    out
}

fn events(bytes: &[u8]) -> Vec<String> {
    let (mut decoder, mut chunk, mut events) = (Decoder::new(), Chunk::new(bytes), Vec::new());
    while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
        events.push(event.data().to_owned());
    }
    events
}

/// The sample stream of the repository, in small chunks: as many bytes out as in, all the same.
#[test]
fn the_blocks_of_the_sample_are_the_sample() {
    let sample = include_bytes!("../examples/data/sample.sse");
    for size in [1, 7, 1460] {
        let (mut blocks, mut bytes, mut whole) = (BlockScanner::new(), Vec::new(), 0);
        for mut chunk in sample.chunks(size) {
            while let Some(block) = blocks.scan(&mut chunk).unwrap() {
                bytes.extend_from_slice(block.bytes());
                whole += usize::from(block.ends_with_blank_line());
            }
        }
        bytes.extend_from_slice(blocks.finish().bytes());
        assert_eq!((bytes.as_slice(), whole), (&sample[..], 11));
    }
}

/// The LF of a cut CR LF is the first byte of the next block, and yet not part of its size. Nor is a mark.
#[test]
fn what_is_beside_a_block_does_not_make_it_larger() {
    let mut blocks = scanner(9);
    assert!(blocks.scan(&mut &b"data\r\n\r"[..]).unwrap().is_some());
    assert_eq!(blocks.scan(&mut &b"\ndata: 12\n\n"[..]).unwrap().unwrap().bytes(), b"\ndata: 12\n\n");
    let mut blocks = scanner(5);
    assert!(blocks.scan(&mut &b"\xEF"[..]).unwrap().is_none());
    assert!(blocks.scan(&mut &b"\xBB\xBFdata\n"[..]).unwrap().is_none());
    assert_eq!(blocks.scan(&mut &b"\n"[..]).unwrap().unwrap().bytes(), b"\xEF\xBB\xBFdata\n\n");
    // One that does not become a mark counts.
    let mut blocks = scanner(5);
    assert_eq!(blocks.scan(&mut &b"\xEF\xBBdata\n\n"[..]).unwrap_err().offset, 0);
}

/// Comments before a block's first field do not count for the block: how many came before must not depend on the chunks.
/// One over the limit costs itself alone.
#[test]
fn a_comment_over_the_limit_does_not_take_its_block_with_it() {
    let mut blocks = scanner(8);
    let mut chunk = &b":1234567\n:12345678\n:x\ndata: 1\n\n"[..];
    assert_eq!(blocks.scan(&mut chunk).unwrap().unwrap().bytes(), b":1234567\n");
    assert_eq!(blocks.scan(&mut chunk).unwrap_err().offset, 9);
    assert_eq!(blocks.scan(&mut chunk).unwrap().unwrap().part(), BlockPart::Comment);
    assert_eq!(blocks.scan(&mut chunk).unwrap().unwrap().bytes(), b"data: 1\n\n");
    // Endless heartbeats are no block that grows.
    assert_eq!(feed(&mut blocks, &b": ping\n".repeat(100)), 0);
}

/// A gateway with a small limit: what it cannot look at goes through, comments inside of it too.
#[test]
fn what_is_over_the_limit_is_passed_on() {
    let input = b"data: 1\n\n: c\ndata: a large block\n: with a comment\n\n:c\nid\n\n";
    for limit in 0..40 {
        for size in 1..input.len() {
            let cuts: Vec<_> = (size..input.len()).step_by(size).collect();
            let blocks = BlockScanner::builder().max_block_size(limit).oversized(Oversized::PassRaw).build();
            assert_eq!(passed_on(blocks, input, &cuts), input, "limit {limit}, chunks of {size}");
        }
    }
    // Pieces are what was held and what is in the chunk, and say when it is over.
    let mut blocks = BlockScanner::builder().max_block_size(8).oversized(Oversized::PassRaw).build();
    let mut pieces = Vec::new();
    for mut chunk in [&b"data: "[..], b"12", b"34", b"", b"56\n:\n\nid\n\n"] {
        while let Some(block) = blocks.scan(&mut chunk).unwrap() {
            let last = matches!(block.part(), BlockPart::Oversized { last: true, .. });
            if matches!(block.part(), BlockPart::Oversized { .. }) {
                assert_eq!(
                    (block.lines().count(), block.fields()),
                    (0, Fields::default()),
                    "it has no lines"
                );
            }
            pieces.push((block.bytes().to_vec(), block.range().start, last, block.ends_with_blank_line()));
        }
    }
    let piece = |bytes: &[u8], at, last, whole| (bytes.to_vec(), at, last, whole);
    let expected = [
        piece(b"data: 12", 0, false, false),
        piece(b"34", 8, false, false),
        piece(b"56\n:\n\n", 10, true, false),
        piece(b"id\n\n", 16, false, true),
    ];
    assert_eq!(pieces, expected);
    assert_eq!(feed(&mut blocks, b"data: 1234"), 0);
    assert_eq!(blocks.finish().bytes(), b"", "all has been passed on");
    assert_eq!(blocks.scan(&mut &b"id\n\n"[..]).unwrap().unwrap().part(), BlockPart::Whole);
}

#[test]
fn room_is_given_back_when_a_large_block_is_passed_on() {
    let before = live();
    let mut blocks = BlockScanner::builder().max_block_size(LIMIT).oversized(Oversized::PassRaw).build();
    let most = peak(|| {
        for _ in 0..3 * LIMIT / 1000 {
            let mut chunk = &[b'x'; 1000][..];
            while blocks.scan(&mut chunk).unwrap().is_some() {}
        }
    });
    assert!(most < 2 * (LIMIT + 5), "{most}");
    assert!(held(before) <= KEPT, "{}", held(before));
}

/// A gateway that says something first, and then sends two streams that start with a mark, in any chunks.
#[test]
fn a_byte_order_mark_is_no_trap() {
    let upstream = b"\xEF\xBB\xBFdata: 1\n\ndata: 2\n\n";
    let sent = |strip, size| {
        let mut blocks = BlockScanner::builder().strip_byte_order_mark(strip).build();
        let mut sent = b": connected\n\n".to_vec();
        for _ in 0..2 {
            for mut chunk in upstream.chunks(size) {
                while let Some(block) = blocks.scan(&mut chunk).unwrap() {
                    sent.extend_from_slice(block.bytes());
                }
            }
            sent.extend_from_slice(blocks.finish().bytes());
        }
        sent
    };
    for size in 1..=upstream.len() {
        assert_eq!(events(&sent(true, size)), ["1", "2", "1", "2"], "in chunks of {size}");
        assert_eq!(events(&sent(false, size)), ["2", "2"], "the trap, in chunks of {size}");
    }
    // A second mark is content, as the standard has it; and half a mark is none.
    let strip = || BlockScanner::builder().strip_byte_order_mark(true).max_block_size(8).build();
    for (input, out) in [
        (&b"\xEF\xBB\xBF\xEF\xBB\xBFid\n\n"[..], &b"\xEF\xBB\xBFid\n\n"[..]),
        (b"\xEF\xBBid\n\n", b"\xEF\xBBid\n\n"),
        (b"\xEF\xBB", b"\xEF\xBB"),
        (b"id\n\n\xEF\xBB\xBFid\n\n", b"id\n\n\xEF\xBB\xBFid\n\n"),
    ] {
        for cut in 0..=input.len() {
            assert_eq!(passed_on(strip(), input, &[cut]), out, "cut at {cut}");
        }
    }
    // Nor is one inside of what is skipped.
    let mut blocks = BlockScanner::builder().strip_byte_order_mark(true).max_block_size(0).build();
    assert!(blocks.scan(&mut &b"d"[..]).is_err());
    assert!(blocks.scan(&mut &b"\xEF\xBB\xBF"[..]).unwrap().is_none());
    assert_eq!(blocks.scan(&mut &b"\n\n\n"[..]).unwrap().unwrap().range(), 6..7);
}

fn rewritten(input: &[u8], new: &str) -> Vec<u8> {
    let (mut blocks, mut out, mut chunk) = (BlockScanner::new(), Vec::new(), input);
    while let Some(block) = blocks.scan(&mut chunk).unwrap() {
        block.rewrite_data(&mut out, |_| new);
    }
    blocks.finish().rewrite_data(&mut out, |_| new);
    out
}

#[test]
fn new_data_stands_where_a_line_had_no_colon() {
    assert_eq!(rewritten(b"data\n\n", "new"), b"data: new\n\n");
    assert_eq!(rewritten(b"data\ndata: x\r\n\r\n", "new"), b"data: new\ndata: new\r\n\r\n");
    assert_eq!(rewritten(b"data\n\n", ""), b"data\n\n", "as it was");
    // A client takes one space after the colon away: that of the value stays.
    assert_eq!(events(&rewritten(b"data:x\n\n", " y")), [" y"]);
    assert_eq!(rewritten(b"id: data\n:data\ndatas: x\n\n", "new"), b"id: data\n:data\ndatas: x\n\n");
    assert_eq!(rewritten(b"\xEF\xBB\xBFdata:dd\r\r", "d"), b"\xEF\xBB\xBFdata: d\r\r");
}

#[test]
fn new_data_cannot_break_the_framing() {
    for (new, data) in [
        ("a\nb", "a\nb"),
        ("a\r\rb", "a\n\nb"),
        ("\r\nevent: x\r\n\r\n", "\nevent: x\n\n"),
        ("\n", "\n"),
        ("", ""),
    ] {
        for input in ["data: x\n\n", "data:x\r\n\r\n", "data: x\r\r", "id\ndata:x\n\n"] {
            assert_eq!(events(&rewritten(input.as_bytes(), new)), [data], "{input:?} with {new:?}");
        }
    }
}

/// Who ends the stream inside a block, or inside a line, gets nothing through.
#[test]
fn what_is_unfinished_is_rewritten_too() {
    assert_eq!(rewritten(b"data: a\n\ndata: secret\n", "***"), b"data: ***\n\ndata: ***\n");
    assert_eq!(rewritten(b"data: secret\rdata:sec", "***"), b"data: ***\rdata: ***");
    assert_eq!(rewritten(b"id: 1\nda", "***"), b"id: 1\nda");
    assert_eq!(rewritten(b"data:", "***"), b"data:");
    let mut blocks = BlockScanner::new();
    assert!(blocks.scan(&mut &b"id: 1\ndata: sec"[..]).unwrap().is_none());
    assert_eq!(blocks.finish().lines().count(), 1, "the line that has not ended is none yet");
}

/// A byte order mark in mid-stream makes its line an unknown field. Not so if what comes before is dropped: then the client drops
/// the mark and reads the line. So it is redacted wherever it stands.
#[test]
fn a_mark_hides_nothing_from_those_who_drop_what_comes_before() {
    let redacted = |mut blocks: BlockScanner, stream: &[u8], drops_comments: bool| {
        let mut out = Vec::new();
        let mut input = stream;
        loop {
            match blocks.scan(&mut input) {
                Ok(Some(block)) if drops_comments && block.part() == BlockPart::Comment => {}
                Ok(Some(block)) => block.rewrite_data(&mut out, |_| "***"),
                Ok(None) => break,
                Err(_) => {}
            }
        }
        blocks.finish().rewrite_data(&mut out, |_| "***");
        assert!(!String::from_utf8_lossy(&out).contains("SECRET"), "{}", String::from_utf8_lossy(&out));
    };
    let small = || BlockScanner::builder().max_block_size(16).build();
    redacted(small(), "data: this is too large\n\n\u{feff}data: SECRET\n\n".as_bytes(), false);
    redacted(small(), "data: this is too large\n\n\u{feff}\u{feff}data: SECRET".as_bytes(), false);
    redacted(BlockScanner::new(), ": hi\n\u{feff}data: SECRET\n\n".as_bytes(), true);
    let stripping = || BlockScanner::builder().strip_byte_order_mark(true).build();
    redacted(stripping(), "\u{feff}\u{feff}data: SECRET\n\n".as_bytes(), false);
    redacted(stripping(), "\u{feff}data: SECRET\n\n".as_bytes(), false);
    redacted(BlockScanner::new(), "data: 1\n\n\u{feff}\ndata: SECRET\n\n".as_bytes(), false);
    // Who looks for an event type finds it, and its place.
    let mut blocks = BlockScanner::new();
    let mut input = "data: 1\n\n\u{feff}event: secret\ndata: 2\n\n".as_bytes();
    assert!(blocks.scan(&mut input).unwrap().is_some());
    let block = blocks.scan(&mut input).unwrap().unwrap();
    let lines: Vec<_> =
        block.lines().map(|line| (line.kind, &block.bytes()[block.place_of(&line)])).collect();
    assert_eq!(lines, [(LineKind::Event, &b"secret"[..]), (LineKind::Data, b"2")]);
}

#[test]
fn a_block_that_lies_whole_in_its_chunk_is_lent() {
    let chunk = b"id: 1\ndata: a\n\n: x\n\ndata: b\n\ndata: c";
    let mut input = &chunk[..];
    let mut blocks = BlockScanner::new();
    let mut seen = 0;
    while let Some(block) = blocks.scan(&mut input).unwrap() {
        assert!(chunk.as_ptr_range().contains(&block.bytes().as_ptr()), "{block:?} was copied");
        seen += 1;
    }
    assert!(seen >= 3);
}

/// Equal blocks have the same bytes at the same place of the stream.
#[test]
fn blocks_are_compared() {
    let scan = |before: &'static str,
                block: &'static str,
                is: &dyn Fn(&sse_proto::Block<'_>, &sse_proto::Block<'_>)| {
        let mut one = BlockScanner::new();
        let mut other = BlockScanner::new();
        let mut input = b"data: 1\n\n".as_slice();
        let first = one.scan(&mut input).unwrap().unwrap();
        let mut input = before.as_bytes();
        assert!(other.scan(&mut input).unwrap().is_some() || before.is_empty());
        let mut input = block.as_bytes();
        is(&first, &other.scan(&mut input).unwrap().unwrap());
    };
    scan("", "data: 1\n\n", &|a, b| assert_eq!(a, b));
    scan("", "data: 2\n\n", &|a, b| assert_ne!(a, b));
    scan("data: 0\n\n", "data: 1\n\n", &|a, b| assert_ne!(a, b));
}

/// A line of another block has a place too, inside of this one.
#[test]
fn the_place_of_a_line_is_in_the_block() {
    let (mut short, mut long) = (BlockScanner::new(), BlockScanner::new());
    let short = short.scan(&mut &b"data: 1\n\n"[..]).unwrap().unwrap();
    let long = long.scan(&mut &b"data: 1\ndata: 23456789\n\n"[..]).unwrap().unwrap();
    for block in [&short, &long] {
        for line in long.lines() {
            let place = block.place_of(&line);
            assert!(place.start <= place.end && place.end <= block.bytes().len(), "{place:?}");
        }
    }
    let places: Vec<_> = long.lines().map(|line| &long.bytes()[long.place_of(&line)]).collect();
    assert_eq!(places, [&b"1"[..], b"23456789"]);
}

/// What a scanner has held back, at the end of the stream, and that it starts anew after it.
#[test]
fn a_scanner_that_ends_returns_what_it_held_back() {
    let mut scanner = Scanner::new();
    for held in ["", "d", "dat", "data", "e", "even", "i", "id", "r", "retry", "\u{FEFF}"] {
        for cut in 0..=held.len() {
            let (bytes, mut position) = (&held.as_bytes()[..cut], 0);
            for byte in bytes {
                let token = scanner.scan(&mut std::slice::from_ref(byte));
                assert_eq!(token, None, "{bytes:?}");
                position += 1;
            }
            assert_eq!(scanner.position(), position);
            let whole_mark = bytes == "\u{FEFF}".as_bytes();
            let seen = scanner.finish().map(|token| match token {
                Token::Piece(piece) => (piece.kind, piece.bytes, piece.offset, piece.first, piece.last),
                other => panic!("{other:?}"),
            });
            let expected = (cut > 0 && !whole_mark).then_some((LineKind::Unknown, bytes, 0, true, false));
            assert_eq!(seen, expected, "{bytes:?}");
            assert_eq!(scanner.position(), 0);
        }
    }
    // A value is never held back. After the end a byte order mark is one again.
    assert!(scanner.scan(&mut &b"data: x"[..]).is_some());
    assert_eq!(scanner.finish(), None);
    let mut input = "\u{FEFF}data: x\n".as_bytes();
    let Some(Token::Piece(piece)) = scanner.scan(&mut input) else { panic!("no line") };
    assert_eq!((piece.kind, piece.bytes, piece.offset), (LineKind::Data, &b"x"[..], 9));
}

/// Where a data line is removed, two line ends meet that were apart.
#[test]
fn replacing_data_joins_no_line_ends_and_no_events() {
    for (stream, replaced) in [
        ("data: a\rdata: b\n\nevent: x\ndata: c\n\n", "data: X\n\nevent: x\ndata: X\n\n"),
        ("data: a\nid: 1\rdata: b\n\n", "data: X\nid: 1\n\n"),
        ("data: a\rdata: b\rdata: c\n\n", "data: X\n\n"),
        ("data: a\r\ndata: b\rdata: c\r\n\r", "data: X\r\n\r"),
        ("data: a\ndata: cut", "data: X\ndata"),
        ("data: a\nevent: e\ndata: cut", "data: X\nevent: e\ndata"),
        ("data: cut", "data: X"),
        // Clients that read on see `b`, those that start here `a` and `b`.
        ("id\n\n\u{FEFF}data: a\ndata: b\n\n", "id\n\n\u{FEFF}:\ndata: X\n\n"),
        (
            "id\r\r\n\u{FEFF}\u{FEFF}data: a\r\nid: 1\ndata: b\n\n",
            "id\r\r\n\u{FEFF}\u{FEFF}:\r\nid: 1\ndata: X\n\n",
        ),
        (
            "id\n\n\u{FEFF}data: a\n\u{FEFF}data: b\ndata: c\n\n",
            "id\n\n\u{FEFF}:\n\u{FEFF}data: b\ndata: X\n\n",
        ),
        ("id\n\n\u{FEFF}data: a\nid: 1\n\n", "id\n\n\u{FEFF}data: X\nid: 1\n\n"),
        ("\u{FEFF}data: a\ndata: b\n\n", "\u{FEFF}data: X\n\n"),
        ("\u{FEFF}\u{FEFF}data: a\ndata: b\n\n", "\u{FEFF}\u{FEFF}:\ndata: X\n\n"),
    ] {
        for every in 1..=stream.len() {
            let (mut blocks, mut out) = (BlockScanner::new(), Vec::new());
            for mut chunk in stream.as_bytes().chunks(every) {
                while let Some(block) = blocks.scan(&mut chunk).unwrap() {
                    block.replace_data(&mut out, "X");
                }
            }
            blocks.finish().replace_data(&mut out, "X");
            assert_eq!(std::str::from_utf8(&out), Ok(replaced), "{stream:?} in {every}s");
        }
    }
}

/// Text that was joined or repaired has room left over while it grows; what is kept has not.
#[test]
fn fields_that_are_kept_have_no_room_left_over() {
    let bad = [&b"data: "[..], &[0xFF; 100_000], b"\ndata: y\n\n"].concat();
    let good = [&b"data: "[..], &[b'x'; 100_000], b"\ndata: y\n:one\n:two\n\n"].concat();
    for (block, times) in [(bad, 3), (good, 1)] {
        let mut blocks = BlockScanner::new();
        let fields = blocks.scan(&mut &block[..]).unwrap().unwrap().fields().into_owned();
        let held = [&fields.data, &fields.comment].map(|text| text.as_ref().map_or(0, String::capacity));
        assert!(held.iter().sum::<usize>() <= times * block.len(), "{held:?}");
        assert_eq!(fields.data.map(|data| data.chars().count()), Some(100_002));
    }
}
