//! An allocator that counts, for tests of what is asked for and what is held; and the bounds on what a decoder may
//! hold. A module of its own, because a program has only one allocator.
#![allow(dead_code, unreachable_pub, reason = "each test crate uses its own part of this module")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, and what the current thread has asked of it. Tests run on threads of their
/// own and free where they allocate, so they do not disturb each other.
pub struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(calls: usize, bytes: isize) {
    CALLS.set(CALLS.get() + calls);
    LIVE.set(LIVE.get() + bytes);
    PEAK.set(PEAK.get().max(LIVE.get()));
}

fn size(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

// SAFETY: each call goes to `System` unchanged; counting touches thread-local cells without destructors
// and does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, size(layout.size()));
        // SAFETY: the caller keeps `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, -size(layout.size()));
        // SAFETY: the caller keeps `dealloc`'s contract.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // Old and new may both exist while it moves: the peak counts both.
        count(1, size(new_size));
        // SAFETY: the caller keeps `realloc`'s contract.
        let moved = unsafe { System.realloc(memory, layout, new_size) };
        count(0, -size(layout.size()));
        moved
    }
}

/// Runs `work`: how often it asked for memory.
pub fn calls(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// Runs `work`: how far live memory rose above where it was.
pub fn peak(work: impl FnOnce()) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    work();
    usize::try_from(PEAK.get() - before).unwrap()
}

/// What the current thread holds at the moment.
pub fn live() -> isize {
    LIVE.get()
}

const MIB: usize = 1 << 20;

/// What SECURITY.md and `DecoderBuilder::max_event_size` state: a decoder never holds more, whatever is sent to it.
pub const fn memory_bound(limit: usize) -> usize {
    10 * limit + MIB
}

/// What may come on top of a number of limits where no buffer is kept for good: small ones that are there anyway.
pub const SLACK: usize = 4096;

/// The stated bound without its MiB, which is for what is kept after large events. Under a small limit no event is
/// large, so a decoder that used the MiB would waste it.
pub const fn small_memory_bound(limit: usize) -> usize {
    memory_bound(limit) - MIB + SLACK
}

/// Less than is stated, as measured: a stream that never ends, and blocks with a value in every field, do not fill each
/// room that the worst blocks one after the other do. On top comes only what may be kept for good (64 KiB). The stated
/// bound alone would not see a decoder that grows by two limits.
pub const fn measured_memory_bound(limit: usize) -> usize {
    8 * limit + 64 * 1024
}
