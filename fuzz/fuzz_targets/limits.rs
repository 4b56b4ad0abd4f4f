//! Invariant: a limit is a limit. Under any small limit the outcome equals the twin's for every chunking, the
//! decoder's memory stays within the documented bound, and later events are intact.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;
#[cfg(fuzzing)]
#[path = "../../tests/common/counting.rs"]
mod counting;

use crate::common::inputs::Case;
use crate::common::run::{borrowed, decoder, drain, shared};
use crate::common::twin::{Got, twin_with};
use crate::counting::{peak, small_memory_bound};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(case));

pub fn body(mut case: Case) {
    case.stream.extend_from_slice(b"\r\n\r\ndata: later\n\n");
    let (stream, rules) = (&case.stream, &case.limited);
    let expected = twin_with(stream, rules);
    let last = expected.seen.last().map(|seen| &seen.got);
    assert_eq!(matches!(last, Some(Got::Event { data, .. }) if data == "later"), rules.limit >= 6);
    for cuts in case.chunkings() {
        assert_eq!(borrowed(stream, &cuts, rules), expected, "lent, cut at {cuts:?}");
        assert_eq!(shared(stream, &cuts, rules), expected, "owned, cut at {cuts:?}");
        let held = peak(|| drain(&mut decoder(rules), stream, &cuts));
        assert!(held <= small_memory_bound(rules.limit), "{held} bytes for a limit of {}", rules.limit);
    }
}
