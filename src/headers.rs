//! The HTTP around an event stream: header names and values as constants, and the checks that both
//! sides need (WHATWG HTML 9.2.3 and 9.2.4). No HTTP library is needed for it, and every one fits.
//!
//! Header names are in lower case, as HTTP/2 and HTTP/3 want them; HTTP/1.1 takes them as well.

use crate::error::InvalidHeaderValue;
use crate::field::EventId;

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

/// Whether the value of a `Content-Type` header says that the body is an event stream (WHATWG HTML
/// 9.2.3): its essence is `text/event-stream`, in any case, with any parameters or none.
///
/// Takes text, bytes, or the header value of your HTTP library. A server that sends no `Content-Type`
/// at all is for the caller to judge; the standard refuses it.
///
/// ```
/// use sse_proto::headers::is_event_stream;
///
/// assert!(is_event_stream("text/event-stream"));
/// assert!(is_event_stream("Text/Event-Stream; charset=utf-8"));
/// assert!(!is_event_stream("text/event-stream-2"));
/// assert!(!is_event_stream(b"application/json"));
/// ```
#[must_use]
pub fn is_event_stream(content_type: impl AsRef<[u8]>) -> bool {
    // WHATWG MIME Sniffing 4.4: HTTP whitespace around the value, and before the first semicolon, is nothing.
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let value = content_type.as_ref();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let start = essence.iter().position(|byte| !is_space(byte)).unwrap_or_default();
    let end = essence.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1);
    essence.get(start..end).is_some_and(|essence| essence.eq_ignore_ascii_case(MEDIA_TYPE.as_bytes()))
}

/// The value of the `Last-Event-ID` header for `id`: its UTF-8 bytes (WHATWG HTML 9.2.3, 9.2.4).
///
/// Not every id can be sent. An HTTP library refuses control characters, so a server that names its
/// events with one would make every reconnection fail on the client's side; and space at the ends is lost.
/// A client had better connect without the header then. The standard sends no header for the empty id
/// either; this function has no opinion on it, see [`EventId::is_empty`].
///
/// # Errors
///
/// [`InvalidHeaderValue`] names the first byte that a header cannot carry, and its position.
///
/// ```
/// use sse_proto::{EventId, headers};
///
/// assert_eq!(headers::last_event_id_value(EventId::new("é7")?)?, "é7".as_bytes());
///
/// let error = headers::last_event_id_value(EventId::new("7\u{1}")?).unwrap_err();
/// assert_eq!(error.to_string(), "a Last-Event-ID must not hold the control character 0x01, found at byte 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn last_event_id_value(id: EventId<'_>) -> Result<&[u8], InvalidHeaderValue> {
    let value = id.as_str().as_bytes();
    check_field_value(value)?;
    Ok(value)
}

/// Reads the value of a `Last-Event-ID` header (WHATWG HTML 9.2.4), as the server's HTTP library gives it.
///
/// Takes just the values that [`last_event_id_value`] makes. The empty value is the empty id.
///
/// # Errors
///
/// [`InvalidHeaderValue`] says what is wrong with the value, and at which byte.
///
/// ```
/// use sse_proto::headers;
///
/// assert_eq!(headers::parse_last_event_id(b"73857293")?.as_str(), "73857293");
///
/// let error = headers::parse_last_event_id(b"7\xff").unwrap_err();
/// assert_eq!(error.to_string(), "a Last-Event-ID must be UTF-8, found something else at byte 1");
/// # Ok::<(), sse_proto::InvalidHeaderValue>(())
/// ```
pub fn parse_last_event_id(value: &[u8]) -> Result<EventId<'_>, InvalidHeaderValue> {
    check_field_value(value)?;
    let text = core::str::from_utf8(value)
        .map_err(|error| InvalidHeaderValue::NotUtf8 { position: error.valid_up_to() })?;
    // What an id must not hold are control characters, and those are ruled out already.
    Ok(EventId::new(text).unwrap_or(EventId::EMPTY))
}

/// RFC 9110, section 5.5: no control character but the tab; blanks at the ends are not part of a value.
fn check_field_value(value: &[u8]) -> Result<(), InvalidHeaderValue> {
    let is_control = |byte: &u8| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f;
    let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t');
    if let Some((position, byte)) = value.iter().enumerate().find(|(_, byte)| is_control(byte)) {
        return Err(InvalidHeaderValue::Control { byte: *byte, position });
    }
    if value.first().filter(is_blank).is_some() {
        return Err(InvalidHeaderValue::Blank { position: 0 });
    }
    if value.last().filter(is_blank).is_some() {
        return Err(InvalidHeaderValue::Blank { position: value.len() - 1 });
    }
    Ok(())
}
