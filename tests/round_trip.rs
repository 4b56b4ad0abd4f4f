//! Law 7: nothing lost, nothing injected. For every message that can be built, decoding its bytes gives exactly its
//! frames; and what was decoded can be encoded, for the same events.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;
#[path = "../fuzz/fuzz_targets/round_trip.rs"]
#[allow(dead_code, unreachable_pub, reason = "a fuzz target, whose body is a test here")]
mod target;

use common::messages::frames_seen;
use common::run::{self, borrowed};
use common::strategies::messages::parts;
use common::strategies::streams::{cuts, places, stream};
use common::twin::Rules;
use proptest::prelude::*;
use sse_proto::{Chunk, Decoder, EventBuf, Message};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_gives_exactly_its_frames(
        parts in prop::collection::vec(parts(), 1..5),
        cuts in cuts(8),
    ) {
        target::decoding_gives_the_frames_of(&parts, |len| places(&cuts, len));
    }

    /// A proxy that decodes and encodes: other bytes, the same events, whatever the stream was.
    #[test]
    fn what_was_decoded_can_be_encoded(input in stream()) {
        let mut decoder = Decoder::new();
        let mut chunk = Chunk::new(&input);
        let (mut events, mut encoded) = (Vec::new(), Vec::new());
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            events.push(run::of_frame(sse_proto::Frame::Event(event)));
            let owned = EventBuf::from(event);
            prop_assert_eq!(Message::from(&owned), Message::from(event));
            Message::from(event).encode(&mut encoded).unwrap();
        }
        prop_assert_eq!(frames_seen(&borrowed(&encoded, &[], &Rules::default())), events);
    }
}
