//! One response as it arrives: its head by `httparse`, its body with the transfer coding taken off.

use std::mem;
use std::time::{Duration, SystemTime};

use httparse::Status;
use sse_proto::headers;
use thiserror::Error;

use super::chunked::{BrokenChunk, Chunked};

/// The largest head, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// The most headers.
const MOST_HEADERS: usize = 64;

/// Where a response stands.
#[derive(Debug)]
pub(super) enum Response {
    /// What has come of its head, which was cut.
    Head(Vec<u8>),
    Chunked(Chunked),
    /// A body that ends with the connection.
    ToTheEnd,
}

/// What a session wants to know of a head.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_type: Option<Vec<u8>>,
    pub(super) retry_after: Option<Duration>,
}

/// The server does not speak HTTP/1.1 as it should.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum BrokenResponse {
    #[error("the head of the response is broken: {0}")]
    Head(httparse::Error),
    #[error("the head of the response is larger than {LARGEST_HEAD} bytes")]
    LargeHead,
    #[error(transparent)]
    Chunk(#[from] BrokenChunk),
}

impl Default for Response {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl Response {
    /// The head, once it is there; `None` until then, and after it. Moves `input` on to the body.
    pub(super) fn head(&mut self, input: &mut &[u8]) -> Result<Option<Head>, BrokenResponse> {
        let Self::Head(held) = self else { return Ok(None) };
        let mut cut = mem::take(held);
        let before = cut.len();
        let bytes = if cut.is_empty() {
            *input
        } else {
            cut.extend_from_slice(input);
            &cut
        };
        let mut room = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut room);
        let Status::Complete(size) = response.parse(bytes).map_err(BrokenResponse::Head)? else {
            if bytes.len() > LARGEST_HEAD {
                return Err(BrokenResponse::LargeHead);
            }
            *held = if cut.is_empty() { input.to_vec() } else { cut };
            *input = &[];
            return Ok(None);
        };
        let value = |name: &str| {
            let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| header.value)
        };
        let head = Head {
            status: response.code.unwrap_or_default(),
            content_type: value(headers::CONTENT_TYPE).map(<[u8]>::to_vec),
            retry_after: value(headers::RETRY_AFTER)
                .and_then(|value| headers::retry_after(value, since_epoch())),
        };
        let chunked = value("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
        // What was held of the head is from earlier pieces, so the head ends within this one.
        *input = &input[size - before..];
        *self = if chunked { Self::Chunked(Chunked::default()) } else { Self::ToTheEnd };
        Ok(Some(head))
    }

    /// The next piece of the body in `input`, which is moved on; `None` if there is no more in it.
    pub(super) fn body<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, BrokenResponse> {
        match self {
            Self::Head(_) => Ok(None),
            Self::Chunked(chunked) => Ok(chunked.next(input)?),
            Self::ToTheEnd => Ok(Some(mem::take(input)).filter(|piece| !piece.is_empty())),
        }
    }

    /// Whether the body has ended as it should, if the connection ends now or is to be used again.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Head(_) | Self::ToTheEnd => false,
            Self::Chunked(chunked) => chunked.is_complete(),
        }
    }
}

/// For a `Retry-After` that is a date.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: Chunked\r\nRetry-After: 7\r\n\r\n4\r\nbody\r\n0\r\n\r\n";

    /// The heads and the body that come out of `pieces`, and whether it is complete.
    fn read(pieces: &[&[u8]]) -> Result<(Vec<Head>, Vec<u8>, bool), BrokenResponse> {
        let (mut response, mut heads, mut body) = (Response::default(), Vec::new(), Vec::new());
        for mut piece in pieces.iter().copied() {
            heads.extend(response.head(&mut piece)?);
            while let Some(part) = response.body(&mut piece)? {
                body.extend_from_slice(part);
            }
        }
        Ok((heads, body, response.is_complete()))
    }

    #[test]
    fn each_cut_gives_the_same_response() {
        let content_type = Some(b"text/event-stream".to_vec());
        let head = || Head {
            status: 200,
            content_type: content_type.clone(),
            retry_after: Some(Duration::from_secs(7)),
        };
        for first in 0..=WHOLE.len() {
            for second in first..=WHOLE.len() {
                let read = read(&[&WHOLE[..first], &WHOLE[first..second], &WHOLE[second..]]);
                assert_eq!(read, Ok((vec![head()], b"body".to_vec(), true)), "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn without_a_coding_the_body_ends_with_the_connection() {
        let (heads, body, complete) = read(&[b"HTTP/1.0 204 No Content\r\n\r\n0", b"\r\n"]).unwrap();
        assert_eq!(heads, [Head { status: 204, content_type: None, retry_after: None }]);
        assert_eq!((body.as_slice(), complete), (&b"0\r\n"[..], false));
    }

    #[test]
    fn what_is_no_response_is_said_so() {
        assert!(matches!(read(&[b"SSH-2.0"]), Err(BrokenResponse::Head(_))));
        let large = [WHOLE[..17].to_vec(), b"a: b\r\n".repeat(LARGEST_HEAD / 6)].concat();
        assert!(matches!(read(&[&large]), Err(BrokenResponse::Head(httparse::Error::TooManyHeaders))));
        let endless = [&WHOLE[..17], b"a: ", &[b'b'; LARGEST_HEAD]].concat();
        assert_eq!(read(&[&endless]), Err(BrokenResponse::LargeHead));
        assert_eq!(read(&[&endless[..9000], &endless[9000..]]), Err(BrokenResponse::LargeHead));
        let broken = [&WHOLE[..WHOLE.len() - 14], b"x\r\n"].concat();
        assert!(matches!(read(&[&broken]), Err(BrokenResponse::Chunk(_))), "{}", broken.escape_ascii());
    }
}
