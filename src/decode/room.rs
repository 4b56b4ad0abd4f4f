//! The limit on the size of one event, and the only way to charge against it.

/// The number of bytes that an open block may still store.
///
/// The engine charges the value bytes of data, of event types and of ids, and one more byte for each data line. It
/// charges each value before the value takes effect. Nothing is refunded within a block, so it does not matter when a
/// later value replaces an earlier one. Each path through the engine charges the same bytes, so the outcome does not
/// depend on how the stream is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    left: usize,
}

impl Room {
    pub(crate) const fn of(limit: usize) -> Self {
        Self { left: limit }
    }

    /// Takes `bytes`. If the room is smaller, takes nothing, and the error is the number of bytes left.
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
