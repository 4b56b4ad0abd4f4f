//! The parts of a response that a session needs.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::headers;
use crate::limits::MOST_CONTENT_TYPE;

/// The head of a response and its body: the result of a transport's `connect`.
///
/// ```
/// use sse_proto::driver::Response;
/// use std::time::Duration;
///
/// let response = Response::new(503, "the body").header("Retry-After", "120").header("server", "of no interest");
/// assert_eq!(response.retry_after(), Some(Duration::from_secs(120)));
/// assert_eq!(response.content_type(), None);
/// ```
pub struct Response<B> {
    status: u16,
    content_type: Option<Vec<u8>>,
    /// It was longer than the maximum that is kept, so its value is empty.
    is_overlong: bool,
    retry_after: Option<Duration>,
    pub(super) body: B,
}

impl<B> Response<B> {
    /// The final status, after redirects, and the body.
    pub const fn new(status: u16, body: B) -> Self {
        Self { status, content_type: None, is_overlong: false, retry_after: None, body }
    }

    /// Adds a header. Pass all headers: the response keeps `Content-Type` (up to 8 KiB; a longer one is not that of
    /// an event stream) and `Retry-After`.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        if name.eq_ignore_ascii_case(headers::CONTENT_TYPE) {
            // Two headers form a list (RFC 9110, 5.3).
            let list = self.content_type.get_or_insert_with(Vec::new);
            let comma: &[u8] = if list.is_empty() { b"" } else { b", " };
            if self.is_overlong || list.len() + comma.len() + value.len() > MOST_CONTENT_TYPE {
                // Not an event stream, whatever follows.
                (self.is_overlong, *list) = (true, Vec::new());
            } else {
                list.extend_from_slice(&[comma, value].concat());
            }
        } else if name.eq_ignore_ascii_case(headers::RETRY_AFTER) {
            self.retry_after = parse_retry_after(value).or(self.retry_after);
        }
        self
    }

    /// All headers at once: the `&HeaderMap` of most HTTP clients.
    ///
    /// ```
    /// use sse_proto::driver::Response;
    ///
    /// let headers = [("Content-Type", "text/event-stream"), ("Server", "x")];
    /// assert_eq!(Response::new(200, ()).headers(headers).content_type(), Some(&b"text/event-stream"[..]));
    /// ```
    #[must_use]
    pub fn headers(self, headers: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>) -> Self {
        headers.into_iter().fold(self, |response, (name, value)| response.header(name.as_ref(), value))
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The value of `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> Option<&[u8]> {
        self.content_type.as_deref()
    }

    /// The wait that the server requests with `Retry-After`.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The same head, with another body.
    ///
    /// ```
    /// use sse_proto::driver::Response;
    ///
    /// let response = Response::new(200, String::from("data: x\n\n")).map_body(String::into_bytes);
    /// assert_eq!(response.status(), 200);
    /// ```
    pub fn map_body<C>(self, map: impl FnOnce(B) -> C) -> Response<C> {
        let Self { status, content_type, is_overlong, retry_after, body } = self;
        Response { status, content_type, is_overlong, retry_after, body: map(body) }
    }
}

/// A date needs the current date.
#[cfg(feature = "std")]
fn parse_retry_after(value: &[u8]) -> Option<Duration> {
    headers::retry_after(value, super::std_clock::since_1970())
}

#[cfg(not(feature = "std"))]
fn parse_retry_after(value: &[u8]) -> Option<Duration> {
    let is_date = value.iter().any(u8::is_ascii_alphabetic);
    headers::retry_after(value, Duration::ZERO).filter(|_| !is_date)
}

impl<B> fmt::Debug for Response<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = f.debug_struct("Response");
        head.field("status", &self.status);
        match &self.content_type {
            Some(value) => head.field("content_type", &format_args!("{}", value.escape_ascii())),
            None => head.field("content_type", &None::<()>),
        };
        head.field("retry_after", &self.retry_after).finish_non_exhaustive()
    }
}
