//! Limits at the end of the address space: no sum overflows and no buffer is asked for that cannot be. Each test holds on any
//! machine; where a pointer has 32 bits they are the point of it.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use sse_proto::{BlockScanner, Chunk, Decoder, PushDecoder};

/// Reads one endless data line of bad bytes up to `bytes`: the first error, if there is one.
fn endless(decoder: &mut Decoder, bytes: usize) -> Option<sse_proto::DecodeError> {
    const PIECE: &[u8] = &[0xFF; 1 << 20];
    let mut first = decoder.decode(&mut Chunk::new(b"data:")).err();
    for _ in 0..bytes / PIECE.len() {
        first = first.or(decoder.decode(&mut Chunk::new(PIECE)).err());
    }
    first
}

#[test]
fn no_limit_is_too_large() {
    let most = isize::MAX as usize / 8;
    for limit in [usize::MAX, isize::MAX as usize, most + 1, most] {
        let decoder = Decoder::builder().max_event_size(limit).build();
        assert_eq!(decoder.max_event_size(), most);
        // What may wait beside it is counted without an overflow, too.
        let mut decoder = PushDecoder::from(decoder);
        for _ in 0..3 {
            decoder.push("data: 1\n\n").unwrap();
        }
        assert_eq!(decoder.by_ref().count(), 3);
        let mut blocks = BlockScanner::builder().max_block_size(limit).build();
        assert!(blocks.scan(&mut &b"data: 1\n\n"[..]).unwrap().is_some());
    }
    assert_eq!(Decoder::builder().max_event_size(most - 1).build().max_event_size(), most - 1);
}

/// More than the address space of 32 bits has room for is an error like any other. (Where there is more room, the limit is
/// not reached: the stream ends before.)
#[test]
fn an_endless_line_without_a_limit_is_no_panic() {
    let megabytes = if usize::BITS == 32 { 300 } else { 40 };
    let mut decoder = Decoder::builder().max_event_size(usize::MAX).build();
    let error = endless(&mut decoder, megabytes << 20);
    assert_eq!(error.map(|error| error.limit()), (usize::BITS == 32).then_some(isize::MAX as usize / 8));
    let mut chunk = Chunk::new(b"\n\ndata: x\n\n");
    let mut last = 0;
    while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
        last = event.data().len();
    }
    assert_eq!(last, 1);
}
