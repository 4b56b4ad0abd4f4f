//! Reads lines that lie whole in the input: their end, their kind, and the start of their value. It has no state.

use core::ops::Range;

use super::token::LineKind;

/// The result of [`Scanner::next`], as places in its input. [`line_of`] never returns a `Part`.
pub(crate) enum Lexeme {
    /// A line that lies whole in the input, like all but the first and the last line of a chunk.
    Line(LineKind, Range<usize>),
    /// A part of a line that was cut.
    Part(Part),
    Blank,
}

pub(crate) struct Part {
    pub(crate) kind: LineKind,
    pub(crate) bytes: Span,
    pub(crate) first: bool,
    pub(crate) last: bool,
}

pub(crate) enum Span {
    Input(Range<usize>),
    /// Bytes that were held back, so they are not in the input: the start of a literal. They end at the current
    /// position.
    Held(&'static [u8]),
}

/// The start of a line.
pub(crate) enum Start {
    /// A known name and its colon, or the colon of a comment; and their length.
    Name(LineKind, usize),
    /// A line end: the line is blank.
    Blank,
    /// Something else: a name without a colon, an unknown field, or nothing.
    Other,
}

/// The start of the line at the start of `rest` (9.2.6). The search for the line's end is not needed for this.
#[inline(always)]
pub(crate) fn start(rest: &[u8]) -> Start {
    let Some(byte) = rest.first() else { return Start::Other };
    match byte {
        b'd' if rest.starts_with(b"data:") => Start::Name(LineKind::Data, 5),
        b'\n' | b'\r' => Start::Blank,
        b'e' if rest.starts_with(b"event:") => Start::Name(LineKind::Event, 6),
        b'i' if rest.starts_with(b"id:") => Start::Name(LineKind::Id, 3),
        b':' => Start::Name(LineKind::Comment, 1),
        b'r' if rest.starts_with(b"retry:") => Start::Name(LineKind::Retry, 6),
        _ => Start::Other,
    }
}

/// The position after the colon of the data line at `pos`; `None` if it is not a data line.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn after_data_colon(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"data:")
}

/// The start of the value of the data line at `pos`; `None` if it is not a data line. Like `value_start`, but does
/// not wait for the byte after the colon, which is nearly always a space.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn data_value(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"data: ").or_else(|| after_colon(input, pos, b"data:"))
}

/// The part of the value of the data line at `pos`, if the input's edge cuts that line. `None` if the edge is
/// directly after the colon, because a space may still follow.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn cut_data(input: &[u8], pos: usize) -> Option<Range<usize>> {
    let value = data_value(input, pos).filter(|value| *value < input.len())?;
    Some(value..input.len())
}

/// The start of the value of the event type line at `pos`; `None` if it is not such a line.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn event_value(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"event: ").or_else(|| after_colon(input, pos, b"event:"))
}

/// The start of the value of the id line at `pos`; `None` if it is not such a line.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn id_value(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"id: ").or_else(|| after_colon(input, pos, b"id:"))
}

#[cfg(feature = "alloc")]
#[inline(always)]
fn after_colon(input: &[u8], pos: usize, name: &[u8]) -> Option<usize> {
    if input.get(pos..)?.starts_with(name) { Some(pos + name.len()) } else { None }
}

/// The position after a line at `pos` that has no effect between two blocks: a blank line, or a comment followed by a
/// blank line. Only for line ends LF, which nearly all servers send.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn after_keep_alive(input: &[u8], pos: usize, find: impl FnOnce(usize) -> usize) -> Option<usize> {
    match input.get(pos)? {
        b'\n' => Some(pos + 1),
        b':' => {
            let end = find(pos + 1);
            if input.get(end..)?.starts_with(b"\n\n") { Some(end + 2) } else { None }
        }
        _ => None,
    }
}

/// The number of bytes that are copied for a short data line. The moves do not depend on the length of the line.
#[cfg(feature = "alloc")]
pub(crate) const SHORT: usize = 64;

/// If `line` starts with a data line: its value with the byte before it, and what follows, `SHORT` bytes in total;
/// and the position of that byte in `line`.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn short_data(line: &[u8; SHORT + 6]) -> Option<(usize, &[u8; SHORT])> {
    if line.starts_with(b"data: ") {
        Some((5, line.get(5..)?.first_chunk()?))
    } else if line.starts_with(b"data:") {
        Some((4, line.get(4..)?.first_chunk()?))
    } else {
        None
    }
}

/// The start of the value of a field whose colon ends at `pos`: exactly one space is removed.
#[inline(always)]
pub(crate) fn value_start(input: &[u8], pos: usize) -> usize {
    pos + usize::from(input.get(pos) == Some(&b' '))
}

/// Whether the line end at `end` is an LF.
#[inline(always)]
pub(crate) fn is_lf(input: &[u8], end: usize) -> bool {
    input.get(end) == Some(&b'\n')
}

/// The position after the line end at `end`. A CR at the end of the input counts as a complete line end; the next
/// chunk shows whether an LF belongs to it.
#[inline(always)]
pub(crate) fn after(input: &[u8], end: usize) -> usize {
    if is_lf(input, end) { end + 1 } else { end + 1 + usize::from(is_lf(input, end + 1)) }
}

/// The position after the line end at `end` and a blank line, if both are there and the input's edge leaves no doubt.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn after_blank(input: &[u8], end: usize) -> Option<usize> {
    let ends = input.get(end..)?.first_chunk::<2>()?;
    if ends == b"\n\n" {
        return Some(end + 2);
    }
    if ends == b"\r\n" && input.get(end + 2..end + 4) == Some(b"\r\n") {
        return Some(end + 4);
    }
    if ends == b"\r\r" && *input.get(end + 2)? != b'\n' {
        return Some(end + 2);
    }
    None
}

#[inline(always)]
pub(super) fn line_of(input: &[u8], start: usize, end: usize) -> Lexeme {
    match input.get(start..end) {
        None | Some([]) => Lexeme::Blank,
        Some(line) => {
            let (kind, skip) = classify(line);
            Lexeme::Line(kind, start + skip..end)
        }
    }
}

/// The kind of a whole, non-empty line, and the start of its value (9.2.6).
#[inline(always)]
pub(super) fn classify(line: &[u8]) -> (LineKind, usize) {
    match (start(line), line) {
        (Start::Name(LineKind::Comment, colon), _) => (LineKind::Comment, colon),
        (Start::Name(kind, colon), _) => (kind, value_start(line, colon)),
        (_, b"data") => (LineKind::Data, 4),
        (_, b"event") => (LineKind::Event, 5),
        (_, b"id") => (LineKind::Id, 2),
        (_, b"retry") => (LineKind::Retry, 5),
        _ => (LineKind::Unknown, 0),
    }
}

/// Whether a whole line is a known name without a colon. The caller knows that it does not start with a known name
/// and a colon.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn is_known(line: &[u8]) -> bool {
    classify(line).0 != LineKind::Unknown
}

/// The only known field whose name starts with `byte`.
#[inline(always)]
pub(super) fn named_from(byte: u8) -> LineKind {
    match byte {
        b'd' => LineKind::Data,
        b'e' => LineKind::Event,
        b'i' => LineKind::Id,
        b'r' => LineKind::Retry,
        _ => LineKind::Unknown,
    }
}

#[inline(always)]
pub(super) fn name(kind: LineKind) -> &'static [u8] {
    match kind {
        LineKind::Data => b"data",
        LineKind::Event => b"event",
        LineKind::Id => b"id",
        LineKind::Retry => b"retry",
        LineKind::Comment | LineKind::Unknown => b"",
    }
}

pub(super) fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
