//! Decoding, by workload and by the way the stream is cut.
//!
//! `cargo bench --bench decode` prints nanoseconds for one pass over a workload and events per second. A
//! folder of captured streams can be added: `SSE_CAPTURES=DIR cargo bench --bench decode -- captures`.
//! Each measurement first checks that it decodes what the workload was made of.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark may fail loudly")]

mod workloads;

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sse_proto::{Chunk, Decoder, FrameBuf, SharedChunk};
use workloads::Sample;

/// What a pass has to find: events, and bytes of data in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Totals {
    events: u64,
    data: usize,
}

struct Workload {
    name: String,
    stream: Vec<u8>,
    expected: Totals,
}

fn workloads() -> Vec<Workload> {
    let totals = |samples: &[Sample]| {
        samples.iter().filter_map(|sample| sample.data.as_ref()).fold(Totals::default(), |totals, data| {
            Totals { events: totals.events + 1, data: totals.data + data.len() }
        })
    };
    let mut all: Vec<_> = workloads::all()
        .into_iter()
        .map(|(name, samples)| Workload {
            name: name.into(),
            stream: workloads::expected(&samples).into_bytes(),
            expected: totals(&samples),
        })
        .collect();
    let mixed = workloads::mixed();
    all.push(Workload {
        name: "mixed_crlf".into(),
        stream: workloads::expected(&mixed).replace('\n', "\r\n").into_bytes(),
        expected: totals(&mixed),
    });
    all.push(Workload {
        name: "keep_alives".into(),
        stream: [b": keep-alive\n\n".repeat(4096), b"data: end\n\n".to_vec()].concat(),
        expected: Totals { events: 1, data: 3 },
    });
    all
}

/// A folder of captures, whose totals are those of one pass over the whole of each file.
fn captures() -> Vec<Workload> {
    let Some(folder) = std::env::var_os("SSE_CAPTURES") else { return Vec::new() };
    let files = std::fs::read_dir(&folder).expect("SSE_CAPTURES names a folder that can be read");
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sse"))
        .map(|path| {
            let stream = std::fs::read(&path).unwrap();
            let expected = borrowed(&[&stream]);
            Workload {
                name: format!("captures/{}", path.file_stem().unwrap().to_string_lossy()),
                stream,
                expected,
            }
        })
        .collect()
}

/// The ways to cut a stream, with their names.
fn cuts(stream: &[u8]) -> Vec<(&'static str, Vec<&[u8]>)> {
    let mut events = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let blank = |window: &[u8]| window.ends_with(b"\n\n") || window.ends_with(b"\n\r\n");
        let end =
            (1..=rest.len()).find(|&end| blank(&rest[end.saturating_sub(3)..end])).unwrap_or(rest.len());
        events.push(&rest[..end]);
        rest = &rest[end..];
    }
    vec![
        ("whole", vec![stream]),
        ("16KiB", stream.chunks(16 * 1024).collect()),
        ("1460B", stream.chunks(1460).collect()),
        ("event", events),
    ]
}

fn borrowed(chunks: &[&[u8]]) -> Totals {
    let mut decoder = Decoder::new();
    let mut totals = Totals::default();
    for bytes in chunks {
        let mut chunk = Chunk::new(bytes);
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            totals.events += 1;
            totals.data += black_box(event.data()).len();
        }
    }
    totals
}

fn owned(chunks: &[Bytes]) -> Totals {
    let mut decoder = Decoder::new();
    let mut totals = Totals::default();
    for bytes in chunks {
        let mut chunk = SharedChunk::from(bytes.clone());
        while let Some(frame) = decoder.decode_shared(&mut chunk).unwrap() {
            if let FrameBuf::Event(event) = frame {
                totals.events += 1;
                totals.data += black_box(event.data()).len();
            }
        }
    }
    totals
}

fn decode(criterion: &mut Criterion) {
    for Workload { name, stream, expected } in workloads().into_iter().chain(captures()) {
        let mut group = criterion.benchmark_group(&name);
        group.throughput(Throughput::Elements(expected.events));
        for (cut, chunks) in cuts(&stream) {
            assert_eq!(borrowed(&chunks), expected, "{name} cut as {cut}");
            group.bench_function(BenchmarkId::new("borrowed", cut), |b| b.iter(|| borrowed(&chunks)));
            let chunks: Vec<_> = chunks.into_iter().map(Bytes::copy_from_slice).collect();
            assert_eq!(owned(&chunks), expected, "{name} cut as {cut}, owned");
            group.bench_function(BenchmarkId::new("owned", cut), |b| b.iter(|| owned(&chunks)));
        }
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
