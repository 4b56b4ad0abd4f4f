//! The errors: each states the place, the limit, and what to do.

use core::fmt;

use thiserror::Error;

use crate::simd::words::holds_control;

#[cfg(any(feature = "std", feature = "stream"))]
mod source_error;

#[cfg(any(feature = "std", feature = "stream"))]
pub use source_error::SourceError;

/// Data that was written as bytes is not UTF-8, or ends within a character. Of a stream all is UTF-8 (WHATWG HTML 9.2.5).
///
#[cfg_attr(feature = "std", doc = "```")]
#[cfg_attr(not(feature = "std"), doc = "```ignore")]
/// use std::io::Write;
/// use sse_proto::FieldWriter;
///
/// let mut fields = FieldWriter::new(Vec::new());
/// fields.write_all(b"caf\xC3")?; // the start of a character
/// let error = fields.finish().unwrap_err();
/// assert_eq!(error.to_string(), "the data of a message is not valid UTF-8 at byte 3");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("the data of a message is not valid UTF-8 at byte {position}")]
#[non_exhaustive]
pub struct NotUtf8 {
    /// Where the first character begins that is not valid or not complete, in bytes from the start of the field.
    pub position: usize,
}

/// A value that its field cannot hold.
///
/// Made by [`EventId::new`](crate::EventId::new) and [`EventType::new`](crate::EventType::new).
///
/// ```
/// use sse_proto::EventType;
///
/// let error = EventType::new("add\ndata: injected").unwrap_err();
/// assert_eq!(error.position(), Some(3));
/// assert_eq!(error.to_string(), "an event type must not contain LF (U+000A), found at byte 3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// An empty event type means `message`; leave the field out instead.
    #[error("an event type must not be empty; omit it to send an event of type `message`")]
    EmptyEventType,
    /// The value holds a character that would end its line, or U+0000 in an id.
    #[error("an {field} must not contain {}, found at byte {position}", name_of(*.character))]
    #[non_exhaustive]
    Forbidden {
        /// What the value was for: `id` or `event type`.
        field: &'static str,
        /// The character: LF, CR or U+0000.
        character: char,
        /// Its position in bytes from the start of the value.
        position: usize,
    },
}

/// An encoded message does not fit in the buffer, or a last event ID does not fit in that of a decoder without a heap.
///
/// Made by [`Message::encode`](crate::Message::encode) and [`encode_to_slice`](crate::Message::encode_to_slice), which have
/// written nothing then, and by [`encode_to_slice_with`](crate::Message::encode_to_slice_with), which may have written to the
/// slice before it knew; and by [`SliceDecoder::reconnect_after`](crate::SliceDecoder::reconnect_after).
///
/// ```
/// use sse_proto::Message;
///
/// let error = Message::new().data("hello").encode_to_slice(&mut [0; 4]).unwrap_err();
/// assert_eq!((error.needed, error.available), (13, 4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("needed {needed} bytes, {available} available")]
#[non_exhaustive]
pub struct BufferTooSmall {
    /// The length of the encoded message, or of the id, in bytes.
    pub needed: usize,
    /// The room that the buffer had, in bytes.
    pub available: usize,
}

/// The reason why [`Message::encode_with`](crate::Message::encode_with) wrote nothing.
///
/// Its text includes that of the cause, so any `E` with a text works, also `anyhow::Error` and `Box<dyn Error>`. Get
/// the cause itself with `match`.
///
/// ```
/// use sse_proto::{EncodeWithError, Message};
///
/// let outcome = Message::new().encode_to_slice_with(&mut [0; 64], |_| Err("no price today"));
/// let error = outcome.unwrap_err();
/// assert_eq!(error.to_string(), "the data of a message could not be written: no price today");
/// assert!(matches!(error, EncodeWithError::Data("no price today")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeWithError<E> {
    /// The closure that writes the data failed, for a reason of its own.
    Data(E),
    /// The closure wrote bytes that are not UTF-8. An event stream is always UTF-8 (WHATWG HTML 9.2.5).
    #[non_exhaustive]
    NotUtf8 {
        /// Where the character begins that is not valid or not complete, in bytes from the start of what
        /// the closure wrote.
        position: usize,
    },
    /// The encoded message does not fit in the buffer.
    TooSmall(BufferTooSmall),
}

impl<E: fmt::Display> fmt::Display for EncodeWithError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(cause) => write!(f, "the data of a message could not be written: {cause}"),
            Self::NotUtf8 { position } => NotUtf8 { position: *position }.fmt(f),
            Self::TooSmall(error) => error.fmt(f),
        }
    }
}

// For every `E` with a text. An `impl` with a source, for errors only, would overlap with this one.
impl<E: fmt::Display + fmt::Debug> core::error::Error for EncodeWithError<E> {}

impl<E> From<BufferTooSmall> for EncodeWithError<E> {
    fn from(error: BufferTooSmall) -> Self {
        Self::TooSmall(error)
    }
}

/// An id that no HTTP header can carry, or a header value that is not an id.
///
/// Made by [`headers::last_event_id_value`](crate::headers::last_event_id_value), [`trimmed_last_event_id_value`](crate::headers::trimmed_last_event_id_value), and
/// [`headers::parse_last_event_id`](crate::headers::parse_last_event_id).
///
/// ```
/// use sse_proto::{EventId, headers};
///
/// let error = headers::last_event_id_value(EventId::from_static("a\u{1}")).unwrap_err();
/// assert_eq!(error.position(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum InvalidHeaderValue {
    /// A control character other than the tab (RFC 9110, section 5.5).
    #[error("a Last-Event-ID must not contain the control character {byte:#04x}, found at byte {position}")]
    #[non_exhaustive]
    Control {
        /// The character: below 0x20, or 0x7F.
        byte: u8,
        /// Its position in bytes from the start of the value.
        position: usize,
    },
    /// A space or tab at the start or the end, which the reader of a header takes away.
    #[error("a Last-Event-ID must not begin or end with a space or a tab, found at byte {position}")]
    #[non_exhaustive]
    Blank {
        /// Its position in bytes from the start of the value.
        position: usize,
    },
    /// The header value is not UTF-8 (WHATWG HTML 9.2.3).
    #[error("a Last-Event-ID is not valid UTF-8 at byte {position}")]
    #[non_exhaustive]
    NotUtf8 {
        /// Its position in bytes from the start of the value.
        position: usize,
    },
}

impl InvalidValue {
    /// Where the forbidden character stands, in bytes from the value's start; `None` if the value is empty and must not be.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        match self {
            Self::EmptyEventType => None,
            Self::Forbidden { position, .. } => Some(*position),
        }
    }

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

impl InvalidHeaderValue {
    /// The position of the first byte that is wrong, in bytes from the start.
    #[must_use]
    pub const fn position(&self) -> usize {
        match self {
            Self::Control { position, .. } | Self::Blank { position } | Self::NotUtf8 { position } => {
                *position
            }
        }
    }
}

fn name_of(character: char) -> &'static str {
    match character {
        '\n' => "LF (U+000A)",
        '\r' => "CR (U+000D)",
        _ => "U+0000",
    }
}

/// An event or a comment is over the limit: that of a [`Decoder`](crate::Decoder) is its `max_event_size`, that of a
/// [`SliceDecoder`](crate::SliceDecoder) its buffer. Nothing else can go wrong in decoding: every byte sequence is a valid
/// stream (WHATWG HTML 9.2.5).
///
/// The error is returned once, as soon as the limit is crossed, and at the same byte for every chunking. Then call
/// `decode` again: it continues after the skipped event or comment.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder};
///
/// let mut decoder = Decoder::builder().max_event_size(8).build();
/// let mut chunk = Chunk::new(b"data: 123456789\n\ndata: 2\n\n");
/// let error = decoder.decode(&mut chunk).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "event over the limit of 8 bytes (max_event_size, or the buffer) at byte 13 of the stream; skipped to its blank line"
/// );
/// assert_eq!((error.limit(), error.offset()), (8, 13));
/// assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The values of one block, data, event type and id together, are larger than the limit; in a buffer, together with the
    /// last event ID. The block is skipped up to its blank line; its `retry` lines count all the same.
    #[error(
        "event over the limit of {limit} bytes (max_event_size, or the buffer) at byte {offset} of the stream; skipped to its blank line"
    )]
    #[non_exhaustive]
    EventTooLarge {
        /// The limit in bytes, as given to `max_event_size`, or the length of the buffer.
        limit: usize,
        /// Where the first byte stands that did not fit, or its character begins, in bytes from the start of the stream.
        offset: u64,
    },
    /// A comment is larger than the limit, or than the space that the open block leaves in the buffer. Only if
    /// comments are enabled. The rest of the line is skipped; the block of the comment continues.
    #[error(
        "comment over the limit of {limit} bytes (max_event_size, or the buffer) at byte {offset} of the stream; skipped to its line end"
    )]
    #[non_exhaustive]
    CommentTooLarge {
        /// The limit in bytes, as given to `max_event_size`, or the length of the buffer.
        limit: usize,
        /// Where the first byte stands that did not fit, or its character begins, in bytes from the start of the stream.
        offset: u64,
    },
    /// A whole block is larger than the limit on its bytes. Only a `FieldsStream`, which reads blocks, yields it;
    /// a decoder never returns it.
    #[error("block at byte {offset} of the stream larger than max_block_size ({limit} bytes); skipped")]
    #[non_exhaustive]
    BlockTooLarge {
        /// The limit in bytes, as given to `max_block_size`.
        limit: usize,
        /// Where the block starts, in bytes from the start of the stream.
        offset: u64,
    },
}

impl DecodeError {
    /// The limit in bytes, as given to `max_event_size` or `max_block_size`, or the length of the buffer.
    #[must_use]
    pub const fn limit(&self) -> usize {
        match self {
            Self::EventTooLarge { limit, .. }
            | Self::CommentTooLarge { limit, .. }
            | Self::BlockTooLarge { limit, .. } => *limit,
        }
    }

    /// Where the first byte stands that did not fit, or its character begins, in bytes from the start of the stream: a
    /// [`SliceDecoder`](crate::SliceDecoder) charges whole characters. Of a block, where it starts.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        match self {
            Self::EventTooLarge { offset, .. }
            | Self::CommentTooLarge { offset, .. }
            | Self::BlockTooLarge { offset, .. } => *offset,
        }
    }
}

/// A block, or a comment line before the first field of a block, is larger than the configured limit.
///
/// Returned by [`BlockScanner::scan`](crate::BlockScanner::scan), once for each, at the same byte for every chunking. The block is
/// skipped to its blank line, the comment to its line end.
///
/// ```
/// use sse_proto::BlockScanner;
///
/// let mut blocks = BlockScanner::builder().max_block_size(4).build();
/// let mut chunk = &b"id\r\n\r\ndata: 1\n\n"[..];
/// assert!(blocks.scan(&mut chunk)?.is_some());
/// let error = blocks.scan(&mut chunk).unwrap_err();
/// assert_eq!((error.limit, error.offset), (4, 6));
/// # Ok::<(), sse_proto::BlockTooLarge>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("block at byte {offset} of the stream larger than max_block_size ({limit} bytes); skipped")]
#[non_exhaustive]
pub struct BlockTooLarge {
    /// The limit in bytes, as given to `max_block_size`.
    pub limit: usize,
    /// Where the block starts, in bytes from the start of the stream; after a byte order mark.
    pub offset: u64,
}
