//! Raw lines by the scanner: where each ends is all that is asked of it.

use sse_proto::{Scanner, Token};

#[derive(Default)]
pub struct Lines {
    scanner: Scanner,
    stream: Vec<u8>,
    /// Where the open line starts, or the LF of the CR before it stands.
    start: usize,
}

impl Lines {
    pub fn push(&mut self, chunk: &[u8]) -> Vec<String> {
        self.stream.extend_from_slice(chunk);
        let (mut rest, mut lines) = (chunk, Vec::new());
        while let Some(token) = self.scanner.scan(&mut rest) {
            let end = match token {
                Token::Piece(piece) if piece.last => piece.offset as usize + piece.bytes.len(),
                Token::BlankLine { offset, .. } => offset as usize,
                _ => continue,
            };
            lines.push(self.line(end));
            self.start = end + 1;
        }
        lines
    }

    pub fn end(&mut self) -> Option<String> {
        let line = self.line(self.stream.len());
        self.start = self.stream.len();
        Some(line).filter(|line| !line.is_empty())
    }

    fn line(&self, end: usize) -> String {
        let line = &self.stream[self.start..end];
        let after_cr = self.stream[..self.start].ends_with(b"\r");
        let line = line.strip_prefix(b"\n").filter(|_| after_cr).unwrap_or(line);
        String::from_utf8_lossy(line).into_owned()
    }
}
