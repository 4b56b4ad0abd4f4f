//! Sans-IO codec for Server-Sent Events.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod error;
mod field;

pub use error::InvalidValue;
pub use field::{EventId, EventType};
