//! Lines in, frames out: the decoder, its views, and the one engine below them.

pub(crate) mod builder;
pub(crate) mod bytes_event;
mod checked_text;
pub(crate) mod chunk;
pub(crate) mod decoder;
mod engine;
pub(crate) mod event;
mod last_event_id;
mod lend;
#[cfg(test)]
mod linear_tests;
mod open_block;
pub(crate) mod owned;
#[cfg(test)]
mod path_tests;
mod place;
pub(crate) mod push;
mod room;
#[cfg(feature = "serde")]
mod serde;
pub(crate) mod settings;
mod value_buf;
