//! What may come in place of a block.

use std::error::Error as StdError;
use std::fmt;
use std::num::ParseIntError;
use std::str::Utf8Error;

/// What may come in place of a block. Only the first and the last but one are made here; the others are for those who match on them.
#[derive(Debug)]
pub enum Error {
    /// An error of the body; or a block over the limit.
    Body(Box<dyn StdError + Send + Sync>),
    /// Never made: unknown fields are ignored.
    InvalidLine,
    /// Never made: the last one counts.
    DuplicatedEventLine,
    /// Never made: the last one counts.
    DuplicatedIdLine,
    /// Never made: the last one counts.
    DuplicatedRetry,
    /// The value of a known field is not UTF-8.
    Utf8Parse(Utf8Error),
    /// Never made: a `retry` that is not digits is ignored.
    IntParse(ParseIntError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(error) => write!(f, "body error: {error}"),
            Self::InvalidLine => f.write_str("invalid line"),
            Self::DuplicatedEventLine => f.write_str("duplicated event line"),
            Self::DuplicatedIdLine => f.write_str("duplicated id line"),
            Self::DuplicatedRetry => f.write_str("duplicated retry line"),
            Self::Utf8Parse(error) => write!(f, "utf8 parse error: {error}"),
            Self::IntParse(error) => write!(f, "int parse error: {error}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Body(error) => Some(error.as_ref()),
            Self::Utf8Parse(error) => Some(error),
            Self::IntParse(error) => Some(error),
            _ => None,
        }
    }
}
