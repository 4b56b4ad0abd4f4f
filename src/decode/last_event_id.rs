//! The standard's last event ID: text that stays from event to event and may be shared with owned events.

use alloc::string::String;
use core::mem;

use bytestring::ByteString;

use crate::limits::KEEP_CAPACITY;
use crate::simd::utf8;

/// The last event ID: its storage alone. Which ids count is decided where an id line ends (`engine::step::is_id`).
///
/// Invariant: if `shared` is `Some`, the ID is `shared` and `text` is empty; otherwise the ID is `text`. It is shared
/// only after an owned event has asked for it: lending needs no share, and a new id reuses the capacity of `text`.
#[derive(Debug, Clone, Default)]
pub(super) struct LastEventId {
    text: String,
    shared: Option<ByteString>,
    /// How many times it was set: a cheap question whether it may have changed.
    times_set: u64,
}

impl LastEventId {
    #[inline(always)]
    pub(super) fn as_str(&self) -> &str {
        match &self.shared {
            None => &self.text,
            Some(id) => id,
        }
    }

    /// Replaces the ID.
    #[inline]
    pub(super) fn set(&mut self, id: &str) {
        self.clear();
        if id.len() > self.text.capacity() {
            self.text.reserve_exact(id.len());
        }
        self.text.push_str(id);
    }

    /// Replaces the ID by the text of `bytes`: "UTF-8 decode without BOM" of the Encoding Standard.
    pub(super) fn decode(&mut self, bytes: &[u8]) {
        match utf8::text(bytes) {
            Some(id) => self.set(id),
            None => {
                self.clear();
                utf8::repair(bytes, &mut self.text);
            }
        }
    }

    /// A share of the ID, for an owned event with a long id. With a copy in each event, every small event would cost
    /// as much as the large id.
    #[cold]
    pub(super) fn share(&mut self) -> ByteString {
        let share = || {
            let mut id = mem::take(&mut self.text);
            // The capacity may be that of a larger id before it.
            id.shrink_to_fit();
            id.into()
        };
        self.shared.get_or_insert_with(share).clone()
    }

    #[inline]
    pub(super) const fn times_set(&self) -> u64 {
        self.times_set
    }

    /// Clears the ID, which is set next, and releases the capacity above the permanent one.
    #[inline]
    fn clear(&mut self) {
        self.times_set = self.times_set.wrapping_add(1);
        self.shared = None;
        self.text.clear();
        if self.text.capacity() > KEEP_CAPACITY {
            self.text.shrink_to(KEEP_CAPACITY);
        }
    }
}
