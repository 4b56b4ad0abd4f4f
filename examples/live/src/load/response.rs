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
