//! What may come in place of an event.

use alloc::string::{FromUtf8Error, String, ToString};
use core::fmt;

use nom::error::{Error as NomError, ErrorKind};
use sse_proto::DecodeError;

/// What may come in place of an event.
#[derive(Debug, PartialEq)]
pub enum EventStreamError<E> {
    /// Never made: U+FFFD stands for what is not UTF-8. It is here for those who match on it.
    Utf8(FromUtf8Error),
    /// An event over the limit, which was skipped. Its text says so.
    Parser(NomError<String>),
    /// An error of the stream of bytes.
    Transport(E),
}

impl<E> EventStreamError<E> {
    pub(crate) fn of_limit(error: &DecodeError) -> Self {
        Self::Parser(NomError::new(error.to_string(), ErrorKind::TooLarge))
    }
}

impl<E> From<NomError<&str>> for EventStreamError<E> {
    fn from(error: NomError<&str>) -> Self {
        Self::Parser(NomError::new(error.input.to_string(), error.code))
    }
}

impl<E: fmt::Display> fmt::Display for EventStreamError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8(error) => write!(f, "UTF8 error: {error}"),
            Self::Parser(error) => write!(f, "Parse error: {error}"),
            Self::Transport(error) => write!(f, "Transport error: {error}"),
        }
    }
}

impl<E: fmt::Display + fmt::Debug + Send + Sync> core::error::Error for EventStreamError<E> {}
