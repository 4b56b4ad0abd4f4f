//! The standard's last event ID: text that stays from event to event, and may be shared with owned events.

use alloc::string::String;
use core::mem;

use bytestring::ByteString;

use crate::limits::KEEP_CAPACITY;
use crate::simd::utf8;

/// The last event ID.
///
/// Invariant: it is `shared` if that is something, and then `text` is empty; else it is `text`. It is shared only once an
/// owned event has asked for it: lending needs no share, and a new id reuses the room of `text`.
#[derive(Debug, Clone, Default)]
pub(super) struct LastEventId {
    text: String,
    shared: Option<ByteString>,
}

impl LastEventId {
    #[inline(always)]
    pub(super) fn as_str(&self) -> &str {
        match &self.shared {
            None => &self.text,
            Some(id) => id,
        }
    }

    /// Replaces it.
    #[inline]
    pub(super) fn set(&mut self, id: &str) {
        self.clear();
        if id.len() > self.text.capacity() {
            self.text.reserve_exact(id.len());
        }
        self.text.push_str(id);
    }

    /// Replaces it by the text of `bytes`: "UTF-8 decode without BOM" of the Encoding Standard.
    pub(super) fn decode(&mut self, bytes: &[u8]) {
        match utf8::text(bytes) {
            Some(id) => self.set(id),
            None => {
                self.clear();
                utf8::repair(bytes, &mut self.text);
            }
        }
    }

    /// A share of it, for an owned event with a long id: a copy in each event would make small events cost what one large
    /// id has cost.
    #[cold]
    pub(super) fn share(&mut self) -> ByteString {
        self.shared.get_or_insert_with(|| mem::take(&mut self.text).into()).clone()
    }

    /// Room that it may not keep for good is given back.
    #[inline]
    fn clear(&mut self) {
        self.shared = None;
        self.text.clear();
        if self.text.capacity() > KEEP_CAPACITY {
            self.text.shrink_to(KEEP_CAPACITY);
        }
    }
}
