//! Lines that lie whole in the input: where they end, what they are, where their value starts. No state.

#[cfg(feature = "alloc")]
use core::ops::Range;

use super::Lexeme;
use crate::token::LineKind;

/// The line at `*pos`, if it lies whole in the input, past which `*pos` then moves. A line whose CR is the
/// input's last byte does not count as whole, since an LF may follow; so this needs no state.
///
/// Fast path: all but one or two lines of a chunk are such. A known name with colon and space, as nearly all of them
/// start, takes one compare.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn whole_line(
    input: &[u8],
    pos: &mut usize,
    mut find: impl FnMut(&[u8], usize) -> Option<usize>,
) -> Option<Lexeme> {
    let start = *pos;
    let rest = input.get(start..)?;
    let (kind, value) = match rest.first()? {
        b'\n' => {
            *pos = start + 1;
            return Some(Lexeme::Blank);
        }
        b'd' if rest.starts_with(b"data: ") => (LineKind::Data, start + 6),
        b'e' if rest.starts_with(b"event: ") => (LineKind::Event, start + 7),
        b'i' if rest.starts_with(b"id: ") => (LineKind::Id, start + 4),
        b':' => (LineKind::Comment, start + 1),
        _ => {
            let end = find(input, start)?;
            *pos = behind_line_end(input, end)?;
            return Some(line_of(input, start, end));
        }
    };
    let end = find(input, value)?;
    *pos = behind_line_end(input, end)?;
    Some(Lexeme::Line(kind, value..end))
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
    mut find: impl FnMut(&[u8], usize) -> Option<usize>,
) -> Option<Range<usize>> {
    let value = *pos + 6;
    if input.get(*pos..value)? != b"data: " {
        return None;
    }
    let end = find(input, value)?;
    *pos = match input.get(end..end + 2)? {
        [b'\n', _] => end + 1,
        [_, b'\n'] => end + 2,
        _ => return None,
    };
    Some(value..end)
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

/// The first CR or LF at or after `from`.
pub(crate) fn line_end(input: &[u8], from: usize) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', input.get(from..)?).map(|found| from + found)
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
