//! The tokens that the scanner returns.

/// The kind of a line: a comment, one of the four known fields, or an unknown field.
///
/// ```
/// use sse_proto::{LineKind, Scanner, Token};
///
/// let mut input: &[u8] = b"Data: x\n";
/// let Some(Token::Piece(piece)) = Scanner::new().scan(&mut input) else { unreachable!() };
/// assert_eq!(piece.kind, LineKind::Unknown); // names are case-sensitive (9.2.6)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// The `data` field.
    Data,
    /// The `event` field.
    Event,
    /// The `id` field.
    Id,
    /// The `retry` field.
    Retry,
    /// A line that starts with a colon.
    Comment,
    /// Any other name. The standard ignores such lines (9.2.6).
    Unknown,
}

/// A token of a [`Scanner`](crate::Scanner): a piece of a line, or the blank line that ends a block.
///
/// ```
/// use sse_proto::{Scanner, Token};
///
/// let mut input: &[u8] = b"\xEF\xBB\xBF\ndata\n";
/// let mut scanner = Scanner::new();
/// assert!(matches!(scanner.scan(&mut input), Some(Token::BlankLine { offset: 3, .. })));
/// assert!(matches!(scanner.scan(&mut input), Some(Token::Piece(_))));
/// assert_eq!(scanner.scan(&mut input), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Token<'i> {
    /// A line, or a part of one that an edge of the input has cut.
    Piece(Piece<'i>),
    /// A blank line. It ends the block: an event is dispatched here (9.2.6).
    #[non_exhaustive]
    BlankLine {
        /// The position of its line end, in bytes from the start of the stream.
        offset: u64,
    },
}

/// A line or a part of one, raw: UTF-8 is not checked and nothing is decoded.
///
/// A line that lies whole in the input is one piece, both `first` and `last`. A piece is empty only if its value is
/// empty, or at the end of a line whose bytes were all returned before.
///
/// ```
/// use sse_proto::{LineKind, Scanner, Token};
///
/// let mut scanner = Scanner::new();
/// let Some(Token::Piece(piece)) = scanner.scan(&mut &b"id: 4"[..]) else { unreachable!() };
/// assert_eq!((piece.kind, piece.bytes, piece.offset), (LineKind::Id, &b"4"[..], 4));
/// assert!(piece.first && !piece.last);
/// let Some(Token::Piece(piece)) = scanner.scan(&mut &b"2\n"[..]) else { unreachable!() };
/// assert_eq!((piece.kind, piece.bytes, piece.offset), (LineKind::Id, &b"2"[..], 5));
/// assert!(!piece.first && piece.last);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Piece<'i> {
    /// The kind of the line.
    pub kind: LineKind,
    /// For a known field: its value, without the one space that may follow the colon. For a comment: everything after
    /// the colon. For an unknown field: the whole line with name and colon.
    pub bytes: &'i [u8],
    /// The position of `bytes`, in bytes from the start of the stream.
    pub offset: u64,
    /// Whether the line starts with this piece.
    pub first: bool,
    /// Whether the line ends with this piece.
    pub last: bool,
}
