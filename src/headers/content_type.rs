//! Reads a `Content-Type`: Fetch's "extract a MIME type", as far as an event stream needs it.

use super::MEDIA_TYPE;

/// Whether the value of a `Content-Type` header says that the body is an event stream (WHATWG HTML
/// 9.2.3): its essence is `text/event-stream`, in any case, with any parameters or none.
///
/// Two such headers, for example if a proxy and an application both set one, are one list for HTTP. Then the last
/// member counts that parses as a MIME type and is not `*/*` (Fetch, "extract a MIME type"; WHATWG MIME Sniffing
/// 4.4). If your HTTP library returns them separately, join them with commas in their order.
///
/// Accepts text, bytes, or the header value of your HTTP library. A value that does not parse is not an event stream.
/// If a server sends no `Content-Type`, the caller decides; the standard refuses it.
///
/// ```
/// use sse_proto::headers::is_event_stream;
///
/// assert!(is_event_stream("text/event-stream"));
/// assert!(is_event_stream("Text/Event-Stream; charset=utf-8"));
/// assert!(!is_event_stream("text/event-stream-2"));
/// assert!(!is_event_stream(b"application/json"));
///
/// assert!(is_event_stream("application/json, text/event-stream"));
/// assert!(!is_event_stream("text/event-stream, text/html"));
/// assert!(is_event_stream("text/event-stream; note=\"a, text/html\""));
/// ```
#[must_use]
pub fn is_event_stream(content_type: impl AsRef<[u8]>) -> bool {
    let mut decided = false;
    let mut within = Within::Nothing;
    // `split` shows each byte once, in order.
    for member in content_type.as_ref().split(|byte| within.ends_member_at(*byte)) {
        match essence(member) {
            Some(essence) if essence != b"*/*" => {
                decided = essence.eq_ignore_ascii_case(MEDIA_TYPE.as_bytes());
            }
            _ => {}
        }
    }
    decided
}

/// The state in a list: a comma within quotes separates nothing (Fetch, "collect an HTTP quoted string").
#[derive(Clone, Copy)]
enum Within {
    Nothing,
    Quotes,
    /// In quotes, directly after a backslash, which escapes the next byte.
    Escape,
}

impl Within {
    /// Advances past `byte`. Returns whether it is a comma between two members.
    fn ends_member_at(&mut self, byte: u8) -> bool {
        *self = match (*self, byte) {
            (Self::Nothing, b',') => return true,
            (Self::Nothing, b'"') | (Self::Escape, _) => Self::Quotes,
            (Self::Quotes, b'"') => Self::Nothing,
            (Self::Quotes, b'\\') => Self::Escape,
            (same, _) => same,
        };
        false
    }
}

/// Type and subtype of a member, if it parses (WHATWG MIME Sniffing 4.4): both are non-empty and contain only tokens.
fn essence(member: &[u8]) -> Option<&[u8]> {
    let essence = without_whitespace(member.split(|byte| *byte == b';').next()?);
    let mut halves = essence.splitn(2, |byte| *byte == b'/');
    let is_token =
        |half: Option<&[u8]>| half.is_some_and(|half| !half.is_empty() && half.iter().all(is_token_byte));
    (is_token(halves.next()) && is_token(halves.next())).then_some(essence)
}

/// Removes the HTTP whitespace at both ends. Between type and subtype it would not parse.
fn without_whitespace(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\n' | b'\r'] = text {
        text = rest;
    }
    text
}

/// An HTTP token code point.
const fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}
