//! Invariant: for all inputs, in any order and on any clock, a session does what a short model does. No two of its
//! results contradict each other, and no input makes it panic.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::reference_session::{Script, check};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|script: Script| body(&script));

pub fn body(script: &Script) {
    check(&script.settings, &script.inputs);
}
