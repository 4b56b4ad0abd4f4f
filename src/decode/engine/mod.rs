//! The engine: lexemes -> places of frames.
//!
//! For whoever changes it. A view that lends (`Decoder::decode`) cannot loop over a borrow that it may
//! return, so all work is done by [`Engine::step`], which borrows nothing and returns places; each view is a
//! few lines that turn places into text. The values of a block that lies whole in the chunk stay there and
//! are never copied (`Here`); a line that is cut by an edge of the chunk is pushed to a buffer of `OpenBlock` as it
//! comes. The standard's buffers are these: data and event type in the block; the last event ID buffer is the
//! block's id, and `last_event_id` is what it was at the last blank line.

pub(crate) mod ahead;
mod joined;
pub(crate) mod step;
