//! How long one message takes to encode, beside a hand-written loop that checks nothing.
//!
//! `cargo bench --bench encode`. Reported per workload of `workloads`; divide by its number of messages
//! (512, `big_line` 1). All write into one reused buffer. `hand_written` is what one would write without
//! this crate, with the same bytes as answer and no check of room, id or event type.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails is to stop")]

#[allow(unreachable_pub, reason = "shared by benchmarks, each a crate of its own")]
mod workloads;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memchr::memchr2;
use sse_proto::{EventId, EventType, Message};
use workloads::Sample;

fn message(sample: &Sample) -> Message<'_> {
    let mut message = Message::new();
    if let Some(comment) = &sample.comment {
        message = message.comment(comment);
    }
    if let Some(event_type) = &sample.event_type {
        message = message.event_type(EventType::new(event_type).unwrap());
    }
    if let Some(id) = &sample.id {
        message = message.id(EventId::new(id).unwrap());
    }
    if let Some(retry_ms) = sample.retry_ms {
        message = message.retry(Duration::from_millis(retry_ms));
    }
    if let Some(data) = &sample.data {
        message = message.data(data);
    }
    message
}

/// What the hand-written loop gets: the fields as they are, retry in digits already.
struct Plain<'a> {
    comment: Option<&'a str>,
    event_type: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<String>,
    data: Option<&'a str>,
}

fn plain(sample: &Sample) -> Plain<'_> {
    Plain {
        comment: sample.comment.as_deref(),
        event_type: sample.event_type.as_deref(),
        id: sample.id.as_deref(),
        retry: sample.retry_ms.map(|retry| retry.to_string()),
        data: sample.data.as_deref(),
    }
}

fn hand_written(message: &Plain<'_>, out: &mut Vec<u8>) {
    if let Some(comment) = message.comment {
        lines(b":", comment, out);
    }
    if let Some(event_type) = message.event_type {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(event_type.as_bytes());
        out.push(b'\n');
    }
    if let Some(id) = message.id {
        out.extend_from_slice(b"id: ");
        out.extend_from_slice(id.as_bytes());
        out.push(b'\n');
    }
    if let Some(retry) = &message.retry {
        out.extend_from_slice(b"retry: ");
        out.extend_from_slice(retry.as_bytes());
        out.push(b'\n');
    }
    if let Some(data) = message.data {
        lines(b"data: ", data, out);
    }
    out.push(b'\n');
}

fn lines(name: &[u8], text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        out.extend_from_slice(name);
        out.extend_from_slice(&rest[..at]);
        out.push(b'\n');
        let end = if rest[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 };
        rest = &rest[end..];
    }
    out.extend_from_slice(name);
    out.extend_from_slice(rest);
    out.push(b'\n');
}

fn encode(c: &mut Criterion) {
    for (name, samples) in workloads::all() {
        let expected = workloads::expected(&samples);
        let messages: Vec<_> = samples.iter().map(message).collect();
        let plains: Vec<_> = samples.iter().map(plain).collect();
        let mut out = Vec::with_capacity(expected.len());
        let mut slice = vec![0; expected.len()];

        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(expected.len() as u64));
        group.bench_function("hand_written", |b| {
            b.iter(|| {
                out.clear();
                black_box(&plains).iter().for_each(|plain| hand_written(plain, &mut out));
                black_box(&out).len()
            });
            assert_eq!(out, expected.as_bytes());
        });
        group.bench_function("encode", |b| {
            b.iter(|| {
                out.clear();
                black_box(&messages).iter().for_each(|message| message.encode(&mut out).unwrap());
                black_box(&out).len()
            });
            assert_eq!(out, expected.as_bytes());
        });
        group.bench_function("encode_to_slice", |b| {
            b.iter(|| {
                let mut len = 0;
                for message in black_box(&messages) {
                    len += message.encode_to_slice(&mut slice[len..]).unwrap();
                }
                black_box(&slice).len()
            });
            assert_eq!(slice, expected.as_bytes());
        });
        group.bench_function("encoded_len", |b| {
            let total = || black_box(&messages).iter().map(Message::encoded_len).sum::<usize>();
            b.iter(total);
            assert_eq!(total(), expected.len());
        });
        if name == "big_line" {
            group.bench_function("memcpy", |b| {
                b.iter(|| {
                    out.clear();
                    out.extend_from_slice(black_box(expected.as_bytes()));
                    black_box(&out).len()
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(800)).sample_size(40);
    targets = encode
}
criterion_main!(benches);
