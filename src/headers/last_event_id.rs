//! Last event IDs as header values, both ways.

use crate::error::InvalidHeaderValue;
use crate::field::EventId;

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
