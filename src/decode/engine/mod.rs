//! The engine: lexemes -> places of frames.
//!
//! For whoever changes it. A view that lends (`Decoder::decode`) cannot loop over a borrow that it may return, so the engine
//! borrows nothing and returns places, which `decode/lend.rs` turns into text.
//!
//! A view asks three questions, in this order: is the next block data alone and whole (`Engine::data_block`), has it a type
//! or an id before that (`Engine::named_block`), and if neither, what else comes (`Engine::step`)? The first two are
//! shortcuts, in `ahead.rs`: they answer for most blocks of most streams, and look at nothing that they do not take. `step`
//! tries the longer fast paths (`ahead.rs`: whole blocks, `joined.rs`: data of several lines or of a line that was cut), then
//! the general path, which alone follows the standard line by line and says where a limit was crossed. Each fast path gives what
//! the general one would, and leaves to it what it does not know: to change a rule, change the general path first, then see
//! which fast paths the exhaustive test (`tests/exhaustive.rs`) finds wanting.
//!
//! The values of a block that lies whole in the chunk stay there and
//! are never copied (`Here`); a line that is cut by an edge of the chunk is pushed to a buffer of `OpenBlock` as it
//! comes. The standard's buffers are these: data and event type in the block; the last event ID buffer is the
//! block's id, and `last_event_id` is what it was at the last blank line.

pub(crate) mod ahead;
pub(crate) mod found;
mod joined;
pub(crate) mod paths;
pub(crate) mod step;
