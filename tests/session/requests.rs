//! What a request holds: which headers, and which last event ID, or why none.

use sse_proto::headers::{self, REQUEST_HEADERS};
use sse_proto::replay::{Replay, ReplayLog};
use sse_proto::session::{Action, LeftOut, Request, Session, SessionBuilder};
use sse_proto::{Decoder, EventId, Message};

use super::{PLAIN, s};

/// The request of a session that knows `id`, handed to `look`.
fn request<T>(settings: SessionBuilder, id: &str, look: impl FnOnce(Request<'_>) -> T) -> T {
    let decoder = Decoder::builder().last_event_id(EventId::new(id).unwrap()).build();
    let mut session = settings.decoder(decoder).build();
    let Action::Connect(request) = session.poll(s(0).into(), 0) else { panic!("not to connect") };
    let seen = look(request);
    assert_eq!(session.last_event_id(), id, "it stays");
    seen
}

fn sent(settings: SessionBuilder, id: &str) -> Result<Option<Vec<u8>>, LeftOut> {
    request(settings, id, |request| {
        let header = request.headers().find(|(name, _)| *name == "last-event-id").map(|header| header.1);
        assert_eq!(header, request.last_event_id());
        let id = request.last_event_id().map(<[u8]>::to_vec);
        assert!(id.is_none() || request.left_out().is_none());
        request.left_out().map_or(Ok(id), Err)
    })
}

#[test]
fn an_id_goes_without_blanks_at_its_ends() {
    for (id, goes) in
        [("7", "7"), ("é", "é"), (" 7", "7"), ("7 ", "7"), ("\t7 \t", "7"), ("a b", "a b"), (" a b", "a b")]
    {
        assert_eq!(sent(PLAIN, id), Ok(Some(goes.as_bytes().to_vec())), "{id:?}");
    }
    assert_eq!(sent(PLAIN, ""), Ok(None), "there is nothing to send, and nothing left out");
    for blanks in [" ", "\t \t"] {
        assert_eq!(sent(PLAIN, blanks), Err(LeftOut::Blank));
    }
    assert_eq!(sent(PLAIN.max_id_size(2), " ab  "), Ok(Some(b"ab".to_vec())), "what goes is measured");
}

/// Both sides: the value goes without its blanks, and the log answers for what arrives.
#[test]
fn an_id_with_a_blank_at_an_end_is_unknown_to_its_server() {
    let mut log = ReplayLog::new();
    for id in ["6", "7 ", "8"] {
        let id = EventId::new(id).unwrap();
        drop(log.push(id, Message::new().id(id).data("x").to_bytes()));
    }
    let value = sent(PLAIN, "7 ").unwrap().unwrap();
    let named = headers::parse_last_event_id(&value).unwrap();
    assert_eq!(named, "7");
    assert!(matches!(log.after(named), Replay::Unknown));
    // What it means where another event bears that id: what follows that one.
    drop(log.push(named, Message::new().id(named).data("y").to_bytes()));
    drop(log.push(EventId::from_static("9"), Message::new().data("z").to_bytes()));
    let Replay::Events(events) = log.after(named) else { panic!("not known") };
    assert_eq!(events.map(|event| event.id().as_str().to_owned()).collect::<Vec<_>>(), ["9"]);
}

#[test]
fn an_id_that_is_left_out_says_why() {
    for (id, byte, position) in [("\u{1}", 1, 0), (" 7\u{7f} ", 0x7f, 2), ("é\u{1f}\u{2}", 0x1f, 2)] {
        let left_out = sent(PLAIN, id).unwrap_err();
        assert!(
            matches!(left_out, LeftOut::Control { byte: b, position: p, .. } if (b, p) == (byte, position)),
            "{left_out:?}"
        );
    }
    let told = sent(PLAIN, "7\u{1}").unwrap_err().to_string();
    assert_eq!(
        told,
        "the last event ID is not sent: it has the control character 0x01 at byte 1, which no header can carry"
    );
    let told = sent(PLAIN.max_id_size(3), "1234").unwrap_err().to_string();
    assert_eq!(
        told,
        "the last event ID is not sent: it has 4 bytes, and 3 are the most that the settings send"
    );
}

#[test]
fn an_id_that_is_too_long_for_a_header_is_left_out() {
    let too_long = |settings: SessionBuilder, length: usize| match sent(settings, &"7".repeat(length)) {
        Err(LeftOut::TooLong { size, limit, .. }) => {
            assert_eq!(size, length);
            Some(limit)
        }
        Err(other) => panic!("{other:?}"),
        Ok(id) => {
            assert_eq!(id.map(|id| id.len()), Some(length));
            None
        }
    };
    assert_eq!(too_long(PLAIN, 8192), None);
    assert_eq!(too_long(PLAIN, 8193), Some(8192));
    assert_eq!(too_long(PLAIN, 1 << 20), Some(8192));
    assert_eq!(too_long(PLAIN.max_id_size(usize::MAX), 1 << 20), None);
    assert_eq!(too_long(PLAIN.max_id_size(2), 2), None);
    assert_eq!(too_long(PLAIN.max_id_size(2), 3), Some(2));
    assert_eq!(too_long(PLAIN.max_id_size(0), 1), Some(0));
    assert_eq!(sent(PLAIN.max_id_size(0), ""), Ok(None));
    // Bytes count, and the size is looked at first.
    assert!(matches!(sent(PLAIN.max_id_size(1), "é"), Err(LeftOut::TooLong { size: 2, limit: 1, .. })));
    assert!(matches!(sent(PLAIN.max_id_size(1), "7\u{1}"), Err(LeftOut::Control { .. })));
}

#[test]
fn cache_headers_are_sent_unless_they_are_not_to_be() {
    let names = |settings: SessionBuilder, id: &str| {
        request(settings, id, |request| {
            request.headers().map(|(name, value)| (name, value.to_vec())).collect::<Vec<_>>()
        })
    };
    let all: Vec<_> =
        REQUEST_HEADERS.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect();
    let accept = vec![(headers::ACCEPT, b"text/event-stream".to_vec())];
    let with_id = |mut headers: Vec<_>| {
        headers.push((headers::LAST_EVENT_ID, b"7".to_vec()));
        headers
    };
    assert_eq!(names(PLAIN, ""), all);
    assert_eq!(names(PLAIN.send_cache_headers(true), "7"), with_id(all));
    assert_eq!(names(PLAIN.send_cache_headers(false), ""), accept);
    assert_eq!(names(PLAIN.send_cache_headers(false), "7"), with_id(accept));
    assert!(matches!(Session::new().poll(s(0).into(), 0), Action::Connect(r) if r.headers().count() == 3));
}
