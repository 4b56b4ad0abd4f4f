//! Encoding does not touch the allocator; `to_bytes` does once.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::IoSlice;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use sse_proto::{EventId, EventType, Message};

/// Counts the allocations of each thread, so that the test harness does not count.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is passed on to `System` as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(run: impl FnOnce()) -> usize {
    let before = COUNT.get();
    run();
    COUNT.get() - before
}

#[test]
fn no_sink_allocates() {
    let data = "line\r\n".repeat(4000); // longer than a block
    let message = || {
        let id = EventId::new(std::hint::black_box("7")).unwrap();
        let event_type = EventType::new(std::hint::black_box("add")).unwrap();
        Message::new().comment("a\nb").event_type(event_type).id(id).retry(Duration::from_secs(3)).data(&data)
    };
    let len = message().encoded_len();
    let mut vec = Vec::with_capacity(len);
    let mut bytes = BytesMut::with_capacity(len);
    let mut slice = vec![0; len];
    let mut text = String::with_capacity(len);

    for _ in 0..3 {
        let count = allocations(|| {
            vec.clear();
            message().encode(&mut vec).unwrap();
            bytes.clear();
            message().encode(&mut bytes).unwrap();
            message().encode_to_slice(&mut slice).unwrap();
            message().encode_to_slice(&mut slice[1..]).unwrap_err();
            text.clear();
            write!(text, "{}", message()).unwrap();
            vec.clear();
            message().encode_to_io(&mut vec).unwrap();

            let message = message();
            let mut buf = message.as_buf();
            while buf.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 16];
                let filled = buf.chunks_vectored(&mut slices);
                let ahead = slices[..filled].iter().map(|slice| slice.len()).sum();
                buf.advance(ahead);
            }

            vec.clear();
            let head = Message::new().id(EventId::from_static("7"));
            head.encode_with(&mut vec, |out| serde_json::to_writer(out, &["é\n", "b"])).unwrap();
            head.encode_with(&mut vec, |out| write!(out, "{}\r{}", 1, 2)).unwrap();
            head.encode_to_slice_with(&mut slice, |out| write!(out, "{}", 3)).unwrap();
        });
        assert_eq!(count, 0);
    }
}

#[test]
fn to_bytes_allocates_once_and_its_clones_do_not() {
    let message = Message::new().data("a\nb");
    let mut bytes = None;
    assert_eq!(allocations(|| bytes = Some(message.to_bytes())), 1);
    // The first clone of a fresh `Bytes` makes its count; from the second one on there is nothing to make.
    let _first = bytes.clone();
    assert_eq!(allocations(|| drop(bytes.clone())), 0);
}
