//! Invariant: whatever happens, in whatever order and on whatever clock, a session does what a model of a few sentences
//! says; no two of its answers contradict each other, and none is a panic.
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
