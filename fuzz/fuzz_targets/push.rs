//! Invariant: nothing is lost. A decoder that owns its bytes gives what the literal twin says, for one who goes on at an
//! error at once and for one who leaves the loop and comes back with the next bytes; what is unfinished at the end is
//! taken or not as the setting says.
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
