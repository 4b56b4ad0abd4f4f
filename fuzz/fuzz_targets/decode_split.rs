//! Invariant: chunking is invisible. For all bytes, limits and cuts (including empty chunks), lent and owned frames,
//! their places, the errors and the final state are the same as for the whole stream at once. A clone made in the
//! middle continues like the original.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::inputs::Case;
use crate::common::run::{borrowed, borrowed_on, borrowed_open, decoder, shared, shared_on};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case));

pub fn body(case: &Case) {
    let Case { stream, rules, .. } = case;
    let whole = borrowed(stream, &[], rules);
    for cuts in case.chunkings() {
        assert_eq!(borrowed(stream, &cuts, rules), whole, "lent, cut at {cuts:?}");
        assert_eq!(shared(stream, &cuts, rules), whole, "owned, cut at {cuts:?}");
    }
    let (first, second) = stream.split_at(case.cuts[0]);
    let mut original = decoder(rules);
    borrowed_open(&mut original, first, &[]);
    let mut clone = original.clone();
    let by_original = borrowed_on(&mut original, second, &[]);
    assert_eq!(shared_on(&mut clone, second, &[second.len() / 2]), by_original, "the clone");
    assert_eq!(by_original.cut, whole.cut);
}
