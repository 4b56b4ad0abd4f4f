//! The place of a value of a block.

use core::ops::Range;

/// The place of a value: in the chunk, or in the buffer of the open block for that kind of value.
///
/// One range is enough: a value in the chunk comes after its name, so it never ends at 0.
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

    /// The range in the chunk, if the value is there.
    #[inline]
    pub(crate) fn in_chunk(self) -> Option<Range<usize>> {
        if self.is_buffer() { None } else { Some(self.start..self.end) }
    }

    /// The start in the chunk; the maximum, if the value is in the buffer.
    #[inline(always)]
    pub(crate) fn start_or_max(self) -> usize {
        if self.is_buffer() { usize::MAX } else { self.start }
    }

    /// The value, if it is in the chunk `input`.
    pub(crate) fn bytes(self, input: &[u8]) -> Option<&[u8]> {
        input.get(self.in_chunk()?)
    }
}
