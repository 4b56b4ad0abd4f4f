//! Invariant: a replay log evicts, remembers and answers like a list that forgets nothing, within its bounds, for all
//! ids: new, repeated or unknown.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::reference_log::{Steps, check};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|steps: Steps| body(&steps));

pub fn body(steps: &Steps) {
    check(steps);
}
