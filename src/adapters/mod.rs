//! The codec between a program's own types: `std::io` and `Stream`. Thin.

#[cfg(feature = "std")]
pub(crate) mod read;
#[cfg(feature = "stream")]
pub(crate) mod stream;
#[cfg(feature = "std")]
pub(crate) mod write;
