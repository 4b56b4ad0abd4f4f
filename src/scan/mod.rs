//! bytes -> tokens. Only this room knows the byte order mark, line ends and field names. (The engine's fast paths
//! also know the usual forms of line ends and names, and leave the others to the scanner.)
//!
//! ```text
//! stream      = [ bom ] *event                        WHATWG HTML 9.2.5
//! event       = *( comment / field ) end-of-line
//! comment     = ":" *any-char end-of-line
//! field       = 1*name-char [ ":" [ space ] *any-char ] end-of-line
//! end-of-line = CR LF / CR / LF
//! ```
//!
//! For whoever changes it: nothing is buffered. The bytes whose meaning is not known at the end of a chunk (the start
//! of a byte order mark or of a field name) are always a prefix of a literal that is known here. So `LineState`
//! stores the length of that prefix, and a false start is returned later as a slice of the literal. A CR ends its
//! line at once; `LineState::AfterCr` skips an LF if one follows. One automaton serves two callers. The public
//! [`Scanner::scan`] is also the base of the decoder without a heap; the other decoder calls [`Scanner::next`], which
//! returns places instead of slices. Code that needs no state, because a line lies whole in the input, is in `line`.

#[cfg(feature = "alloc")]
pub(crate) mod builder;
#[cfg(feature = "alloc")]
mod held_bytes;
pub(crate) mod line;
#[cfg(feature = "alloc")]
mod position;
#[cfg(feature = "alloc")]
pub(crate) mod raw_block;
#[cfg(feature = "alloc")]
pub(crate) mod raw_blocks;
pub(crate) mod retry;
pub(crate) mod scanner;
pub(crate) mod token;
