//! The errors of adapters, and their conversion to `std::io`.

use core::fmt;

use super::DecodeError;
#[cfg(feature = "std")]
use super::{EncodeWithError, InvalidValue};

/// An error of an adapter: from its source, or from the decoder.
///
/// Its text includes that of the cause, so any `E` with a text works, also `anyhow::Error` and `Box<dyn Error>`. Get
/// the cause itself with `match` or [`into_source`](SourceError::into_source).
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceError<E> {
    /// The source of the bytes has failed. All frames that were complete before have been yielded.
    Source(E),
    /// An event was too large. The next item is the one that follows it.
    Decode(DecodeError),
}

impl<E> SourceError<E> {
    /// The source's error, if it is one.
    ///
    /// ```
    /// use sse_proto::SourceError;
    ///
    /// assert_eq!(SourceError::Source("gone").into_source(), Some("gone"));
    /// ```
    pub fn into_source(self) -> Option<E> {
        match self {
            Self::Source(error) => Some(error),
            Self::Decode(_) => None,
        }
    }

    /// The same error, with the source's changed by `map`.
    ///
    /// ```
    /// use sse_proto::SourceError;
    ///
    /// assert_eq!(SourceError::Source(7).map_source(|n| n + 1), SourceError::Source(8));
    /// ```
    pub fn map_source<F>(self, map: impl FnOnce(E) -> F) -> SourceError<F> {
        match self {
            Self::Source(error) => SourceError::Source(map(error)),
            Self::Decode(error) => SourceError::Decode(error),
        }
    }
}

impl<E: fmt::Display> fmt::Display for SourceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(cause) => write!(f, "the source of the event stream failed: {cause}"),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

// For every `E` with a text. An `impl` with a source, for errors only, would overlap with this one.
impl<E: fmt::Display + fmt::Debug> core::error::Error for SourceError<E> {}

/// Lets `?` work in a function that returns `io::Result`: the source's error unchanged, an event over the limit as
/// [`InvalidData`](std::io::ErrorKind::InvalidData).
///
/// ```
/// use sse_proto::EventReader;
/// use std::io;
///
/// fn count(body: impl io::Read) -> io::Result<usize> {
///     let mut events = 0;
///     for event in EventReader::new(body) {
///         event?;
///         events += 1;
///     }
///     Ok(events)
/// }
/// assert_eq!(count(&b"data: 1\n\n"[..])?, 1);
/// # Ok::<(), io::Error>(())
/// ```
#[cfg(feature = "std")]
impl From<SourceError<std::io::Error>> for std::io::Error {
    fn from(error: SourceError<Self>) -> Self {
        match error {
            SourceError::Source(error) => error,
            SourceError::Decode(error) => error.into(),
        }
    }
}

/// As [`InvalidData`](std::io::ErrorKind::InvalidData).
#[cfg(feature = "std")]
impl From<DecodeError> for std::io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

/// As [`InvalidInput`](std::io::ErrorKind::InvalidInput).
#[cfg(feature = "std")]
impl From<InvalidValue> for std::io::Error {
    fn from(error: InvalidValue) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, error)
    }
}

/// Text that is not UTF-8 as [`InvalidData`](std::io::ErrorKind::InvalidData), anything else as
/// [`Other`](std::io::ErrorKind::Other).
#[cfg(feature = "std")]
impl<E: fmt::Display + fmt::Debug + Send + Sync + 'static> From<EncodeWithError<E>> for std::io::Error {
    fn from(error: EncodeWithError<E>) -> Self {
        match error {
            EncodeWithError::NotUtf8 { .. } => Self::new(std::io::ErrorKind::InvalidData, error),
            _ => Self::other(error),
        }
    }
}
