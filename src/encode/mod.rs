//! Messages in, bytes out: `message` says what a message holds, `pieces` how it looks as bytes, `sinks`, `encoded` and
//! `data_writer` bring these bytes to where they are wanted.

pub(crate) mod append;
pub(crate) mod data_writer;
mod digits;
#[cfg(feature = "alloc")]
pub(crate) mod encoded;
mod first_line_end;
pub(crate) mod message;
mod pieces;
mod sinks;
