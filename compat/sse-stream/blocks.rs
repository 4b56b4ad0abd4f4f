//! Bytes to blocks.

use std::error::Error as StdError;
use std::{fmt, mem, str};

use bytes::Buf;
use sse_proto::{DEFAULT_MAX_EVENT_SIZE, LineKind, Piece, Scanner, Token};

use crate::{Error, Sse};

/// Puts blocks together out of the lines that [`Scanner`] finds: it is the one view of the crate that tells apart what a block
/// has given, checks nothing beforehand, and takes buffers of any kind.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    scanner: Scanner,
    open: Sse,
    has_field: bool,
    /// What has come of a line that an edge has cut.
    cut: Vec<u8>,
    /// The bytes of the open block that count.
    size: usize,
    /// The open block has an error, and so told: what is left of it is passed over.
    skipped: bool,
}

/// An event over the limit. It is the source of an [`Error::Body`].
#[derive(Debug)]
struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event larger than {DEFAULT_MAX_EVENT_SIZE} bytes")
    }
}

impl StdError for TooLarge {}

impl Blocks {
    /// Reads on to the end of the next block that has a field, which [`Blocks::take_block`] gives then; `false` when all of
    /// `data` is taken. After an error the next call goes on after its block.
    #[inline]
    pub(crate) fn read(&mut self, data: &mut impl Buf) -> Result<bool, Error> {
        while data.has_remaining() {
            let bytes = data.chunk();
            let mut rest = bytes;
            let read = self.read_in(&mut rest);
            let taken = bytes.len() - rest.len();
            data.advance(taken);
            if !matches!(read, Ok(false)) {
                return read;
            }
        }
        Ok(false)
    }

    /// The block that has been read.
    #[inline]
    pub(crate) fn take_block(&mut self) -> Sse {
        mem::take(&mut self.open)
    }

    fn read_in(&mut self, rest: &mut &[u8]) -> Result<bool, Error> {
        while let Some(token) = self.scanner.scan(rest) {
            match token {
                Token::Piece(_) if self.skipped => {}
                Token::Piece(piece) => {
                    if let Err(error) = self.take(&piece) {
                        *self = Self { scanner: self.scanner.clone(), skipped: true, ..Self::default() };
                        return Err(error);
                    }
                }
                _ => {
                    (self.size, self.skipped) = (0, false);
                    if mem::take(&mut self.has_field) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    #[inline]
    fn take(&mut self, piece: &Piece<'_>) -> Result<(), Error> {
        let kept = match piece.kind {
            LineKind::Comment => cfg!(feature = "tracing"),
            // Its name may say what it is before it has ended.
            LineKind::Unknown => return crate::unknown_field(),
            _ => true,
        };
        if !kept {
            return Ok(());
        }
        // A line more, for those that are empty.
        let size = piece.bytes.len() + usize::from(piece.first);
        self.size = self.size.saturating_add(size);
        if self.size > DEFAULT_MAX_EVENT_SIZE {
            return Err(Error::Body(Box::new(TooLarge)));
        }
        if piece.first && piece.last {
            return self.line(piece.kind, piece.bytes);
        }
        self.cut.extend_from_slice(piece.bytes);
        if piece.last {
            let cut = mem::take(&mut self.cut);
            self.line(piece.kind, &cut)?;
            self.cut = cut;
            self.cut.clear();
            self.cut.shrink_to(MAX_KEPT);
        }
        Ok(())
    }

    #[inline]
    fn line(&mut self, kind: LineKind, value: &[u8]) -> Result<(), Error> {
        match kind {
            LineKind::Data => {
                let line = text(value)?;
                match &mut self.open.data {
                    None => self.open.data = Some(line.to_owned()),
                    Some(data) => {
                        data.push('\n');
                        data.push_str(line);
                    }
                }
            }
            LineKind::Event => self.open.event = Some(text(value)?.to_owned()),
            LineKind::Id if value.contains(&0) => return Ok(()),
            LineKind::Id => self.open.id = Some(text(value)?.to_owned()),
            LineKind::Retry => {
                let digits = text(value)?;
                let is_time = digits.bytes().all(|byte| byte.is_ascii_digit());
                let Some(time) = digits.parse().ok().filter(|_| is_time) else { return Ok(()) };
                self.open.retry = Some(time);
            }
            _ => {
                trace_comment(value);
                return Ok(());
            }
        }
        self.has_field = true;
        Ok(())
    }
}

/// What is kept of the memory for cut lines.
const MAX_KEPT: usize = 64 * 1024;

fn text(bytes: &[u8]) -> Result<&str, Error> {
    #[cfg(feature = "simdutf8")]
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(text);
    }
    str::from_utf8(bytes).map_err(Error::Utf8Parse)
}

#[cfg(feature = "tracing")]
fn trace_comment(comment: &[u8]) {
    let comment = comment.strip_prefix(b" ").unwrap_or(comment);
    tracing::debug!(comment = %String::from_utf8_lossy(comment), "sse comment line");
}

#[cfg(not(feature = "tracing"))]
fn trace_comment(_: &[u8]) {}
