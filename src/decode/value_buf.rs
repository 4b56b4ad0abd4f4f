//! A buffer for one value that does not lie whole in one chunk, or is not UTF-8.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use crate::limits::{COPY_AT_ONCE, KEEP_CAPACITY};
use crate::simd::blocks::BLOCK;
use crate::simd::{effort, utf8};

/// Values of fewer bytes are checked without padding: in whole blocks, most of the work would be the padding.
const SMALL: usize = 16;

/// The raw bytes of a value, and its text if that differs.
///
/// The bytes are raw, because a chunk edge may cut a character, which is complete only at the value's end. Bytes are
/// pushed once and checked once, so the work is linear for every cut of the value.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueBuf {
    bytes: Vec<u8>,
    /// The number of trailing bytes of `bytes` that are padding. An earlier check added them to fill whole blocks.
    padding: usize,
    /// Filled only for a value that is not UTF-8. At most three times as long as the value.
    repaired: String,
}

impl ValueBuf {
    /// Appends `bytes`. The capacity doubles like that of a `Vec`, but not beyond `limit`, so the memory has a bound
    /// that can be documented.
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8], limit: usize) {
        effort::count(bytes.len());
        if bytes.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(bytes.len(), limit);
        }
        self.extend(bytes);
    }

    /// Appends one byte.
    #[inline(always)]
    pub(crate) fn push_byte(&mut self, byte: u8, limit: usize) {
        effort::count(1);
        if self.bytes.len() == self.bytes.capacity() {
            self.grow(1, limit);
        }
        self.bytes.push(byte);
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

    /// Takes the bytes out, to append to them. The buffer is empty until they are put back.
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

    /// The value as text, repaired if necessary.
    ///
    /// Lines joined by LF may be checked together: a cut sequence ends before the LF, so each line is repaired as it
    /// would be alone.
    #[inline]
    pub(crate) fn text(&mut self) -> &str {
        // Most often this is an event type, and there is none.
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

    /// Fast path: pads the bytes to whole blocks, if there is capacity. Otherwise the check copies the bytes after
    /// the last whole block. Nearly all joined values can be padded; text that is not ASCII takes a twentieth less
    /// time in chunks of 1460 bytes.
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

    /// The text of `bytes`, which lie in a chunk and are not UTF-8.
    pub(crate) fn repair(&mut self, bytes: &[u8]) -> &str {
        utf8::repair(bytes, &mut self.repaired)
    }

    /// Clears the value and releases the capacity above the permanent one.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.padding = 0;
        self.bytes.shrink_to(KEEP_CAPACITY);
        self.clear_repaired();
    }

    /// Clears the value and keeps the capacity for the next value. Repairs are rare, so their capacity is released.
    pub(crate) fn clear_warm(&mut self) {
        self.bytes.clear();
        self.padding = 0;
        self.clear_repaired();
    }

    /// Whether it has more capacity than it may keep permanently.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes.capacity() > KEEP_CAPACITY
    }

    /// Releases capacity, but never a value.
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
