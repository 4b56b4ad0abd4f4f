//! The stored part of a block that was cut: never more than the limit, twice that while it grows, and not longer than
//! needed.

use alloc::vec::Vec;

use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};

/// The minimum allocation, if the limit allows it, so that tiny chunks do not reallocate again and again.
const FIRST_CAPACITY: usize = 256;

/// The bytes of the open block from earlier chunks; or, while `lent`, the bytes that were returned last.
#[derive(Debug, Clone)]
pub(super) struct HeldBytes {
    bytes: Vec<u8>,
    lent: bool,
    /// The number of blocks in a row that did not need a large buffer.
    calm: u8,
}

impl HeldBytes {
    pub(super) const fn new() -> Self {
        Self { bytes: Vec::new(), lent: false, calm: 0 }
    }

    /// The stored bytes. They must not be `lent`.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends `more`; the total is at most `most`. The capacity doubles like that of a `Vec`, but not beyond `most`,
    /// so the memory has a bound that can be documented.
    pub(super) fn push(&mut self, more: &[u8], most: usize) {
        if more.len() > self.bytes.capacity() - self.bytes.len() {
            let len = self.bytes.len() + more.len();
            let doubled = self.bytes.capacity().saturating_mul(2).max(FIRST_CAPACITY);
            self.bytes.reserve_exact(doubled.min(most).max(len) - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
    }

    /// Lends all bytes until [`HeldBytes::take_back`].
    pub(super) fn lend(&mut self) -> &[u8] {
        self.lent = true;
        &self.bytes
    }

    /// The same, but releases a large buffer afterwards, because no other large block is expected. Releases unused
    /// capacity at once.
    pub(super) fn lend_for_good(&mut self) -> &[u8] {
        self.bytes.shrink_to(KEEP_CAPACITY);
        self.calm = CALM_BLOCKS;
        self.lend()
    }

    /// Clears the bytes if they were lent. Releases memory when `CALM_BLOCKS` blocks in a row did not need it.
    pub(super) fn take_back(&mut self) {
        if core::mem::take(&mut self.lent) {
            self.bytes.clear();
        }
        if self.calm >= CALM_BLOCKS {
            self.calm = 0;
            self.bytes.shrink_to(KEEP_CAPACITY);
        }
    }

    /// Clears the bytes and releases the memory above the permanent capacity.
    pub(super) fn release(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEEP_CAPACITY);
    }

    /// Records that a block of `size` bytes has ended.
    pub(super) fn count_block(&mut self, size: usize) {
        self.calm = if size > KEEP_CAPACITY { 0 } else { self.calm.saturating_add(1) };
    }
}
