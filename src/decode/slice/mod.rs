//! The decoder without a heap: it stores text in the caller's buffer and nothing else.
//!
//! For whoever changes it: this is the standard in its plainest form. The scanner finds the lines, each value is
//! copied, and nothing is lent from the chunk. Only the other decoder has fast paths.
//!
//! ```text
//! | data | open line |        free        | types and ids | last event ID |
//! 0    data        front                back                         the end
//! ```
//!
//! Bytes are converted to text as they arrive (`cut_character`), so the buffer contains only text. A byte is charged
//! when it is written, so the free part of the buffer is what may still arrive (`held_text`). If a chunk's edge cuts
//! a character, its start waits outside the buffer and is charged when its meaning is known. So a limit does not
//! depend on the chunking. Data grows from the front. Any other line is collected after the data and moves to the
//! back once, when it ends. Nothing else moves before the blank line. There, data, type and id are lent where they
//! are. After the loan, the new last event ID moves to the end, and the rest of the buffer is free again.

pub(crate) mod builder;
mod cut_character;
mod held_text;
mod interpreter;
pub(crate) mod slice_decoder;
#[cfg(test)]
mod work_tests;
