//! Invariant: the block view loses nothing and invents nothing. The lent bytes are the stream, byte for byte, cut
//! where a literal reader cuts it. Under a small limit, every cut of the stream gives the same blocks and the same
//! errors at the same places, and the memory stays within the documented bound. Data is rewritten line by line, and
//! nothing else is changed. With the data rewritten or replaced, a client reads the same events with other data, and one that
//! starts at any block finds none of the old data.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;
#[cfg(fuzzing)]
#[path = "../../tests/common/counting.rs"]
mod counting;

use std::mem;
use std::ops::Range;

use sse_proto::{BlockPart, BlockScanner, BlockTooLarge, Decoder, Frame, Oversized};

use crate::common::inputs::Case;
use crate::common::run::pieces;
use crate::counting::peak;

// The limits are below 600 bytes, so a longer stream shows nothing new.
#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case.shortened(1024)));

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The new value of each data line. It contains a line end, so one line becomes two.
const NEW: &str = "***\rx";

/// The observable parts of a stream. Places are given as if no CR LF were cut.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// A whole block or a comment, with its number of lines.
    Block(BlockPart, Range<usize>, usize),
    /// A part over the limit, passed on.
    Unseen(Range<usize>),
    TooLarge(u64),
    Rest(Range<usize>),
}

/// A block or a comment, found by the literal reader.
struct Unit {
    part: BlockPart,
    range: Range<usize>,
    /// The bytes that the limit counts, from the first byte that is neither a mark nor a line end of another unit.
    counted: Range<usize>,
    lines: usize,
}

pub fn body(case: &Case) {
    let stream = &case.stream;
    let (units, rewritten, replaced, starts) = read_literally(stream);
    let new = NEW.replace('\r', "\n");
    let mut by_line = events(stream);
    let mut whole = by_line.clone();
    by_line.iter_mut().for_each(|(data, ..)| *data = vec![new.as_str(); data.split('\n').count()].join("\n"));
    whole.iter_mut().for_each(|(data, ..)| data.clone_from(&new));
    assert_eq!(events(&rewritten), by_line);
    assert_eq!(events(&replaced), whole);
    for start in starts.into_iter().take(16) {
        for (data, ..) in [events(&rewritten[start.0..]), events(&replaced[start.1..])].concat() {
            assert!(
                data.split('\n').all(|line| new.split('\n').any(|new| new == line)),
                "{data:?} from {start:?}"
            );
        }
    }
    let (limit, strip) = (case.limited.limit, case.limited.comments);
    let blocks = |limit: usize| BlockScanner::builder().max_block_size(limit);
    let kinds = [
        (blocks(usize::MAX).build(), usize::MAX, Oversized::Skip, false),
        (blocks(limit).strip_byte_order_mark(strip).build(), limit, Oversized::Skip, strip),
        (
            blocks(limit).strip_byte_order_mark(strip).oversized(Oversized::PassRaw).build(),
            limit,
            Oversized::PassRaw,
            strip,
        ),
    ];
    let kinds = kinds.map(|(blocks, limit, oversized, strip)| {
        let expected = expected(&units, limit, oversized, strip && stream.starts_with(BOM));
        (blocks, limit, oversized, strip, expected)
    });
    let [whole, cuts, each, empty] = case.chunkings();
    // Only one of the runs has empty chunks: they cost the most and change the least.
    let chunkings = [(whole, &kinds[..]), (cuts, &kinds), (each, &kinds), (empty, &kinds[2..])];
    for (cuts, kinds) in &chunkings {
        for (blocks, limit, oversized, strip, expected) in *kinds {
            let Run { seen, rewritten: lines, replaced: data, passed_on } = run(blocks.clone(), stream, cuts);
            assert_eq!(&seen, expected, "limit {limit}, {oversized:?}, cut at {cuts:?}");
            if *limit == usize::MAX {
                assert_eq!(lines, rewritten, "cut at {cuts:?}");
                assert_eq!(data, replaced, "cut at {cuts:?}");
            }
            if *limit == usize::MAX || *oversized == Oversized::PassRaw {
                let stream = if *strip { stream.strip_prefix(BOM).unwrap_or(stream) } else { stream };
                assert_eq!(passed_on, stream, "cut at {cuts:?}");
            }
            if *limit < usize::MAX {
                let held = peak(|| drain(blocks.clone(), stream, cuts));
                assert!(held < 2 * (limit + 5), "{held} bytes for a limit of {limit}");
            }
        }
    }
}

/// Data, type and last event ID of each event.
fn events(stream: &[u8]) -> Vec<(String, String, String)> {
    let mut events = Vec::new();
    Decoder::builder().max_event_size(usize::MAX).build().decode_all(stream, |frame| {
        if let Ok(Frame::Event(event)) = frame {
            events.push((event.data().into(), event.event_type().into(), event.last_event_id().into()));
        }
    });
    events
}

/// A line of a unit: its marks, the rest of its text, its line end.
type Line<'s> = (&'s [u8], &'s [u8], &'s [u8]);

/// Appends a unit with its data replaced.
fn replace(unit: &[Line<'_>], out: &mut Vec<u8>) {
    let is_data = |at: usize| rewrite(b"", unit[at].1, !unit[at].2.is_empty(), &mut Vec::new());
    let data: Vec<_> = (0..unit.len()).filter(|at| is_data(*at)).collect();
    let target = data.iter().find(|at| unit[**at].0.is_empty()).or(data.first()).copied();
    for (at, (marks, text, end)) in unit.iter().enumerate() {
        out.extend_from_slice(marks);
        if !data.contains(&at) {
            out.extend_from_slice(text);
        } else if Some(at) == target {
            rewrite(marks, text, true, out);
        } else if Some(at) < target {
            out.push(b':');
        } else if end.is_empty() {
            out.extend_from_slice(b"data");
        } else {
            out.truncate(out.len() - unit[at - 1].2.len());
        }
        out.extend_from_slice(end);
    }
}

/// Where units start in the rewritten stream and in the replaced one.
type Starts = Vec<(usize, usize)>;

/// The units of a stream by the grammar, the stream with each data line changed, and with the data of each block replaced; where each
/// unit but the first starts in both.
fn read_literally(stream: &[u8]) -> (Vec<Unit>, Vec<u8>, Vec<u8>, Starts) {
    let mark = if stream.starts_with(BOM) { BOM.len() } else { 0 };
    let (mut units, mut out) = (Vec::new(), stream[..mark].to_vec());
    let (mut replaced, mut unit, mut starts) = (out.clone(), Vec::new(), Vec::new());
    let (mut line, mut start, mut counted, mut lines, mut has_field) = (mark, 0, mark, 0, false);
    while let Some(len) = stream[line..].iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let end = line + len;
        let next = end + if stream[end..].starts_with(b"\r\n") { 2 } else { 1 };
        let text = &stream[line..end];
        let marks = if line == start.max(mark) { marks(text) } else { 0 };
        out.extend_from_slice(&text[..marks]);
        rewrite(&text[..marks], &text[marks..], true, &mut out);
        out.extend_from_slice(&stream[end..next]);
        unit.push((&text[..marks], &text[marks..], &stream[end..next]));
        lines += usize::from(text.len() > marks);
        let part = match text.first() {
            None => Some(BlockPart::Whole),
            Some(b':') if !has_field => Some(BlockPart::Comment),
            Some(byte) => {
                has_field |= *byte != b':';
                None
            }
        };
        if let Some(part) = part {
            units.push(Unit { part, range: start..next, counted: counted..end, lines });
            (start, counted, lines, has_field) = (next, next, 0, false);
            replace(&mem::take(&mut unit), &mut replaced);
            starts.push((out.len(), replaced.len()));
        }
        line = next;
    }
    let marks = if line == start.max(mark) { marks(&stream[line..]) } else { 0 };
    out.extend_from_slice(&stream[line..][..marks]);
    rewrite(&stream[line..][..marks], &stream[line + marks..], false, &mut out);
    unit.push((&stream[line..][..marks], &stream[line + marks..], &b""[..]));
    replace(&unit, &mut replaced);
    // The start of a mark that does not come is no block yet.
    let counted = if BOM.starts_with(stream) { stream.len() } else { counted };
    let rest = start..stream.len();
    units.push(Unit { part: BlockPart::Unfinished, range: rest, counted: counted..stream.len(), lines });
    (units, out, replaced, starts)
}

/// The length of the byte order marks at the start of a unit; its first line is read without them.
fn marks(line: &[u8]) -> usize {
    line.chunks_exact(BOM.len()).take_while(|bytes| *bytes == BOM).count() * BOM.len()
}

/// Appends the line with another value if it is data, the second line of it after a mark if there are marks. Whether it is.
fn rewrite(marks: &[u8], line: &[u8], whole: bool, out: &mut Vec<u8>) -> bool {
    let value = match line.strip_prefix(b"data") {
        Some(b"") => Some(&b""[..]),
        Some([b':', value @ ..]) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        _ => None,
    };
    let is_data = value.is_some_and(|value| whole || !value.is_empty());
    if is_data {
        out.extend_from_slice(
            &[&b"data: ***\n"[..], if marks.is_empty() { b"" } else { BOM }, b"data: x"].concat(),
        );
    } else {
        out.extend_from_slice(line);
    }
    is_data
}

/// The expected observation under a limit.
fn expected(units: &[Unit], limit: usize, oversized: Oversized, without_mark: bool) -> Vec<Seen> {
    let mut seen = Vec::new();
    for Unit { part, range, counted, lines } in units {
        let start = if without_mark && range.start == 0 { BOM.len() } else { range.start };
        let range = start..range.end;
        let is_rest = *part == BlockPart::Unfinished;
        if counted.len() <= limit {
            seen.push(if is_rest { Seen::Rest(range) } else { Seen::Block(*part, range, *lines) });
        } else if oversized == Oversized::Skip {
            seen.push(Seen::TooLarge(counted.start as u64));
            seen.extend(is_rest.then_some(Seen::Rest(start..start)));
        } else {
            let end = range.end;
            seen.push(Seen::Unseen(range));
            seen.extend(is_rest.then_some(Seen::Rest(end..end)));
        }
    }
    seen
}

/// What is seen, in which the pieces of what is over the limit are put together; all of it with other data, and as it is.
struct Run {
    seen: Vec<Seen>,
    rewritten: Vec<u8>,
    replaced: Vec<u8>,
    passed_on: Vec<u8>,
}

fn run(mut blocks: BlockScanner, stream: &[u8], cuts: &[usize]) -> Run {
    let uncut = |range: Range<u64>| {
        // The place after a CR LF, even if a chunk or a block ends within it.
        let whole =
            |at: usize| at + usize::from(stream[..at].ends_with(b"\r") && stream[at..].starts_with(b"\n"));
        whole(range.start as usize)..whole(range.end as usize)
    };
    let (mut seen, mut out, mut passed_on, mut unseen) = (Vec::new(), Vec::new(), Vec::new(), None);
    let mut replaced = Vec::new();
    for (_, mut piece) in pieces(stream, cuts) {
        loop {
            let block = match blocks.scan(&mut piece) {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(BlockTooLarge { offset, .. }) => {
                    seen.push(Seen::TooLarge(offset));
                    continue;
                }
            };
            let range = block.range();
            assert_eq!(block.bytes(), &stream[range.start as usize..range.end as usize]);
            let before = passed_on.len();
            block.rewrite_data(&mut passed_on, |value| value);
            assert_eq!(&passed_on[before..], block.bytes());
            block.rewrite_data(&mut out, |_| NEW);
            block.replace_data(&mut replaced, NEW);
            if let BlockPart::Oversized { last, .. } = block.part() {
                assert!(!block.bytes().is_empty() && block.lines().next().is_none());
                let start = unseen.take().map_or(range.start, |before: Range<u64>| {
                    assert_eq!(before.end, range.start);
                    before.start
                });
                match last {
                    true => seen.push(Seen::Unseen(uncut(start..range.end))),
                    false => unseen = Some(start..range.end),
                }
                continue;
            }
            let mut lines = 0;
            for line in block.lines() {
                assert!(line.first && line.last);
                assert_eq!(&block.bytes()[block.place_of(&line)], line.bytes);
                assert_eq!(&stream[line.offset as usize..][..line.bytes.len()], line.bytes);
                lines += 1;
            }
            seen.push(Seen::Block(block.part(), uncut(range), lines));
        }
    }
    seen.extend(unseen.map(|range| Seen::Unseen(uncut(range))));
    let rest = blocks.finish();
    rest.rewrite_data(&mut out, |_| NEW);
    rest.replace_data(&mut replaced, NEW);
    passed_on.extend_from_slice(rest.bytes());
    assert_eq!(rest.part(), BlockPart::Unfinished);
    seen.push(Seen::Rest(uncut(rest.range())));
    Run { seen, rewritten: out, replaced, passed_on }
}

/// Reads the whole stream and stores nothing, so that all memory belongs to the scanner.
fn drain(mut blocks: BlockScanner, stream: &[u8], cuts: &[usize]) {
    let mut start = 0;
    for &end in cuts.iter().chain([&stream.len()]) {
        let mut piece = &stream[start..end];
        while !matches!(blocks.scan(&mut piece), Ok(None)) {}
        start = end;
    }
    blocks.finish();
}
