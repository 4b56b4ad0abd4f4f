//! The small items of the surface that no other test needs: conversions, defaults, accessors, and what `Debug` shows.
#![cfg(all(feature = "std", feature = "stream", feature = "serde", feature = "futures-io"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::executor::block_on;
use futures::{Stream, StreamExt, stream};
use sse_proto::bytes::Bytes;
use sse_proto::driver::{
    BlockingEventSource, BlockingTransport, DriverError, EventSource, Response, Transport,
};
use sse_proto::replay::{EpochId, ReplayLog, ReplayLogBuilder};
use sse_proto::session::{Action, Request, Session, SessionBuilder, Time};
use sse_proto::{
    BlockScanner, BlockScannerBuilder, Chunk, DecodeError, Decoder, DecoderBuilder, EncodeWithError, Event,
    EventBuf, EventId, EventIdBuf, EventStream, EventType, FieldWriter, FieldsStream, Frame, FrameBuf,
    FrameStream, IdText, IoChunks, Message, MessageBuf, PushDecoder, Scanner, SharedChunk, SliceDecoder,
    SourceError, Tap,
};

type Chunks = stream::Iter<std::vec::IntoIter<io::Result<Bytes>>>;

fn chunks(text: &'static str) -> Chunks {
    stream::iter(vec![Ok(Bytes::from_static(text.as_bytes()))])
}

/// How many chunks it still has.
fn left(chunks: &Chunks) -> usize {
    chunks.size_hint().0
}

fn events(decoder: &mut Decoder, text: &str) -> Vec<EventBuf> {
    let (mut chunk, mut events) = (Chunk::from(text.as_bytes()), Vec::new());
    while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
        events.push(event.to_buf());
    }
    events
}

#[test]
fn a_default_is_what_new_makes() {
    assert_eq!(events(&mut DecoderBuilder::default().build(), "data: 1\n\n")[0].data(), "1");
    let mut push = PushDecoder::default();
    push.push("data: 1\n\n").unwrap();
    assert!(matches!(push.next_frame(), Ok(Some(FrameBuf::Event(event))) if event.data() == "1"));
    for mut blocks in [BlockScanner::default(), BlockScannerBuilder::default().build()] {
        assert_eq!(blocks.scan(&mut &b"data: 1\n\n"[..]).unwrap().unwrap().bytes(), b"data: 1\n\n");
    }
    assert_eq!(Scanner::default().position(), 0);
    for mut session in [Session::default(), SessionBuilder::default().build()] {
        assert!(matches!(session.poll(Time::START, 0), Action::Connect(_)));
    }
    for log in [<ReplayLog>::default(), <ReplayLogBuilder>::default().build()] {
        assert_eq!(log.iter().count(), 0);
    }
}

#[test]
fn sources_come_back_out_of_their_adapters() {
    let mut fields = FieldsStream::new(chunks("data: 1\n\n"));
    assert_eq!((left(fields.get_ref()), left(fields.get_mut())), (1, 1));
    assert!(block_on(fields.next()).is_some());
    assert_eq!(left(fields.get_ref()), 0, "it was read");
    let mut frames = FrameStream::new(chunks("id: 7\n\n"));
    assert!(block_on(frames.next()).is_none());
    let (source, decoder) = frames.into_parts();
    assert_eq!((left(&source), decoder.last_event_id()), (0, EventId::from_static("7")));
    let mut events = EventStream::with_decoder(chunks("data: 1\n\n"), decoder);
    assert_eq!(block_on(events.next()).unwrap().unwrap().last_event_id(), "7");
    assert_eq!(events.into_parts().1.last_event_id(), "7");
    let copied = EventStream::copying(stream::iter([Ok::<_, io::Error>(&b"data: 1\n\n"[..])]));
    assert_eq!(copied.get_ref().size_hint(), (1, Some(1)));
    let tap = Tap::new(chunks(""), |_| {});
    assert_eq!(tap.decoder().last_event_id(), "");
    let mut reader = IoChunks::new(futures::io::Cursor::new(b"data: 1\n\n"));
    assert_eq!((reader.get_ref().position(), reader.get_mut().position()), (0, 0));
    assert_eq!(block_on(reader.next()).unwrap().unwrap(), "data: 1\n\n");
    assert_eq!(reader.into_inner().position(), 9);
}

#[test]
fn a_value_becomes_another_form_of_itself() {
    let event = events(&mut Decoder::new(), "event: a\nid: 7\ndata: x\n\n").remove(0);
    assert_eq!(Event::from(&event), event.as_event());
    let frame = FrameBuf::from(event.clone());
    assert_eq!(serde_json::to_value(&frame).unwrap(), serde_json::to_value(frame.as_frame()).unwrap());
    let mut chunk = SharedChunk::from(b"data: 1\n\n".to_vec());
    assert!(Decoder::new().decode_shared(&mut chunk).unwrap().is_some());
    let message = MessageBuf::from(Message::new().data("x"));
    assert_eq!(Message::from(&message).to_bytes(), "data: x\n\n");
    let id = EventIdBuf::try_from("7".to_owned()).unwrap();
    assert_eq!((AsRef::<str>::as_ref(&id), AsRef::<str>::as_ref(&id.as_event_id())), ("7", "7"));
    assert_eq!(serde_json::from_str::<EventIdBuf>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    assert!(serde_json::from_str::<EventIdBuf>("\"a\\n\"").is_err());
    assert_eq!(AsRef::<str>::as_ref(&IdText::from(7)), "7");
    assert_eq!(IdText::from(EpochId::new(3, 4)).as_str(), EpochId::new(3, 4).to_string());
    assert_eq!(EventType::try_from("a"), EventType::new("a"));
    assert_eq!(EventId::try_from("a\r").unwrap_err().position(), Some(1));
    assert_eq!(EventType::new("").unwrap_err().position(), None);
    let mut log = ReplayLog::builder().build();
    log.push(EventId::from_static("1"), Bytes::new());
    assert_eq!((&log).into_iter().count(), 1);
    assert_eq!(Time::after_start(Duration::from_secs(3)), Time::START + Duration::from_secs(3));
}

#[test]
fn errors_say_what_they_are_of() {
    let limit =
        Decoder::builder().max_event_size(1).build().decode(&mut Chunk::new(b"data: 12")).unwrap_err();
    let decode = SourceError::<io::Error>::Decode(limit);
    assert!(decode.into_source().is_none());
    assert!(
        matches!(SourceError::<u8>::Decode(limit).map_source(u16::from), SourceError::Decode(error) if error == limit)
    );
    assert_eq!(SourceError::Source(7_u8).map_source(u16::from).into_source(), Some(7_u16));
    let not_utf8 = Message::new().encode_with(&mut Vec::new(), |data| data.write_all(b"a\xFF")).unwrap_err();
    assert!(matches!(not_utf8, EncodeWithError::NotUtf8 { position: 1, .. }));
    assert!(not_utf8.to_string().contains("byte 1"), "{not_utf8}");
    let small = Message::new().encode_to_slice_with(&mut [0; 4], |data| data.write_str("x")).unwrap_err();
    assert_eq!(small.to_string(), "needed 9 bytes, 4 available");
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert_eq!(Message::new().data("x").encode_to_io(Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
}

/// One line each, with what the accessors return.
#[test]
fn debug_shows_the_state() {
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(b"id: 7\nevent: a\ndata: x\n\nrest");
    let event = format!("{:?}", decoder.decode_bytes(&mut chunk).unwrap().unwrap());
    let expected = "BytesEvent { event_type: \"a\", data: \"x\", id: Some(\"7\"), last_event_id: \"7\" }";
    assert_eq!(event, expected);
    assert_eq!(format!("{chunk:?}"), "Chunk { len: 28, consumed: 24 }");
    assert_eq!(format!("{:?}", SharedChunk::new("abc")), "SharedChunk { len: 3, consumed: 0 }");
    let mut blocks = BlockScanner::new();
    let block = format!("{:?}", blocks.scan(&mut &b"data: 1\n\n"[..]).unwrap().unwrap());
    assert_eq!(block, "Block { part: Whole, range: 0..9, bytes: b\"data: 1\\n\\n\" }");
    let mut session = Session::new();
    let Action::Connect(request) = session.poll(Time::START, 0) else { panic!("not to connect") };
    let connection = request.connection();
    let body = session.receive(connection, b"", Time::START);
    assert!(format!("{body:?}").starts_with("BodyChunk { connection: "), "{body:?}");
    let body = session.receive_shared(connection, Bytes::new(), Time::START);
    assert_eq!(body.connection(), connection);
    assert!(format!("{body:?}").starts_with("SharedBodyChunk { connection: "), "{body:?}");
    let mut text = Vec::new();
    let mut writer = FieldWriter::new(&mut text);
    writer.flush().unwrap();
    assert!(format!("{writer:?}").starts_with("FieldWriter { buffer: "));
    drop(writer);
    Message::new()
        .encode_with(&mut text, |data| {
            data.flush()?;
            assert!(format!("{data:?}").starts_with("DataWriter { text: "), "{data:?}");
            Ok::<_, io::Error>(())
        })
        .unwrap();
    let response = Response::new(200, ()).header("content-type", b"text/\xFFplain");
    assert!(format!("{response:?}").contains("content_type: text/\\xffplain"), "{response:?}");
}

fn poll_once<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    stream.poll_next_unpin(&mut Context::from_waker(std::task::Waker::noop()))
}

struct Never;

impl futures::io::AsyncRead for Never {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut [u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }
}

#[test]
fn an_adapter_waits_with_its_source() {
    let never = stream::pending::<io::Result<Bytes>>;
    assert!(poll_once(&mut EventStream::copying(never())).is_pending());
    assert!(poll_once(&mut Tap::new(never(), |_| {})).is_pending());
    assert!(poll_once(&mut FieldsStream::new(never())).is_pending());
    assert!(poll_once(&mut IoChunks::new(Never)).is_pending());
    let mut fields = FieldsStream::new(chunks("data: 1\n\n"));
    assert!(matches!(poll_once(&mut fields), Poll::Ready(Some(Ok(_)))));
    for _ in 0..2 {
        assert!(matches!(poll_once(&mut fields), Poll::Ready(None)), "it has ended");
    }
}

#[test]
fn what_does_not_fit_is_an_error_of_its_view() {
    let mut buffer = [0; 4];
    let mut decoder = SliceDecoder::new(&mut buffer);
    let mut chunk = Chunk::new(b"data: 12345\n\ndata: 1\n\n");
    assert_eq!(decoder.decode_event(&mut chunk).unwrap_err().limit(), 4);
    assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    let blocks = BlockScanner::builder().max_block_size(8).build();
    let mut fields = FieldsStream::with_scanner(chunks("data: 1\n\ndata: 12345\n\n"), blocks);
    let error = loop {
        match poll_once(&mut fields) {
            Poll::Ready(Some(Err(SourceError::Decode(error)))) => break error,
            Poll::Ready(Some(Ok(_))) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(error, DecodeError::BlockTooLarge { .. }));
    assert_eq!((error.limit(), error.offset()), (8, 9));
    let error = Message::new().encode_to_slice_with(&mut [0; 64], |_| Err("none")).unwrap_err();
    assert_eq!(error, EncodeWithError::Data("none"));
    assert!(
        MessageBuf::new().try_event_type(Some("\n")).is_err()
            && MessageBuf::new().try_id(Some("\0")).is_err()
    );
    for bad in ["7", "{}", "{\"data\":7}"] {
        assert!(
            serde_json::from_str::<EventBuf>(bad).is_err() && serde_json::from_str::<FrameBuf>(bad).is_err()
        );
    }
    assert!(serde_json::from_str::<EventIdBuf>("7").is_err());
}

/// A transport of nothing: each connection is refused.
struct Nowhere;

impl Transport for Nowhere {
    type Body = ();
    type Error = io::Error;
    type Connect = std::future::Ready<io::Result<Response<()>>>;
    type Sleep = std::future::Pending<()>;

    fn connect(&mut self, _: Request<'_>) -> Self::Connect {
        std::future::ready(Err(io::ErrorKind::ConnectionRefused.into()))
    }

    fn poll_read(&mut self, (): &mut (), _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(None)
    }

    fn sleep_until(&mut self, _: Time) -> Self::Sleep {
        std::future::pending()
    }
}

impl BlockingTransport for Nowhere {
    type Body = ();

    fn connect(&mut self, _: &Request<'_>, _: Option<Duration>) -> io::Result<Response<()>> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn read(&mut self, (): &mut (), _: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        Ok(0)
    }
}

#[test]
fn the_drivers_lend_their_parts() {
    let session = || Session::builder().max_attempts(Some(1)).build();
    let mut source = EventSource::new(session(), Nowhere);
    let before = Transport::now(source.transport_mut());
    assert!(format!("{source:?}").starts_with("EventSource { session: Session { state: "), "{source:?}");
    assert_eq!(source.session().last_event_id(), "");
    let failed = block_on(source.next_event()).unwrap();
    assert!(matches!(failed, Err(DriverError::Failed { .. })), "{failed:?}");
    assert!(Transport::now(source.transport()) >= before);
    let mut source = BlockingEventSource::new(session(), Nowhere);
    assert!(format!("{source:?}").starts_with("BlockingEventSource { session: Session"), "{source:?}");
    assert_eq!(source.session().last_event_id(), "");
    assert!(BlockingTransport::now(source.transport()) >= before);
    assert!(matches!(source.next(), Some(Err(DriverError::Failed { .. }))));
    assert!(source.next().is_none());
}

/// What is no event is passed, in any view.
#[test]
fn a_slice_decoder_of_events_passes_the_rest() {
    let mut buffer = [0; 64];
    let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
    let mut chunk = Chunk::new(b"retry: 5\n: comment\ndata: 1\n\n: more\n");
    assert_eq!(decoder.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    assert_eq!(decoder.decode_event(&mut chunk).unwrap(), None);
    assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(5)));
    let mut chunk = Chunk::new(b"retry: 6\n");
    assert!(matches!(decoder.decode(&mut chunk), Ok(Some(Frame::Retry(_)))));
}
