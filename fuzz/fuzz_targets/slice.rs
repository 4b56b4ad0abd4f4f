//! Invariant: without a heap it is the same standard. For all bytes, cuts and sizes of the buffer, a decoder over a
//! slice gives the same result as the literal twin that charges the stored text. In a buffer that is large enough, it
//! gives exactly the result of the decoder with a heap.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::inputs::Case;
use crate::common::run::{borrowed, held, sliced};
use crate::common::twin::{Rules, twin_with};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case));

pub fn body(case: &Case) {
    let (stream, limit) = (&case.stream, case.limited.limit);
    // Sizes near the stored size, and zero.
    for limit in [limit, limit / 2, limit / 9, 0] {
        let rules = Rules { limit, ..held(&case.limited) };
        let expected = twin_with(stream, &rules);
        for cuts in case.chunkings() {
            assert_eq!(sliced(stream, &cuts, &rules), expected, "{limit} bytes, cut at {cuts:?}");
        }
    }
    let rules = Rules { limit: usize::MAX, ..case.rules.clone() };
    assert_eq!(sliced(stream, &case.cuts, &rules), borrowed(stream, &case.cuts, &rules), "enough room");
}
