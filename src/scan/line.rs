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

/// What follows the line end at `end`, if that lies whole in the input.
#[inline(always)]
pub(super) fn behind_line_end(input: &[u8], end: usize) -> Option<usize> {
    if *input.get(end)? == b'\n' {
        return Some(end + 1);
    }
    Some(end + 1 + usize::from(*input.get(end + 1)? == b'\n'))
}

/// The value of the line at `*pos`, if the line is `data: `, a value, LF or CR LF, and lies whole in the input;
/// `*pos` then moves past it. The shape in which nearly all data is sent.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn data_line(
    input: &[u8],
    pos: &mut usize,
    find: impl FnMut(&[u8], usize) -> usize,
) -> Option<Range<usize>> {
    if input.get(*pos..)?.first_chunk()? != b"data: " {
        return None;
    }
    let (value, next) = value_at(input, *pos + 6, find)?;
    *pos = next;
    Some(value)
}

/// The value that starts at `from`, and what follows its line end, if that is LF or CR LF.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn value_at(
    input: &[u8],
    from: usize,
    mut find: impl FnMut(&[u8], usize) -> usize,
) -> Option<(Range<usize>, usize)> {
    value_to(input, from, find(input, from))
}

/// As `value_at`, where the line's end is known: that of the input, if there is none.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn value_to(input: &[u8], from: usize, end: usize) -> Option<(Range<usize>, usize)> {
    if input.get(end) == Some(&b'\n') {
        Some((from..end, end + 1))
    } else if input.get(end + 1) == Some(&b'\n') {
        Some((from..end, end + 2))
    } else {
        None
    }
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
fn classify(line: &[u8]) -> (LineKind, usize) {
    // Patterns, not a search in a table: the compiler makes each a compare of four bytes and a few more.
    let (kind, name, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (LineKind::Data, 4, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (LineKind::Event, 5, rest),
        [b'i', b'd', rest @ ..] => (LineKind::Id, 2, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (LineKind::Retry, 5, rest),
        [b':', ..] => return (LineKind::Comment, 1),
        _ => return (LineKind::Unknown, 0),
    };
    match rest {
        [b':', b' ', ..] => (kind, name + 2),
        [b':', ..] => (kind, name + 1),
        [] => (kind, name),
        _ => (LineKind::Unknown, 0),
    }
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
