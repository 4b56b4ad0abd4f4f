//! What the scanner finds.

/// What a line is: a comment, one of the four known fields, or an unknown field.
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

/// What a [`Scanner`](crate::Scanner) finds: a piece of a line, or the blank line that ends a block.
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
        /// Where its line end stands, in bytes from the start of the stream.
        offset: u64,
    },
}

/// A line or a part of one, raw: no UTF-8 is checked, nothing is decoded.
///
/// A line that lies whole in the input comes as one piece, `first` and `last` at once. A piece is
/// empty only where a value is, or at the end of a line whose bytes have all been handed out.
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
    /// What the line is.
    pub kind: LineKind,
    /// Of a known field, its value, less the one space that may follow the colon; of a comment,
    /// all that follows the colon; of an unknown field, the whole line with name and colon.
    pub bytes: &'i [u8],
    /// Where `bytes` starts, in bytes from the start of the stream.
    pub offset: u64,
    /// Whether the line starts with this piece.
    pub first: bool,
    /// Whether the line ends with this piece.
    pub last: bool,
}
