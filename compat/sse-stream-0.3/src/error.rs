//! All errors.

use std::error::Error as StdError;
use std::str::Utf8Error;

/// What ends a stream of blocks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of the body; or a block over the limit.
    #[error("body error: {0}")]
    Body(#[source] Box<dyn StdError + Send + Sync>),
    /// The value of a known field is not UTF-8.
    #[error("utf8 parse error: {0}")]
    Utf8Parse(#[source] Utf8Error),
    /// A field that nobody knows, with the feature `strict-fields`.
    #[error("unknown SSE field")]
    UnknownField,
}

/// A value that would end its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The event type holds CR or LF.
    #[error("SSE event type cannot contain CR/LF")]
    InvalidEvent,
    /// The id holds CR, LF or U+0000.
    #[error("SSE id cannot contain CR/LF/NULL")]
    InvalidId,
}

/// What ends a body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// An error of the stream of blocks.
    #[error("event stream error: {0}")]
    Stream(#[source] Box<dyn StdError + Send + Sync>),
    /// A block that cannot be sent.
    #[error("SSE encoding error: {0}")]
    Encode(#[source] EncodeError),
}
