//! Streams around streams: bodies that cannot be moved, chunks that are copied, a tap, keep-alives, `futures_io` readers.
#![cfg(all(feature = "futures-io", feature = "stream"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::io;
use std::marker::PhantomPinned;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use common::run::pieces;
use common::strategies::streams::{cuts, places, stream};
use futures::stream::{iter, unfold};
use futures::{AsyncRead, FutureExt, Stream, StreamExt, executor::block_on};
use proptest::prelude::*;
use sse_proto::{
    Decoder, EventBuf, EventStream, FieldsStream, Frame, FrameBuf, FrameStream, IoChunks, KEEP_ALIVE,
    KeepAlive, Message, SourceError, Tap, Unfinished,
};

type Item = io::Result<Bytes>;

fn source(input: &[u8], cuts: &[usize]) -> impl Stream<Item = Item> + use<> {
    let chunks: Vec<_> =
        pieces(input, cuts).into_iter().map(|(_, piece)| Ok(piece.to_vec().into())).collect();
    iter(chunks)
}

/// As the bodies that `async` blocks make: they cannot be moved once they are polled.
fn pinned(chunks: Vec<Item>) -> impl Stream<Item = Item> {
    unfold(chunks.into_iter(), |mut chunks| async move {
        let _pin = PhantomPinned;
        let next = poll_fn(|_| Poll::Ready(chunks.next())).await;
        next.map(|chunk| (chunk, chunks))
    })
}

fn events<E: std::fmt::Debug>(stream: impl Stream<Item = Result<EventBuf, SourceError<E>>>) -> Vec<String> {
    block_on(stream.map(|event| event.unwrap().data().to_owned()).collect())
}

fn poll<S: Stream>(stream: &mut Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_body_need_not_be_unpin() {
    let chunks = || vec![Ok("data: 1\n\nda".into()), Ok("ta: 2\n\n".into())];
    assert_eq!(events(EventStream::new(pinned(chunks()))), ["1", "2"]);
    assert_eq!(block_on(FrameStream::new(pinned(chunks())).count()), 2);
    assert_eq!(block_on(FieldsStream::new(pinned(chunks())).count()), 2);
    assert_eq!(block_on(Tap::new(pinned(chunks()), |_| {}).count()), 2);
    assert_eq!(block_on(KeepAlive::new(pinned(chunks()), pending::<()>).count()), 2);
}

#[test]
fn chunks_of_any_kind_are_copied() {
    let text = String::from("data: 1\n\nda|ta: 2\n\n");
    let lent = || iter(text.split('|').map(Ok::<&str, io::Error>));
    assert_eq!(events(EventStream::copying(lent())), ["1", "2"]);
    assert_eq!(block_on(FrameStream::copying(lent()).count()), 2);
    assert_eq!(block_on(FieldsStream::copying(lent()).count()), 2);
}

/// A frame as an owned one, or the text of the error.
type Shown = Rc<RefCell<Vec<Result<FrameBuf, String>>>>;

fn look(shown: &Shown) -> impl FnMut(Result<Frame<'_>, sse_proto::DecodeError>) + use<> {
    let shown = shown.clone();
    move |frame| shown.borrow_mut().push(frame.map(FrameBuf::from).map_err(|error| error.to_string()))
}

proptest! {
    /// Every chunk as it was, and the frames of the stream beside it.
    #[test]
    fn a_tap_leaves_the_bytes_alone_and_shows_the_frames(
        input in stream(), cuts in cuts(8), limit in 1_usize..64,
    ) {
        let cuts = places(&cuts, input.len());
        let decoder = || Decoder::builder().max_event_size(limit).comments(true).unfinished(Unfinished::Anything).build();
        let shown = Shown::default();
        let tap = Tap::with_decoder(source(&input, &cuts), decoder(), look(&shown));
        let passed: Vec<Bytes> = block_on(tap.map(Result::unwrap).collect());
        let chunks: Vec<Bytes> = block_on(source(&input, &cuts).map(Result::unwrap).collect());
        prop_assert_eq!(passed, chunks);
        let frames = FrameStream::with_decoder(source(&input, &cuts), decoder());
        let frames: Vec<_> = block_on(frames.map(|frame| frame.map_err(|error| error.to_string())).collect());
        prop_assert_eq!(shown.take(), frames);
    }

    /// Keep-alives at any moment change no event.
    #[test]
    fn keep_alives_stand_between_events(input in stream(), cuts in cuts(8), quiet in proptest::collection::vec(0_u8..3, 12)) {
        let cuts = places(&cuts, input.len());
        let mut chunks = pieces(&input, &cuts).into_iter().map(|(_, piece)| Bytes::copy_from_slice(piece));
        let mut quiet = quiet.into_iter();
        // A source that is not ready a few times before each chunk.
        let mut waits = 0;
        let source = futures::stream::poll_fn(move |_| {
            if waits > 0 {
                waits -= 1;
                return Poll::Pending;
            }
            waits = quiet.next().unwrap_or(0);
            Poll::Ready(chunks.next().map(Ok::<_, io::Error>))
        });
        let mut kept = pin!(KeepAlive::new(source, || ready(())));
        let mut sent = Vec::new();
        loop {
            match poll(&mut kept) {
                Poll::Ready(Some(bytes)) => sent.extend_from_slice(&bytes.unwrap()),
                Poll::Ready(None) => break,
                Poll::Pending => {}
            }
        }
        let frames = |bytes: &[u8]| {
            let mut frames = Vec::new();
            Decoder::new().decode_all(bytes, |frame| frames.push(FrameBuf::from(frame.unwrap())));
            frames
        };
        prop_assert_eq!(frames(&sent), frames(&input));
    }
}

/// What another connection left open is not the start of this one.
#[test]
fn a_tap_starts_with_a_new_stream() {
    let mut decoder = Decoder::new();
    decoder.decode_all(b"id: 7\n\ndata: left open\n", |_| {});
    let shown = Shown::default();
    let tapped = Tap::with_decoder(source(b"data: 1\n\n", &[]), decoder, look(&shown));
    assert_eq!(block_on(tapped.count()), 1);
    let [Ok(FrameBuf::Event(event))] = &shown.borrow()[..] else { panic!("{shown:?}") };
    assert_eq!((event.data(), event.last_event_id().as_str()), ("1", "7"));
}

#[test]
fn a_keep_alive_of_one_line() {
    let quiet = futures::stream::pending::<Item>();
    let mut body = KeepAlive::new(quiet, || ready(())).line();
    assert_eq!(block_on(body.next()).unwrap().unwrap(), ":\n");
}

/// Comments alone are not the start of an event: a source that sends a line of its own now and then is kept alive, too.
#[test]
fn a_keep_alive_comes_unless_an_event_is_open() {
    for (sent, is_due) in [
        ("", true),
        ("\u{FEFF}", true),
        ("\n", true),
        (":\n", true),
        (": connected\r\n", true),
        ("data: x\n\n: ping\r", true),
        ("\u{FEFF}: ping\n", true),
        (": ping", false),
        ("data: x\n: ping\n", false),
        ("id: 1\n", false),
        ("retry: 5\r\n", false),
        ("x\n", false),
        ("d", false),
    ] {
        for every in 1..=sent.len().max(1) {
            let chunks: Vec<_> =
                sent.as_bytes().chunks(every).map(|chunk| Item::Ok(Bytes::copy_from_slice(chunk))).collect();
            let chunk_count = chunks.len();
            let quiet = iter(chunks).chain(futures::stream::pending());
            let mut body = pin!(KeepAlive::new(quiet, || ready(())));
            for _ in 0..chunk_count {
                assert!(poll(&mut body).is_ready());
            }
            for _ in 0..2 {
                assert_eq!(poll(&mut body).is_ready(), is_due, "{sent:?} in {every}s");
            }
        }
    }
}

/// The CR has ended its line: an LF after the keep-alive would be a blank line, which some clients take for an event.
#[test]
fn a_line_end_that_a_keep_alive_cuts_stays_one() {
    for (before, after, sent) in [
        (": hi\r", "\n", ": hi\r:\n"),
        (": hi\r", "\ndata: y\r\n\r\n", ": hi\r:\ndata: y\r\n\r\n"),
        ("data: x\r\n\r", "\n\n", "data: x\r\n\r:\n\n"),
        (": hi\r", "data: y\r\r", ": hi\r:\ndata: y\r\r"),
        (": hi\n", "\n", ": hi\n:\n\n"),
    ] {
        let mut steps = [Some(before), None, Some(""), Some(after)].into_iter();
        let source = futures::stream::poll_fn(move |_| match steps.next() {
            Some(Some(sent)) => Poll::Ready(Some(Item::Ok(Bytes::from_static(sent.as_bytes())))),
            Some(None) => Poll::Pending,
            None => Poll::Ready(None),
        });
        let body = KeepAlive::new(source, || ready(())).line();
        let got: Vec<_> = block_on(body.map(|bytes| bytes.unwrap()).collect());
        assert_eq!(String::from_utf8(got.concat()).unwrap(), sent, "{before:?} {after:?}");
    }
}

/// After a keep-alive a second mark of the source is the start of a line.
#[test]
fn no_keep_alive_comes_after_a_second_mark() {
    let mut steps = [None, Some("\u{FEFF}\u{FEFF}"), None, Some("data: x\n\n"), None].into_iter();
    let source = futures::stream::poll_fn(move |_| match steps.next() {
        Some(Some(sent)) => Poll::Ready(Some(Item::Ok(Bytes::from_static(sent.as_bytes())))),
        _ => Poll::Pending,
    });
    let mut body = pin!(KeepAlive::new(source, || ready(())));
    let mut sent = Vec::new();
    for _ in 0..5 {
        if let Poll::Ready(Some(bytes)) = poll(&mut body) {
            sent.extend_from_slice(&bytes.unwrap());
        }
    }
    assert_eq!(String::from_utf8(sent).unwrap(), ":\n\n\u{FEFF}data: x\n\n:\n\n");
}

/// A byte order mark is one only at the very start, and a keep-alive may come before the source's first byte.
#[test]
fn a_mark_after_a_keep_alive_is_removed() {
    for (input, kept) in [
        ("\u{FEFF}data: x\n\n".as_bytes(), "data: x\n\n".as_bytes()),
        ("\u{FEFF}\u{FEFF}data: x\n\n".as_bytes(), "\u{FEFF}data: x\n\n".as_bytes()),
        (b"\xEF\xBBdata: x\n\n", b"\xEF\xBBdata: x\n\n"),
        (b"data: x\n\n\xEF\xBB\xBF", b"data: x\n\n\xEF\xBB\xBF"),
        (b"\xEF\xBB", b""),
    ] {
        for every in 1..=input.len() {
            for is_quiet in [true, false] {
                let mut chunks = input.chunks(every).map(Bytes::copy_from_slice);
                let mut is_late = is_quiet;
                let source = futures::stream::poll_fn(move |_| {
                    if std::mem::take(&mut is_late) {
                        Poll::Pending
                    } else {
                        Poll::Ready(chunks.next().map(Ok))
                    }
                });
                let sent: Vec<Bytes> = block_on(
                    KeepAlive::new(source, || ready(())).map(|bytes: Item| bytes.unwrap()).collect(),
                );
                assert!(sent.iter().all(|bytes| !bytes.is_empty()));
                let expected = if is_quiet { [KEEP_ALIVE, kept].concat() } else { input.to_vec() };
                assert_eq!(sent.concat(), expected, "{input:?} in {every}s");
            }
        }
    }
}

/// A source that is always ready with nothing lets others run.
#[test]
fn a_keep_alive_passes_empty_chunks() {
    let mut is_late = true;
    let empty = futures::stream::poll_fn(move |_| {
        if std::mem::take(&mut is_late) { Poll::Pending } else { Poll::Ready(Some(Item::Ok(Bytes::new()))) }
    });
    let mut body = KeepAlive::new(empty, || ready(()));
    assert_eq!(block_on(body.next()).unwrap().unwrap(), KEEP_ALIVE);
    assert!(block_on(body.next()).unwrap().unwrap().is_empty());
}

#[test]
fn a_tap_shows_nothing_of_a_source_that_failed() {
    let shown = Shown::default();
    let decoder = Decoder::builder().unfinished(Unfinished::Anything).build();
    let body = iter([Ok("data: 1"), Err("cut")]);
    let mut tap = Tap::with_decoder(body, decoder, look(&shown));
    assert_eq!(block_on((&mut tap).collect::<Vec<_>>()), [Ok("data: 1"), Err("cut")]);
    assert!(block_on(tap.next()).is_none() && shown.take().is_empty());
}

/// A stream and a timer whose moments the test chooses.
#[derive(Clone, Default)]
struct Stage {
    chunk: Rc<Cell<Option<&'static str>>>,
    rings: Rc<Cell<bool>>,
    waits: Rc<Cell<usize>>,
}

impl Stage {
    fn keep_alive(&self) -> impl Stream<Item = Item> + use<> {
        let (chunk, stage) = (self.chunk.clone(), self.clone());
        let source = futures::stream::poll_fn(move |_| match chunk.take() {
            None => Poll::Pending,
            Some("end") => Poll::Ready(None),
            Some("cut") => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            Some(text) => Poll::Ready(Some(Ok(Bytes::from(text)))),
        });
        KeepAlive::new(source, move || {
            let rings = stage.rings.clone();
            stage.waits.set(stage.waits.get() + 1);
            poll_fn(move |_| if rings.take() { Poll::Ready(()) } else { Poll::Pending })
        })
        .sending(&Message::new().comment("!"))
    }
}

#[test]
fn a_keep_alive_comes_when_nothing_has_come_for_a_while() {
    let stage = Stage::default();
    let mut stream = pin!(stage.keep_alive());
    let mut next = || match poll(&mut stream) {
        Poll::Pending => "pending".to_owned(),
        Poll::Ready(None) => "end".to_owned(),
        Poll::Ready(Some(Ok(bytes))) => String::from_utf8(bytes.to_vec()).unwrap(),
        Poll::Ready(Some(Err(error))) => error.kind().to_string(),
    };
    assert_eq!((next().as_str(), stage.waits.get()), ("pending", 1));
    assert_eq!((next().as_str(), stage.waits.get()), ("pending", 1)); // the same wait
    stage.rings.set(true);
    assert_eq!((next().as_str(), stage.waits.get()), (":!\n\n", 1));
    assert_eq!((next().as_str(), stage.waits.get()), ("pending", 2));
    // What comes starts the wait anew.
    stage.chunk.set(Some("data: 1\n"));
    assert_eq!((next().as_str(), stage.waits.get()), ("data: 1\n", 2));
    assert_eq!((next().as_str(), stage.waits.get()), ("pending", 3));
    // In the middle of an event nothing is put in, and nobody is woken for nothing.
    stage.rings.set(true);
    assert_eq!((next().as_str(), stage.waits.get()), ("pending", 3));
    // The LF belongs to the CR before the keep-alive.
    for (chunk, sent) in [("\r", "\r"), ("\n", "pending"), ("\r\n", "\r\n")] {
        stage.chunk.set(Some(chunk));
        assert_eq!(next(), sent);
        assert_eq!(next(), "pending");
        stage.rings.set(true);
        assert_eq!(next(), ":!\n\n", "after {chunk:?}");
    }
    stage.chunk.set(Some("cut"));
    assert_eq!(next(), "connection reset");
    stage.chunk.set(Some("end"));
    assert_eq!(next(), "end");
    stage.rings.set(true);
    assert_eq!(next(), "end");
}

/// A reader of `futures_io` that gives what it is told to.
struct Reader(std::vec::IntoIter<io::Result<&'static [u8]>>);

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.next().unwrap_or(Ok(b"")).map(|bytes| {
            buffer[..bytes.len()].copy_from_slice(bytes);
            bytes.len()
        }))
    }
}

#[test]
fn a_reader_is_read_to_its_end() {
    let reader = |items: Vec<io::Result<&'static [u8]>>| IoChunks::new(Reader(items.into_iter()));
    let interrupted = || Err(io::ErrorKind::Interrupted.into());
    let items =
        || vec![Ok(&b"data: 1\n\nda"[..]), interrupted(), Ok(b"ta: 2\n\n"), Ok(b""), Ok(b"data: late\n\n")];
    let events = EventStream::new(reader(items())).map(|event| event.unwrap().data().to_owned());
    assert_eq!(events.collect::<Vec<_>>().now_or_never().expect("each read is ready"), ["1", "2"]);
    // After its end it is not asked again.
    let mut chunks = reader(items());
    assert_eq!((&mut chunks).count().now_or_never(), Some(2));
    assert!(chunks.next().now_or_never().unwrap().is_none());
    let mut broken = reader(vec![Ok(b"a"), Err(io::ErrorKind::ConnectionReset.into()), Ok(b"b")]);
    assert_eq!(broken.next().now_or_never().unwrap().unwrap().unwrap(), "a");
    assert!(broken.next().now_or_never().unwrap().unwrap().is_err());
    assert_eq!(broken.next().now_or_never().unwrap().unwrap().unwrap(), "b");
}
