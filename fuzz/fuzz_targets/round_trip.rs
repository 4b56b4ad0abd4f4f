//! Invariant: nothing lost, nothing injected. All messages that can be built are concatenated and cut anywhere.
//! Decoding gives exactly their frames; the twin and a third, even more literal reader confirm this.
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
    decoding_gives_the_frames_of(&sent.messages, |len| sent.cuts(len));
}

pub fn decoding_gives_the_frames_of(messages: &[Parts], cuts: impl Fn(usize) -> Vec<usize>) {
    let mut stream = Vec::new();
    for parts in messages {
        let start = stream.len();
        parts.message().encode(&mut stream).unwrap();
        assert_eq!(stream[start..], parts.message().to_bytes());
    }
    let frames: Vec<_> = messages.iter().flat_map(Parts::frames).collect();
    if !stream.is_empty() {
        assert_eq!(parse(&stream), frames, "{:?}", String::from_utf8_lossy(&stream));
    }
    let (meant, last_event_id) = frames_meant(frames);
    let (cuts, rules) = (cuts(stream.len()), Rules::default());
    for outcome in [twin(&stream), borrowed(&stream, &cuts, &rules), shared(&stream, &cuts, &rules)] {
        assert_eq!(frames_seen(&outcome), meant);
        assert_eq!(
            (outcome.last_event_id, outcome.cut),
            (last_event_id.clone(), None),
            "messages end cleanly"
        );
    }
}
