//! The HTTP around an event stream: header names and values as constants, and the checks that both
//! sides need (WHATWG HTML 9.2.3 and 9.2.4). No HTTP library is needed for it, and every one fits.
//!
//! Header names are in lower case, as HTTP/2 and HTTP/3 want them; HTTP/1.1 takes them as well.

mod content_type;
mod http_date;
mod id_value;
mod retry_after;

pub use content_type::is_event_stream;
pub use id_value::{last_event_id_value, parse_last_event_id, trimmed_last_event_id_value};
pub use retry_after::retry_after;

/// The media type of an event stream (WHATWG HTML 9.2.5), for `Content-Type` and `Accept`.
///
/// It needs no `charset`: an event stream is always UTF-8.
pub const MEDIA_TYPE: &str = "text/event-stream";

/// The header in which a client says what it takes: [`MEDIA_TYPE`].
pub const ACCEPT: &str = "accept";

/// The header in which a server says what it sends: [`MEDIA_TYPE`].
pub const CONTENT_TYPE: &str = "content-type";

/// The header in which both sides say what caches, and others in between, may do: [`NO_CACHE`] in a request,
/// [`NO_STORE_NO_TRANSFORM`] in a response.
pub const CACHE_CONTROL: &str = "cache-control";

/// The header that says [`NO_CACHE`] to caches of HTTP/1.0. Browsers send it, too.
pub const PRAGMA: &str = "pragma";

/// The value of [`CACHE_CONTROL`] and [`PRAGMA`] in a request: no cache is to answer it without asking the server (RFC 9111,
/// 5.2.1.4 and 5.4).
///
/// It is what Fetch makes of the cache mode of WHATWG HTML 9.2.2, and what browsers send. That mode has the name `no-store`;
/// the request directive of that name would still let a cache answer from what it has (RFC 9111, 5.2.1.5).
pub const NO_CACHE: &str = "no-cache";

/// The value of [`CACHE_CONTROL`] in a response: caches must not store it (RFC 9111, 5.2.2.5), and proxies must
/// forward it unchanged (5.2.2.6).
///
/// Without `no-transform`, layers that compress responses also compress event streams, and delay events until they have
/// enough bytes.
pub const NO_STORE_NO_TRANSFORM: &str = "no-store, no-transform";

/// The header in which a client that connects again names the last event that it got (WHATWG HTML
/// 9.2.4). See [`last_event_id_value`] and [`parse_last_event_id`].
pub const LAST_EVENT_ID: &str = "last-event-id";

/// The header in which a server asks nginx and others not to hold the answer back: [`NO_BUFFERING`].
pub const X_ACCEL_BUFFERING: &str = "x-accel-buffering";

/// The value of [`X_ACCEL_BUFFERING`] that turns buffering off.
pub const NO_BUFFERING: &str = "no";

/// The header with which a server that refuses a request says when to try again: see [`retry_after`](retry_after()).
pub const RETRY_AFTER: &str = "retry-after";

/// What a client sends with every request, besides a [`LAST_EVENT_ID`] (WHATWG HTML 9.2.2, 9.2.3).
///
/// ```
/// let head: String =
///     sse_proto::headers::REQUEST_HEADERS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
/// assert_eq!(head, "accept: text/event-stream\r\ncache-control: no-cache\r\npragma: no-cache\r\n");
/// ```
///
/// **In a browser** (WebAssembly over `fetch`) send [`ACCEPT`] alone, and give `fetch` the option `cache: "no-store"`: then the
/// browser adds the other two itself. Set by a page, they make a request to another origin cost a CORS preflight, which many
/// servers refuse. A [`LAST_EVENT_ID`] costs one as well: a server that wants it from other origins must allow it.
/// [`SessionBuilder::send_cache_headers`](crate::session::SessionBuilder::send_cache_headers) leaves the two out of a
/// session's requests.
///
/// ```
/// use sse_proto::headers::{ACCEPT, REQUEST_HEADERS};
///
/// let for_fetch: Vec<_> = REQUEST_HEADERS.into_iter().filter(|(name, _)| *name == ACCEPT).collect();
/// assert_eq!(for_fetch, [("accept", "text/event-stream")]);
/// ```
pub const REQUEST_HEADERS: [(&str, &str); 3] =
    [(ACCEPT, MEDIA_TYPE), (CACHE_CONTROL, NO_CACHE), (PRAGMA, NO_CACHE)];

/// What a server answers with, besides the status 200 (WHATWG HTML 9.2.3): the type, and what keeps proxies from holding
/// the stream back.
///
/// ```
/// use sse_proto::headers::RESPONSE_HEADERS;
///
/// let head: String = RESPONSE_HEADERS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
/// assert_eq!(
///     head,
///     "content-type: text/event-stream\r\ncache-control: no-store, no-transform\r\nx-accel-buffering: no\r\n"
/// );
/// ```
pub const RESPONSE_HEADERS: [(&str, &str); 3] =
    [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, NO_STORE_NO_TRANSFORM), (X_ACCEL_BUFFERING, NO_BUFFERING)];

/// A value as it arrives: the blanks at its ends are not part of it (RFC 9110, 5.5).
fn without_blanks(value: &[u8]) -> &[u8] {
    let mut value = value.get(leading_blanks(value)..).unwrap_or_default();
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// The number of blanks at the start.
pub(crate) fn leading_blanks(value: &[u8]) -> usize {
    value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}
