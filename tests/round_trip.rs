//! Law 7: nothing lost, nothing injected. For every message that can be built, decoding its bytes gives exactly its
//! frames; and what was decoded can be encoded, for the same events.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use common::messages::{Parts, frames_meant, frames_seen, parse};
use common::run::{self, borrowed, shared};
use common::strategies::messages::parts;
use common::strategies::streams::{cuts, places, stream};
use common::twin::{Rules, twin};
use proptest::prelude::*;
use sse_proto::{Chunk, Decoder, EventBuf, Message};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_gives_exactly_its_frames(
        parts in prop::collection::vec(parts(), 1..5),
        cuts in cuts(8),
    ) {
        let mut stream = Vec::new();
        for parts in &parts {
            parts.message().encode(&mut stream).unwrap();
        }
        let frames: Vec<_> = parts.iter().flat_map(Parts::frames).collect();
        prop_assert_eq!(&parse(&stream), &frames, "{:?}", String::from_utf8_lossy(&stream));
        let (meant, last_event_id) = frames_meant(frames);
        let cuts = places(&cuts, stream.len());
        let ways = [
            twin(&stream),
            borrowed(&stream, &cuts, &Rules::default()),
            shared(&stream, &cuts, &Rules::default()),
        ];
        for outcome in ways {
            prop_assert_eq!(&frames_seen(&outcome), &meant);
            prop_assert_eq!(&outcome.last_event_id, &last_event_id);
            prop_assert_eq!(outcome.cut, None, "messages end cleanly");
        }
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
