//! Where a value of a block is.

use core::ops::Range;

/// Where a value is: in the chunk, or in the buffer of the open block that is meant for it.
///
/// One range, since a value in the chunk ends behind its name and so never at 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    start: usize,
    end: usize,
}

impl Place {
    pub(crate) const BUFFER: Self = Self { start: 0, end: 0 };

    #[inline]
    pub(crate) fn chunk(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }

    #[inline]
    pub(crate) fn is_buffer(self) -> bool {
        self.end == 0
    }

    /// Where in the chunk, if there.
    #[inline]
    pub(crate) fn in_chunk(self) -> Option<Range<usize>> {
        if self.is_buffer() { None } else { Some(self.start..self.end) }
    }

    /// Where in the chunk it starts; behind all that is, if in the buffer.
    #[inline(always)]
    pub(crate) fn start_or_max(self) -> usize {
        if self.is_buffer() { usize::MAX } else { self.start }
    }

    /// The value, if it is in the chunk, which is `input`.
    pub(crate) fn bytes(self, input: &[u8]) -> Option<&[u8]> {
        input.get(self.in_chunk()?)
    }
}
