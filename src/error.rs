//! What can go wrong: where, which limit, and what to do about it.

use thiserror::Error;

use crate::simd::words::holds_control;

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

/// An encoded message does not fit in the buffer. Nothing has been written.
///
/// Made by [`Message::encode`](crate::Message::encode) and its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("needed {needed} bytes, {available} available")]
#[non_exhaustive]
pub struct BufferTooSmall {
    /// The length of the encoded message in bytes.
    pub needed: usize,
    /// The room that the buffer had, in bytes.
    pub available: usize,
}

/// Why [`Message::encode_with`](crate::Message::encode_with) wrote nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeWithError<E> {
    /// The closure that writes the data failed, for a reason of its own.
    #[error("the data of a message could not be written")]
    Data(#[source] E),
    /// The closure wrote bytes that are not UTF-8. An event stream is always UTF-8 (WHATWG HTML 9.2.5).
    #[error("the data of a message must be UTF-8, found something else at byte {position}")]
    NotUtf8 {
        /// Where the character begins that is not valid or not complete, in bytes from the start of what
        /// the closure wrote.
        position: usize,
    },
    /// The encoded message does not fit in the buffer.
    #[error(transparent)]
    TooSmall(#[from] BufferTooSmall),
}

/// An id that no HTTP header can carry, or a header value that is no id.
///
/// Made by [`http::last_event_id_value`](crate::http::last_event_id_value) and
/// [`http::parse_last_event_id`](crate::http::parse_last_event_id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidHeaderValue {
    /// A control character other than the tab (RFC 9110, section 5.5).
    #[error("a Last-Event-ID must not hold the control character {byte:#04x}, found at byte {position}")]
    Control {
        /// The character: below 0x20, or 0x7F.
        byte: u8,
        /// Where it is, in bytes from the start of the value.
        position: usize,
    },
    /// A space or tab at the start or the end, which the reader of a header takes away.
    #[error("a Last-Event-ID must not begin or end with a space or a tab, found at byte {position}")]
    Blank {
        /// Where it is, in bytes from the start of the value.
        position: usize,
    },
    /// The header value is not UTF-8 (WHATWG HTML 9.2.3).
    #[error("a Last-Event-ID must be UTF-8, found something else at byte {position}")]
    NotUtf8 {
        /// Where it is, in bytes from the start of the value.
        position: usize,
    },
}

impl InvalidValue {
    /// The first LF, CR or (if `nul`) U+0000 of `value`.
    #[inline]
    pub(crate) const fn find(field: &'static str, value: &str, nul: bool) -> Option<Self> {
        if holds_control(value.as_bytes()) { Self::find_exactly(field, value, nul) } else { None }
    }

    #[cold]
    const fn find_exactly(field: &'static str, value: &str, nul: bool) -> Option<Self> {
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

/// A block is larger than the configured limit. Made by [`BlockScanner::scan`](crate::BlockScanner::scan), once for
/// each such block, which is read over up to its blank line.
#[cfg(feature = "alloc")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("block at byte {offset} of the stream larger than max_block_size ({limit} bytes); skipped")]
#[non_exhaustive]
pub struct BlockTooLarge {
    /// The limit in bytes, as given to `with_max_block_size`.
    pub limit: usize,
    /// Where the block starts, in bytes from the start of the stream.
    pub offset: u64,
}

/// What an adapter reports: an error of its source, or one of the decoder.
///
/// ```
/// use sse_proto::{EventReader, Decoder, SourceError};
///
/// let decoder = Decoder::builder().max_event_size(4).build();
/// let mut events = EventReader::with_decoder(&b"data: too large\n\ndata: 2\n\n"[..], decoder);
/// assert!(matches!(events.next(), Some(Err(SourceError::Decode(_)))));
/// assert_eq!(events.next().unwrap()?.data(), "2"); // goes on
/// # Ok::<(), SourceError<std::io::Error>>(())
/// ```
#[cfg(any(feature = "std", feature = "stream"))]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SourceError<E> {
    /// The source of the bytes has failed. All frames that were complete before have been yielded.
    #[error("the source of the event stream failed")]
    Source(#[source] E),
    /// An event was too large. The next item is what follows it.
    #[error(transparent)]
    Decode(DecodeError),
}
