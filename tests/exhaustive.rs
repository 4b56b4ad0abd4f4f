//! Small worlds, exhausted: every string up to a length over an alphabet of symbols, under every cut in two and
//! byte by byte, lent, shared, scanned, and over a slice, against the twin. What a random stream may miss is not missed here.
//!
//! `cargo test` takes the lengths that need a few seconds. `SSE_WORLDS=full cargo test --release --test exhaustive`
//! takes one symbol more, 203 million readings, which is about a minute.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use common::run::{self, ScannedLine};
use common::twin::{Got, Outcome, Policy, Rules, Seen, twin_with};
use sse_proto::{Chunk, DecodeError, End, Event, EventId, Frame, FrameBuf, Scanner, SharedChunk, Token};

/// Whether the long worlds were asked for.
fn full() -> bool {
    std::env::var_os("SSE_WORLDS").is_some_and(|worlds| worlds == "full")
}

/// How many strings of a world there are, and how many ways to read one were tried on them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    strings: u64,
    readings: u64,
}

/// Goes through all strings of up to `length` symbols, on all cores.
fn exhaust(alphabet: &[&str], length: usize, rules: &[Rules], check: fn(&[u8], &Rules) -> u64) -> Count {
    let symbols: Vec<Vec<u8>> = alphabet.iter().map(|symbol| bytes_of(symbol)).collect();
    let next = Mutex::new(0..symbols.len().pow(2));
    let total = Mutex::new(Count::default());
    let add = |count: Count| {
        let mut total = total.lock().unwrap();
        total.strings += count.strings;
        total.readings += count.readings;
    };
    let one = |string: &[u8], count: &mut Count| {
        count.strings += 1;
        count.readings += rules.iter().map(|rules| check(string, rules)).sum::<u64>();
    };
    // The strings of no symbol and of one; the others by their first two.
    let mut short = Count::default();
    one(b"", &mut short);
    symbols.iter().for_each(|symbol| one(symbol, &mut short));
    add(short);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let Some(start) = next.lock().unwrap().next() else { break };
                    let mut count = Count::default();
                    let mut string =
                        [&symbols[start / symbols.len()][..], &symbols[start % symbols.len()]].concat();
                    grow(&symbols, &mut string, length - 2, &mut |string| one(string, &mut count));
                    add(count);
                }
            });
        }
    });
    let total = *total.lock().unwrap();
    let computed = (0..=length as u32).map(|n| (alphabet.len() as u64).pow(n)).sum();
    assert_eq!(total.strings, computed, "all of them");
    total
}

/// `string` and all that start with it and have up to `more` symbols more.
fn grow(symbols: &[Vec<u8>], string: &mut Vec<u8>, more: usize, one: &mut dyn FnMut(&[u8])) {
    one(string);
    if more == 0 {
        return;
    }
    for symbol in symbols {
        let len = string.len();
        string.extend_from_slice(symbol);
        grow(symbols, string, more - 1, one);
        string.truncate(len);
    }
}

/// Bytes that are no text are written as two digits.
fn bytes_of(symbol: &str) -> Vec<u8> {
    match symbol {
        "EF" | "BB" | "BF" | "E2" => vec![u8::from_str_radix(symbol, 16).unwrap()],
        text => text.as_bytes().to_vec(),
    }
}

/// Every cut in two (at the ends too, which makes an empty chunk), and byte by byte.
fn each_cut(input: &[u8], mut read: impl FnMut(&mut dyn Iterator<Item = (usize, usize)>, usize)) -> u64 {
    let len = input.len();
    for cut in 0..=len {
        read(&mut [(0, cut), (cut, len)].into_iter(), cut);
    }
    read(&mut (0..len).map(|at| (at, at + 1)), usize::MAX);
    len as u64 + 2
}

/// A decoder by `rules`, lending frames, sharing them, and lending bytes, and without limits the scanner too: how many readings that was.
fn against_the_twin(input: &[u8], rules: &Rules) -> u64 {
    let expected = twin_with(input, rules);
    let decoder = run::decoder(rules);
    let all = Bytes::copy_from_slice(input);
    let mut readings = each_cut(input, |pieces, cut| {
        let mut left = Left { input, cut, seen: expected.seen.iter() };
        let mut lending = decoder.clone();
        for (start, end) in pieces {
            let mut chunk = Chunk::new(&input[start..end]);
            loop {
                let frame = lending.decode(&mut chunk);
                match frame {
                    Ok(None) => break,
                    Ok(Some(frame)) => left.frame(frame, start + chunk.consumed()),
                    Err(error) => left.error(error),
                }
            }
        }
        left.state(lending.last_event_id(), lending.reconnection_time(), &expected);
        left.end(lending.finish(), &expected);
    });
    readings += each_cut(input, |pieces, cut| {
        let mut left = Left { input, cut, seen: expected.seen.iter() };
        let mut sharing = decoder.clone();
        for (start, end) in pieces {
            let mut chunk = SharedChunk::from(all.slice(start..end));
            loop {
                let frame = sharing.decode_shared(&mut chunk);
                let at = start + chunk.consumed();
                match &frame {
                    Ok(None) => break,
                    Ok(Some(FrameBuf::Event(event))) => left.frame(Frame::Event(event.as_event()), at),
                    Ok(Some(FrameBuf::Retry(time))) => left.frame(Frame::Retry(*time), at),
                    Ok(Some(FrameBuf::Comment(text))) => left.frame(Frame::Comment(text), at),
                    Ok(Some(other)) => panic!("a frame that the twin does not know: {other:?}"),
                    Err(error) => left.error(*error),
                }
            }
        }
        left.state(sharing.last_event_id(), sharing.reconnection_time(), &expected);
        left.end(sharing.finish(), &expected);
    });
    // The loop over lines does not stop at retries and comments for those who ask for events alone.
    let mut events = expected.seen.clone();
    events.retain(|seen| !matches!(seen.got, Got::Retry(_) | Got::Comment(_)));
    readings += each_cut(input, |pieces, cut| {
        let mut left = Left { input, cut, seen: events.iter() };
        let mut lending = decoder.clone();
        for (start, end) in pieces {
            let mut chunk = Chunk::new(&input[start..end]);
            loop {
                let event = lending.decode_bytes(&mut chunk);
                match event {
                    Ok(None) => break,
                    Ok(Some(event)) => {
                        let data = event.data_lossy();
                        let event = run::of_bytes_event(event, &data);
                        left.frame(Frame::Event(event), start + chunk.consumed());
                    }
                    Err(error) => left.error(error),
                }
            }
        }
        left.state(lending.last_event_id(), lending.reconnection_time(), &expected);
        left.end(lending.finish(), &expected);
    });
    if rules.limit == usize::MAX {
        let lines = run::twin_lines(input);
        readings += each_cut(input, |pieces, cut| scan(input, pieces, cut, &lines));
    }
    readings
}

/// The decoder without a heap, by `rules`, with a buffer of the limit: how many readings that was.
fn over_a_slice(input: &[u8], rules: &Rules) -> u64 {
    let rules = run::held(rules);
    let expected = twin_with(input, &rules);
    let mut buffer = run::buffer(input, &rules);
    each_cut(input, |pieces, cut| {
        let mut left = Left { input, cut, seen: expected.seen.iter() };
        let mut decoder = run::slice_decoder(&mut buffer, &rules);
        for (start, end) in pieces {
            let mut chunk = Chunk::new(&input[start..end]);
            loop {
                match decoder.decode(&mut chunk) {
                    Ok(None) => break,
                    Ok(Some(frame)) => left.frame(frame, start + chunk.consumed()),
                    Err(error) => left.error(error),
                }
            }
        }
        left.state(decoder.last_event_id(), decoder.reconnection_time(), &expected);
        left.end(decoder.finish(), &expected);
    })
}

/// What the twin saw and the decoder has still to report.
struct Left<'t> {
    input: &'t [u8],
    cut: usize,
    seen: std::slice::Iter<'t, Seen>,
}

impl Left<'_> {
    fn next(&mut self) -> (usize, &Got) {
        match self.seen.next() {
            Some(seen) => (seen.at, &seen.got),
            None => panic!("{:?} cut at {}: one frame too many", self.input, self.cut),
        }
    }

    fn frame(&mut self, frame: Frame<'_>, taken: usize) {
        let (input, cut) = (self.input, self.cut);
        // The LF of a CR LF may have been taken with its CR.
        let at = if input[..taken].ends_with(b"\r\n") { taken - 1 } else { taken };
        let (expected_at, expected) = self.next();
        let same = match (frame, expected) {
            (Frame::Event(event), Got::Event { .. }) => is_event(event, expected),
            (Frame::Retry(time), Got::Retry(millis)) => time.as_millis() == u128::from(*millis),
            (Frame::Comment(text), Got::Comment(expected)) => text == expected,
            _ => false,
        };
        assert!(same && at == expected_at, "{input:?} cut at {cut}: {frame:?} at {at}, not {expected:?}");
    }

    fn error(&mut self, error: DecodeError) {
        let (input, cut) = (self.input, self.cut);
        let (at, expected) = self.next();
        let same = match (error, expected) {
            (DecodeError::EventTooLarge { offset, .. }, Got::EventTooLarge)
            | (DecodeError::CommentTooLarge { offset, .. }, Got::CommentTooLarge) => offset == at as u64,
            _ => false,
        };
        assert!(same, "{input:?} cut at {cut}: {error:?}, not {expected:?} at {at}");
    }

    fn state(&mut self, last_event_id: EventId<'_>, retry: Option<Duration>, expected: &Outcome) {
        let (input, cut) = (self.input, self.cut);
        assert_eq!(self.seen.next(), None, "{input:?} cut at {cut}: a frame is missing");
        assert_eq!(last_event_id, expected.last_event_id.as_str(), "{input:?} cut at {cut}");
        let retry = retry.map(|time| time.as_millis());
        assert_eq!(retry, expected.retry.map(u128::from), "{input:?} cut at {cut}");
    }

    fn end(&self, end: End<'_>, expected: &Outcome) {
        let (input, cut) = (self.input, self.cut);
        let same = match (&end, &expected.cut) {
            (End::Clean, None) => true,
            (End::Truncated(block), Some(cut)) if block.is_in_line() == cut.in_line => {
                match (block.event(), &cut.event) {
                    (Some(event), Some(expected)) => is_event(event, expected),
                    (event, expected) => event.is_none() && expected.is_none(),
                }
            }
            _ => false,
        };
        assert!(same, "{input:?} cut at {cut}: {end:?}, not {:?}", expected.cut);
    }
}

fn is_event(event: Event<'_>, expected: &Got) -> bool {
    let Got::Event { event_type, data, last_event_id, id_set } = expected else { return false };
    event.event_type() == *event_type
        && event.data() == data
        && event.last_event_id() == last_event_id.as_str()
        && event.id().is_some() == *id_set
}

/// The scanner's tokens: each a piece of the line that is due, or of the unfinished one after them.
fn scan(input: &[u8], pieces: &mut dyn Iterator<Item = (usize, usize)>, cut: usize, lines: &[ScannedLine]) {
    let mut scanner = Scanner::new();
    let (mut line, mut taken) = (0, 0);
    let mut token_at = |token: Token<'_>, at: usize| {
        let due = if input[..at].ends_with(b"\r\n") { at - 1 } else { at };
        let expected = lines.get(line);
        let (same, ends) = match (token, expected) {
            (Token::BlankLine { offset, .. }, Some(expected)) => {
                (expected.kind.is_none() && offset == expected.offset as u64 && taken == 0, true)
            }
            (Token::Piece(piece), _) => {
                let (offset, first) = (piece.offset as usize, taken == 0);
                let there = input[offset..].starts_with(piece.bytes) && piece.first == first;
                let same = expected.is_none_or(|line| {
                    line.kind == Some(piece.kind)
                        && line.offset + taken == offset
                        && line.bytes[taken..].starts_with(piece.bytes)
                });
                // A piece may be empty where a value is: one that goes on has begun all the same.
                taken += piece.bytes.len();
                (there && same && (piece.last || !piece.bytes.is_empty()), piece.last)
            }
            _ => (false, true),
        };
        assert!(same, "{input:?} cut at {cut}: {token:?}, not {expected:?}");
        if ends {
            let whole = expected.is_some_and(|line| line.bytes.len() == taken && line.due == Some(due));
            assert!(whole, "{input:?} cut at {cut}: {token:?} at {at} ends {expected:?}");
            (line, taken) = (line + 1, 0);
        }
    };
    for (start, end) in pieces {
        let mut rest = &input[start..end];
        while let Some(token) = scanner.scan(&mut rest) {
            assert_eq!(scanner.position() as usize, end - rest.len(), "{input:?} cut at {cut}");
            token_at(token, end - rest.len());
        }
        assert!(rest.is_empty(), "{input:?} cut at {cut}: a chunk is read to its end");
    }
    if let Some(token) = scanner.finish() {
        assert!(matches!(token, Token::Piece(piece) if !piece.last));
        token_at(token, input.len());
    }
    assert_eq!(line, lines.len(), "{input:?} cut at {cut}: a line is missing");
}

/// Each kind of symbol that the grammar knows, and some that it does not.
const GRAMMAR: [&str; 15] =
    ["data", "event", "id", "retry", ":", " ", "\r", "\n", "\0", "EF", "BB", "BF", "E2", "a", "7"];

#[test]
fn every_string_over_the_grammar() {
    let (length, expected) = if full() {
        (5, Count { strings: 813_616, readings: 35_380_676 })
    } else {
        (4, Count { strings: 54_241, readings: 1_968_176 })
    };
    assert_eq!(exhaust(&GRAMMAR, length, &[Rules::default()], against_the_twin), expected);
}

/// Fewer symbols make longer strings: several fields in a block, several blocks.
#[test]
fn every_string_of_blocks() {
    let (length, expected) = if full() {
        (7, Count { strings: 960_800, readings: 78_968_624 })
    } else {
        (6, Count { strings: 137_257, readings: 9_791_012 })
    };
    let alphabet = ["data\n", "event:a", "id:", "b", "\r", "\n", "\0"];
    assert_eq!(exhaust(&alphabet, length, &[Rules::default()], against_the_twin), expected);
}

/// Under each limit that such strings can cross, and both policies.
#[test]
fn every_string_under_small_limits() {
    let (length, expected) = if full() {
        (6, Count { strings: 137_257, readings: 73_432_590 })
    } else {
        (5, Count { strings: 19_608, readings: 8_893_710 })
    };
    let rules: Vec<Rules> = (0..5)
        .flat_map(|limit| {
            [(Policy::Commit, true), (Policy::Keep, false)].map(|(policy, comments)| Rules {
                limit,
                policy,
                comments,
                ..Rules::default()
            })
        })
        .collect();
    let alphabet = ["data:", "event:", "id:", "xy", ":", "\r", "\n"];
    assert_eq!(exhaust(&alphabet, length, &rules, against_the_twin), expected);
}

/// Without a heap: the grammar where there is room, and buffers that such strings do not fit in, with characters that are cut.
#[test]
fn every_string_over_a_slice() {
    let (length, expected) = if full() {
        (5, Count { strings: 813_616, readings: 8_845_169 })
    } else {
        (4, Count { strings: 54_241, readings: 492_044 })
    };
    assert_eq!(exhaust(&GRAMMAR, length, &[Rules::default()], over_a_slice), expected);
    let (length, expected) = if full() {
        (6, Count { strings: 299_593, readings: 59_833_032 })
    } else {
        (5, Count { strings: 37_449, readings: 6_355_656 })
    };
    let rules: Vec<Rules> = (0..6)
        .flat_map(|limit| {
            [(Policy::Commit, true), (Policy::Keep, false)].map(|(policy, comments)| Rules {
                limit,
                policy,
                comments,
                ..Rules::default()
            })
        })
        .collect();
    let alphabet = ["data:", "event:", "id:", "xy", ":", "\n", "E2", "\0"];
    assert_eq!(exhaust(&alphabet, length, &rules, over_a_slice), expected);
}
