//! Invariant: the standard decides. For all bytes and cuts, each way to read them gives the same result as the
//! literal twin (WHATWG HTML 9.2.5, 9.2.6): lent, owned, without a heap, events only, the scanner's lines, and the
//! standard applied to those lines.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::inputs::Case;
use crate::common::run::{
    borrowed, bytes_only, events_only, handed_over, held, lent_from_shared, scanned, scanner_based, shared,
    sliced, twin_lines,
};
use crate::common::twin::{Got, Outcome, twin, twin_with};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case));

pub fn body(case: &Case) {
    let Case { stream, cuts, rules, .. } = case;
    let mut expected = twin_with(stream, rules);
    assert_eq!(borrowed(stream, cuts, rules), expected, "lent");
    assert_eq!(shared(stream, cuts, rules), expected, "owned");
    assert_eq!(lent_from_shared(stream, cuts, rules), expected, "lent from owned bytes");
    let in_buffer = held(rules);
    assert_eq!(sliced(stream, cuts, &in_buffer), twin_with(stream, &in_buffer), "without a heap");
    let mut unplaced = expected.clone();
    unplaced.seen.iter_mut().filter(|seen| is_frame(&seen.got)).for_each(|seen| seen.at = 0);
    assert_eq!(handed_over(stream, cuts, rules), unplaced, "handed over");
    expected.seen.retain(|seen| !matches!(seen.got, Got::Comment(_) | Got::Retry(_)));
    assert_eq!(events_only(stream, cuts, rules), expected, "just the events");
    assert_eq!(bytes_only(stream, cuts, rules), expected, "the events, not checked");
    let mut lines = scanned(stream, cuts);
    lines.retain(|line| line.due.is_some());
    assert_eq!(lines, twin_lines(stream), "scanned");
    assert_eq!(scanner_based(stream, cuts), Outcome { cut: None, ..twin(stream) }, "by the scanner's lines");
}

/// The place of a frame is where it is due; the place of an error is part of the error.
fn is_frame(got: &Got) -> bool {
    !matches!(got, Got::EventTooLarge | Got::CommentTooLarge)
}
