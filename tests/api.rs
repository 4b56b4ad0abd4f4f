//! What a program that embeds the crate builds on: types that cross threads, are copied or cloned at any
//! time, and builders and views that agree with each other.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use bytes::Bytes;
use sse_proto::replay::{EpochId, ReplayLog, ReplayLogBuilder};
use sse_proto::session::{Action, LeftOut, Request, Session, SessionBuilder, Time};
use sse_proto::{
    BlockPart, BlockScanner, BlockScannerBuilder, BlockTooLarge, BufferTooSmall, Chunk, DecodeError, Decoder,
    DecoderBuilder, EncodeWithError, End, Event, EventBuf, EventId, EventType, Frame, FrameBuf,
    InvalidHeaderValue, InvalidValue, LineKind, Message, Oversized, OversizedId, PendingFull, Piece,
    PushDecoder, Scanner, SharedChunk, SliceDecoder, SliceDecoderBuilder, Token, Truncated, Unfinished,
};

/// May move to another thread, be used from several, and pass through a caught panic.
fn travels<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
fn owned<T: 'static>() {}
fn cloned<T: Clone>() {}
fn copied<T: Copy>() {}
fn printed<T: Debug>() {}
fn compared<T: Eq>() {}

#[test]
fn auto_traits() {
    macro_rules! each {
        ($check:ident: $($of:ty),+ $(,)?) => { $($check::<$of>();)+ };
    }
    each!(travels: Decoder, DecoderBuilder, Chunk<'_>, SharedChunk, Frame<'_>, Event<'_>, FrameBuf, EventBuf, End<'_>,
        Truncated<'_>, DecodeError, InvalidValue, OversizedId, EventId<'_>, EventType<'_>, Scanner, Token<'_>,
        Piece<'_>, LineKind, SliceDecoderBuilder);
    each!(owned: Decoder, DecoderBuilder, SliceDecoderBuilder, SharedChunk, FrameBuf, EventBuf, DecodeError, InvalidValue, Scanner);
    each!(cloned: Decoder, DecoderBuilder, Chunk<'_>, SharedChunk, FrameBuf, EventBuf, DecodeError, Scanner);
    each!(copied: Frame<'_>, Event<'_>, EventId<'_>, EventType<'_>, OversizedId, Token<'_>, Piece<'_>, LineKind,
        SliceDecoderBuilder);
    each!(printed: SliceDecoder<'_>, SliceDecoderBuilder, Decoder, DecoderBuilder, Chunk<'_>, SharedChunk, Frame<'_>, Event<'_>, FrameBuf, EventBuf, End<'_>,
        Truncated<'_>, Scanner, Token<'_>, Piece<'_>);
    each!(compared: Frame<'_>, Event<'_>, FrameBuf, EventBuf, DecodeError, EventId<'_>, Token<'_>, Piece<'_>);
    fn defaults<T: Default>() {}
    each!(defaults: Decoder, DecoderBuilder, PushDecoder, Scanner, BlockScanner, BlockScannerBuilder, SharedChunk,
        EventId<'_>, EventType<'_>, Session, SessionBuilder, ReplayLog, ReplayLogBuilder, OversizedId, Oversized, Unfinished,
        SliceDecoderBuilder);
    fn errors<T: Error + Display + Clone + Eq + Hash>() {}
    each!(errors: DecodeError, InvalidValue, InvalidHeaderValue, BufferTooSmall, BlockTooLarge, PendingFull,
        EncodeWithError<&str>);
    fn hashed<T: Hash>() {}
    each!(hashed: EventBuf, FrameBuf, Event<'_>, Frame<'_>, End<'_>, Truncated<'_>, EventId<'_>, EventType<'_>,
        Token<'_>, Piece<'_>, Action<'_>, Request<'_>, Time, EpochId, BlockPart, LeftOut);
}

#[test]
fn auto_traits_of_what_borrows() {
    fn send<T: Send + Sync + Unpin>() {}
    // Not through a caught panic: its buffer is lent, not shared.
    send::<SliceDecoder<'_>>();
    send::<Message<'_>>();
    send::<sse_proto::EncodedMessage<'_>>();
    send::<BufferTooSmall>();
    send::<EncodeWithError<std::fmt::Error>>();
    send::<InvalidHeaderValue>();
}

/// The two machines live in tasks and behind locks.
#[test]
fn auto_traits_of_the_machines() {
    use sse_proto::replay::{
        EpochId, Events, Evicted, Logged, NotAnEpochId, Replay, ReplayLog, ReplayLogBuilder,
    };
    use sse_proto::session::{
        Action, BodyChunk, ConnectionId, Failure, HeadOutcome, LeftOut, Loss, Progress, ReadyState,
        Reconnect, RefusedHead, Request, Session, SessionBuilder, SharedBodyChunk, Time,
    };
    use sse_proto::{EventIdBuf, IdText};
    macro_rules! each {
        ($check:ident: $($of:ty),+ $(,)?) => { $($check::<$of>();)+ };
    }
    fn send<T: Send + Sync + Unpin>() {}
    each!(travels: EventIdBuf, Session, SessionBuilder, Time, Action<'_>, Request<'_>, HeadOutcome, Failure, ReadyState, BodyChunk<'_>,
        SharedBodyChunk, ConnectionId, LeftOut, Loss, Progress, Reconnect, RefusedHead, ReplayLog,
        ReplayLogBuilder, Replay<'_>, Events<'_>, Logged, EpochId, IdText);
    each!(send: Evicted<'_>);
    each!(owned: EventIdBuf, Session, SessionBuilder, SharedBodyChunk, ConnectionId, Loss, Time, HeadOutcome, Failure, ReadyState, ReplayLog, Logged, EpochId, IdText);
    each!(cloned: Session, SessionBuilder, BodyChunk<'_>, SharedBodyChunk, ReplayLogBuilder, Action<'_>, ReplayLog, Replay<'_>, Events<'_>, Logged);
    each!(copied: Time, ConnectionId, Loss, Progress, Reconnect, RefusedHead, Request<'_>, HeadOutcome, Failure, ReadyState, EpochId, IdText);
    each!(printed: Session, SessionBuilder, BodyChunk<'_>, SharedBodyChunk, ConnectionId, Time, Action<'_>, ReplayLog, Replay<'_>, Events<'_>, Evicted<'_>, Logged, IdText);
    each!(compared: Time, Action<'_>, Request<'_>, HeadOutcome, Failure, ReadyState, Logged, EpochId);
    fn errors<T: Error + Display>() {}
    each!(errors: Failure, Loss, LeftOut, NotAnEpochId);
}

#[test]
fn a_frame_outlives_the_chunk_it_came_from_only_if_owned() {
    // Owned: to another thread, after decoder and chunk are gone.
    let mut decoder = Decoder::new();
    let big = "x".repeat(100_000);
    let mut chunk = SharedChunk::from(Bytes::from(format!("id: 1\nevent: t\ndata: {big}\n\n")));
    let frame = decoder.decode_shared(&mut chunk).unwrap().unwrap();
    drop((decoder, chunk));
    let there = std::thread::spawn(move || {
        let FrameBuf::Event(event) = frame else { panic!("not an event") };
        (event.event_type().to_string(), event.data().len(), event.last_event_id().to_string())
    });
    assert_eq!(there.join().unwrap(), ("t".to_owned(), 100_000, "1".to_owned()));
}

#[test]
fn an_event_is_lent_by_decoder_and_chunk_and_copied_freely() {
    let bytes = b"data: 1\n\ndata: 2\n\n".to_vec();
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(&bytes);
    let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
    let copy = event;
    // Lent, not copied: the data stands in the memory that the chunk lends.
    assert!(std::ptr::eq(event.data().as_bytes(), &bytes[6..7]));
    assert!(std::ptr::eq(copy.data(), event.data()));
    // The rest holds if it compiles. A frame does not borrow the chunk itself: its cursor can be read while the frame
    // lives.
    assert_eq!((event.data(), copy.data(), chunk.consumed()), ("1", "1", 9));
    let (data, id) = { (copy.data(), copy.last_event_id()) };
    assert_eq!((data, id.as_str()), ("1", ""));
}

#[test]
fn a_value_that_is_text_stays_in_the_chunk_whatever_the_others_are() {
    for stream in [
        &b"event: \xFF\ndata: good\n\n"[..],
        b"id: \xFF\nevent: \xFF\ndata: good\n\ndata: more\n\n",
        b"data: \xFF\n\nevent: \xFF\ndata: good\n\n",
        b": \xFF\nevent: good\ndata: good\n\n",
    ] {
        let (mut decoder, mut chunk) = (Decoder::new(), Chunk::new(stream));
        let mut found = false;
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            if event.data() == "good" {
                assert!(
                    stream.as_ptr_range().contains(&event.data().as_ptr()),
                    "{:?}",
                    stream.escape_ascii()
                );
                found = true;
            }
        }
        assert!(found);
    }
}

#[test]
fn a_clone_in_mid_stream_is_a_decoder_of_its_own() {
    let mut decoder = Decoder::builder().comments(true).build();
    for (part, rest) in
        [("id: 7\nevent: a\nda", "ta: x\n\n"), ("data: \u{20AC}", "\n\n"), ("data: y\n", "\r\n")]
    {
        let mut chunk = Chunk::new(part.as_bytes());
        assert!(decoder.decode(&mut chunk).unwrap().is_none());
        let mut clone = decoder.clone();
        let mut chunk = Chunk::new(rest.as_bytes());
        let expected = EventBuf::from(clone.decode_event(&mut chunk).unwrap().unwrap());
        // What the clone did is nothing to the original, which is still inside the block.
        let mut chunk = Chunk::new(rest.as_bytes());
        let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
        assert_eq!(expected.as_event(), event);
        assert_eq!(clone.last_event_id(), decoder.last_event_id());
    }
}

#[test]
fn a_seeded_decoder_has_an_id_before_any_byte() {
    // 9.2.2: the id goes with the next request, and into the events of a stream that names none.
    let mut decoder = Decoder::builder().last_event_id(EventId::from_static("41")).build();
    assert_eq!(decoder.last_event_id(), "41");
    assert_eq!(decoder.reconnection_time(), None);
    let mut chunk = Chunk::new(b"data: x\n\nretry: 10\nid\n\n");
    let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
    // It is no news to whoever seeded it.
    assert_eq!((event.last_event_id().as_str(), event.id()), ("41", None));
    assert!(decoder.decode_event(&mut chunk).unwrap().is_none());
    assert_eq!(decoder.last_event_id(), "");
    assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(10)));
}

#[test]
fn an_id_without_data_comes_with_the_next_event_wherever_the_chunks_are_cut() {
    let stream = b"data: 0\n\nid: 1\n\ndata: x\n\ndata: y\n\n";
    for cut in 0..=stream.len() {
        let (mut decoder, mut ids) = (Decoder::new(), Vec::new());
        for part in [&stream[..cut], &stream[cut..]] {
            let mut chunk = Chunk::new(part);
            while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
                ids.push(event.id().map(|id| id.as_str().to_owned()));
            }
        }
        assert_eq!(ids, [None, Some("1".to_owned()), None], "cut at {cut}");
    }
}

#[test]
fn a_cr_that_ends_a_lent_event_swallows_one_lf_and_no_more() {
    let mut decoder = Decoder::new();
    let mut data = Vec::new();
    for part in ["data: a", "b\r\r", "\nid: 5\r\n", "\n"] {
        let mut chunk = Chunk::new(part.as_bytes());
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            data.push(event.data().to_owned());
        }
    }
    assert_eq!((&data[..], decoder.last_event_id().as_str()), (&["ab".to_owned()][..], "5"));
}

#[test]
fn the_end_lends_what_the_open_block_held() {
    let mut decoder = Decoder::new();
    assert!(matches!(decoder.finish(), End::Clean), "nothing came");
    for (input, event, in_line) in [
        (&b"event: a\ndata: 1\ndata: 2\n"[..], Some(("a", "1\n2")), false),
        (b"data: [DONE]\n", Some(("message", "[DONE]")), false),
        (b"data: 1\ndata: \xE2\x82", Some(("message", "1\n\u{FFFD}")), true),
        (b"data: x", Some(("message", "x")), true),
        (b"event: a\n", None, false),
        (b"event: a", None, true),
        (b": hello", None, true),
        (b"id: 5\n", None, false),
    ] {
        let mut chunk = Chunk::new(input);
        while decoder.decode(&mut chunk).unwrap().is_some() {}
        let End::Truncated(block) = decoder.finish() else { panic!("{input:?} ends in a block") };
        assert_eq!(
            block.event().map(|event| (event.event_type().as_str(), event.data())),
            event,
            "{input:?}"
        );
        assert_eq!(block.is_in_line(), in_line, "{input:?}");
        // The standard discards it: neither its id nor anything else is left.
        assert_eq!(decoder.last_event_id(), "");
        assert!(matches!(decoder.finish(), End::Clean));
        let mut chunk = Chunk::new(b"\xEF\xBB\xBFdata: new\n\n");
        let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
        assert_eq!((event.event_type().as_str(), event.data()), ("message", "new"));
        assert!(matches!(decoder.finish(), End::Clean));
    }
}

#[test]
fn unfinished_chunks_keep_their_rest() {
    // Back-pressure: stopping in the middle of a chunk loses nothing, another chunk can take it over.
    let input = b"data: 1\n\ndata: 2\n\ndata: 3\n\n";
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(input);
    assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    let mut rest = SharedChunk::from(Bytes::copy_from_slice(chunk.rest()));
    let Some(FrameBuf::Event(event)) = decoder.decode_shared(&mut rest).unwrap() else { panic!("an event") };
    assert_eq!((event.data(), rest.consumed()), ("2", 9));
    let mut chunk = Chunk::new(rest.rest());
    assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "3");
}

/// What a test of an embedding program makes without a decoder.
#[test]
fn events_can_be_made() {
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(b"event: add\nid: 7\ndata: x\n\ndata: y\n\n");
    let seven = EventId::from_static("7");
    let add = EventType::from_static("add");
    let made = Event::new(add, "x").with_id(seven);
    assert_eq!(decoder.decode_event(&mut chunk).unwrap(), Some(made));
    let made = Event::new(EventType::MESSAGE, "y").with_last_event_id(seven);
    assert_eq!(decoder.decode_event(&mut chunk).unwrap(), Some(made));
    assert_eq!(made.id(), None);
    assert_eq!((Event::new(add, "x").id(), Event::new(add, "x").last_event_id()), (None, EventId::EMPTY));
    assert_eq!(EventBuf::new(add, "x"), Event::new(add, "x").to_buf());
    assert_eq!(FrameBuf::from(EventBuf::new(add, "x")), FrameBuf::from(Event::new(add, "x")));
    assert_eq!(FrameBuf::from(made).as_frame(), Frame::from(made));
    assert_eq!(Message::from(made).to_string(), "data: y\n\n");
}

#[test]
fn debug_shows_what_the_methods_return_and_fits_a_line() {
    let event = Event::new(EventType::MESSAGE, "x").with_id(EventId::from_static("7"));
    let shown = r#"{ event_type: "message", data: "x", id: Some("7"), last_event_id: "7" }"#;
    assert_eq!(format!("{event:?}"), format!("Event {shown}"));
    assert_eq!(format!("{:?}", event.to_buf()), format!("EventBuf {shown}"));
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(b"retry: 5\nid: 7\n\ndata: 1\n");
    while decoder.decode(&mut chunk).unwrap().is_some() {}
    assert_eq!(
        format!("{decoder:?}"),
        r#"Decoder { position: 24, last_event_id: "7", reconnection_time: Some(5ms), .. }"#
    );
    // An id may be huge, and hold characters of several bytes.
    let id = "\u{E9}".repeat(1000);
    let decoder = Decoder::builder().last_event_id(EventId::new(&id).unwrap()).build();
    assert!(format!("{decoder:?}").len() < 250, "{decoder:?}");
    assert!(format!("{:?}", Session::builder().decoder(decoder).build()).len() < 350);
}

#[test]
fn values_are_compared_and_turned_into_text_both_ways() {
    let (id, add) = (EventId::from_static("7"), EventType::from_static("add"));
    let text = String::from("7");
    assert_eq!(id, "7");
    assert_eq!("7", id);
    assert_eq!(*"7", id);
    assert_eq!(id, *"7");
    assert_eq!(id, text);
    assert_eq!((String::from(add), <&str>::from(add), add.to_string()), ("add".into(), "add", "add".into()));
    assert_eq!(format!("[{add:>5}]"), "[  add]");
    assert_eq!(EventType::default(), "message");
}

/// Where a constant is wrong that is only looked at when the program runs.
#[test]
fn a_bad_constant_is_named_where_it_is_written() {
    let place = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = place.clone();
    std::panic::set_hook(Box::new(move |panic| {
        *seen.lock().unwrap() = panic.location().map(|place| (place.file().to_owned(), place.line()));
    }));
    let line = line!() + 1;
    let panicked = std::panic::catch_unwind(|| EventType::from_static("a\nb")).is_err();
    let _ = std::panic::take_hook();
    assert!(panicked);
    assert_eq!(*place.lock().unwrap(), Some((file!().to_owned(), line)));
}

#[test]
fn a_value_straight_into_bytes_has_its_exact_size() {
    let chunk = Message::new().to_bytes_with(|data| write!(data, "{}\n{}", 1, 2)).unwrap();
    assert_eq!(chunk, "data: 1\ndata: 2\n\n");
    // Nothing is left over: the vector it came from takes just what it holds.
    assert_eq!(Vec::from(chunk).capacity(), 17);
    let outcome = Message::new().to_bytes_with(|_| Err("no"));
    assert_eq!(outcome, Err(EncodeWithError::Data("no")));
}

/// Around the length from which an id is shared, with an id of its own and without, and the next one after it.
#[test]
fn an_owned_event_has_its_id_however_long_it_is() {
    for len in [0, 1, 127, 128, 129, 1000, 100_000] {
        let (long, large) = ("x".repeat(len), "y".repeat(10_000));
        let stream =
            format!("id: {long}\ndata: 1\n\nevent: a\ndata: {large}\n\nid: z\ndata: 3\n\ndata: 4\n\n");
        for cut in [0, 5, 150, stream.len()] {
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            let (mut decoder, mut kept) = (Decoder::new(), Vec::new());
            for part in [head, tail] {
                let mut chunk = SharedChunk::new(part.to_owned());
                while let Some(FrameBuf::Event(event)) = decoder.decode_shared(&mut chunk).unwrap() {
                    kept.push(event);
                }
            }
            let seen: Vec<_> = kept
                .iter()
                .map(|event| (event.id().is_some(), event.last_event_id().as_str(), event.data().len()))
                .collect();
            let expected = [
                (true, long.as_str(), 1),
                (false, long.as_str(), large.len()),
                (true, "z", 1),
                (false, "z", 1),
            ];
            assert_eq!(seen, expected, "an id of {len} bytes, cut at {cut}");
            assert_eq!(decoder.last_event_id(), "z");
            // However it holds them, it is the same event.
            assert_eq!(kept[1], kept[1].as_event().to_buf());
            assert_eq!(kept[1].clone().data_bytes(), large);
        }
    }
}

#[test]
fn an_owned_event_hashes_like_what_it_holds() {
    use std::hash::{DefaultHasher, Hasher};
    let hash = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    let event = Event::new(EventType::MESSAGE, "x").with_id(EventId::from_static("7"));
    let others = [Event::new(EventType::MESSAGE, "y"), event.with_last_event_id(EventId::from_static("7"))];
    let of = |event: Event<'_>| hash(&|hasher| event.to_buf().hash(hasher));
    assert_eq!(of(event), hash(&|hasher| event.hash(hasher)));
    assert!(others.iter().all(|other| of(*other) != of(event)));
    assert!(others.iter().all(|other| other.to_buf() != event.to_buf()));
}

/// Also by an event that an adapter yields at the end of a stream. Whoever asks `finish` may drop its event, so the next one tells the id
/// again.
#[test]
fn an_id_is_news_once() {
    for unfinished in [Unfinished::Anything, Unfinished::WholeLines, Unfinished::Discard] {
        // The id of the open block does not count, so after its event the one before is news again.
        for (stream, told, later) in [
            ("id: 7\n\ndata: x\n", Some("7"), None),
            ("id: 7\n\ndata\n\ndata: x\n", None, None),
            ("id: 7\n\ndata\n\nid: 8\ndata: x\n", Some("8"), Some("7")),
            ("id: 7\ndata: x\n", Some("7"), Some("")),
        ] {
            let decoder = || Decoder::builder().unfinished(unfinished).build();
            let id = |frame: &FrameBuf| match frame {
                FrameBuf::Event(event) => event.id().map(|id| id.as_str().to_owned()),
                _ => unreachable!(),
            };
            let mut push = PushDecoder::from(decoder());
            push.push(stream).unwrap();
            push.end();
            push.push("data: y\n\n").unwrap();
            let ids: Vec<_> = push.map(|frame| id(&frame.unwrap())).collect();
            let last_two: Vec<_> = ids.iter().rev().take(2).map(|id| id.as_deref()).collect();
            if unfinished == Unfinished::Discard {
                assert_eq!(
                    last_two[0],
                    if stream.starts_with("id: 7\n\ndata: x") { Some("7") } else { None }
                );
            } else {
                assert_eq!(last_two, [later, told], "{stream:?}");
            }
            let (mut with_heap, mut buffer) = (decoder(), [0; 64]);
            let mut without = SliceDecoder::builder().unfinished(unfinished).build(&mut buffer);
            with_heap.decode_all(stream.as_bytes(), |_| {});
            let mut chunk = Chunk::new(stream.as_bytes());
            while without.decode(&mut chunk).unwrap().is_some() {}
            let news = [with_heap.finish(), without.finish()]
                .map(|end| end.event().map(|event| event.id().map(|id| id.as_str().to_owned())));
            let expected = (unfinished != Unfinished::Discard).then(|| told.map(str::to_owned));
            assert_eq!(news, [expected.clone(), expected], "{stream:?}");
            let again = if stream.starts_with("id: 7\n\ndata: x") {
                Some("7")
            } else {
                later.filter(|_| unfinished != Unfinished::Discard)
            };
            let event = with_heap
                .decode_event(&mut Chunk::new(b"data: y\n\n"))
                .map(|event| event.unwrap().id().map(|id| id.as_str().to_owned()));
            assert_eq!(event.unwrap().as_deref(), again, "{stream:?}");
            let event = without
                .decode_event(&mut Chunk::new(b"data: y\n\n"))
                .map(|event| event.unwrap().id().map(|id| id.as_str().to_owned()));
            assert_eq!(event.unwrap().as_deref(), again, "{stream:?}");
        }
    }
}

/// Without data there is no event that could have told it.
#[test]
fn the_id_of_a_cut_block_without_data_is_no_news() {
    let stream = b"id: 7\ndata\n\nid: 8\n";
    for unfinished in [Unfinished::Discard, Unfinished::Anything] {
        let mut buffer = [0; 64];
        let mut with_heap = Decoder::builder().unfinished(unfinished).build();
        let mut without = SliceDecoder::builder().unfinished(unfinished).build(&mut buffer);
        with_heap.decode_all(stream, |_| {});
        let mut chunk = Chunk::new(stream);
        while without.decode(&mut chunk).unwrap().is_some() {}
        assert!([with_heap.finish(), without.finish()].into_iter().all(|end| end.event().is_none()));
        let next = || Chunk::new(b"data: y\n\n");
        assert_eq!(with_heap.decode_event(&mut next()).unwrap().unwrap().id(), None);
        assert_eq!(without.decode_event(&mut next()).unwrap().unwrap().id(), None);
    }
}

/// An id of the event that was cut, after a long one that owned events share.
#[test]
fn a_cut_event_has_its_own_id() {
    let mut push = PushDecoder::from(Decoder::builder().unfinished(Unfinished::Anything).build());
    for (id, cut, expected) in
        [(1000, "", "7".repeat(1000)), (1000, "id: 8\n", "8".into()), (1, "", "7".into())]
    {
        push.push(format!("id: {}\n\n{cut}data: x\n", "7".repeat(id))).unwrap();
        push.end();
        let FrameBuf::Event(event) = push.next_frame().unwrap().unwrap() else { unreachable!() };
        assert_eq!((event.last_event_id().as_str(), event.id().is_some()), (&*expected, true));
    }
}
