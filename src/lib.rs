//! Sans-IO codec for Server-Sent Events.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[cfg(feature = "alloc")]
mod block;
#[cfg(feature = "alloc")]
mod chunk;
#[cfg(feature = "alloc")]
mod decode;
#[cfg(feature = "alloc")]
mod engine;
mod error;
#[cfg(feature = "alloc")]
mod event;
mod field;
#[cfg(feature = "alloc")]
mod limits;
#[cfg(feature = "alloc")]
mod owned;
mod scan;
#[cfg(feature = "alloc")]
mod scratch;
mod token;
#[cfg(feature = "alloc")]
mod work;

#[cfg(feature = "alloc")]
pub use chunk::{Chunk, SharedChunk};
#[cfg(feature = "alloc")]
pub use decode::{Decoder, DecoderBuilder};
#[cfg(feature = "alloc")]
pub use error::DecodeError;
pub use error::InvalidValue;
#[cfg(feature = "alloc")]
pub use event::{End, Event, Frame, Truncated};
pub use field::{EventId, EventType};
#[cfg(feature = "alloc")]
pub use limits::{DEFAULT_MAX_EVENT_SIZE, OversizedId};
#[cfg(feature = "alloc")]
pub use owned::{EventBuf, FrameBuf};
pub use scan::Scanner;
pub use token::{LineKind, Piece, Token};
