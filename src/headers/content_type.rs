//! What a `Content-Type` says: Fetch's "extract a MIME type", as far as an event stream needs it.

use super::MEDIA_TYPE;

/// Whether the value of a `Content-Type` header says that the body is an event stream (WHATWG HTML
/// 9.2.3): its essence is `text/event-stream`, in any case, with any parameters or none.
///
/// Two such headers, as a proxy and an application that both set it produce, are one list for HTTP. Then the last member
/// decides that parses as a MIME type and is not `*/*` (Fetch, "extract a MIME type"; WHATWG MIME Sniffing 4.4). Join
/// them with commas, in their order, if your HTTP library hands them out one by one.
///
/// Takes text, bytes, or the header value of your HTTP library. What does not parse at all is no event stream. A server
/// that sends no `Content-Type` at all is for the caller to judge; the standard refuses it.
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

/// What the bytes of a list are within: commas within quotes separate nothing (Fetch, "collect an HTTP quoted string").
#[derive(Clone, Copy)]
enum Within {
    Nothing,
    Quotes,
    /// In quotes, right after a backslash, which takes the next byte along whatever it is.
    Escape,
}

impl Within {
    /// Goes past `byte`, and tells whether it is a comma between two members.
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

/// Type and subtype of a member, if it parses (WHATWG MIME Sniffing 4.4): both hold something, and tokens only.
fn essence(member: &[u8]) -> Option<&[u8]> {
    let essence = without_whitespace(member.split(|byte| *byte == b';').next()?);
    let mut halves = essence.splitn(2, |byte| *byte == b'/');
    let is_token =
        |half: Option<&[u8]>| half.is_some_and(|half| !half.is_empty() && half.iter().all(is_token_byte));
    (is_token(halves.next()) && is_token(halves.next())).then_some(essence)
}

/// Without the HTTP whitespace at both ends, which is nothing; between type and subtype it would not parse.
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
