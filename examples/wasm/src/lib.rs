//! A decoder that lives in WebAssembly. The host writes a chunk into `input()`, calls `feed(length)`, and gets each
//! event through the function `event` that it lends: event type and data, as places in this memory.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU8, Ordering};

use sse_proto::{Chunk, Decoder};

/// The most that one chunk may hold, in bytes.
const ROOM: usize = 64 * 1024;

// Atomics, because the host writes behind the compiler's back.
static INPUT: [AtomicU8; ROOM] = [const { AtomicU8::new(0) }; ROOM];

thread_local! {
    static DECODER: RefCell<Decoder> = RefCell::new(Decoder::new());
}

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Takes an event, before the next call changes this memory.
    safe fn event(event_type: *const u8, type_length: usize, data: *const u8, data_length: usize);
}

/// Where the host puts a chunk.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *const u8 {
    INPUT.as_ptr().cast()
}

/// Decodes the first `length` bytes of the input. How many events were larger than the limit and left out.
#[unsafe(no_mangle)]
pub extern "C" fn feed(length: usize) -> usize {
    let bytes: Vec<u8> = INPUT.iter().take(length).map(|byte| byte.load(Ordering::Relaxed)).collect();
    let mut chunk = Chunk::new(&bytes);
    let mut too_large = 0;
    DECODER.with_borrow_mut(|decoder| {
        loop {
            match decoder.decode_event(&mut chunk) {
                Ok(Some(found)) => {
                    let (event_type, data) = (found.event_type(), found.data());
                    event(event_type.as_str().as_ptr(), event_type.as_str().len(), data.as_ptr(), data.len());
                }
                Ok(None) => break too_large,
                Err(_) => too_large += 1,
            }
        }
    })
}
