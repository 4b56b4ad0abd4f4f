//! WHATWG HTML 9.2.5 and 9.2.6 by example: every case of `conformance/vectors.json` holds however its
//! bytes are cut, for lent and for owned frames, for the scanner, and for the twin that other tests
//! take as their oracle. Each event is out with the byte that ends its blank line (`dispatch_at`).
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use std::sync::LazyLock;

use common::cuts;
use common::run::{self, borrowed, events_only, scanner_based, shared, sliced};
use common::twin::{self, Got, Outcome, Rules, Seen};
use serde::Deserialize;
use sse_proto::{Decoder, EventId, SliceDecoder};

static VECTORS: LazyLock<Vectors> = LazyLock::new(|| {
    let vectors: Vectors = serde_json::from_str(include_str!("conformance/vectors.json")).unwrap();
    assert_eq!(vectors.format, "sse-conformance/1");
    // A case that is lost on the way proves nothing: the file is complete.
    assert_eq!((vectors.cases.len(), vectors.reconnects.len()), (471, 9));
    vectors
});

#[derive(Deserialize)]
struct Vectors {
    format: String,
    cases: Vec<Case>,
    reconnects: Vec<Story>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(flatten)]
    input: Input,
    #[serde(default)]
    chunks: Vec<usize>,
    expect: Vec<Expected>,
    order: String,
    retry_ms: Vec<String>,
    comments: Vec<String>,
    final_last_event_id: String,
}

#[derive(Deserialize)]
struct Story {
    name: String,
    connections: Vec<Connection>,
}

#[derive(Deserialize)]
struct Connection {
    last_event_id_sent: String,
    #[serde(flatten)]
    input: Input,
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
enum Input {
    #[serde(rename = "input")]
    Text(String),
    #[serde(rename = "input_hex")]
    Hex(String),
}

#[derive(Deserialize)]
struct Expected {
    event: ExpectedEvent,
    #[serde(default)]
    dispatch_at: usize,
}

#[derive(Deserialize)]
struct ExpectedEvent {
    r#type: String,
    data: String,
    last_event_id: String,
}

impl Input {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex(hex) => {
                let digits = |k: usize| u8::from_str_radix(&hex[k..k + 2], 16).unwrap();
                (0..hex.len()).step_by(2).map(digits).collect()
            }
        }
    }
}

impl Expected {
    fn seen(&self) -> Seen {
        let ExpectedEvent { r#type, data, last_event_id } = &self.event;
        let (event_type, data, last_event_id) = (r#type.clone(), data.clone(), last_event_id.clone());
        Seen { at: self.dispatch_at, got: Got::Event { event_type, data, last_event_id, id_set: false } }
    }
}

impl Case {
    /// What the vectors say, in the words of the twin. `retry` beyond u64 is ignored here.
    fn expected(&self) -> Outcome {
        let mut events = self.expect.iter().map(Expected::seen);
        let mut retries = self.retry_ms.iter().map(|ms| ms.parse::<u64>());
        let mut comments = self.comments.iter();
        let mut seen = Vec::new();
        for kind in self.order.chars() {
            match kind {
                'e' => seen.push(events.next().unwrap()),
                'r' => seen.extend(retries.next().unwrap().map(|time| Seen { at: 0, got: Got::Retry(time) })),
                _ => seen.push(Seen { at: 0, got: Got::Comment(comments.next().unwrap().clone()) }),
            }
        }
        assert!(events.next().is_none() && retries.next().is_none() && comments.next().is_none());
        let retry = self.retry_ms.iter().rev().find_map(|ms| ms.parse().ok());
        Outcome { seen, last_event_id: self.final_last_event_id.clone(), retry, cut: None }
    }
}

/// Leaves out what the vectors do not tell: when retries and comments are due, `Event::id`, the cut block.
fn told(mut outcome: Outcome) -> Outcome {
    for seen in &mut outcome.seen {
        match &mut seen.got {
            Got::Event { id_set, .. } => *id_set = false,
            _ => seen.at = 0,
        }
    }
    outcome.cut = None;
    outcome
}

/// Runs every case under each of its `cuts` through `decode`.
fn all(cuts: impl Fn(&Case, &[u8]) -> Vec<Vec<usize>>, decode: impl Fn(&[u8], &[usize]) -> Outcome) {
    for case in &VECTORS.cases {
        let (input, expected) = (case.input.bytes(), case.expected());
        for cuts in cuts(case, &input) {
            assert_eq!(told(decode(&input, &cuts)), expected, "{}, cut at {cuts:?}", case.name);
        }
    }
}

fn by_borrowed(input: &[u8], cuts: &[usize]) -> Outcome {
    borrowed(input, cuts, &Rules::default())
}

fn by_shared(input: &[u8], cuts: &[usize]) -> Outcome {
    shared(input, cuts, &Rules::default())
}

/// Over a buffer that is large enough.
fn by_sliced(input: &[u8], cuts: &[usize]) -> Outcome {
    sliced(input, cuts, &Rules::default())
}

/// Every way of decoding under the same cuts.
fn all_ways(cuts: impl Fn(&Case, &[u8]) -> Vec<Vec<usize>>) {
    all(&cuts, by_borrowed);
    all(&cuts, by_shared);
    all(&cuts, by_sliced);
    all(&cuts, scanner_based);
}

fn every_cut_in_two(_: &Case, input: &[u8]) -> Vec<Vec<usize>> {
    cuts::in_two(input.len()).into_iter().map(|k| vec![k]).collect()
}

#[test]
fn the_twin_agrees() {
    all(|_, _| vec![vec![]], |input, _| twin::twin(input));
}

#[test]
fn whole() {
    all_ways(|_, _| vec![vec![]]);
}

#[test]
fn byte_by_byte() {
    all_ways(|_, input| vec![cuts::each(input.len())]);
}

#[test]
fn byte_by_byte_here_and_there() {
    all_ways(|_, input| cuts::some_bytes_alone(input.len()));
}

#[test]
fn byte_by_byte_with_empty_chunks_between() {
    all_ways(|_, input| vec![cuts::with_empty(&cuts::each(input.len()), input.len())]);
}

#[test]
fn in_small_chunks() {
    all_ways(|_, input| [2, 3, 7, 64].map(|every| cuts::steps(input.len(), every)).into());
}

#[test]
fn at_the_listed_cuts() {
    assert_eq!(VECTORS.cases.iter().filter(|case| !case.chunks.is_empty()).count(), 32);
    all_ways(|case, input| vec![case.chunks.clone(), cuts::with_empty(&case.chunks, input.len())]);
}

#[test]
fn every_cut_in_two_borrowed() {
    all(every_cut_in_two, by_borrowed);
}

#[test]
fn every_cut_in_two_shared() {
    all(every_cut_in_two, by_shared);
}

#[test]
fn every_cut_in_two_sliced() {
    all(every_cut_in_two, by_sliced);
}

#[test]
fn every_cut_in_two_scanned() {
    all(every_cut_in_two, scanner_based);
}

#[test]
fn every_cut_in_two_with_empty_chunks_between() {
    // Of each input up to 512 bytes: an empty chunk has no length to depend on.
    all(
        |_, input| match input.len() {
            0..=512 => (0..=input.len()).map(|k| cuts::with_empty(&[k], input.len())).collect(),
            len => vec![cuts::with_empty(&[len / 2], len)],
        },
        by_borrowed,
    );
}

#[test]
fn the_scanner_finds_the_lines_of_the_twin() {
    // Kinds, bytes, offsets and when each line is known to have ended.
    for case in &VECTORS.cases {
        let input = case.input.bytes();
        let expected = run::twin_lines(&input);
        for cuts in [vec![], cuts::each(input.len()), cuts::steps(input.len(), 3)] {
            let mut lines = run::scanned(&input, &cuts);
            lines.retain(|line| line.due.is_some());
            assert_eq!(lines, expected, "{}, cut at {cuts:?}", case.name);
        }
    }
}

#[test]
fn as_made_by_default() {
    // Comments are reported only if asked for; nothing else depends on it.
    for case in &VECTORS.cases {
        let (input, mut expected) = (case.input.bytes(), case.expected());
        expected.seen.retain(|seen| !matches!(seen.got, Got::Comment(_)));
        for cuts in [vec![], cuts::each(input.len())] {
            let outcome = run::borrowed_on(&mut Decoder::new(), &input, &cuts);
            assert_eq!(told(outcome), expected, "{}", case.name);
            let outcome = run::shared_on(&mut Decoder::default(), &input, &cuts);
            assert_eq!(told(outcome), expected, "{}", case.name);
        }
    }
}

#[test]
fn events_alone() {
    // `decode_event` leaves out the other frames and keeps their effects.
    for case in &VECTORS.cases {
        let (input, mut expected) = (case.input.bytes(), case.expected());
        expected.seen.retain(|seen| matches!(seen.got, Got::Event { .. }));
        for cuts in [vec![], cuts::each(input.len())] {
            let outcome = events_only(&input, &cuts, &Rules::default());
            assert_eq!(told(outcome), expected, "{}", case.name);
            let outcome = run::bytes_only(&input, &cuts, &Rules::default());
            assert_eq!(told(outcome), expected, "{}", case.name);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum NewStream {
    /// `reconnect()` in the middle of the old stream.
    Reconnect,
    /// `finish()`, which leaves the decoder as `reconnect()` does.
    Finish,
    /// Another decoder, seeded with the id that the request carries.
    Seeded,
}

#[test]
fn reconnecting() {
    // 9.2.2: the last event ID is carried into the next stream, all else starts anew.
    for story in &VECTORS.reconnects {
        for new_stream in [NewStream::Reconnect, NewStream::Finish, NewStream::Seeded] {
            for owned in [false, true] {
                connect(story, new_stream, owned, |_| vec![]);
                connect(story, new_stream, owned, cuts::each);
                connect(story, new_stream, owned, |len| cuts::with_empty(&cuts::each(len), len));
                for k in 0..64 {
                    connect(story, new_stream, owned, |len| vec![k.min(len)]);
                }
            }
        }
    }
}

/// Also if the stream before it ended between two events.
#[test]
fn a_byte_order_mark_counts_at_the_start_of_a_stream_only() {
    let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
    for stream in 0..3 {
        for event in ["\u{FEFF}data: start\n\n", "data: 1\n\n", "\u{FEFF}data: unknown\n\n", "data: 2\n\n"] {
            let event = if stream == 1 { event.trim_start_matches('\u{FEFF}') } else { event };
            decoder.decode_all(event.as_bytes(), |frame| {
                if let Ok(sse_proto::Frame::Event(event)) = frame {
                    seen.push(format!("{stream} {}", event.data()));
                }
            });
        }
        decoder.reconnect();
    }
    let all = ["0 start", "0 1", "0 2", "1 start", "1 1", "1 unknown", "1 2", "2 start", "2 1", "2 2"];
    assert_eq!(seen, all);
    // A stream that starts without one does not allow it later.
    for (first, expected) in [("data: 1\n\n", 1), ("\u{FEFF}data: 1\n\n", 1)] {
        decoder.reconnect();
        let mut events = 0;
        for bytes in [first, "\u{FEFF}data: 2\n\n"] {
            decoder.decode_all(bytes.as_bytes(), |_| events += 1);
        }
        assert_eq!(events, expected, "{first:?}");
    }
}

#[test]
fn reconnecting_over_a_slice() {
    for story in &VECTORS.reconnects {
        for (finish, every) in [(false, 1), (true, 1), (false, 5), (true, usize::MAX)] {
            let mut buffer = vec![0; 4096];
            let mut decoder = SliceDecoder::new(&mut buffer);
            for connection in &story.connections {
                assert_eq!(decoder.last_event_id(), connection.last_event_id_sent.as_str(), "{}", story.name);
                let input = connection.input.bytes();
                let outcome = run::sliced_open(&mut decoder, &input, &cuts::steps(input.len(), every));
                let mut seen = told(outcome).seen;
                seen.retain(|seen| matches!(seen.got, Got::Event { .. }));
                seen.iter_mut().for_each(|seen| seen.at = 0);
                let expected: Vec<Seen> = connection.expect.iter().map(Expected::seen).collect();
                assert_eq!(seen, expected, "{}", story.name);
                if finish {
                    decoder.finish();
                } else {
                    decoder.reconnect();
                }
            }
        }
    }
}

fn connect(story: &Story, new_stream: NewStream, owned: bool, cuts: impl Fn(usize) -> Vec<usize>) {
    let mut decoder = Decoder::new();
    for (number, connection) in story.connections.iter().enumerate() {
        let what = format!("{}, connection {number}, {new_stream:?}, owned: {owned}", story.name);
        assert_eq!(decoder.last_event_id(), connection.last_event_id_sent.as_str(), "{what}");
        let input = connection.input.bytes();
        let cuts = cuts(input.len());
        let mut outcome = match new_stream {
            NewStream::Finish if owned => run::shared_on(&mut decoder, &input, &cuts),
            NewStream::Finish => run::borrowed_on(&mut decoder, &input, &cuts),
            _ if owned => run::shared_open(&mut decoder, &input, &cuts),
            _ => run::borrowed_open(&mut decoder, &input, &cuts),
        };
        outcome.seen.retain(|seen| matches!(seen.got, Got::Event { .. }));
        let mut seen = told(outcome).seen;
        // These cases list no places.
        seen.iter_mut().for_each(|seen| seen.at = 0);
        let expected: Vec<Seen> = connection.expect.iter().map(Expected::seen).collect();
        assert_eq!(seen, expected, "{what}");
        match new_stream {
            NewStream::Reconnect => decoder.reconnect(),
            NewStream::Finish => {}
            NewStream::Seeded => {
                let id = decoder.last_event_id().to_string();
                decoder = Decoder::builder().last_event_id(EventId::new(&id).unwrap()).build();
            }
        }
    }
}
