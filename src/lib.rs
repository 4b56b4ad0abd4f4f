//! Sans-IO codec for Server-Sent Events.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod data_writer;
mod encode;
mod error;
mod field;
pub mod http;

pub use data_writer::DataWriter;
#[cfg(feature = "alloc")]
pub use data_writer::EncodeBuffer;
#[cfg(feature = "alloc")]
pub use encode::MessageBuf;
pub use encode::{KEEP_ALIVE, Message};
pub use error::{BufferTooSmall, EncodeWithError, InvalidHeaderValue, InvalidValue};
pub use field::{EventId, EventType};
