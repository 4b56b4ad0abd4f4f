//! Memory, counted by the allocator: warm decoding and encoding ask for none, what a stream can make the decoder hold
//! has the documented bound, and what a giant event took is given back.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

#[path = "common/counting.rs"]
mod counting;

use bytes::Bytes;
use counting::{calls, live, measured_memory_bound, peak};
use sse_proto::replay::{EpochId, ReplayLog};
use sse_proto::session::{Action, Session, Time};
use sse_proto::{Chunk, Decoder, Frame, FrameBuf, FrameReader, Message, SharedChunk, SliceDecoder};

/// A bit of everything: named events, ids, many data lines, bad UTF-8, line ends of each kind, comments.
fn mixed() -> Vec<u8> {
    let mut stream = Vec::from(&b"\xEF\xBB\xBFretry: 3000\n"[..]);
    for number in 0..60 {
        stream.extend_from_slice(format!("id: {}\nevent: delta\n", number * 7919 % 1000).as_bytes());
        stream.extend_from_slice("data: {\"text\":\"日本語 and ascii\"}\n\n: keep-alive\n\n".as_bytes());
        stream.extend_from_slice(
            b"data: one\r\ndata: two\r\nx-unknown: y\r\ndata\r\nretry: 10\r\ndata: four\r\n\r\n",
        );
        stream.extend_from_slice(
            b"data: bad \xFF\xE2\x82 and \xF0\x9F\ndata: and more \xC0\x80\nevent: b\xFFd\n\n",
        );
        stream.extend_from_slice(b"id\rdata:x\r\revent\ndata\n\nid: only\n\n");
        stream.extend_from_slice(&[&b"data: "[..], &[b'z'; 3000], b"\n\n"].concat());
    }
    stream
}

/// Decodes `stream` in pieces of `every` bytes; the number of frames.
fn decode(decoder: &mut Decoder, stream: &[u8], every: usize) -> usize {
    let (mut frames, mut text) = (0, 0);
    for piece in stream.chunks(every) {
        let mut chunk = Chunk::new(piece);
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(Frame::Event(event))) => {
                    text += event.data().len() + event.event_type().as_str().len()
                }
                Ok(Some(Frame::Comment(comment))) => text += comment.len(),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => panic!("{error}"),
            }
            frames += 1;
        }
    }
    assert!(text > 0);
    frames
}

#[test]
fn the_allocator_counts() {
    // Or every other test here would pass.
    assert_eq!(calls(|| drop(std::hint::black_box(vec![0u8; 100]))), 1);
    assert!(peak(|| drop(std::hint::black_box(vec![0u8; 5000]))) >= 5000);
}

#[test]
fn warm_decoding_does_not_allocate() {
    let stream = mixed();
    for comments in [false, true] {
        for every in [1, 2, 7, 64, 1460, 16 * 1024, usize::MAX] {
            let mut decoder = Decoder::builder().comments(comments).build();
            // More than once: the buffers for cut lines change places, and each has to grow once.
            let mut warm = 0;
            for _ in 0..4 {
                warm = decode(&mut decoder, &stream, every);
                decoder.reconnect();
            }
            let mut frames = 0;
            let calls = calls(|| {
                for _ in 0..3 {
                    frames += decode(&mut decoder, &stream, every);
                    decoder.finish();
                }
            });
            assert_eq!(frames, 3 * warm);
            assert_eq!(calls, 0, "in chunks of {every}, comments: {comments}");
        }
    }
}

#[test]
fn a_slice_decoder_never_allocates() {
    // Cold or warm, with room or without, over errors and ends.
    let stream = mixed();
    for size in [8192, 512, 20, 0] {
        for every in [1, 7, 1460, usize::MAX] {
            let mut buffer = vec![0; size];
            let (mut frames, mut errors) = (0, 0);
            let calls = calls(|| {
                let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
                for piece in stream.chunks(every) {
                    let mut chunk = Chunk::new(piece);
                    loop {
                        match decoder.decode(&mut chunk) {
                            Ok(Some(_)) => frames += 1,
                            Ok(None) => break,
                            Err(_) => errors += 1,
                        }
                    }
                }
                decoder.finish();
            });
            assert!(frames > 0 && (errors > 0) == (size < 8192));
            assert_eq!(calls, 0, "{size} bytes, in chunks of {every}");
        }
    }
}

#[test]
fn a_cold_decoder_does_not_allocate_for_whole_good_events() {
    // Nothing is cut, nothing is bad: all of it is lent from the chunk.
    let stream = "event: delta\ndata: {\"text\":\"日本語\"}\n\n: keep-alive\n\n".repeat(50);
    let mut frames = 0;
    assert_eq!(calls(|| frames = decode(&mut Decoder::new(), stream.as_bytes(), usize::MAX)), 0);
    assert_eq!(frames, 50);
}

/// Feeds `head`, then `filler` until `total` bytes of it are in, then `tail`, in pieces of `every` bytes.
fn feed(decoder: &mut Decoder, head: &[u8], filler: &[u8], total: usize, tail: &[u8], every: usize) -> usize {
    let mut errors = 0;
    let mut one = |bytes: &[u8]| {
        for piece in bytes.chunks(every) {
            let mut chunk = Chunk::new(piece);
            loop {
                match decoder.decode(&mut chunk) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => errors += 1,
                }
            }
        }
    };
    one(head);
    for _ in 0..total / filler.len() {
        one(filler);
    }
    one(tail);
    errors
}

#[test]
fn endless_input_stays_under_the_documented_bound() {
    // Whatever never ends. Bad bytes become three each when they are repaired.
    let good = [b'x'; 1024];
    let bad = [0xFF; 1024];
    let ids: Vec<u8> = b"id: 0123456789\nevent: 0123456789\n".repeat(30);
    let streams: [(&str, &[u8], &[u8]); 14] = [
        ("data line", b"data: ", &good),
        ("bad data line", b"data: ", &bad),
        ("bad data lines", b"", b"data: \xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\n"),
        ("data lines", b"", b"data: 12345678\n"),
        ("empty data lines", b"", b"data\n"),
        ("event line", b"event: ", &good),
        ("bad event line", b"event: ", &bad),
        ("id line", b"id: ", &good),
        ("bad id line", b"id: ", &bad),
        ("id and event lines", b"data: x\n", &ids),
        ("comment", b":", &good),
        ("bad comment", b":", &bad),
        ("unknown line", b"unknown", &good),
        ("retry line", b"retry: ", &[b'0'; 1024]),
    ];
    for limit in [1000, 64 * 1024, 300_000] {
        for (what, head, filler) in streams {
            for every in [1, 100, usize::MAX] {
                let mut errors = 0;
                let peak = peak(|| {
                    let mut decoder = Decoder::builder().max_event_size(limit).comments(true).build();
                    errors = feed(&mut decoder, head, filler, 6 * limit + 4096, b"\n\n", every);
                });
                assert!(peak <= measured_memory_bound(limit), "{what}: {peak} bytes for a limit of {limit}");
                let bounded = !matches!(what, "unknown line" | "retry line");
                assert_eq!(errors, usize::from(bounded), "{what}, limit {limit}, in {every}s");
            }
        }
    }
}

#[test]
fn the_bound_holds_with_all_buffers_in_use() {
    // Data, type, id and comment each as large as they may be together.
    for limit in [4096usize, 262_144] {
        let third = "\u{7FF}".repeat(limit / 7);
        let comment = "c".repeat(limit);
        let good =
            format!("id: {third}\nevent: {third}\n:{comment}\ndata: {third}\n:{comment}\n\n").into_bytes();
        let bad = good.iter().map(|&byte| byte | if byte > 0x7F { 0xFF } else { 0 });
        let stream: Vec<u8> = good.iter().copied().chain(bad).collect();
        for every in [1, 1000, usize::MAX] {
            let mut frames = 0;
            let peak = peak(|| {
                let mut decoder = Decoder::builder().max_event_size(limit).comments(true).build();
                frames = decode(&mut decoder, &stream, every);
            });
            assert_eq!(frames, 6);
            assert!(peak <= measured_memory_bound(limit), "{peak} bytes for a limit of {limit}, in {every}s");
        }
    }
}

#[test]
fn memory_shrinks_again_after_a_giant() {
    // In each field; good and bad bytes, because repaired text is held in buffers of its own.
    let heads = ["data: ", "data: x\nevent: ", "data: x\nid: ", ":"];
    let small = [&b"id: 1\ndata: small\n\n"[..], b"id: \xFF\ndata: small\xFF\n\n"];
    for head in heads {
        for (byte, every) in [(b'g', 9), (b'g', usize::MAX), (0xFF, 9), (0xFF, usize::MAX)] {
            for small in small {
                let what = format!("{head:?} with {byte:#X}, then {small:?} in {every}s");
                let before = live();
                let mut decoder = Decoder::builder().comments(true).build();
                let errors =
                    feed(&mut decoder, head.as_bytes(), &[byte; 16 * 1024], 8 << 20, b"\n\n", 16 * 1024);
                assert_eq!(errors, 0);
                // Data keeps its room for the next giant, for a while; the rest is given back at once.
                assert!(head != "data: " || live() - before >= 1 << 20);
                // Cut in two, so that the buffers are in use; and whole, so that they are not.
                for _ in 0..1000 {
                    assert_eq!(decode(&mut decoder, small, every), 1);
                }
                let held = live() - before;
                assert!(held < 1 << 20, "{what}: {held} bytes are still held");
                drop(decoder);
                assert_eq!(live(), before, "{what}: nothing leaks");
            }
        }
    }
}

#[test]
fn shrinking_waits_until_giants_are_rare() {
    // A fresh buffer for each large event would cost more than decoding it: none is asked for while
    // they keep coming.
    let large = [&b"data: "[..], &vec![b'x'; 1 << 20], b"\n\ndata: small\n\n"].concat();
    let mut decoder = Decoder::new();
    decode(&mut decoder, &large, 16 * 1024);
    let mut frames = 0;
    assert_eq!(calls(|| (0..100).for_each(|_| frames += decode(&mut decoder, &large, 16 * 1024))), 0);
    assert_eq!(frames, 200);
    // After many small events it is given back. The next large one begins the count anew.
    let small = b"data: small\n\n".repeat(100);
    let before = live();
    decode(&mut decoder, &small, usize::MAX);
    assert!(live() + (1 << 19) < before, "the memory is still held");
    assert!(calls(|| frames += decode(&mut decoder, &large, 16 * 1024)) > 0);
    assert_eq!(calls(|| frames += decode(&mut decoder, &large, 16 * 1024)), 0);
}

/// The repaired copy of a value that lies whole in its chunk is up to three times as large; it goes with the next call.
#[test]
fn what_was_repaired_is_given_back_with_the_next_event() {
    let bad = vec![0xFF; 1 << 20];
    for (head, tail) in
        [("data: ", "\n\n"), ("event: ", "\ndata: x\n\n"), ("data: x\nevent: ", "\n\n"), (":", "\n")]
    {
        let stream = [head.as_bytes(), &bad, tail.as_bytes(), b"data: small\n\n"].concat();
        for bytes_only in [false, true] {
            if bytes_only && !head.contains("event") {
                continue; // that view repairs types only
            }
            let mut decoder = Decoder::builder().comments(true).build();
            let before = live();
            let mut chunk = Chunk::new(&stream);
            let peak = peak(|| {
                let first = if bytes_only {
                    decoder.decode_bytes(&mut chunk).unwrap().map(|event| event.event_type().as_str().len())
                } else {
                    decoder.decode(&mut chunk).unwrap().map(|frame| match frame {
                        Frame::Comment(text) => text.len(),
                        Frame::Event(event) => event.data().len().max(event.event_type().as_str().len()),
                        _ => 0,
                    })
                };
                assert_eq!(first, Some(3 << 20), "{head:?}");
            });
            assert!(peak >= 3 << 20, "{head:?}: {peak}");
            assert!(decoder.decode_event(&mut chunk).unwrap().is_some());
            let held = live() - before;
            assert!(held < 1 << 18, "{head:?}, bytes: {bytes_only}: {held} bytes are still held");
        }
    }
}

/// A large value that an edge has cut leaves nothing in the buffer for cut lines.
#[test]
fn a_cut_line_is_given_back_with_its_end() {
    let large = "x".repeat(1 << 20);
    for (stream, limit, rest) in [
        // The second value takes the place of the first, which is dropped. A buffer may be half as large again as its value.
        (format!("event: {large}\nevent: {large}\n"), 1 << 24, 7 << 18),
        (format!("id: {large}\nid: {large}\n"), 1 << 24, 7 << 18),
        (format!("id: {large}\0\n"), 1 << 24, 0),
        (format!("event: {large}"), 1 << 19, 0),
        (format!(":{large}"), 1 << 19, 0),
        (format!("data\nid: {large}"), 1 << 19, 0),
    ] {
        let mut decoder = Decoder::builder().max_event_size(limit).comments(true).build();
        let before = live();
        for piece in stream.as_bytes().chunks(1460) {
            decoder.decode_all(piece, |_| {});
        }
        let held = live() - before;
        assert!(held <= rest + (1 << 18), "{:?}...: {held} bytes are still held", &stream[..12]);
    }
}

#[test]
fn small_owned_values_do_not_pin_a_chunk_and_large_ones_share_it() {
    let large = "x".repeat(1 << 20);
    // By each of the paths that a block may take.
    for head in ["", "event: x\n", "id: 1\nevent: x\n", "retry: 1\nevent: x\n", ": comment\n"] {
        let before = live();
        let stream = format!("data: small\n\n{head}data: {large}\n\n");
        let mut decoder = Decoder::new();
        let mut chunk = SharedChunk::from(Bytes::from(stream));
        let small = decoder.decode_shared(&mut chunk).unwrap().unwrap();
        let mut shared = None;
        let rose = peak(|| {
            while !matches!(shared, Some(FrameBuf::Event(_))) {
                shared = decoder.decode_shared(&mut chunk).unwrap();
            }
        });
        assert!(rose < 64 * 1024, "a large value is shared, not copied: {rose} behind {head:?}");
        drop(chunk);
        let Some(FrameBuf::Event(event)) = &shared else { panic!("an event") };
        assert_eq!(event.data().len(), 1 << 20);
        assert!(peak(|| drop(event.clone())) < 1024, "and cheap to clone");
        drop(shared);
        drop(decoder);
        let held = live() - before;
        assert!(held < 1024, "the small event is alone now and keeps {held} bytes");
        drop(small);
        assert_eq!(live(), before);
    }
}

// The sinks of `std::io` are among them.
#[cfg(feature = "std")]
/// While a reader waits for its source, the chunk before is gone.
#[test]
fn a_reader_that_waits_holds_no_chunk() {
    struct Source(Vec<isize>);
    impl std::io::Read for &mut Source {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.push(live());
            let last = self.0.len() > 2;
            buffer.fill(b'\n');
            Ok(if last { 0 } else { buffer.len() })
        }
    }
    let mut source = Source(Vec::with_capacity(8));
    assert_eq!(FrameReader::new(&mut source).count(), 0);
    let [first, .., last] = source.0[..] else { panic!("not read") };
    assert!(last - first < 4096, "{} bytes more", last - first);
}

/// A session that was closed keeps nothing of the block that was open.
#[test]
fn a_closed_session_gives_back_what_was_open() {
    let mut session = Session::new();
    let now = Time::START;
    let Action::Connect(request) = session.poll(now, 0) else { panic!("not to connect") };
    let connection = request.connection();
    session.response(connection, 200, Some(b"text/event-stream"), now);
    let before = live();
    for piece in ["data: ", &*"x".repeat(1 << 20)] {
        let mut chunk = session.receive(connection, piece.as_bytes(), now);
        assert!(session.decode(&mut chunk).unwrap().is_none());
    }
    assert!(live() - before >= 1 << 20);
    session.close();
    assert!(live() - before < 1 << 18, "{} bytes are still held", live() - before);
}

#[test]
fn no_sink_allocates() {
    use std::fmt::Write as _;
    use std::io::IoSlice;
    use std::time::Duration;

    use bytes::{Buf, BytesMut};
    use sse_proto::{EventId, EventType};

    let data = "line\r\n".repeat(4000); // longer than a block
    let message = || {
        let id = EventId::new(std::hint::black_box("7")).unwrap();
        let event_type = EventType::new(std::hint::black_box("add")).unwrap();
        Message::new().comment("a\nb").event_type(event_type).id(id).retry(Duration::from_secs(3)).data(&data)
    };
    let len = message().encoded_len();
    let mut vec = Vec::with_capacity(len);
    let mut bytes = BytesMut::with_capacity(len);
    let mut slice = vec![0; len];
    let mut text = String::with_capacity(len);

    for _ in 0..3 {
        let count = calls(|| {
            vec.clear();
            message().encode(&mut vec).unwrap();
            bytes.clear();
            message().encode(&mut bytes).unwrap();
            message().encode_to_slice(&mut slice).unwrap();
            message().encode_to_slice(&mut slice[1..]).unwrap_err();
            text.clear();
            write!(text, "{}", message()).unwrap();
            vec.clear();
            message().encode_to_io(&mut vec).unwrap();

            let message = message();
            let mut buf = message.as_buf();
            while buf.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 16];
                let filled = buf.chunks_vectored(&mut slices);
                let ahead = slices[..filled].iter().map(|slice| slice.len()).sum();
                buf.advance(ahead);
            }

            vec.clear();
            let head = Message::new().id(EventId::from_static("7"));
            head.encode_with(&mut vec, |out| serde_json::to_writer(out, &["é\n", "b"])).unwrap();
            head.encode_with(&mut vec, |out| write!(out, "{}\r{}", 1, 2)).unwrap();
            head.encode_to_slice_with(&mut slice, |out| write!(out, "{}", 3)).unwrap();
        });
        assert_eq!(count, 0);
    }
}

#[test]
fn to_bytes_allocates_once_and_its_clones_do_not() {
    let message = Message::new().data("a\nb");
    let mut bytes = None;
    assert_eq!(calls(|| bytes = Some(message.to_bytes())), 1);
    // The first clone of a fresh `Bytes` makes its count; from the second one on there is nothing to make.
    let _first = bytes.clone();
    assert_eq!(calls(|| drop(bytes.clone())), 0);
}

/// The figures of `ReplayLogBuilder::max_events`, over lengths at which its queues are full, or have just grown: what a log takes
/// besides encodings, ids and tags.
#[test]
fn a_replay_log_takes_what_its_page_says() {
    let (mut most_held, mut most_both) = (0, 0);
    for count in [100, 129, 1000, 1024, 1025, 2049, 4096, 5000, 8193, 16_384] {
        let before = live();
        let mut log = ReplayLog::builder().max_events(count).max_bytes(usize::MAX).build();
        let id = |number: usize| EpochId::new(1_732_105_794, number as u64).text();
        let ids = |from: usize, to: usize| (from..to).map(|n| id(n).as_str().len() as isize).sum::<isize>();
        for number in 0..count {
            drop(log.push(id(number).as_event_id(), Bytes::new()));
        }
        let held = (live() - before - ids(0, count)) / count as isize;
        for number in count..3 * count {
            drop(log.push(id(number).as_event_id(), Bytes::new()));
        }
        let both = (live() - before - ids(count, 3 * count)) / count as isize;
        println!("{count}: {held} for each event held, {both} with an id remembered for each");
        (most_held, most_both) = (most_held.max(held), most_both.max(both));
    }
    assert!(most_held <= 190 && most_both <= 310, "{most_held}, {most_both}");
    // Not much less than the page says, or it is to say that. It speaks of pointers of 64 bits.
    if cfg!(target_pointer_width = "64") {
        assert!(most_held > 170 && most_both > 280, "{most_held}, {most_both}");
    }
}
