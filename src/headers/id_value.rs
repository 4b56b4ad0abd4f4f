//! Last event IDs as header values, in both directions.

use crate::error::InvalidHeaderValue;
use crate::field::EventId;

/// The value of the `Last-Event-ID` header for `id`: its UTF-8 bytes (WHATWG HTML 9.2.3, 9.2.4). What it makes,
/// [`parse_last_event_id`] reads: the same id, over any HTTP.
///
/// Not every id can be sent. An HTTP library refuses control characters, so a server that names its
/// events with one would make every reconnection fail on the client's side. In that case connect without the
/// header. And blanks at the ends are lost on the way; a client that wants to send such an id nevertheless calls
/// [`trimmed_last_event_id_value`]. The standard sends no header for the empty id
/// either: check [`EventId::is_empty`] first.
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
/// assert_eq!(error.to_string(), "a Last-Event-ID must not contain the control character 0x01, found at byte 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn last_event_id_value(id: EventId<'_>) -> Result<&[u8], InvalidHeaderValue> {
    let value = id.as_str().as_bytes();
    check_controls(value)?;
    check_ends(value)?;
    Ok(value)
}

/// Like [`last_event_id_value`], but an id may begin or end with spaces and tabs, which are taken off: they would not arrive
/// (RFC 9110, 5.5), HTTP/2 forbids them (RFC 9113, 8.2.1), and some libraries refuse them.
///
/// A [`Session`](crate::session::Session) sends this value, because without the header the place in the stream would be lost.
/// The server must treat the id without blanks like the one with them. For an id of blanks alone the value is empty: send no
/// header then.
///
/// # Errors
///
/// [`InvalidHeaderValue::Control`] names the first control character, and its position in the id.
///
/// ```
/// use sse_proto::{EventId, headers};
///
/// let id = EventId::new("7 ")?; // of a server's template with a blank too many
/// assert_eq!(headers::trimmed_last_event_id_value(id)?, b"7");
/// assert!(headers::last_event_id_value(id).is_err());
/// assert!(headers::trimmed_last_event_id_value(EventId::new("7\u{1}")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trimmed_last_event_id_value(id: EventId<'_>) -> Result<&[u8], InvalidHeaderValue> {
    let value = id.as_str().as_bytes();
    check_controls(value)?;
    Ok(super::without_blanks(value))
}

/// Reads the value of a `Last-Event-ID` header (WHATWG HTML 9.2.4), as the server's HTTP library gives it.
///
/// Accepts only the values that [`last_event_id_value`] returns. The empty value is the empty id.
///
/// An id that begins or ends with a blank never comes back unchanged: HTTP libraries remove the blanks, and if one
/// does not, this function returns an error. So if a server gives an event the id `"7 "`, the client asks for the
/// events after `"7"`, which the server's log does not know, or knows as another event. Do not use such ids; see
/// [`replay`](crate::replay#edge-cases).
///
/// To ask a log, hand it the header's value: [`ReplayLog::after_header`](crate::replay::ReplayLog::after_header).
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
/// assert_eq!(error.to_string(), "a Last-Event-ID is not valid UTF-8 at byte 1");
/// # Ok::<(), sse_proto::InvalidHeaderValue>(())
/// ```
pub fn parse_last_event_id(value: &[u8]) -> Result<EventId<'_>, InvalidHeaderValue> {
    check_controls(value)?;
    check_ends(value)?;
    let text = core::str::from_utf8(value)
        .map_err(|error| InvalidHeaderValue::NotUtf8 { position: error.valid_up_to() })?;
    // The characters that an id must not contain are control characters, and those are already excluded.
    Ok(EventId::new(text).unwrap_or(EventId::EMPTY))
}

/// RFC 9110, section 5.5: no control character but the tab.
fn check_controls(value: &[u8]) -> Result<(), InvalidHeaderValue> {
    let is_control = |byte: &u8| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f;
    match value.iter().enumerate().find(|(_, byte)| is_control(byte)) {
        Some((position, byte)) => Err(InvalidHeaderValue::Control { byte: *byte, position }),
        None => Ok(()),
    }
}

/// RFC 9110, section 5.5: blanks at the ends are not part of a value.
fn check_ends(value: &[u8]) -> Result<(), InvalidHeaderValue> {
    match value {
        [b' ' | b'\t', ..] => Err(InvalidHeaderValue::Blank { position: 0 }),
        [.., b' ' | b'\t'] => Err(InvalidHeaderValue::Blank { position: value.len() - 1 }),
        _ => Ok(()),
    }
}
