//! What the two machines cost: a session over its bare decoder, a push into a replay log and a lookup in it, and one
//! event to many subscribers.
//!
//! `cargo bench --bench session`. Each measurement first checks that it gives the right answer.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark may fail loudly")]

mod workloads;

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sse_proto::replay::{EpochId, Replay, ReplayLog};
use sse_proto::session::{Action, ConnectionId, HeadOutcome, Session, Time};
use sse_proto::{Chunk, Decoder, Message};

/// A session with an open connection, and an idle timeout to look after.
fn open_at(now: Time) -> (Session, ConnectionId) {
    let mut session = Session::builder().idle_timeout(Some(Duration::from_secs(45))).build();
    let Action::Connect(request) = session.poll(now, 0) else { panic!("not to connect") };
    let connection = request.connection();
    let head = session.response(connection, 200, Some(b"text/event-stream"), now);
    assert_eq!(head, HeadOutcome::Opened);
    (session, connection)
}

/// All go on and on over one stream, as they would on a long connection, and have a clock, which says the time of each
/// chunk; `inline(never)` so that no loop is made for its caller.
#[inline(never)]
fn bare(decoder: &mut Decoder, now: &mut Time, chunks: &[&[u8]]) -> (u64, usize) {
    let (mut events, mut data) = (0, 0);
    for bytes in chunks {
        *now = black_box(*now + Duration::from_micros(100));
        let mut chunk = Chunk::new(bytes);
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            events += 1;
            data += black_box(event.data()).len();
        }
    }
    (events, data)
}

#[inline(never)]
fn in_session(open: &mut (Session, ConnectionId), now: &mut Time, chunks: &[&[u8]]) -> (u64, usize) {
    let (session, connection) = open;
    let (mut events, mut data) = (0, 0);
    for bytes in chunks {
        *now = black_box(*now + Duration::from_micros(100));
        let mut chunk = session.receive(*connection, bytes, *now);
        while let Some(event) = session.decode_event(&mut chunk).unwrap() {
            events += 1;
            data += black_box(event.data()).len();
        }
    }
    (events, data)
}

/// The whole loop of a client: it asks what to do before each chunk.
#[inline(never)]
fn polled(open: &mut (Session, ConnectionId), now: &mut Time, chunks: &[&[u8]]) -> (u64, usize) {
    let session = &mut open.0;
    let (mut events, mut data) = (0, 0);
    for bytes in chunks {
        *now = black_box(*now + Duration::from_micros(100));
        let Action::Read { connection, until: Some(_), .. } = session.poll(*now, 0) else {
            panic!("not to read")
        };
        let mut chunk = session.receive(connection, bytes, *now);
        while let Some(event) = session.decode_event(&mut chunk).unwrap() {
            events += 1;
            data += black_box(event.data()).len();
        }
    }
    (events, data)
}

fn overhead(criterion: &mut Criterion) {
    let chosen = ["llm_delta_data_only", "llm_delta_event_type", "tiny", "mixed"];
    for (name, samples) in workloads::all().into_iter().filter(|(name, _)| chosen.contains(name)) {
        let stream = workloads::expected(&samples).into_bytes();
        let events: Vec<_> = samples
            .iter()
            .map(|sample| workloads::expected(std::slice::from_ref(sample)).into_bytes())
            .collect();
        let cuts: [(&str, Vec<&[u8]>); 3] = [
            ("16KiB", stream.chunks(16 * 1024).collect()),
            ("1460B", stream.chunks(1460).collect()),
            ("event", events.iter().map(Vec::as_slice).collect()),
        ];
        let mut group = criterion.benchmark_group(format!("session/{name}"));
        for (cut, chunks) in cuts {
            let mut now = Time::START;
            let expected = bare(&mut Decoder::new(), &mut now, &chunks);
            assert_eq!(in_session(&mut open_at(now), &mut now, &chunks), expected, "{name} cut as {cut}");
            assert_eq!(polled(&mut open_at(now), &mut now, &chunks), expected, "{name} cut as {cut}, polled");
            group.throughput(Throughput::Elements(expected.0));
            let mut decoder = Decoder::new();
            group.bench_function(BenchmarkId::new("decoder", cut), |b| {
                b.iter(|| bare(&mut decoder, &mut now, &chunks))
            });
            let mut session = open_at(now);
            group.bench_function(BenchmarkId::new("session", cut), |b| {
                b.iter(|| in_session(&mut session, &mut now, &chunks));
            });
            group.bench_function(BenchmarkId::new("polled", cut), |b| {
                b.iter(|| polled(&mut session, &mut now, &chunks));
            });
        }
        group.finish();
    }
}

/// A log of `count` events of about 100 bytes, full.
fn full(count: u64) -> (ReplayLog, Vec<Bytes>) {
    let mut log =
        ReplayLog::builder().max_events(usize::try_from(count).unwrap()).max_bytes(usize::MAX).build();
    let data = "x".repeat(80);
    let events: Vec<Bytes> = (0..2 * count)
        .map(|sequence| {
            let id = EpochId::new(1_732_105_794, sequence).text();
            let event = Message::new().id(id.as_event_id()).data(&data).to_bytes();
            drop(log.push(id.as_event_id(), event.clone()));
            event
        })
        .collect();
    (log, events)
}

fn replay(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(1));
    for count in [100, 10_000, 1_000_000] {
        let (mut log, events) = full(count);
        let id = |sequence| EpochId::new(1_732_105_794, sequence).text();
        let middle = id(count + count / 2);
        let Replay::Events(missed) = log.after(middle.as_event_id()) else { panic!("not held") };
        assert_eq!(missed.len() as u64, count / 2 - 1);
        let mut sequence = 0;
        group.bench_function(BenchmarkId::new("lookup", count), |b| {
            b.iter(|| {
                sequence = (sequence + 7919) % count;
                let named = id(count + sequence);
                match log.after(named.as_event_id()) {
                    Replay::Events(missed) => missed.len(),
                    _ => 0,
                }
            });
        });
        let unknown = EpochId::new(1, 1).text();
        assert!(matches!(log.after(unknown.as_event_id()), Replay::Unknown));
        group.bench_function(BenchmarkId::new("unknown", count), |b| {
            b.iter(|| matches!(log.after(black_box(unknown.as_event_id())), Replay::Unknown));
        });
        let mut sequence = 2 * count;
        group.bench_function(BenchmarkId::new("push", count), |b| {
            b.iter(|| {
                sequence += 1;
                let event = events[0].clone();
                drop(log.push(id(sequence).as_event_id(), event));
            });
        });
        assert_eq!(log.len() as u64, count);
    }
    group.finish();
}

/// One event of 1 KiB to each of 100,000 subscribers: encoded once, and then 100,000 clones into as many queues.
fn fan_out(criterion: &mut Criterion) {
    const SUBSCRIBERS: usize = 100_000;
    let data = "x".repeat(1024);
    let id = EpochId::new(1_732_105_794, 42).text();
    let message = Message::new().id(id.as_event_id()).data(&data);
    let mut log = ReplayLog::builder().max_events(1000).max_bytes(1024 * 1024 * 1024).build();
    let mut queues: Vec<Option<Bytes>> = vec![None; SUBSCRIBERS];
    let mut group = criterion.benchmark_group("fan_out");
    group.throughput(Throughput::Elements(SUBSCRIBERS as u64));
    group.bench_function("push_and_clone/100000", |b| {
        b.iter(|| {
            let event = message.to_bytes();
            drop(log.push(id.as_event_id(), event.clone()));
            for queue in &mut queues {
                *queue = Some(event.clone());
            }
            black_box(&queues);
        });
    });
    let first = queues[0].clone().unwrap();
    assert!(queues.iter().flatten().all(|queue| queue.as_ptr() == first.as_ptr()), "one encoding for all");
    assert_eq!(queues.iter().flatten().count(), SUBSCRIBERS);
    group.finish();
}

criterion_group!(benches, overhead, replay, fan_out);
criterion_main!(benches);
