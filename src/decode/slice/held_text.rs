//! The caller's buffer and its layout. The essay is in `mod.rs`.

use core::ops::Range;
use core::str;

use crate::simd::effort;

/// The buffer of a decoder without a heap.
///
/// Invariants: `data <= front <= back <= bytes.len()`. Data, the open line, and each range are separately valid
/// UTF-8. The ranges lie at or after `back`. Those of the open block lie before the last event ID, unless that ID was
/// just committed.
pub(super) struct HeldText<'b> {
    bytes: &'b mut [u8],
    /// The end of the open block's data, whose lines are joined by LF.
    data: usize,
    /// The end of the open line so far, or of a comment that is lent. It starts at `data`.
    front: usize,
    /// The start of the event types and ids of the open block, including replaced ones, and of the last event ID.
    back: usize,
    event_type: Range<usize>,
    /// The id of the open block, if it has one.
    id: Option<Range<usize>>,
    /// The standard's last event ID.
    last_id: Range<usize>,
}

impl<'b> HeldText<'b> {
    pub(super) fn new(bytes: &'b mut [u8]) -> Self {
        let end = bytes.len();
        Self { bytes, data: 0, front: 0, back: end, event_type: 0..0, id: None, last_id: end..end }
    }

    pub(super) const fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Appends as many whole characters of `text` to the open line as fit. Returns their length.
    pub(super) fn push(&mut self, text: &str) -> usize {
        let mut len = text.len().min(self.back - self.front);
        while !text.is_char_boundary(len) {
            len -= 1;
        }
        let (from, to) = (text.as_bytes().get(..len), self.bytes.get_mut(self.front..self.front + len));
        if let (Some(from), Some(to)) = (from, to) {
            effort::count(len);
            to.copy_from_slice(from);
            self.front += len;
        }
        len
    }

    /// Ends the open line as data.
    pub(super) fn end_data(&mut self) {
        self.data = self.front;
    }

    /// Drops what was pushed since the last data line.
    pub(super) fn drop_line(&mut self) {
        self.front = self.data;
    }

    /// Ends the open line as the block's event type.
    pub(super) fn end_event_type(&mut self) {
        self.event_type = self.stash();
    }

    /// Ends the open line as the block's id, if it is a valid id.
    pub(super) fn end_id(&mut self) {
        if self.bytes.get(self.data..self.front).is_some_and(|id| id.contains(&0)) {
            // The standard ignores an id with U+0000 and keeps the previous one (9.2.6).
            self.drop_line();
        } else {
            self.id = Some(self.stash());
        }
    }

    /// The same in a block that stores only its id: overwrites the previous id.
    pub(super) fn replace_id(&mut self) {
        let before = self.id.take();
        let back = self.back;
        self.back = self.last_id.start;
        self.end_id();
        if self.id.is_none() {
            (self.id, self.back) = (before, back);
        }
    }

    /// Moves the open line to the back.
    fn stash(&mut self) -> Range<usize> {
        let len = self.front - self.data;
        let place = self.back - len..self.back;
        self.move_to(self.data..self.front, place.start);
        (self.front, self.back) = (self.data, place.start);
        place
    }

    fn move_to(&mut self, from: Range<usize>, to: usize) {
        if from.start != to && from.end <= self.bytes.len() && to <= self.bytes.len() - from.len() {
            effort::count(from.len());
            self.bytes.copy_within(from, to);
        }
    }

    /// Drops data, event type and replaced ids. Moves the open line to the front, and the id to the last event ID.
    pub(super) fn keep_id_only(&mut self) {
        let line = self.front - self.data;
        self.move_to(self.data..self.front, 0);
        (self.data, self.front, self.event_type) = (0, line, 0..0);
        self.back = self.last_id.start;
        if let Some(id) = self.id.take() {
            self.back -= id.len();
            let place = self.back..self.last_id.start;
            self.move_to(id, place.start);
            self.id = Some(place);
        }
    }

    /// Makes the block's id the last event ID. Returns whether the block has one.
    pub(super) fn commit_id(&mut self) -> bool {
        let Some(id) = self.id.take() else { return false };
        self.last_id = id;
        true
    }

    /// Drops everything except the last event ID, and moves that to the end.
    pub(super) fn end_block(&mut self) {
        let end = self.bytes.len();
        self.back = end - self.last_id.len();
        self.move_to(self.last_id.clone(), self.back);
        self.last_id = self.back..end;
        (self.data, self.front, self.event_type, self.id) = (0, 0, 0..0, None);
    }

    /// Sets the last event ID, between blocks. Returns whether it fits.
    pub(super) fn set_last_id(&mut self, id: &str) -> bool {
        let end = self.bytes.len();
        let Some(start) = end.checked_sub(id.len()) else { return false };
        if let Some(place) = self.bytes.get_mut(start..) {
            place.copy_from_slice(id.as_bytes());
        }
        (self.back, self.last_id) = (start, start..end);
        true
    }

    pub(super) fn data(&self) -> &str {
        self.text(0..self.data)
    }

    /// The open line.
    pub(super) fn line(&self) -> &str {
        self.text(self.data..self.front)
    }

    pub(super) fn event_type(&self) -> &str {
        self.text(self.event_type.clone())
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.clone().map(|id| self.text(id))
    }

    pub(super) fn last_id(&self) -> &str {
        self.text(self.last_id.clone())
    }

    /// Checks UTF-8 again, because safe code cannot turn bytes into text without a check.
    fn text(&self, range: Range<usize>) -> &str {
        effort::count(range.len());
        self.bytes.get(range).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}
