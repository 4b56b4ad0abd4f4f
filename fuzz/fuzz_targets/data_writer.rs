//! Invariant: data written equals data set. For every cut of the text on its way into a `DataWriter`, even within a
//! character or a CR LF, the message equals one that gets its data at once. If the space is too small, the error
//! gives the size that is needed.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::inputs::Written;
use crate::common::sinks::write_everywhere;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|written: Written| body(&written));

pub fn body(written: &Written) {
    let Written { parts, text, cuts } = written;
    write_everywhere(parts, text, cuts);
    let each: Vec<_> = (0..text.len()).map(|place| (place, place % 2 == 0)).collect();
    write_everywhere(parts, text, &each);
}
