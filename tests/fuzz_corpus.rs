//! The bodies of the fuzz targets over their committed corpus and over the seeds, with a stable compiler and
//! without a fuzzer: what fuzzing has found once stays found on every machine.
#![cfg(all(feature = "std", feature = "stream"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(unreachable_pub, reason = "the targets are programs by themselves, too")]

#[path = "../fuzz/fuzz_targets/blocks.rs"]
mod blocks;
mod common;
#[path = "common/counting.rs"]
mod counting;
#[path = "../fuzz/fuzz_targets/data_writer.rs"]
mod data_writer;
#[path = "../fuzz/fuzz_targets/decode_split.rs"]
mod decode_split;
#[path = "../fuzz/fuzz_targets/differential.rs"]
mod differential;
#[path = "../fuzz/fuzz_targets/driver.rs"]
mod driver;
#[path = "../fuzz/fuzz_targets/encode_sinks.rs"]
mod encode_sinks;
#[path = "../fuzz/fuzz_targets/field_writer.rs"]
mod field_writer;
#[path = "../fuzz/fuzz_targets/fields.rs"]
mod fields;
#[path = "../fuzz/fuzz_targets/limits.rs"]
mod limits;
#[path = "../fuzz/fuzz_targets/push.rs"]
mod push;
#[path = "../fuzz/fuzz_targets/replay.rs"]
mod replay;
#[path = "../fuzz/fuzz_targets/round_trip.rs"]
mod round_trip;
#[path = "../fuzz/fuzz_targets/session.rs"]
mod session;
#[path = "../fuzz/fuzz_targets/slice.rs"]
mod slice;

use std::fs;
use std::path::Path;

use arbitrary::{Arbitrary, Unstructured};
use common::inputs::HEADER;
use serde::Deserialize;

/// Runs `body` on each file of the corpus; on none there would be nothing proved.
fn corpus<T: for<'a> Arbitrary<'a>>(target: &str, body: impl Fn(T)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut runs = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let Ok(input) = T::arbitrary_take_rest(Unstructured::new(&bytes)) else { continue };
        println!("{}", path.display()); // shown if it fails
        body(input);
        runs += 1;
    }
    assert!(runs >= 10, "{runs} inputs in {}", folder.display());
}

#[test]
fn the_corpus_of_decode_split() {
    corpus("decode_split", |case| decode_split::body(&case));
}

#[test]
fn the_corpus_of_blocks() {
    corpus("blocks", |case| blocks::body(&case));
}

#[test]
fn the_corpus_of_differential() {
    corpus("differential", |case| differential::body(&case));
}

#[test]
fn the_corpus_of_push() {
    corpus("push", |case| push::body(&case));
}

#[test]
fn the_corpus_of_slice() {
    corpus("slice", |case| slice::body(&case));
}

#[test]
fn the_corpus_of_limits() {
    corpus("limits", limits::body);
}

#[test]
fn the_corpus_of_round_trip() {
    corpus("round_trip", |sent| round_trip::body(&sent));
}

#[test]
fn the_corpus_of_encode_sinks() {
    corpus("encode_sinks", |parts| encode_sinks::body(&parts));
}

#[test]
fn the_corpus_of_data_writer() {
    corpus("data_writer", |written| data_writer::body(&written));
}

#[test]
fn the_corpus_of_field_writer() {
    corpus("field_writer", |calls: Vec<_>| field_writer::body(&calls));
}

#[test]
fn the_corpus_of_fields() {
    corpus("fields", |case| fields::body(&case));
}

#[test]
fn the_corpus_of_driver() {
    corpus("driver", |network| driver::body(&network));
}

#[test]
fn the_corpus_of_session() {
    corpus("session", |script| session::body(&script));
}

#[test]
fn the_corpus_of_replay() {
    corpus("replay", |steps| replay::body(&steps));
}

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    input: Option<String>,
    input_hex: Option<String>,
    #[serde(default)]
    chunks: Vec<u16>,
}

/// A fuzz input for each conformance vector that is not long: the cuts that are its point, then its bytes.
fn seeds() -> Vec<Vec<u8>> {
    let vectors: Vectors = serde_json::from_str(include_str!("conformance/vectors.json")).unwrap();
    let seed = |vector: Vector| {
        let hex = |hex: String| {
            let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (0..hex.len()).step_by(2).map(digits).collect()
        };
        let stream = vector.input.map_or_else(|| hex(vector.input_hex.unwrap()), String::into_bytes);
        let limit = 40_u16;
        let numbers: Vec<u8> =
            std::iter::once(limit).chain(vector.chunks).flat_map(u16::to_le_bytes).collect();
        let mut seed = [&[0, 0], &numbers[..]].concat();
        seed.resize(HEADER, 0);
        seed.extend_from_slice(&stream);
        seed
    };
    vectors.cases.into_iter().map(seed).filter(|seed| seed.len() <= 1024).collect()
}

/// With `SSE_SEEDS=DIR` it also writes them, for the fuzzer to start from.
#[test]
fn the_seeds_hold() {
    let folder = std::env::var_os("SSE_SEEDS");
    for (number, seed) in seeds().into_iter().enumerate() {
        let case: common::inputs::Case = Arbitrary::arbitrary_take_rest(Unstructured::new(&seed)).unwrap();
        assert_eq!(case.stream, seed[HEADER..], "the stream is the vector's");
        decode_split::body(&case);
        blocks::body(&case);
        fields::body(&case);
        differential::body(&case);
        push::body(&case);
        slice::body(&case);
        limits::body(case);
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).unwrap();
            fs::write(Path::new(folder).join(format!("vector-{number:03}")), &seed).unwrap();
        }
    }
}
