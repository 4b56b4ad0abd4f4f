//! Invariant: data written is data set. However text is cut on its way into a `DataWriter`, in the middle of a
//! character or of a CR LF, the message is the one that had it all at once; where there is too little room, the
//! error says how much it takes.
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
