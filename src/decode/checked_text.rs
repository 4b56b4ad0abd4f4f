//! Records which part of a chunk is known to be UTF-8.
//!
//! For whoever changes it: one pass over a chunk runs at tens of GB/s, and then a compare of places shows that a
//! value is text. A separate check of each value costs 2 to 6 ns. So a value that is not known yet starts a window,
//! which reaches `CHECK_AHEAD` bytes ahead. There are two exceptions. If the value is the last one of its chunk, only
//! the value is checked, because no other value will be asked for. If the chunk contains bad UTF-8, each window stops
//! at the first bad byte, and the next window starts at the next value that is asked for. So a bad byte is read once
//! more for its own value and for no other.

use core::ops::Range;

use crate::limits::{CHECK_AHEAD, CHECK_BEHIND};
use crate::simd::utf8;

/// The length of the longest line end with a blank line after it, CR LF CR LF. If no more bytes follow a value, it is
/// the last one of its chunk.
const LAST_LINE_ENDS: usize = 4;

/// The part of a chunk that is known to be UTF-8. A value in it is text without another check.
///
/// Invariant: `text` is `chunk[start..start + text.len()]`. It ends at the first bad byte or about `CHECK_AHEAD`
/// bytes ahead. It restarts at the next value that is asked for, so a bad byte slows down only its own value.
#[derive(Clone)]
pub(crate) struct CheckedText<'i> {
    start: usize,
    text: &'i str,
    /// The chunk contains a bad byte. From then on each check stops at the first bad byte. Without this flag, good
    /// chunks would take a tenth longer.
    found_bad: bool,
    /// The window is used for one value only, so it is not made larger than the value.
    only_once: bool,
}

impl<'i> CheckedText<'i> {
    /// No part is known yet.
    pub(super) const NOTHING: Self = Self { start: 0, text: "", found_bad: false, only_once: false };

    /// No part is known yet, and the window is not kept: for chunks that are lent separately for each event.
    pub(super) const ONLY_ONCE: Self = Self { only_once: true, ..Self::NOTHING };

    /// The text of `range`; `None` if it is not UTF-8. Moves the window if necessary, to start at `from`.
    #[inline(always)]
    pub(super) fn text(&mut self, range: Range<usize>, from: usize, bytes: &'i [u8]) -> Option<&'i str> {
        #[cfg(sse_without = "window")]
        return Self::alone(range, bytes);
        // If a range starts before the window, the subtractions wrap, and both ends lie after the window's end.
        let (start, end) = (range.start.wrapping_sub(self.start), range.end.wrapping_sub(self.start));
        match self.text.get(start..end) {
            Some(text) => Some(text),
            None => self.restart(range, from, bytes),
        }
    }

    /// The text of `range`, without moving the window; `None` if it is not UTF-8.
    #[inline(always)]
    pub(super) fn alone_or_known(&self, range: Range<usize>, bytes: &'i [u8]) -> Option<&'i str> {
        let (start, end) = (range.start.wrapping_sub(self.start), range.end.wrapping_sub(self.start));
        match self.text.get(start..end) {
            Some(text) => Some(text),
            None => Self::alone(range, bytes),
        }
    }

    #[inline(never)]
    fn restart(&mut self, range: Range<usize>, from: usize, bytes: &'i [u8]) -> Option<&'i str> {
        #[cfg(sse_without = "alone")]
        return self.restart_at(range, from, bytes);
        let is_last = self.is_last(&range, bytes);
        if is_last && range.start == from && !self.found_bad {
            Self::alone(range, bytes)
        } else {
            self.restart_at(range, from, bytes)
        }
    }

    /// Whether no value after `range` will be asked for.
    #[inline(always)]
    fn is_last(&self, range: &Range<usize>, bytes: &[u8]) -> bool {
        self.only_once || bytes.len() <= range.end + LAST_LINE_ENDS
    }

    /// Fast path: the value is the last one to check, so a window would not be used again. If each event is a
    /// separate chunk, most values are like this.
    #[inline(never)]
    fn alone(range: Range<usize>, bytes: &'i [u8]) -> Option<&'i str> {
        utf8::text(bytes.get(range)?)
    }

    #[inline(never)]
    fn restart_at(&mut self, range: Range<usize>, from: usize, bytes: &'i [u8]) -> Option<&'i str> {
        let is_last = self.is_last(&range, bytes);
        if self.found_bad {
            return self.restart_near_bad(range, from, bytes, is_last);
        }
        let (start, end) = Self::around(&range, from, bytes, is_last);
        match utf8::text(bytes.get(start..end)?) {
            Some(text) => {
                (self.start, self.text) = (start, text);
                text.get(range.start - start..range.end - start)
            }
            None => {
                self.found_bad = true;
                self.restart_near_bad(range, from, bytes, is_last)
            }
        }
    }

    /// The window for `range`.
    #[inline(always)]
    fn around(range: &Range<usize>, from: usize, bytes: &'i [u8], is_last: bool) -> (usize, usize) {
        let start = if range.start - from <= CHECK_BEHIND { from } else { range.start };
        let end = if is_last {
            range.end
        } else {
            range.end.max(utf8::whole_characters(bytes, bytes.len().min(range.start + CHECK_AHEAD)))
        };
        (start, end)
    }

    /// Uses a window that ends at the first bad byte. If that byte lies before the value, uses a second window that
    /// starts at the value.
    #[inline(never)]
    fn restart_near_bad(
        &mut self,
        range: Range<usize>,
        from: usize,
        bytes: &'i [u8],
        is_last: bool,
    ) -> Option<&'i str> {
        let (start, end) = Self::around(&range, from, bytes, is_last);
        for start in [start, range.start] {
            (self.start, self.text) = (start, utf8::text_ahead(bytes.get(start..end)?));
            if let Some(text) = self.text.get(range.start - start..range.end - start) {
                return Some(text);
            }
        }
        None
    }
}
