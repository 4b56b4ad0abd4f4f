//! The adapters under random cuts: what the twin sees, they yield; an error in the middle loses nothing that was
//! complete.
#![cfg(all(feature = "std", feature = "stream"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::task::{Context, Poll, Waker};

use common::run::{as_pushed, of_frame, of_frame_buf, pieces, placed};
use common::strategies::streams::{cuts, places, stream};
use common::twin::{Got, Rules, Seen, twin_with};
use futures::stream::FusedStream;
use futures::{Stream, StreamExt, executor::block_on};
use proptest::prelude::*;
use sse_proto::{
    Decoder, End, EventReader, EventStream, EventWriter, FieldsStream, FrameReader, FrameStream, KeepAlive,
    Message, SourceError, Tap, Unfinished, session,
};

/// A source that yields what it was given, one item for each read.
struct Source(VecDeque<io::Result<Vec<u8>>>);

impl Source {
    fn new(input: &[u8], cuts: &[usize]) -> Self {
        Self(pieces(input, cuts).into_iter().map(|(_, piece)| Ok(piece.to_vec())).collect())
    }

    /// In a `Read` nothing means the end, so empty chunks stand for an interrupted call.
    fn without_empty(mut self) -> Self {
        for item in &mut self.0 {
            if item.as_ref().is_ok_and(Vec::is_empty) {
                *item = Err(io::ErrorKind::Interrupted.into());
            }
        }
        self
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.pop_front() {
            None => Ok(0),
            Some(Err(error)) => Err(error),
            Some(Ok(bytes)) => {
                let read = (&bytes[..]).read(buffer)?;
                if read < bytes.len() {
                    self.0.push_front(Ok(bytes[read..].to_vec()));
                }
                Ok(read)
            }
        }
    }
}

fn commenting(limit: usize) -> Decoder {
    Decoder::builder().comments(true).max_event_size(limit).build()
}

/// What the twin sees: frames without places, errors with theirs.
fn expected(input: &[u8], limit: usize) -> (Vec<Seen>, String) {
    let outcome = twin_with(input, &Rules { limit, ..Rules::default() });
    let outcome = as_pushed(outcome, Unfinished::Discard);
    (outcome.seen, outcome.last_event_id)
}

fn got<E: std::fmt::Debug>(item: Result<sse_proto::FrameBuf, SourceError<E>>) -> Seen {
    match item {
        Ok(frame) => placed(Ok(of_frame_buf(&frame)), 0),
        Err(SourceError::Decode(error)) => placed(Err(error), 0),
        Err(SourceError::Source(error)) => panic!("{error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reader_and_stream_yield_what_the_twin_sees(
        input in stream(),
        cuts in cuts(8),
        limit in prop_oneof![Just(usize::MAX), 0..40_usize],
    ) {
        let cuts = places(&cuts, input.len());
        let (frames, last_event_id) = expected(&input, limit);

        let source = Source::new(&input, &cuts).without_empty();
        let mut reader = FrameReader::with_decoder(source, commenting(limit));
        let seen: Vec<_> = reader.by_ref().map(got).collect();
        prop_assert_eq!(&seen, &frames);
        prop_assert_eq!(reader.decoder().last_event_id(), last_event_id.as_str());

        let source = futures::stream::iter(Source::new(&input, &cuts).0);
        let mut stream = FrameStream::with_decoder(source, commenting(limit));
        let seen: Vec<_> = block_on(stream.by_ref().map(got).collect());
        prop_assert_eq!(&seen, &frames);
        prop_assert_eq!(stream.decoder().last_event_id(), last_event_id.as_str());
    }

    #[test]
    fn events_alone(input in stream(), cuts in cuts(8)) {
        let cuts = places(&cuts, input.len());
        let (mut events, _) = expected(&input, usize::MAX);
        events.retain(|seen| matches!(seen.got, Got::Event { .. }));
        let events: Vec<_> = events.into_iter().map(|seen| seen.got).collect();
        let of = |event: &sse_proto::EventBuf| of_frame(sse_proto::Frame::Event(event.as_event()));
        let reader = EventReader::new(Source::new(&input, &cuts).without_empty());
        prop_assert_eq!(&reader.map(|event| of(&event.unwrap())).collect::<Vec<_>>(), &events);
        let stream = EventStream::new(futures::stream::iter(Source::new(&input, &cuts).0));
        prop_assert_eq!(&block_on(stream.map(|event| of(&event.unwrap())).collect::<Vec<_>>()), &events);
    }
}

#[test]
fn an_error_of_the_source_in_the_middle_of_an_event_loses_nothing_that_was_complete() {
    let items = || {
        vec![
            Ok(b"data: 1\n\ndata: ".to_vec()),
            Err(io::Error::from(io::ErrorKind::TimedOut)),
            Ok(b"2\n\n".to_vec()),
        ]
    };
    let source = |error: SourceError<io::Error>| {
        let SourceError::Source(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    };
    let mut reader = EventReader::new(Source(items().into()));
    assert_eq!(reader.next().unwrap().unwrap().data(), "1");
    source(reader.next().unwrap().unwrap_err());
    assert_eq!(reader.next().unwrap().unwrap().data(), "2", "a source that goes on is read on");
    assert!(reader.next().is_none());

    let mut stream = EventStream::new(futures::stream::iter(items()));
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "1");
    source(block_on(stream.next()).unwrap().unwrap_err());
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "2");
    assert!(block_on(stream.next()).is_none());
    assert!(stream.is_terminated());
    assert!(block_on(stream.next()).is_none(), "the end stays the end");
}

#[test]
fn what_was_open_at_the_end_is_there_for_those_who_want_it() {
    let mut reader = EventReader::new(&b"data: 1\n\ndata: [DONE]\n"[..]);
    assert_eq!(reader.by_ref().count(), 1);
    let End::Truncated(block) = reader.decoder_mut().finish() else { panic!("an open block") };
    assert_eq!(block.event().unwrap().data(), "[DONE]");
}

#[test]
fn a_reader_goes_on_with_the_decoder_of_the_connection_before() {
    let mut reader = EventReader::new(&b"id: 7\ndata: 1\n\ndata: lost"[..]);
    assert_eq!(reader.by_ref().count(), 1);
    let (_, mut decoder) = reader.into_parts();
    decoder.reconnect();
    let mut reader = EventReader::with_decoder(&b"data: 2\n\n"[..], decoder);
    let event = reader.next().unwrap().unwrap();
    assert_eq!((event.data(), event.last_event_id().as_str()), ("2", "7"));
}

/// A sink that fails, and counts what it is asked.
#[derive(Default)]
struct Sink {
    written: Vec<u8>,
    flushed: usize,
    full: bool,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed += 1;
        Ok(())
    }
}

#[test]
fn a_writer_flushes_each_message_and_reports_what_fails() {
    let mut writer = EventWriter::new(Sink::default());
    writer.send(&Message::new().data("a")).unwrap();
    writer.keep_alive().unwrap();
    writer.send_with(&Message::new(), |data| serde_json::to_writer(data, &[1, 2])).unwrap();
    let failed =
        writer.send_with(&Message::new().comment("lost"), |data| io::Write::write_all(data, b"\xFF"));
    assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::InvalidData);
    let sink = writer.into_inner();
    assert_eq!(sink.written, b"data: a\n\n:\n\ndata: [1,2]\n\n", "nothing of the message that failed");
    assert_eq!(sink.flushed, 3);

    let mut writer = EventWriter::new(Sink { full: true, ..Sink::default() });
    assert_eq!(writer.send(&Message::new()).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(writer.keep_alive().unwrap_err().kind(), io::ErrorKind::StorageFull);
}

/// What the setting takes at the end of the source, for each adapter; the push decoder's is in `tests/push.rs`.
#[test]
fn an_unfinished_event_is_taken_as_the_setting_says() {
    use Unfinished::{Anything, Discard, WholeLines};
    for (input, setting, taken) in [
        ("data: 1\n\ndata: [DONE]\n", Discard, false),
        ("data: 1\n\ndata: [DONE]\n", WholeLines, true),
        ("data: 1\n\ndata: [DONE]\r", WholeLines, true),
        ("data: 1\n\ndata: [DONE]", WholeLines, false),
        ("data: 1\n\ndata: [DONE]", Anything, true),
        ("data: 1\n\ndata: [DONE]\nid: 7", WholeLines, false),
        ("data: 1\n\ndata: [DONE]\nid: 7", Anything, true),
        ("data: 1\n\nid: 7\n", Anything, false),
        ("data: 1\n\n", Anything, false),
    ] {
        let expected: &[&str] = if taken { &["1", "[DONE]"] } else { &["1"] };
        let decoder = || Decoder::builder().unfinished(setting).build();
        for cuts in [vec![], (1..input.len()).collect()] {
            let mut reader = EventReader::with_decoder(Source::new(input.as_bytes(), &cuts), decoder());
            let seen: Vec<_> = reader.by_ref().map(|event| event.unwrap().data().to_owned()).collect();
            assert_eq!(seen, expected, "{input:?}, {setting:?}");
            assert!(reader.next().is_none());
            assert_eq!(reader.decoder().last_event_id(), "", "a reconnect asks for it again");

            let source = || futures::stream::iter(Source::new(input.as_bytes(), &cuts).0);
            let mut events = EventStream::with_decoder(source(), decoder());
            let seen: Vec<_> =
                block_on(events.by_ref().map(|event| event.unwrap().data().to_owned()).collect());
            assert_eq!(seen, expected, "{input:?}, {setting:?}");
            assert!(block_on(events.next()).is_none() && events.is_terminated());
            // What was discarded can still be had.
            let end = events.decoder_mut().finish();
            assert_eq!(matches!(end, End::Truncated(_)), !taken && input.len() > 9);
        }
        let once = session::Session::builder().reconnect(session::Reconnect::Never);
        let mut session = once.decoder(decoder()).build();
        let now = session::Time::START;
        let session::Action::Connect(request) = session.poll(now, 0) else { panic!("not to connect") };
        let connection = request.connection();
        session.response(connection, 200, Some(b"text/event-stream"), now);
        let mut chunk = session.receive(connection, input.as_bytes(), now);
        while session.decode(&mut chunk).unwrap().is_some() {}
        let last = session.end_of_body(connection, now).event().map(|event| event.data().to_owned());
        assert_eq!(last.as_deref(), taken.then_some("[DONE]"), "{input:?}, {setting:?}");
    }
    // A source that fails has not ended.
    let failing = || vec![Ok(b"data: half\n".to_vec()), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    let decoder = || Decoder::builder().unfinished(Anything).build();
    let mut reader = EventReader::with_decoder(Source(failing().into()), decoder());
    assert!(matches!(reader.next(), Some(Err(SourceError::Source(_)))));
    assert!(reader.next().is_none());
    let mut stream = EventStream::with_decoder(futures::stream::iter(failing()), decoder());
    assert!(matches!(block_on(stream.next()), Some(Err(SourceError::Source(_)))));
    assert!(block_on(stream.next()).is_none() && stream.is_terminated());
    // One that has gone on after an error, and then ends, has ended.
    let items = failing().into_iter().chain([Ok(b"data: more\n".to_vec())]);
    let mut stream = EventStream::with_decoder(futures::stream::iter(items), decoder());
    assert!(block_on(stream.next()).unwrap().is_err());
    assert_eq!(block_on(stream.next()).unwrap().unwrap().data(), "half\nmore");
}

/// What the setting does not take can still be had, and told from a clean end.
#[test]
fn what_an_adapter_discards_is_lent_by_finish() {
    use Unfinished::{Anything, Discard, WholeLines};
    for (input, setting) in [
        ("data: x\n", Discard),
        ("data: hal", Discard),
        ("data: hal", WholeLines),
        ("id: 7\nevent: x\n", Discard),
        ("id: 7\nevent: x\n", WholeLines),
        ("id: 7\nevent: x\n", Anything),
        ("data: x\n\nid: 7", Anything),
    ] {
        let decoder = || Decoder::builder().unfinished(setting).build();
        let events = usize::from(input.contains("\n\n"));
        let mut reader = FrameReader::with_decoder(input.as_bytes(), decoder());
        assert_eq!(reader.by_ref().count(), events, "{input:?}, {setting:?}");
        assert!(matches!(reader.decoder_mut().finish(), End::Truncated(_)), "{input:?}, {setting:?}");
        let source = futures::stream::iter([Ok::<_, io::Error>(input)]);
        let mut stream = FrameStream::with_decoder(source, decoder());
        assert_eq!(block_on(stream.by_ref().count()), events, "{input:?}, {setting:?}");
        assert!(matches!(stream.decoder_mut().finish(), End::Truncated(_)), "{input:?}, {setting:?}");
    }
}

/// In a function that returns `io::Result`, `?` takes each error of the crate.
#[test]
fn errors_become_io_errors() {
    use io::ErrorKind::{InvalidData, InvalidInput, Other};
    let kind = |error: io::Error| error.kind();
    let mut decoder = Decoder::builder().max_event_size(1).build();
    let error = decoder.decode(&mut sse_proto::Chunk::new(b"data: 12\n")).unwrap_err();
    assert_eq!(kind(error.into()), InvalidData);
    assert_eq!(kind(sse_proto::EventId::new("\n").unwrap_err().into()), InvalidInput);
    let error = Message::new().to_bytes_with(|_| Err("no")).unwrap_err();
    assert_eq!(kind(error.into()), Other);
    let error = Message::new().to_bytes_with(|data| io::Write::write_all(data, b"\xFF")).unwrap_err();
    assert_eq!(kind(error.into()), InvalidData);
}

#[test]
fn a_reader_ends_after_an_error_that_will_not_go_away() {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, TimedOut, WouldBlock};
    /// A socket that is dead, or slow.
    struct Failing(io::ErrorKind);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
    }
    for kind in [BrokenPipe, ConnectionReset] {
        assert_eq!(EventReader::new(Failing(kind)).count(), 1, "{kind:?}");
    }
    for kind in [TimedOut, WouldBlock] {
        assert_eq!(EventReader::new(Failing(kind)).take(5).count(), 5, "{kind:?}");
    }
}

/// A decoder taken over from a connection that broke in the middle of a block joins nothing of it to the next one.
#[test]
fn two_connections_are_never_spliced() {
    let mut reader = EventReader::new(&b"id: 1\nretry: 5\n\nevent: old\ndata: lost"[..]);
    assert!(reader.next().is_none());
    let (_, decoder) = reader.into_parts();
    let next = b"\xEF\xBB\xBFdata: x\n\n";
    let mut reader = EventReader::with_decoder(&next[..], decoder.clone());
    let event = reader.next().unwrap().unwrap();
    assert_eq!(
        (event.event_type().as_str(), event.data(), event.last_event_id().as_str()),
        ("message", "x", "1")
    );
    let source = futures::stream::iter([Ok::<_, io::Error>(&next[..])]);
    let mut stream = EventStream::with_decoder(source, decoder);
    let event = block_on(stream.next()).unwrap().unwrap();
    assert_eq!(
        (event.event_type().as_str(), event.data(), event.last_event_id().as_str()),
        ("message", "x", "1")
    );
    assert_eq!(stream.decoder().reconnection_time().unwrap().as_millis(), 5);
}

#[test]
fn sources_and_sinks_can_be_reached() {
    let mut reader = EventReader::new(io::Cursor::new("data: 1\n\n"));
    assert_eq!(reader.get_ref().position(), 0);
    assert!(reader.next().is_some());
    assert_eq!(reader.get_mut().position(), 9);
    let mut stream = EventStream::new(futures::stream::iter([Ok::<_, io::Error>("data: 1\n\n")]));
    assert_eq!(stream.get_ref().size_hint(), (1, Some(1)));
    let _ = stream.get_mut();
    let mut writer = EventWriter::new(Vec::new());
    writer.keep_alive().unwrap();
    writer.get_mut().clear();
    writer.send(&Message::new().data("1")).unwrap();
    assert_eq!(writer.get_ref(), b"data: 1\n\n");
}

/// Causes that are no `std::error::Error` themselves.
#[test]
fn an_error_of_any_source_can_be_passed_on() {
    type Cause = Box<dyn std::error::Error + Send + Sync>;
    let read = || -> Result<(), Cause> {
        let source = futures::stream::iter([Ok(&b"data: 1\n\n"[..]), Err(Cause::from("the cable is cut"))]);
        block_on(async {
            let mut events = EventStream::new(source);
            while let Some(event) = events.next().await {
                event?; // into a box: `SourceError<Box<dyn Error>>` is an error
            }
            Ok(())
        })
    };
    let error = read().unwrap_err();
    assert_eq!(error.to_string(), "the source of the event stream failed: the cable is cut");
    let error = SourceError::Source(Cause::from("cut")).map_source(|cause| cause.to_string());
    assert_eq!(error.clone().into_source().as_deref(), Some("cut"));
    // Into `io::Error`: the cause as it is, an event over the limit as data that is not valid.
    let error: io::Error = SourceError::Source(io::Error::from(io::ErrorKind::BrokenPipe)).into();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    let mut reader =
        EventReader::with_decoder(&b"data: large\n\n"[..], Decoder::builder().max_event_size(2).build());
    let error: io::Error = reader.next().unwrap().unwrap_err().into();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert!(error.to_string().contains("limit of 2 bytes (max_event_size"), "{error}");
    // And what a closure of `send_with` fails with.
    let sent = EventWriter::new(Vec::new()).send_with(&Message::new(), |_| Err("no price today"));
    assert!(sent.unwrap_err().to_string().ends_with("could not be written: no price today"));
}

/// A stream of events is idle most of its life: the chunk that was read to its end is not kept meanwhile.
#[test]
fn a_chunk_that_was_read_is_let_go_while_the_source_is_waited_for() {
    use std::sync::Arc;

    struct Owner(Vec<u8>, #[allow(dead_code, reason = "counts")] Arc<()>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    let alive = Arc::new(());
    let source = || {
        let chunk = bytes::Bytes::from_owner(Owner(b"data: 1\n\ndata: 2".to_vec(), alive.clone()));
        futures::stream::iter([Ok::<_, io::Error>(chunk)]).chain(futures::stream::pending())
    };
    let mut stream = EventStream::new(source());
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(event))) = stream.poll_next_unpin(&mut context) else { panic!("an event") };
    assert_eq!(event.data(), "1");
    assert_eq!(Arc::strong_count(&alive), 2, "the chunk is not read yet");
    assert!(stream.poll_next_unpin(&mut context).is_pending());
    assert_eq!(Arc::strong_count(&alive), 1, "only an idle stream");
    assert!(!stream.is_terminated());

    let mut blocks = FieldsStream::new(source());
    assert!(blocks.poll_next_unpin(&mut context).is_ready());
    assert_eq!(Arc::strong_count(&alive), 2, "the chunk is not read yet");
    assert!(blocks.poll_next_unpin(&mut context).is_pending());
    assert_eq!(Arc::strong_count(&alive), 1, "only an idle stream");
    assert!(!blocks.is_terminated());
}

#[test]
fn a_stream_is_terminated_when_its_source_has_ended_and_not_before() {
    let source = || futures::stream::iter([Ok::<_, io::Error>("data: 1\n\n"), Ok("data: 2\n\n")]);
    let mut events = EventStream::new(source());
    let mut frames = FrameStream::new(source());
    for _ in 0..2 {
        assert!(!events.is_terminated() && !frames.is_terminated());
        assert!(block_on(events.next()).is_some() && block_on(frames.next()).is_some());
    }
    assert!(!events.is_terminated() && !frames.is_terminated(), "it is not known yet");
    assert!(block_on(events.next()).is_none() && block_on(frames.next()).is_none());
    assert!(events.is_terminated() && frames.is_terminated());

    let mut blocks = FieldsStream::new(source());
    let mut tapped = Tap::new(source(), |_| {});
    for _ in 0..2 {
        assert!(!blocks.is_terminated() && !tapped.is_terminated());
        assert!(block_on(blocks.next()).is_some() && block_on(tapped.next()).is_some());
    }
    assert!(!blocks.is_terminated() && !tapped.is_terminated(), "it is not known yet");
    assert!(block_on(blocks.next()).is_none() && block_on(tapped.next()).is_none());
    assert!(blocks.is_terminated() && tapped.is_terminated());
}

/// A source need not be fused: what it would do after its end is not asked for.
#[test]
fn a_source_that_has_ended_is_not_asked_again() {
    let source = || {
        let mut items = [Some("data: 1\n\n"), None].into_iter();
        futures::stream::poll_fn(move |_| {
            Poll::Ready(items.next().expect("asked again").map(Ok::<_, io::Error>))
        })
    };
    let mut tapped = Tap::new(source(), |_| {});
    let mut alive =
        KeepAlive::new(source().map(|item| item.map(bytes::Bytes::from)), std::future::pending::<()>);
    assert!(block_on(tapped.next()).is_some() && block_on(alive.next()).is_some());
    for _ in 0..3 {
        assert!(block_on(tapped.next()).is_none() && block_on(alive.next()).is_none());
    }
}

/// Each message once, and each flushed by itself.
#[test]
fn a_writer_sends_each_message_once() {
    let mut writer = EventWriter::new(Vec::new());
    writer.send(&Message::new().data("1")).unwrap();
    writer.send_with(&Message::new(), |data| write!(data, "2")).unwrap();
    writer.send(&Message::new().data("3")).unwrap();
    assert!(writer.send_with(&Message::new().data("lost"), |_| Err("no")).is_err());
    writer.send_with(&Message::new(), |data| write!(data, "4")).unwrap();
    assert_eq!(writer.into_inner(), b"data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n");
}

/// A task that never waits would keep its thread from all others.
#[test]
fn a_stream_gives_others_a_turn() {
    let mut context = Context::from_waker(Waker::noop());
    let one_chunk = "data: 1\n\n".repeat(1000);
    let mut events = EventStream::new(futures::stream::iter([Ok::<_, io::Error>(one_chunk)]));
    let (mut seen, mut in_a_row, mut turns) = (0, 0, 0);
    loop {
        match events.poll_next_unpin(&mut context) {
            Poll::Ready(Some(event)) => (seen, in_a_row) = (seen + u32::from(event.is_ok()), in_a_row + 1),
            Poll::Ready(None) => break,
            Poll::Pending => (in_a_row, turns) = (0, turns + 1),
        }
        assert!(in_a_row <= 128);
    }
    assert_eq!((seen, turns), (1000, 7), "nothing is lost");
    // What is left out, and chunks without an event, are turns too.
    for chunk in [": nothing\n\n", "retry: 5\n"] {
        let mut events = EventStream::new(futures::stream::repeat_with(|| Ok::<_, io::Error>(chunk)));
        assert!(events.poll_next_unpin(&mut context).is_pending(), "{chunk:?}");
    }
}

/// It has been woken when it is pending: nothing else would.
#[test]
fn a_stream_that_gives_a_turn_comes_back() {
    let chunk = "data: 1\n\n".repeat(1000);
    let events = EventStream::new(futures::stream::iter([Ok::<_, io::Error>(chunk)]));
    assert_eq!(block_on(events.count()), 1000);
}
