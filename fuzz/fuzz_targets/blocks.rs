//! Invariant: the block view loses nothing and invents nothing. All blocks and the rest are the stream, byte for byte;
//! each block holds the frames that the stream has there; under a small limit the same blocks and the same errors
//! come, however the stream is cut.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use sse_proto::{BlockScanner, Chunk, Decoder, LineKind};

use crate::common::inputs::Case;
use crate::common::run::{of_frame, pieces};
use crate::common::twin::{Got, twin};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|case: Case| body(&case));

pub fn body(case: &Case) {
    let Case { stream, limited, .. } = case;
    let whole = outcome(stream, &[], limited.limit);
    for cuts in case.chunkings() {
        give_every_byte_back(stream, &cuts);
        assert_eq!(outcome(stream, &cuts, limited.limit), whole, "cut at {cuts:?}");
    }
}

pub fn give_every_byte_back(stream: &[u8], cuts: &[usize]) {
    let mut blocks = BlockScanner::new();
    let mut decoder = Decoder::builder().comments(true).build();
    let (mut bytes, mut frames) = (Vec::new(), Vec::new());
    let mut decode = |bytes: &[u8]| {
        let mut chunk = Chunk::new(bytes);
        while let Some(frame) = decoder.decode(&mut chunk).unwrap() {
            frames.push(of_frame(frame));
        }
    };
    for (_, mut piece) in pieces(stream, cuts) {
        while let Some(block) = blocks.scan(&mut piece).unwrap() {
            assert_eq!(block.range().start, bytes.len() as u64);
            bytes.extend_from_slice(block.bytes());
            assert_eq!(block.range().end, bytes.len() as u64);
            for line in block.lines() {
                assert!(line.first && line.last);
                assert_eq!(&block.bytes()[block.place_of(&line)], line.bytes);
                assert_eq!(&stream[line.offset as usize..][..line.bytes.len()], line.bytes);
            }
            decode(block.bytes());
        }
    }
    let rest = blocks.finish();
    decode(rest.bytes()); // comments and retries of the unfinished block
    bytes.extend_from_slice(rest.bytes());
    assert_eq!(bytes, stream);
    let expected: Vec<Got> = twin(stream).seen.into_iter().map(|seen| seen.got).collect();
    assert_eq!(frames, expected, "cut at {cuts:?}");
}

/// The lines of each block, or the limit that it crosses. Not its bytes: an LF that belongs to the CR before it may stand
/// on either side of the cut.
pub fn outcome(stream: &[u8], cuts: &[usize], limit: usize) -> Vec<Result<Vec<(LineKind, u64)>, usize>> {
    let mut blocks = BlockScanner::builder().max_block_size(limit).build();
    let mut seen = Vec::new();
    for (_, mut piece) in pieces(stream, cuts) {
        loop {
            match blocks.scan(&mut piece) {
                Ok(Some(block)) => {
                    seen.push(Ok(block.lines().map(|line| (line.kind, line.offset)).collect()))
                }
                Ok(None) => break,
                Err(error) => seen.push(Err(error.limit)),
            }
        }
    }
    seen
}
