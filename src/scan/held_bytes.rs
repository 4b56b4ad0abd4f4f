//! What is held of a block that was cut: never more than a limit, two while it grows, and not for longer than needed.

use alloc::vec::Vec;

use crate::limits::{CALM_BLOCKS, KEEP_CAPACITY};

/// The least that is asked for, if the limit allows it, so that tiny chunks do not ask again and again.
const FIRST_CAPACITY: usize = 256;

/// The bytes of the open block that came in earlier chunks; or, while `lent`, what was returned last.
#[derive(Debug, Clone)]
pub(super) struct HeldBytes {
    bytes: Vec<u8>,
    lent: bool,
    /// How many blocks in a row had no need of a large buffer.
    calm: u8,
}

impl HeldBytes {
    pub(super) const fn new() -> Self {
        Self { bytes: Vec::new(), lent: false, calm: 0 }
    }

    /// Nothing of it may be `lent`.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends `more`; all together are at most `most`. The capacity doubles like that of any `Vec`, but not beyond
    /// `most`, which makes the bound on memory one that can be stated.
    pub(super) fn push(&mut self, more: &[u8], most: usize) {
        if more.len() > self.bytes.capacity() - self.bytes.len() {
            let len = self.bytes.len() + more.len();
            let doubled = self.bytes.capacity().saturating_mul(2).max(FIRST_CAPACITY);
            self.bytes.reserve_exact(doubled.min(most).max(len) - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
    }

    /// Lends all until [`HeldBytes::take_back`].
    pub(super) fn lend(&mut self) -> &[u8] {
        self.lent = true;
        &self.bytes
    }

    /// The same, and a large buffer is given back thereafter: no other large block is to be expected. What room is not
    /// used is given back at once.
    pub(super) fn lend_for_good(&mut self) -> &[u8] {
        self.bytes.shrink_to(KEEP_CAPACITY);
        self.calm = CALM_BLOCKS;
        self.lend()
    }

    /// Empties it if it was lent. Gives memory back once `CALM_BLOCKS` blocks in a row had no need of it.
    pub(super) fn take_back(&mut self) {
        if core::mem::take(&mut self.lent) {
            self.bytes.clear();
        }
        if self.calm >= CALM_BLOCKS {
            self.calm = 0;
            self.bytes.shrink_to(KEEP_CAPACITY);
        }
    }

    /// Empties it and gives memory back that it may not keep for good.
    pub(super) fn release(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEEP_CAPACITY);
    }

    /// A block of `size` bytes has ended.
    pub(super) fn count_block(&mut self, size: usize) {
        self.calm = if size > KEEP_CAPACITY { 0 } else { self.calm.saturating_add(1) };
    }
}
