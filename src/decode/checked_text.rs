//! Which part of a chunk is known to be UTF-8.
//!
//! For whoever changes it. One pass over a chunk runs at tens of GB/s and makes each value in it text for a compare of
//! places, where a check of each value by itself costs 2 to 6 ns. So a value that is not known yet starts a window there
//! that reaches `CHECK_AHEAD` bytes on. Two things end that: a chunk whose last value this is (nothing more would be
//! asked, so only the value is checked), and bad UTF-8. Then each window stops at the first bad byte, and the next starts
//! at the next value asked for: a bad byte is read once more for its own value and for no other.

use core::ops::Range;

use crate::limits::{CHECK_AHEAD, CHECK_BEHIND};
use crate::simd::utf8;

/// The longest line end with a blank line after it, CR LF CR LF: with no more bytes than that, a value is the chunk's last.
const LAST_LINE_ENDS: usize = 4;

/// The part of a chunk that is known to be UTF-8, so that a value in it is text without a second look.
///
/// Invariant: `text` is `chunk[start..start + text.len()]`. It ends at the first bad byte or about
/// `CHECK_AHEAD` bytes on, and starts again at the next value asked for: a bad byte slows down the value
/// it is in and no other.
#[derive(Clone)]
pub(crate) struct CheckedText<'i> {
    start: usize,
    text: &'i str,
    /// Something bad was found in the chunk. From then on each check stops at the first bad byte; before, it would take
    /// a tenth longer.
    found_bad: bool,
    /// The window does not outlive the value that it is made for: it is not made larger.
    only_once: bool,
}

impl<'i> CheckedText<'i> {
    /// No part is known.
    pub(super) const NOTHING: Self = Self { start: 0, text: "", found_bad: false, only_once: false };

    /// No part is known, and what becomes known is not kept: for chunks that are lent anew for each event.
    pub(super) const ONLY_ONCE: Self = Self { only_once: true, ..Self::NOTHING };

    /// The text of `range`, after moving the window if need be, to start at `from`; `None` if it is no UTF-8.
    #[inline(always)]
    pub(super) fn text(&mut self, range: Range<usize>, from: usize, bytes: &'i [u8]) -> Option<&'i str> {
        #[cfg(sse_without = "window")]
        return Self::alone(range, bytes);
        // A range that starts before the window starts behind its end then, too.
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

    /// Whether nothing beyond `range` will be asked for.
    #[inline(always)]
    fn is_last(&self, range: &Range<usize>, bytes: &[u8]) -> bool {
        self.only_once || bytes.len() <= range.end + LAST_LINE_ENDS
    }

    /// Fast path: the value is all that is left to check, so that a window would not be looked at again. Where each event is
    /// a chunk of its own, most values are such.
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

    /// With a window that ends at the first bad byte; if that lies before the value, with one that starts there.
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
