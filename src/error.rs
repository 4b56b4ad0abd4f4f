//! What can go wrong: where, which limit, and what to do about it.

use thiserror::Error;

/// A value that may not stand in its field.
///
/// Made by [`EventId::new`](crate::EventId::new) and [`EventType::new`](crate::EventType::new).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// An empty event type means `message`; leave the field out instead.
    #[error("an event type must not be empty; leave it out to send a `message`")]
    EmptyEventType,
    /// The value holds a character that would end its line, or U+0000 in an id.
    #[error("an {field} must not hold {}, found at byte {position}", name_of(*.character))]
    Forbidden {
        /// What the value was for: `id` or `event type`.
        field: &'static str,
        /// The character: LF, CR or U+0000.
        character: char,
        /// Where it is, in bytes from the start of the value.
        position: usize,
    },
}

impl InvalidValue {
    /// The first LF, CR or (if `nul`) U+0000 of `value`.
    pub(crate) const fn find(field: &'static str, value: &str, nul: bool) -> Option<Self> {
        let bytes = value.as_bytes();
        let mut position = 0;
        while position < bytes.len() {
            let byte = bytes[position];
            if byte == b'\n' || byte == b'\r' || (nul && byte == 0) {
                return Some(Self::Forbidden { field, character: byte as char, position });
            }
            position += 1;
        }
        None
    }
}

fn name_of(character: char) -> &'static str {
    match character {
        '\n' => "LF (U+000A)",
        '\r' => "CR (U+000D)",
        _ => "U+0000",
    }
}

/// An event or a comment is larger than the configured limit. Nothing else can go wrong in decoding:
/// there is no invalid stream (WHATWG HTML 9.2.5).
///
/// The error comes once, as soon as the limit is crossed and at the same byte for every chunking. Then
/// call `decode` again: it goes on behind the event or comment that was skipped.
///
/// ```
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::builder().max_event_size(8).build();
/// let mut chunk = Chunk::new(b"data: 123456789\n\ndata: 2\n\n");
/// let error = decoder.decode(&mut chunk).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "event larger than max_event_size (8 bytes) at byte 13 of the stream; skipped to its blank line"
/// );
/// assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "2");
/// ```
#[cfg(feature = "alloc")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The values of one block, data, event type and id together, are larger than the limit. The block
    /// is skipped up to its blank line; its `retry` lines count all the same.
    #[error(
        "event larger than max_event_size ({limit} bytes) at byte {offset} of the stream; skipped to its blank line"
    )]
    EventTooLarge {
        /// The limit in bytes, as given to `max_event_size`.
        limit: usize,
        /// Where the first byte stands that did not fit, in bytes from the start of the stream.
        offset: u64,
    },
    /// A comment is larger than the limit. Comes only if comments were asked for. The rest of the line
    /// is skipped; the block that it stands in goes on.
    #[error(
        "comment larger than max_event_size ({limit} bytes) at byte {offset} of the stream; skipped to its line end"
    )]
    CommentTooLarge {
        /// The limit in bytes, as given to `max_event_size`.
        limit: usize,
        /// Where the first byte stands that did not fit, in bytes from the start of the stream.
        offset: u64,
    },
}
