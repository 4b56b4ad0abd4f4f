//! Messages in, bytes out: `message` defines the values of a message, `pieces` its byte form, and `sinks`, `encoded`
//! and `data_writer` write these bytes to their destination.

pub(crate) mod append;
mod data_text;
pub(crate) mod data_writer;
mod digits;
#[cfg(feature = "alloc")]
pub(crate) mod encoded;
#[cfg(feature = "alloc")]
pub(crate) mod field_writer;
mod first_line_end;
pub(crate) mod message;
#[cfg(feature = "alloc")]
pub(crate) mod message_buf;
mod pieces;
mod sinks;
