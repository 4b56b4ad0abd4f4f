//! Invariant: a message has one encoding. Every sink gets the same bytes, `encoded_len` of them, read in any steps. A
//! sink that is one byte too small returns an error and is unchanged.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::messages::{Parts, parse};
use crate::common::sinks::encode_everywhere;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|parts: Parts| body(&parts));

pub fn body(parts: &Parts) {
    let stream = encode_everywhere(&parts.message());
    assert_eq!(parse(&stream), parts.frames());
    assert!(!stream.starts_with("\u{FEFF}".as_bytes()), "never taken for a byte order mark");
}
