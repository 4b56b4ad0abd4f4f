//! Invariant: nothing lost, nothing injected. For all messages that can be built, put one after the other and cut
//! anywhere, decoding gives exactly their frames; so says the twin, and a third reader that is more literal still.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use crate::common::inputs::Sent;
use crate::common::messages::{Parts, frames_meant, frames_seen, parse};
use crate::common::run::{borrowed, shared};
use crate::common::twin::{Rules, twin};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|sent: Sent| body(&sent));

pub fn body(sent: &Sent) {
    let stream: Vec<u8> = sent.messages.iter().flat_map(|parts| parts.message().to_bytes()).collect();
    let frames: Vec<_> = sent.messages.iter().flat_map(Parts::frames).collect();
    if !stream.is_empty() {
        assert_eq!(parse(&stream), frames);
    }
    let (meant, last_event_id) = frames_meant(frames);
    let (cuts, rules) = (sent.cuts(stream.len()), Rules::default());
    for outcome in [twin(&stream), borrowed(&stream, &cuts, &rules), shared(&stream, &cuts, &rules)] {
        assert_eq!(frames_seen(&outcome), meant);
        assert_eq!((outcome.last_event_id, outcome.cut), (last_event_id.clone(), None));
    }
}
