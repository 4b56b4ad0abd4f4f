//! The engine: lines -> places of frames.
//!
//! For whoever changes it: a view that lends (`Decoder::decode`) cannot loop over a borrow that it may return. So the
//! engine borrows nothing and returns places. `decode/lend.rs` turns places into values.
//!
//! There are two paths. `lines` is the loop over lines that lie whole in the chunk. Their values stay in the chunk,
//! and their places stay in registers until the blank line; only data of several lines is copied and joined
//! (`joined`). `edge` handles what an edge of the chunk has cut: it moves one line, or one part of a line, at a time
//! to the buffers of `OpenBlock`. `step` switches between the two. Both use `scan/` to find the kind of a line, the
//! start of its value, and the position after its end. Both charge with `Room::take`.
//! A caller that reads byte by byte has paths of its own: `byte_of_data` takes a third of the time, `byte_of_line`,
//! for the other bytes, saves a fifth where there are many.
//!
//! A view tries two shortcuts first (`shortcut`). They know the two most common shapes of blocks and are inlined into
//! the caller's loop. They leave every other block to `step`. To change a rule, change `lines` and `edge`, then run
//! the exhaustive test (`tests/exhaustive.rs`) to see whether a shortcut breaks the rule. `benches/ablate` measures
//! what each shortcut gains. (Both are in the repository, not in the package.)
//!
//! The standard's buffers are stored as follows: data and event type in the block; the last event ID buffer is the
//! block's id; `last_event_id` is the value of that buffer at the last blank line.

mod edge;
pub(crate) mod found;
mod joined;
mod lines;
pub(crate) mod paths;
mod shortcut;
pub(crate) mod step;
