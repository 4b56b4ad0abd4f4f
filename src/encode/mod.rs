//! Messages in, bytes out: `message` says what a message holds, `pieces` how it looks as bytes, `sinks`, `encoded` and
//! `data_writer` bring these bytes to where they are wanted.

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
