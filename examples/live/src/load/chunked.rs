//! The chunked transfer coding of a response body, taken off piece by piece, wherever it is cut.
//!
//! RFC 9112, section 7.1:
//!
//! ```text
//! chunked-body = *chunk last-chunk trailer-section CRLF
//! chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! last-chunk   = 1*("0") [ chunk-ext ] CRLF
//! ```

use httparse::Status;
use thiserror::Error;

/// The longest line of a size with its extensions, or of the trailer: a server that sends more is broken.
const LONGEST_LINE: usize = 1024;

/// Where a body stands. It holds no bytes but those of a line that was cut.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    place: Place,
    /// What has come of a line; empty but between two calls, and always without its end.
    cut: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Size,
    /// So many bytes of data are to come, more than none.
    Data(u64),
    /// The line end after the data.
    DataEnd,
    Trailer,
    End,
}

/// The body is not chunked as its head says.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the chunked body is broken")]
pub(super) struct BrokenChunk;

impl Chunked {
    /// The next piece of the body in `input`, which is moved on; `None` if there is no more in it.
    pub(super) fn next<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, BrokenChunk> {
        loop {
            match self.place {
                Place::Data(left) if !input.is_empty() => {
                    let taken = input.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    let (piece, rest) = input.split_at(taken);
                    *input = rest;
                    self.place = match left - taken as u64 {
                        0 => Place::DataEnd,
                        left => Place::Data(left),
                    };
                    return Ok(Some(piece));
                }
                Place::Data(_) | Place::End => return Ok(None),
                Place::Size | Place::DataEnd | Place::Trailer => {
                    if !self.line(input)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Whether the body has come to its end; a connection that ends before has been cut.
    pub(super) fn is_complete(&self) -> bool {
        self.place == Place::End
    }

    /// Takes one line, if its end is there.
    fn line(&mut self, input: &mut &[u8]) -> Result<bool, BrokenChunk> {
        let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
            self.cut.extend_from_slice(input);
            *input = &[];
            return if self.cut.len() > LONGEST_LINE { Err(BrokenChunk) } else { Ok(false) };
        };
        let (line, rest) = input.split_at(end + 1);
        *input = rest;
        self.place = if self.cut.is_empty() {
            after(self.place, line)?
        } else {
            self.cut.extend_from_slice(line);
            let place = after(self.place, &self.cut)?;
            // Cuts are rare: between them no connection keeps a buffer.
            self.cut = Vec::new();
            place
        };
        Ok(true)
    }
}

/// What follows a line, its end included.
fn after(place: Place, line: &[u8]) -> Result<Place, BrokenChunk> {
    match (place, line) {
        _ if line.len() > LONGEST_LINE => Err(BrokenChunk),
        (Place::Size, [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]) => {
            match httparse::parse_chunk_size(line) {
                Ok(Status::Complete((_, 0))) => Ok(Place::Trailer),
                Ok(Status::Complete((_, size))) => Ok(Place::Data(size)),
                Ok(Status::Partial) | Err(_) => Err(BrokenChunk),
            }
        }
        (Place::DataEnd, b"\r\n") => Ok(Place::Size),
        (Place::Trailer, b"\r\n") => Ok(Place::End),
        (Place::Trailer, _) => Ok(Place::Trailer),
        _ => Err(BrokenChunk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body that comes out of `pieces`, and whether it is complete.
    fn decoded<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<(Vec<u8>, bool), BrokenChunk> {
        let (mut chunked, mut body) = (Chunked::default(), Vec::new());
        for mut piece in pieces {
            while let Some(part) = chunked.next(&mut piece)? {
                assert!(!part.is_empty());
                body.extend_from_slice(part);
            }
            assert!(piece.is_empty() || chunked.is_complete(), "it has to take all");
        }
        Ok((body, chunked.is_complete()))
    }

    const WHOLE: &[u8] =
        b"5\r\ndata:\r\n1;why=\"a;b\"\r\n \r\n000A\r\n0\r\n\r\n1234\n\r\n00;end\r\nServer-Timing: x\r\n\r\n";
    const BODY: &[u8] = b"data: 0\r\n\r\n1234\n";

    #[test]
    fn each_cut_gives_the_same_body() {
        assert_eq!(decoded([WHOLE]), Ok((BODY.to_vec(), true)));
        assert_eq!(decoded(WHOLE.chunks(1)), Ok((BODY.to_vec(), true)));
        for first in 0..=WHOLE.len() {
            for second in first..=WHOLE.len() {
                let pieces = [&WHOLE[..first], &WHOLE[first..second], &WHOLE[second..]];
                assert_eq!(decoded(pieces), Ok((BODY.to_vec(), true)), "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn an_end_that_is_cut_is_not_complete() {
        for end in 0..WHOLE.len() {
            let (body, complete) = decoded([&WHOLE[..end]]).unwrap();
            assert!(BODY.starts_with(&body) && !complete, "cut at {end}");
        }
    }

    #[test]
    fn nothing_is_held_between_lines() {
        let mut chunked = Chunked::default();
        for cut in 0..WHOLE.len() {
            for mut piece in [&WHOLE[..cut], &WHOLE[cut..]] {
                while chunked.next(&mut piece).unwrap().is_some() {}
            }
            assert_eq!(chunked.cut.capacity(), 0, "cut at {cut}");
            chunked.place = Place::default();
        }
    }

    #[test]
    fn what_is_broken_is_said_so_at_each_cut() {
        let endless = [b"1;".as_slice(), &[b'x'; LONGEST_LINE]].concat();
        let long = [&endless[..LONGEST_LINE], b"\r\n"].concat();
        for broken in [
            b"x\r\n".as_slice(),
            b"\r\n",
            b";a\r\n",
            b"-1\r\n",
            b"5\n",
            b"10000000000000000\r\n",
            b"1\r\nab\r\n",
            b"1\r\na\n",
            b"1\r\na\rb\r\n",
            &endless,
            &long,
        ] {
            for cut in 0..broken.len() {
                let result = decoded([&broken[..cut], &broken[cut..]]);
                assert_eq!(result, Err(BrokenChunk), "{:?} cut at {cut}", broken.escape_ascii().to_string());
            }
        }
    }
}
