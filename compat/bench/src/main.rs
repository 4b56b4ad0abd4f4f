//! Time per event of each face and its original, on the same stream of LLM deltas. Rounds are interleaved, the minimum counts, and answers
//! are compared first.

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use sse_proto_compat_bench::*;

const EVENTS: usize = 4000;
const ROUNDS: usize = 25;

/// About 150 bytes, with a type and a character that is not ASCII.
fn delta(number: usize) -> String {
    format!(
        "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{},\"delta\":{{\"type\":\"text_delta\",\"text\":\" caf\u{e9} {number}\"}}}}\n\n",
        number % 3
    )
}

fn nanos<C: Contestant>(chunks: &[Bytes]) -> f64 {
    let start = Instant::now();
    let mut events = 0;
    C::run(chunks, |item| {
        black_box(item);
        events += 1;
    });
    assert_eq!(events, EVENTS, "{}", C::NAME);
    start.elapsed().as_nanos() as f64 / EVENTS as f64
}

type Measure = fn(&[Bytes]) -> f64;

fn main() {
    let events: Vec<String> = (0..EVENTS).map(delta).collect();
    let stream = events.concat();
    let shapes = [
        ("1460 B", cut(stream.as_bytes(), 1460)),
        ("16 KiB", cut(stream.as_bytes(), 16 * 1024)),
        ("one event per chunk", events.into_iter().map(Bytes::from).collect()),
    ];
    for (_, chunks) in &shapes {
        assert_eq!(seen::<EventsourceStream>(chunks), seen::<EventsourceStreamFace>(chunks));
        assert_eq!(seen::<SseStream2>(chunks), seen::<SseStream2Face>(chunks));
        assert_eq!(seen::<SseStream3>(chunks), seen::<SseStream3Face>(chunks));
    }
    let pairs: [(&str, Measure, Measure); 3] = [
        (EventsourceStream::NAME, nanos::<EventsourceStream>, nanos::<EventsourceStreamFace>),
        (SseStream2::NAME, nanos::<SseStream2>, nanos::<SseStream2Face>),
        (SseStream3::NAME, nanos::<SseStream3>, nanos::<SseStream3Face>),
    ];
    println!(
        "| stream of {} B per event, in chunks of | original | ns/event | its face | ratio | `sse_proto::EventStream` |",
        stream.len() / EVENTS
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for (shape, chunks) in &shapes {
        let mut best = [[f64::MAX; 3]; 3];
        for _ in 0..ROUNDS {
            for (best, (_, original, face)) in best.iter_mut().zip(&pairs) {
                for (best, measure) in best.iter_mut().zip([*original, *face, nanos::<OurEvents>]) {
                    *best = best.min(measure(chunks));
                }
            }
        }
        for ([original, face, ours], (name, ..)) in best.iter().zip(&pairs) {
            println!("| {shape} | {name} | {original:.0} | {face:.0} | {:.1} | {ours:.0} |", original / face);
        }
    }
}
