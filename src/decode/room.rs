//! The limit on what one event may hold, and the one way to charge against it.

/// What an open block may still hold, in bytes.
///
/// Charged are the value bytes of data, one more for each data line, of event types and of ids, each before it is acted on.
/// Nothing is given back within a block, so that it does not matter when a value is replaced by a later one. Each path
/// through the engine charges the same bytes here, so the outcome does not depend on how the stream is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    left: usize,
}

impl Room {
    pub(crate) const fn of(limit: usize) -> Self {
        Self { left: limit }
    }

    /// Takes `bytes`. If there is not so much room, nothing is taken, and the error says how much there is.
    #[inline(always)]
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), usize> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.left),
        }
    }

    /// Whether nothing was taken.
    #[inline(always)]
    pub(crate) fn is_all_of(self, limit: usize) -> bool {
        self.left == limit
    }

    pub(crate) fn taken_of(self, limit: usize) -> usize {
        limit - self.left
    }
}
