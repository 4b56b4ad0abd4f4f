//! The engine: lines -> places of frames.
//!
//! For whoever changes it. A view that lends (`Decoder::decode`) cannot loop over a borrow that it may return, so the engine
//! borrows nothing and returns places, which `decode/lend.rs` turns into values.
//!
//! There are two ways through it. `lines` is the loop over lines that lie whole in the chunk: their values stay there, in
//! registers as places, until the blank line; only data of several lines is put together (`joined`). `edge` takes what an edge of
//! the chunk has cut, one line or part at a time, to the buffers of `OpenBlock`. `step` goes from one to the other. What a line
//! is, where its value starts, and what follows its end, both ask `scan/`; both charge by `Room::take`.
//!
//! In front of them stand two shortcuts (`shortcut`), which a view asks first: they know the two shapes that most blocks have,
//! are inlined into the caller's loop, and leave to `step` whatever they do not take. To change a rule, change `lines` and `edge`,
//! then see whether the exhaustive test (`tests/exhaustive.rs`) finds a shortcut wanting. What each buys is printed by
//! `benches/ablate`.
//!
//! The standard's buffers are these: data and event type in the block; the last event ID buffer is the block's id, and
//! `last_event_id` is what it was at the last blank line.

mod edge;
pub(crate) mod found;
mod joined;
mod lines;
pub(crate) mod paths;
mod shortcut;
pub(crate) mod step;
