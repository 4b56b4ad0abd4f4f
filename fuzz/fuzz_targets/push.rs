//! Invariant: nothing is lost. A decoder that owns its bytes gives the same result as the literal twin, both for a
//! caller that continues at once after an error and for one that leaves the loop and returns with the next bytes. The
//! setting decides whether the unfinished end is accepted.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use sse_proto::Unfinished;

use crate::common::inputs::Case;
use crate::common::run::{as_pushed, pushed};
use crate::common::twin::twin_with;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case));

pub fn body(case: &Case) {
    let (stream, rules) = (&case.stream, &case.limited);
    for unfinished in [Unfinished::Discard, Unfinished::WholeLines, Unfinished::Anything] {
        let expected = as_pushed(twin_with(stream, rules), unfinished);
        for stops in [false, true] {
            let found = pushed(stream, &case.cuts, rules, unfinished, stops);
            assert_eq!(found, expected, "{unfinished:?}, stops: {stops}");
        }
    }
}
