//! The scanner: one automaton for the public [`Scanner::scan`] and for the decoder.

use super::token::{LineKind, Piece, Token};
use crate::simd::first_line_end;

use super::line::{
    Lexeme, Part, Span, Start, after, common_prefix, line_of, name, named_from, start, value_start,
};

pub(crate) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An incremental scanner without a heap: bytes in, tokens out, in any chunking
/// (WHATWG HTML 9.2.5).
///
/// It is for microcontrollers, and for proxies that must see every line in order, unknown fields
/// too. For events take the [`Decoder`](crate::Decoder), or without a heap the
/// [`SliceDecoder`](crate::SliceDecoder).
///
/// ```
/// use sse_proto::{LineKind, Scanner, Token};
///
/// let mut scanner = Scanner::new();
/// let mut temperature = [0; 8];
/// let mut len = 0;
/// for chunk in [&b"event: temp\nda"[..], b"ta: 2", b"1.5\n\n"] {
///     let mut input = chunk;
///     while let Some(token) = scanner.scan(&mut input) {
///         if let Token::Piece(piece) = token {
///             if piece.kind == LineKind::Data {
///                 temperature[len..][..piece.bytes.len()].copy_from_slice(piece.bytes);
///                 len += piece.bytes.len();
///             }
///         }
///     }
/// }
/// assert_eq!(&temperature[..len], b"21.5");
/// ```
#[derive(Debug, Clone)]
pub struct Scanner {
    pub(super) state: LineState,
    /// The number of bytes of the stream that were read, including those held back.
    position: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineState {
    /// At the start of the stream. This many bytes (0..=2) of a byte order mark are held back.
    Start(usize),
    /// At the start of a line, after a line that ended with CR: an LF here belongs to that CR.
    AfterCr,
    /// At the start of a line.
    LineStart,
    /// The line so far is this many (1..) bytes of a field's name, held back.
    Name(LineKind, usize),
    /// After the colon of a known field: one space may be dropped.
    Colon(LineKind),
    /// In a value, a comment's text, or the raw line of an unknown field. The flag is true if no piece of it was
    /// returned yet.
    Value(LineKind, bool),
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner at the start of a stream, where a byte order mark may stand.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: LineState::Start(0), position: 0 }
    }

    /// A scanner in the middle of a stream, at the start of a line.
    #[cfg(feature = "alloc")]
    pub(super) const fn in_mid_stream(position: u64) -> Self {
        Self { state: LineState::LineStart, position }
    }

    /// Returns the next token of `input` and advances `input` past it; `None` when `input` is used up.
    ///
    /// Never waits: a line is returned with its CR or LF, a value with its first byte.
    ///
    /// ```
    /// let mut scanner = sse_proto::Scanner::new();
    /// let mut input: &[u8] = b"data: a\r";
    /// assert!(scanner.scan(&mut input).is_some());
    /// assert!(input.is_empty());
    /// ```
    pub fn scan<'i>(&mut self, input: &mut &'i [u8]) -> Option<Token<'i>> {
        let bytes = *input;
        let mut pos = 0;
        let lexeme = self.next(bytes, &mut pos, first_line_end);
        let start = self.position;
        self.advance(pos);
        *input = bytes.get(pos..).unwrap_or_default();
        let (kind, span, first, last) = match lexeme? {
            Lexeme::Line(kind, range) => (kind, Span::Input(range), true, true),
            Lexeme::Part(part) => (part.kind, part.bytes, part.first, part.last),
            Lexeme::Blank => {
                // The line end is the last part that was read: one byte, or CR LF.
                let end = if bytes.get(..pos).is_some_and(|b| b.ends_with(b"\r\n")) { 2 } else { 1 };
                return Some(Token::BlankLine { offset: self.position - end });
            }
        };
        let (bytes, offset) = match span {
            Span::Input(range) => (bytes.get(range.clone()).unwrap_or_default(), start + range.start as u64),
            Span::Held(bytes) => (bytes, self.position - bytes.len() as u64),
        };
        Some(Token::Piece(Piece { kind, bytes, offset, first, last }))
    }

    /// The number of bytes of the stream that were read.
    ///
    /// ```
    /// let mut scanner = sse_proto::Scanner::new();
    /// assert!(scanner.scan(&mut &b"id: 1\n"[..]).is_some());
    /// assert_eq!(scanner.position(), 6);
    /// ```
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Ends the stream and resets the scanner. If bytes of an unfinished line were held back, returns them as a piece
    /// that is not `last`. The standard discards an unfinished line (9.2.6).
    ///
    /// ```
    /// use sse_proto::{LineKind, Scanner, Token};
    ///
    /// let mut scanner = Scanner::new();
    /// assert_eq!(scanner.scan(&mut &b"da"[..]), None);
    /// let Some(Token::Piece(piece)) = scanner.finish() else { unreachable!() };
    /// assert_eq!((piece.kind, piece.bytes, piece.last), (LineKind::Unknown, &b"da"[..], false));
    /// assert_eq!(scanner.position(), 0);
    /// ```
    pub fn finish(&mut self) -> Option<Token<'static>> {
        let (state, position) = (self.state, self.position);
        *self = Self::new();
        let held = match state {
            LineState::Start(held) => BOM.get(..held)?,
            LineState::Name(kind, held) => name(kind).get(..held)?,
            _ => return None,
        };
        if held.is_empty() {
            return None;
        }
        let offset = position - held.len() as u64;
        Some(Token::Piece(Piece { kind: LineKind::Unknown, bytes: held, offset, first: true, last: false }))
    }

    /// The kind of the open line, if the position is inside a line. A name that is still held back is unknown.
    pub(crate) fn open_line(&self) -> Option<LineKind> {
        match self.state {
            LineState::Start(0) | LineState::AfterCr | LineState::LineStart => None,
            LineState::Start(_) | LineState::Name(..) => Some(LineKind::Unknown),
            LineState::Colon(kind) | LineState::Value(kind, _) => Some(kind),
        }
    }

    /// Records that [`Scanner::next`] has read `taken` more bytes of the stream.
    #[inline]
    pub(crate) fn advance(&mut self, taken: usize) {
        self.position += taken as u64;
    }

    /// Returns the next lexeme of `input` from `*pos`, and advances `*pos` past it; `None` when `input` is used up.
    ///
    /// `find(input, from)` returns the place of the first CR or LF at or after `from`, or the input's length. The
    /// caller decides how to search; this function decides what the result means.
    #[inline(always)]
    pub(crate) fn next(
        &mut self,
        input: &[u8],
        pos: &mut usize,
        mut find: impl FnMut(&[u8], usize) -> usize,
    ) -> Option<Lexeme> {
        if self.state == LineState::LineStart {
            let start = *pos;
            if *input.get(start)? == b'\n' {
                *pos = start + 1;
                return Some(Lexeme::Blank);
            }
            let end = find(input, start);
            if end == input.len() {
                return self.open(input, pos);
            }
            *pos = after(input, end);
            self.end_line(input, *pos);
            return Some(line_of(input, start, end));
        }
        if let LineState::Value(kind, first) = self.state {
            return self.value(kind, first, input, pos, find);
        }
        self.next_part(input, pos, find)
    }

    /// The rest of a value that was cut, or the part of it in this input.
    #[inline(always)]
    fn value(
        &mut self,
        kind: LineKind,
        first: bool,
        input: &[u8],
        pos: &mut usize,
        mut find: impl FnMut(&[u8], usize) -> usize,
    ) -> Option<Lexeme> {
        let start = *pos;
        input.get(start)?;
        let end = find(input, start);
        let last = end < input.len();
        if last {
            *pos = after(input, end);
            self.end_line(input, *pos);
        } else {
            *pos = end;
            self.state = LineState::Value(kind, false);
        }
        Some(Lexeme::Part(Part { kind, bytes: Span::Input(start..end), first, last }))
    }

    /// Like `next`, in any state.
    #[inline(never)]
    fn next_part(
        &mut self,
        input: &[u8],
        pos: &mut usize,
        find: impl FnMut(&[u8], usize) -> usize,
    ) -> Option<Lexeme> {
        loop {
            let start = *pos;
            let rest = input.get(start..).filter(|rest| !rest.is_empty())?;
            match self.state {
                LineState::Start(held) => {
                    let literal = BOM.get(held..).unwrap_or_default();
                    let same = common_prefix(literal, rest);
                    if same == literal.len() {
                        *pos += same;
                        self.state = LineState::LineStart;
                    } else if same == rest.len() {
                        *pos += same;
                        self.state = LineState::Start(held + same);
                    } else if held == 0 {
                        self.state = LineState::LineStart;
                    } else {
                        return Some(self.false_start(BOM.get(..held).unwrap_or_default()));
                    }
                }
                LineState::AfterCr => {
                    self.state = LineState::LineStart;
                    if rest.first() == Some(&b'\n') {
                        *pos += 1;
                    }
                }
                // After the mark or the line end, the line may lie whole in the input.
                LineState::LineStart => return self.next(input, pos, find),
                LineState::Name(kind, held) => {
                    let literal = name(kind).get(held..).unwrap_or_default();
                    let same = common_prefix(literal, rest);
                    match rest.get(same) {
                        None => {
                            *pos += same;
                            self.state = LineState::Name(kind, held + same);
                        }
                        Some(b':') if same == literal.len() => {
                            *pos += same + 1;
                            self.state = LineState::Colon(kind);
                        }
                        Some(b'\r' | b'\n') if same == literal.len() => {
                            *pos += same;
                            self.state = LineState::Value(kind, true);
                        }
                        _ => return Some(self.false_start(name(kind).get(..held).unwrap_or_default())),
                    }
                }
                LineState::Colon(kind) => {
                    self.state = LineState::Value(kind, true);
                    if rest.first() == Some(&b' ') {
                        *pos += 1;
                    }
                }
                LineState::Value(..) => return self.next(input, pos, find),
            }
        }
    }

    /// Records that a line has ended before `pos`. A CR at the edge ends the line at once; an LF that comes next
    /// belongs to it.
    #[inline(always)]
    pub(super) fn end_line(&mut self, input: &[u8], pos: usize) {
        let at_edge = pos == input.len() && input.last() == Some(&b'\r');
        self.state = if at_edge { LineState::AfterCr } else { LineState::LineStart };
    }

    /// Reads the rest of the input, which is the start of a line and not empty.
    #[inline(always)]
    fn open(&mut self, input: &[u8], pos: &mut usize) -> Option<Lexeme> {
        let from = *pos;
        *pos = input.len();
        let rest = input.get(from..)?;
        let (kind, skip) = match start(rest) {
            Start::Name(LineKind::Comment, colon) => (LineKind::Comment, colon),
            // The space may still follow.
            Start::Name(kind, colon) if colon == rest.len() => {
                self.state = LineState::Colon(kind);
                return None;
            }
            Start::Name(kind, colon) => (kind, value_start(rest, colon)),
            _ => {
                let kind = named_from(*rest.first()?);
                if name(kind).starts_with(rest) {
                    self.state = LineState::Name(kind, rest.len());
                    return None;
                }
                (LineKind::Unknown, 0)
            }
        };
        let empty = skip == rest.len();
        self.state = LineState::Value(kind, empty);
        if empty {
            return None;
        }
        let bytes = Span::Input(from + skip..input.len());
        Some(Lexeme::Part(Part { kind, bytes, first: true, last: false }))
    }

    /// The bytes that were held back are neither a mark nor a known name: they start an unknown field.
    fn false_start(&mut self, held: &'static [u8]) -> Lexeme {
        self.state = LineState::Value(LineKind::Unknown, false);
        Lexeme::Part(Part { kind: LineKind::Unknown, bytes: Span::Held(held), first: true, last: false })
    }
}
