//! The HTTP around an event stream: header names and values as constants, and the checks that both
//! sides need (WHATWG HTML 9.2.3 and 9.2.4). No HTTP library is needed for it, and every one fits.
//!
//! Header names are in lower case, as HTTP/2 and HTTP/3 want them; HTTP/1.1 takes them as well.

mod content_type;
mod http_date;
mod last_event_id;
mod retry_after;

pub use content_type::is_event_stream;
pub use last_event_id::{last_event_id_value, parse_last_event_id};
pub use retry_after::retry_after;

/// The media type of an event stream (WHATWG HTML 9.2.5), for `Content-Type` and `Accept`.
///
/// It needs no `charset`: an event stream is always UTF-8.
pub const MEDIA_TYPE: &str = "text/event-stream";

/// The header in which a client says what it takes: [`MEDIA_TYPE`].
pub const ACCEPT: &str = "accept";

/// The header in which a server says what it sends: [`MEDIA_TYPE`].
pub const CONTENT_TYPE: &str = "content-type";

/// The header in which both sides say that nothing is to be cached: [`NO_STORE`].
pub const CACHE_CONTROL: &str = "cache-control";

/// The value of [`CACHE_CONTROL`]: the cache mode of WHATWG HTML 9.2.2.
pub const NO_STORE: &str = "no-store";

/// The header in which a client that connects again names the last event that it got (WHATWG HTML
/// 9.2.4). See [`last_event_id_value`] and [`parse_last_event_id`].
pub const LAST_EVENT_ID: &str = "last-event-id";

/// The header in which a server asks nginx and others not to hold the answer back: [`NO_BUFFERING`].
pub const X_ACCEL_BUFFERING: &str = "x-accel-buffering";

/// The value of [`X_ACCEL_BUFFERING`] that turns buffering off.
pub const NO_BUFFERING: &str = "no";

/// The header in which a server that refuses says when to come again: see [`retry_after`](retry_after()).
pub const RETRY_AFTER: &str = "retry-after";

/// What a client sends with every request, besides a [`LAST_EVENT_ID`] (WHATWG HTML 9.2.2, 9.2.3).
///
/// ```
/// let head: String =
///     sse_proto::headers::REQUEST_HEADERS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
/// assert_eq!(head, "accept: text/event-stream\r\ncache-control: no-store\r\n");
/// ```
pub const REQUEST_HEADERS: [(&str, &str); 2] = [(ACCEPT, MEDIA_TYPE), (CACHE_CONTROL, NO_STORE)];

/// What a server answers with, besides the status 200 (WHATWG HTML 9.2.3).
///
/// ```
/// use sse_proto::headers::RESPONSE_HEADERS;
///
/// assert!(RESPONSE_HEADERS.contains(&("content-type", "text/event-stream")));
/// ```
pub const RESPONSE_HEADERS: [(&str, &str); 3] =
    [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, NO_STORE), (X_ACCEL_BUFFERING, NO_BUFFERING)];
