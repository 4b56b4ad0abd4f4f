//! Lines in, frames out: the decoder, its views, and the one engine that they share; and the decoder without a heap.
//!
//! A fault that depends on where a chunk is cut is likely in `engine/edge.rs`, `engine/joined.rs` or `open_block.rs`; without a heap,
//! in `slice/interpreter.rs`.

#[cfg(feature = "alloc")]
pub(crate) mod builder;
#[cfg(feature = "alloc")]
pub(crate) mod bytes_event;
#[cfg(feature = "alloc")]
mod checked_text;
pub(crate) mod chunk;
#[cfg(feature = "alloc")]
pub(crate) mod decoder;
#[cfg(feature = "alloc")]
mod engine;
pub(crate) mod event;
#[cfg(feature = "alloc")]
mod feed;
#[cfg(feature = "alloc")]
pub(crate) mod fields;
#[cfg(feature = "alloc")]
pub(crate) mod finish;
#[cfg(feature = "alloc")]
mod last_event_id;
#[cfg(feature = "alloc")]
mod lend;
#[cfg(all(test, feature = "alloc"))]
mod linear_tests;
#[cfg(feature = "alloc")]
mod open_block;
#[cfg(feature = "alloc")]
pub(crate) mod owned;
#[cfg(all(test, feature = "alloc"))]
mod part_tests;
#[cfg(all(test, feature = "alloc"))]
mod path_tests;
#[cfg(feature = "alloc")]
mod place;
#[cfg(feature = "alloc")]
pub(crate) mod push;
#[cfg(feature = "alloc")]
mod room;
#[cfg(feature = "serde")]
mod serde;
pub(crate) mod settings;
pub(crate) mod slice;
#[cfg(feature = "alloc")]
mod value_buf;
