//! The decoder without a heap: all that it holds is text in the caller's buffer.
//!
//! For whoever changes it. This is the standard in its plainest form: the scanner finds the lines, each value is copied, and
//! nothing is lent from the chunk. Fast paths are the other decoder's affair.
//!
//! ```text
//! | data | open line |        free        | types and ids | last event ID |
//! 0    data        front                back                         the end
//! ```
//!
//! Text is mended as it comes in (`cut_character`), so the buffer holds nothing but text, and a byte is charged when it is
//! written: what is free is what may still come (`held_text`). The start of a character that a chunk's edge has cut waits
//! beside the buffer, and is charged once it is known what it is; so a limit does not depend on the chunking. Data grows
//! from the front. Any other line is collected after it, and moves to the back at its end, once: nothing else moves before
//! the blank line. There data, type and id are lent where they are. When they come back, the new last event ID moves to
//! the end, and all else is free again.

pub(crate) mod builder;
mod cut_character;
mod held_text;
mod interpreter;
pub(crate) mod slice_decoder;
#[cfg(test)]
mod work_tests;
