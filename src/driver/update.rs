//! The updates that a driver gives to its caller.

use alloc::sync::Arc;
use core::time::Duration;

use thiserror::Error;

use crate::decode::owned::{EventBuf, FrameBuf};
use crate::error::DecodeError;
use crate::field::EventIdBuf;
use crate::session::{Failure, Loss, Time};

/// An update. For events only, see [`EventSource::next_event`](super::EventSource::next_event) and the iterator of
/// `BlockingEventSource`.
///
/// ```
/// use sse_proto::driver::Update;
///
/// fn log<E: std::fmt::Display>(update: Update<E>) -> String {
///     match update {
///         Update::Open => "open".into(),
///         Update::Event(event) => format!("{}: {}", event.event_type(), event.data()),
///         Update::LastEventId(id) => format!("store {id}"),
///         Update::Lost { loss, error: Some(error), .. } => format!("{loss}: {error}"),
///         Update::Lost { loss, .. } => loss.to_string(),
///         _ => String::new(),
///     }
/// }
/// assert_eq!(log(Update::<std::io::Error>::Open), "open");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Update<E> {
    /// The stream is open (WHATWG HTML 9.2.3, "announce the connection").
    Open,
    /// An event.
    Event(EventBuf),
    /// The last event ID has changed: store it, so that a later run can continue from there. Yielded once after the
    /// events of a chunk, whether or not the id came with an event.
    LastEventId(EventIdBuf),
    /// The server requests another reconnection time.
    Retry(Duration),
    /// A comment, if the decoder has them enabled.
    Comment(Arc<str>),
    /// The connection was lost or failed. The next attempt starts at `retry_at`.
    #[non_exhaustive]
    Lost {
        /// Why.
        loss: Loss,
        /// The error of the transport, if there was one. A timeout that the transport was asked to keep is none.
        error: Option<E>,
        /// The time of the next attempt, on the clock of the transport. The wait until then:
        /// `retry_at.saturating_since(source.transport().now())`.
        retry_at: Time,
    },
}

impl<E> From<FrameBuf> for Update<E> {
    fn from(frame: FrameBuf) -> Self {
        match frame {
            FrameBuf::Event(event) => Self::Event(event),
            FrameBuf::Retry(time) => Self::Retry(time),
            FrameBuf::Comment(text) => Self::Comment(text),
        }
    }
}

/// The errors of a driver.
///
/// ```
/// use sse_proto::driver::DriverError;
///
/// fn is_over<E>(error: &DriverError<E>) -> bool {
///     match error {
///         DriverError::Decode(_) => false, // ask for the next event
///         _ => true,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum DriverError<E> {
    /// The session has failed permanently: nothing is yielded after this.
    #[error("{failure}")]
    #[non_exhaustive]
    Failed {
        /// Why.
        failure: Failure,
        /// The last error of the transport, if that is the reason.
        #[source]
        error: Option<E>,
    },
    /// An event over the limit was skipped. The stream continues.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
