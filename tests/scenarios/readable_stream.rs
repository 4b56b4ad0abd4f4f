//! The browser interface that is proposed beside `EventSource` (whatwg/html#12272): a stream of bytes in, events out, with
//! getters for the last event ID and the reconnection time, a reset, and no connection of its own. That is a decoder; so it has
//! to do what the proposal says. The cases are ours, by the subjects that its tests name.

use std::time::Duration;

use sse_proto::{Decoder, EventId, FrameBuf, PushDecoder};

/// Type, data and last event ID of each event in these chunks.
fn events(decoder: &mut PushDecoder, chunks: &[&[u8]]) -> Vec<(String, String, String)> {
    let mut seen = Vec::new();
    for chunk in chunks {
        decoder.push_slice(chunk).unwrap();
        while let Some(frame) = decoder.next_frame().unwrap() {
            let FrameBuf::Event(event) = frame else { continue };
            seen.push((
                event.event_type().to_string(),
                event.data().to_owned(),
                event.last_event_id().to_string(),
            ));
        }
    }
    seen
}

fn event(kind: &str, data: &str, id: &str) -> (String, String, String) {
    (kind.into(), data.into(), id.into())
}

#[test]
fn at_the_start() {
    let decoder = Decoder::new();
    assert_eq!(decoder.last_event_id(), "");
    assert_eq!(decoder.reconnection_time(), None, "the program's own default");
}

#[test]
fn parsing() {
    let cases: [(&[&[u8]], Vec<_>); 9] = [
        (&[b"data: hello\n\n"], vec![event("message", "hello", "")]),
        (&[b": comment\ndata: x\n: another\n\n"], vec![event("message", "x", "")]),
        (
            &[b"event: custom\ndata: x\n\ndata: y\n\n"],
            vec![event("custom", "x", ""), event("message", "y", "")],
        ),
        (&[b"data: one\ndata: two\ndata\n\n"], vec![event("message", "one\ntwo\n", "")]),
        (
            &[b"data: a\r\rdata: b\r\n\r\ndata: c\n\n"],
            vec![event("message", "a", ""), event("message", "b", ""), event("message", "c", "")],
        ),
        (&[b"\xEF\xBB\xBFdata: x\n\n"], vec![event("message", "x", "")]),
        (&[b"\xEF", b"\xBB", b"\xBF", b"data: x\n\n"], vec![event("message", "x", "")]),
        (&[b"da", b"ta: sp", b"lit\r", b"\n", b"\r", b"\n"], vec![event("message", "split", "")]),
        (&[b"data: \xE2\x82", b"", b"\xAC\n\n"], vec![event("message", "€", "")]),
    ];
    for (chunks, expected) in cases {
        assert_eq!(events(&mut PushDecoder::new(), chunks), expected, "{chunks:?}");
    }
}

#[test]
fn id_and_retry_are_read_and_can_be_asked_for() {
    let mut decoder = PushDecoder::new();
    let seen = events(&mut decoder, &[b"id: 1\ndata: a\n\ndata: b\n\nid: 2\n\nretry: 1234\n"]);
    assert_eq!(seen, [event("message", "a", "1"), event("message", "b", "1")]);
    assert_eq!(decoder.decoder().last_event_id(), "2", "without an event, too");
    assert_eq!(decoder.decoder().reconnection_time(), Some(Duration::from_millis(1234)));
    let _ = events(&mut decoder, &[b"retry: soon\nretry: -1\nid: x\0\n\n"]);
    assert_eq!(decoder.decoder().last_event_id(), "2");
    assert_eq!(decoder.decoder().reconnection_time(), Some(Duration::from_millis(1234)));
    let _ = events(&mut decoder, &[b"id\n\n"]);
    assert_eq!(decoder.decoder().last_event_id(), "");
}

/// The end and an error of the source are the program's to see; what was open is gone, and nothing connects again.
#[test]
fn done_and_failed() {
    let mut decoder = PushDecoder::new();
    assert_eq!(events(&mut decoder, &[b"data: a\n\nid: 2\ndata: lost"]), [event("message", "a", "")]);
    decoder.end();
    assert!(decoder.next_frame().unwrap().is_none());
    assert_eq!(decoder.decoder().last_event_id(), "");
}

/// The pattern of a program that connects again: reset, then the next stream through the same object.
#[test]
fn a_reset_makes_ready_for_a_fresh_stream() {
    let mut decoder = PushDecoder::new();
    let _ = events(&mut decoder, &[b"\xEF\xBB\xBFretry: 5\nid: 7\ndata: a\n\nevent: old\nid: 8\ndata: ha"]);
    decoder.reconnect();
    assert_eq!(decoder.decoder().last_event_id(), "7", "what was not whole does not count");
    assert_eq!(decoder.decoder().reconnection_time(), Some(Duration::from_millis(5)));
    let seen = events(&mut decoder, &[b"\xEF\xBB\xBFdata: b\n\n"]);
    assert_eq!(seen, [event("message", "b", "7")], "a new byte order mark, no old type");
    // A new object that is given what the old one knew.
    let id = EventId::new("7").unwrap();
    let mut decoder = PushDecoder::from(Decoder::builder().last_event_id(id).build());
    assert_eq!(events(&mut decoder, &[b"data: c\n\n"]), [event("message", "c", "7")]);
}
