//! What a step of the engine has found, and what of it is lent.

use crate::decode::place::Place;

/// Which buffers the last frame may borrow, so that the next step has to empty them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lent {
    Nothing,
    /// The line.
    Comment,
    /// Data and event type.
    Event,
    /// All of the open block, by the end of a stream.
    End,
}

/// What a step has found. Where its values are is in [`Found`].
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Event,
    Retry,
    Comment,
    /// All of the chunk is taken.
    Pending,
}

/// The places of what the last step has found. Not returned with it, because a result of this size is copied through
/// memory in other widths than it was written, which costs more than decoding a tiny event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// Where in the chunk the block starts, if it does so there; not beyond the first of the places.
    pub(crate) first: usize,
    pub(crate) event_type: Place,
    /// The data of an event, or the text of a comment.
    pub(crate) data: Place,
    /// An id that the view has yet to make the last event ID, out of text that it has checked anyway.
    pub(crate) id: Place,
    pub(crate) id_is_new: bool,
}
