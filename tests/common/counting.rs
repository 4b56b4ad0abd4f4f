//! A counting allocator, for tests of allocations and of memory in use; and the bounds on the memory of a decoder. It
//! is a separate module, because a program has only one allocator.
#![allow(dead_code, unreachable_pub, reason = "each test crate uses its own part of this module")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, and the counters of the current thread. Each test runs on its own thread and frees memory
/// where it allocates, so tests do not disturb each other.
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
        // Both the old and the new block may exist while it moves, so the peak counts both.
        count(1, size(new_size));
        // SAFETY: the caller keeps `realloc`'s contract.
        let moved = unsafe { System.realloc(memory, layout, new_size) };
        count(0, -size(layout.size()));
        moved
    }
}

/// Runs `work` and returns the number of allocations.
pub fn calls(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// Runs `work` and returns how far live memory rose above its initial size.
pub fn peak(work: impl FnOnce()) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    work();
    usize::try_from(PEAK.get() - before).unwrap()
}

/// The live memory of the current thread.
pub fn live() -> isize {
    LIVE.get()
}

const MIB: usize = 1 << 20;

/// The bound that SECURITY.md and `DecoderBuilder::max_event_size` document: a decoder never holds more, whatever it
/// receives.
pub const fn memory_bound(limit: usize) -> usize {
    10 * limit + MIB
}

/// The memory that may be added to a number of limits if no buffer is kept permanently: small buffers that always
/// exist.
pub const SLACK: usize = 4096;

/// The documented bound without its MiB, which is for memory that is kept after large events. Under a small limit no
/// event is large, so a decoder that used the MiB would waste it.
pub const fn small_memory_bound(limit: usize) -> usize {
    memory_bound(limit) - MIB + SLACK
}

/// A measured bound below the documented one. An endless stream, or blocks with a value in every field, do not fill
/// all buffers; only the worst blocks one after the other do. Only the permanent capacity (64 KiB) is added. The
/// documented bound alone would not detect a decoder that grows by two limits.
pub const fn measured_memory_bound(limit: usize) -> usize {
    8 * limit + 64 * 1024
}
