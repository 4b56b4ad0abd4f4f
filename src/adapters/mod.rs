//! Connects the codec to a program's own types: `std::io`, `Stream` and `futures_io`. Thin.

#[cfg(feature = "stream")]
mod chunks;
#[cfg(feature = "stream")]
pub(crate) mod copied;
#[cfg(feature = "stream")]
pub(crate) mod fields_stream;
#[cfg(feature = "futures-io")]
pub(crate) mod io_chunks;
#[cfg(feature = "stream")]
pub(crate) mod keep_alive;
#[cfg(feature = "std")]
pub(crate) mod read;
#[cfg(feature = "stream")]
pub(crate) mod stream;
#[cfg(feature = "stream")]
pub(crate) mod tap;
#[cfg(feature = "std")]
pub(crate) mod write;
