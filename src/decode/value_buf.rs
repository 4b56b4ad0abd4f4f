//! A buffer for one value that does not lie whole in one chunk, or is no UTF-8.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use crate::limits::{COPY_AT_ONCE, KEEP_CAPACITY};
use crate::simd::blocks::BLOCK;
use crate::simd::{effort, utf8};

/// Values below this many bytes are checked as they are: in whole blocks most of the work would be the padding.
const SMALL: usize = 16;

/// The raw bytes of a value, and its text if that is another.
///
/// Raw, because a character may be cut by an edge of a chunk and is whole only at the value's end; bytes are
/// pushed once and checked once, so the work is linear however a value is cut.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueBuf {
    bytes: Vec<u8>,
    /// Trailing bytes of `bytes` that are not of the value: they make whole blocks of it, since it was checked once.
    padding: usize,
    /// Filled only for a value that is no UTF-8. At most three times as long as the value.
    repaired: String,
}

impl ValueBuf {
    /// Appends `bytes`. The capacity doubles as in any `Vec`, but not beyond `limit`, which is what makes
    /// the bound on memory one that can be stated.
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8], limit: usize) {
        effort::count(bytes.len());
        if bytes.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(bytes.len(), limit);
        }
        self.extend(bytes);
    }

    #[inline(always)]
    fn extend(&mut self, bytes: &[u8]) {
        if bytes.len() <= COPY_AT_ONCE {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.push_pieces(bytes);
        }
    }

    #[cold]
    fn push_pieces(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(COPY_AT_ONCE) {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Appends an LF and `bytes`.
    #[inline(always)]
    pub(crate) fn push_line(&mut self, bytes: &[u8], limit: usize) {
        effort::count(1 + bytes.len());
        if bytes.len() >= self.bytes.capacity() - self.bytes.len() {
            self.grow(1 + bytes.len(), limit);
        }
        self.bytes.push(b'\n');
        self.extend(bytes);
    }

    /// Appends the first `len` of `bytes`, in a few moves whose number does not depend on it.
    #[inline(always)]
    pub(crate) fn push_short<const N: usize>(&mut self, bytes: &[u8; N], len: usize, limit: usize) {
        #[cfg(sse_without = "push_short")]
        return self.push(bytes.get(..len).unwrap_or_default(), limit);
        let start = self.bytes.len();
        if self.bytes.capacity() - start < N {
            return self.push(bytes.get(..len).unwrap_or_default(), limit);
        }
        effort::count(len);
        self.bytes.extend_from_slice(bytes);
        self.bytes.truncate(start + len);
    }

    /// The bytes, to append to, and to be put back. Nothing is in their place meanwhile.
    #[inline(always)]
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        mem::take(&mut self.bytes)
    }

    #[inline(always)]
    pub(crate) fn put_back(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
    }

    #[cold]
    fn grow(&mut self, more: usize, limit: usize) {
        let len = self.bytes.len() + more;
        let capacity = self.bytes.capacity().saturating_mul(2).clamp(256, limit.max(256)).max(len);
        self.bytes.reserve_exact(capacity - self.bytes.len());
    }

    pub(crate) fn set(&mut self, bytes: &[u8], limit: usize) {
        self.clear_warm();
        self.push(bytes, limit);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len()).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.padding
    }

    /// The value as text, repaired if need be.
    ///
    /// Lines joined by LF may be checked at once: a cut sequence ends before the LF, so each of them is
    /// repaired as it would be alone.
    #[inline]
    pub(crate) fn text(&mut self) -> &str {
        // Most often it is the event type, and there is none.
        if self.bytes.is_empty() { "" } else { self.checked() }
    }

    fn checked(&mut self) -> &str {
        let len = self.len();
        self.pad();
        match utf8::text(&self.bytes).and_then(|text| text.get(..len)) {
            Some(text) => text,
            None => utf8::repair(self.bytes.get(..len).unwrap_or_default(), &mut self.repaired),
        }
    }

    /// Fast path: makes the bytes whole blocks, if there is room, since what is left behind the last whole block would be
    /// copied to be checked. Nearly all values that are put together are such; text that is not ASCII takes a twentieth
    /// less in chunks of 1460 bytes.
    #[inline(always)]
    fn pad(&mut self) {
        #[cfg(sse_without = "pad")]
        return;
        let len = self.bytes.len();
        if len >= SMALL && self.bytes.capacity() - len >= BLOCK {
            self.padding += len.wrapping_neg() % BLOCK;
            self.bytes.extend_from_slice(&[b' '; BLOCK]);
            self.bytes.truncate(len.next_multiple_of(BLOCK));
        }
    }

    /// The text of `bytes`, which are no UTF-8 and lie in a chunk.
    pub(crate) fn repair(&mut self, bytes: &[u8]) -> &str {
        utf8::repair(bytes, &mut self.repaired)
    }

    /// Empties it and gives memory back that it may not keep for good.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.padding = 0;
        self.bytes.shrink_to(KEEP_CAPACITY);
        self.clear_repaired();
    }

    /// Empties it and keeps the room for the next value. Repairs are rare: room for those is given back.
    pub(crate) fn clear_warm(&mut self) {
        self.bytes.clear();
        self.padding = 0;
        self.clear_repaired();
    }

    /// Whether it holds more memory than it may keep for good.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes.capacity() > KEEP_CAPACITY
    }

    /// Gives memory back, but never a value.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to(KEEP_CAPACITY);
    }

    fn clear_repaired(&mut self) {
        self.repaired.clear();
        if self.repaired.capacity() > KEEP_CAPACITY {
            self.repaired.shrink_to(KEEP_CAPACITY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ValueBuf;
    use alloc::vec;

    /// What is appended to check a value in whole blocks is never part of it.
    #[test]
    fn a_value_stays_what_it_is_when_it_is_looked_at() {
        for len in [65, 100, 128, 200] {
            let mut value = ValueBuf::default();
            value.push(&vec![b'x'; len], 1000);
            for _ in 0..2 {
                assert_eq!(value.text(), "x".repeat(len));
                assert_eq!((value.len(), value.bytes().len()), (len, len));
            }
            value.clear_warm();
            assert_eq!((value.text().len(), value.len()), (0, 0));
            value.push(&vec![b'x'; len], 1000);
            assert_eq!(value.text().len(), len);
            value.set(b"y", 1000);
            assert_eq!((value.text().len(), value.len()), (1, 1));
        }
    }
}
