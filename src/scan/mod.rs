//! bytes -> tokens. The room that knows the byte order mark, line ends and field names. (The engine's fast paths know the
//! usual forms of both, too, and leave the others to the scanner.)
//!
//! ```text
//! stream      = [ bom ] *event                        WHATWG HTML 9.2.5
//! event       = *( comment / field ) end-of-line
//! comment     = ":" *any-char end-of-line
//! field       = 1*name-char [ ":" [ space ] *any-char ] end-of-line
//! end-of-line = CR LF / CR / LF
//! ```
//!
//! For whoever changes it. Nothing is buffered: what cannot be judged at the end of a chunk (the
//! start of a byte order mark, of a field name) is always a prefix of a literal known here, so
//! `LineState` keeps its length and a false start is handed out later as a slice of that literal. A
//! CR ends its line at once; `LineState::AfterCr` swallows an LF should one come next. One automaton
//! serves the public [`Scanner::scan`], on which the decoder without a heap stands, and the other one, which calls
//! [`Scanner::next`] for places instead of slices. What needs no state, because a line lies whole in the input, is in `line`.

#[cfg(feature = "alloc")]
pub(crate) mod builder;
#[cfg(feature = "alloc")]
mod held_bytes;
pub(crate) mod line;
#[cfg(feature = "alloc")]
pub(crate) mod raw_block;
#[cfg(feature = "alloc")]
pub(crate) mod raw_blocks;
pub(crate) mod retry;
pub(crate) mod scanner;
pub(crate) mod token;
