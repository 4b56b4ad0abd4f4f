//! Lines that lie whole in the input: where they end, what they are, where their value starts. No state.

use core::ops::Range;

use super::token::LineKind;

/// What [`Scanner::next`] finds, as places in its input. A `Part` never comes from [`line_of`].
pub(crate) enum Lexeme {
    /// A line that lies whole in the input: all but the first and the last one of a chunk.
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
    /// Held back before, so not in the input: the start of a literal. It ends where the input is now.
    Held(&'static [u8]),
}

/// What a line starts with.
pub(crate) enum Start {
    /// A known name and its colon, or the colon of a comment: so many bytes.
    Name(LineKind, usize),
    /// A line end: it is a blank line.
    Blank,
    /// Something else: a name without a colon, an unknown field, or nothing.
    Other,
}

/// What the line at the start of `rest` starts with (9.2.6). Known before its end is looked for.
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

/// What follows the colon of the data line at `pos`, if it is one.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn after_data_colon(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"data:")
}

/// Where the value starts of the data line at `pos`, if it is one. As `value_start`, but without waiting for the byte after the
/// colon, which nearly always is a space.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn data_value(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"data: ").or_else(|| after_colon(input, pos, b"data:"))
}

/// What there is of the value of a data line at `pos` that the input's edge cuts. After a colon at the edge a space may be still
/// to come.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn cut_data(input: &[u8], pos: usize) -> Option<Range<usize>> {
    let value = data_value(input, pos).filter(|value| *value < input.len())?;
    Some(value..input.len())
}

/// Where the value starts of the event type at `pos`, if it is one.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn event_value(input: &[u8], pos: usize) -> Option<usize> {
    after_colon(input, pos, b"event: ").or_else(|| after_colon(input, pos, b"event:"))
}

/// Where the value starts of the id at `pos`, if it is one.
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

/// What follows the line at `pos` that means nothing between two blocks: a blank line, or a comment with a blank line after it.
/// Only with LF, as nearly all servers send them.
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

/// How many bytes are copied of a short data line, in a few moves whose number does not depend on it.
#[cfg(feature = "alloc")]
pub(crate) const SHORT: usize = 64;

/// The value of the data line with which `line` starts, with the byte before it and what follows up to `SHORT` bytes in all; and
/// where in `line` that is.
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

/// Where the value starts of a field whose colon ends at `pos`: exactly one space is taken off.
#[inline(always)]
pub(crate) fn value_start(input: &[u8], pos: usize) -> usize {
    pos + usize::from(input.get(pos) == Some(&b' '))
}

/// Whether the line end at `end` is an LF.
#[inline(always)]
pub(crate) fn is_lf(input: &[u8], end: usize) -> bool {
    input.get(end) == Some(&b'\n')
}

/// What follows the line end at `end`. A CR at the input's end is one by itself: whether an LF belongs to it is seen in the
/// next chunk.
#[inline(always)]
pub(crate) fn after(input: &[u8], end: usize) -> usize {
    if is_lf(input, end) { end + 1 } else { end + 1 + usize::from(is_lf(input, end + 1)) }
}

/// What follows the line end at `end` and a blank line, if it is clear of the input's edge that this is what stands there.
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

/// What a whole, non-empty line is, and where in it the value starts (9.2.6).
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

/// Whether a whole line that does not start with a known name and its colon is such a name by itself.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn is_known(line: &[u8]) -> bool {
    classify(line).0 != LineKind::Unknown
}

/// The one known field whose name starts with `byte`.
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
