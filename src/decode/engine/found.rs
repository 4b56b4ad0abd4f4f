//! The result of a step of the engine, and which part of it is lent.

use crate::decode::place::Place;

/// The buffers that the last frame may borrow. The next step must empty them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lent {
    Nothing,
    /// The line buffer.
    Comment,
    /// Data and event type.
    Event,
    /// The whole open block, at the end of a stream.
    End,
}

/// The kind of the result. [`Found`] has the places of its values.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Event,
    Retry,
    Comment,
    /// The chunk is used up.
    Pending,
}

/// The places of the last result. It is stored, not returned with [`Step`]: the compiler writes and copies a result
/// of this size through memory in different widths, which costs more than decoding a tiny event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// The start of the block, if it starts in this chunk. It is never after the first place.
    pub(crate) first: usize,
    pub(crate) event_type: Place,
    /// The data of an event, or the text of a comment.
    pub(crate) data: Place,
    /// An id that the view must still store as the last event ID. The view has to check that text anyway.
    pub(crate) id: Place,
    pub(crate) id_is_new: bool,
}
