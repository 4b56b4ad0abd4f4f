//! The HTTP side of things: content type and Last-Event-ID.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

#[path = "headers/content_type.rs"]
mod content_type;
#[path = "headers/retry_after.rs"]
mod retry_after;

use sse_proto::headers::{
    LAST_EVENT_ID, REQUEST_HEADERS, RESPONSE_HEADERS, is_event_stream, last_event_id_value,
    parse_last_event_id, trimmed_last_event_id_value,
};
use sse_proto::{EventId, InvalidHeaderValue};

#[test]
fn content_types() {
    for good in [
        "text/event-stream",
        "TEXT/Event-Stream",
        "text/event-stream;charset=utf-8",
        "text/event-stream ; charset=\"UTF-8\"; x=y",
        " \ttext/event-stream\r\n",
        "text/event-stream;",
    ] {
        assert!(is_event_stream(good), "{good:?}");
        assert!(is_event_stream(good.as_bytes()), "{good:?}");
    }
    for bad in [
        "",
        " ",
        ";",
        "; text/event-stream",
        "text",
        "text/event-streams",
        "text/event-strea",
        "xtext/event-stream",
        "text /event-stream",
        "text/ event-stream",
        "text/event-stream, text/html",
        "application/json; text/event-stream",
        "text/event\u{2010}stream",
    ] {
        assert!(!is_event_stream(bad), "{bad:?}");
    }
}

/// Every byte alone, at the start, inside and at the end, against RFC 9110 5.5 written down naively.
#[test]
fn header_values_both_ways() {
    for byte in 0..=0xff_u8 {
        for value in [vec![byte], vec![byte, b'a'], vec![b'a', byte], vec![b'a', byte, b'b']] {
            let at = value.iter().position(|b| *b == byte).unwrap();
            let at_end = at == 0 || at == value.len() - 1;
            let expected = match byte {
                b'\t' | b' ' if at_end => Err(("blank", at)),
                b'\t' => Ok(()),
                0..=0x1f | 0x7f => Err(("control", at)),
                0x80.. => Err(("not UTF-8", at)),
                _ => Ok(()),
            };
            let told = |error: InvalidHeaderValue| {
                let what = match error {
                    InvalidHeaderValue::Control { byte: found, .. } if found == byte => "control",
                    InvalidHeaderValue::Blank { .. } => "blank",
                    InvalidHeaderValue::NotUtf8 { .. } => "not UTF-8",
                    other => panic!("{other:?}"),
                };
                (what, error.position())
            };
            assert_eq!(parse_last_event_id(&value).map(drop).map_err(told), expected, "{value:?}");

            let Ok(text) = std::str::from_utf8(&value) else { continue };
            let Ok(id) = EventId::new(text) else { continue };
            assert_eq!(last_event_id_value(id).map(drop).map_err(told), expected, "{value:?}");
            let trimmed = match expected {
                Err(("control", _)) => expected.map(|()| &b""[..]),
                _ => Ok(text.trim_matches([' ', '\t']).as_bytes()),
            };
            assert_eq!(trimmed_last_event_id_value(id).map_err(told), trimmed, "{value:?}");
            if let Ok(header) = last_event_id_value(id) {
                assert_eq!(parse_last_event_id(header), Ok(id));
            }
        }
    }
    for id in ["", "é", "\u{feff}", "\u{2028}", "a b", "\u{85}", "😀"] {
        let id = EventId::new(id).unwrap();
        assert_eq!(last_event_id_value(id).map(parse_last_event_id), Ok(Ok(id)));
    }
}

/// The first control character is named though the blank before it is no fault here and one there; and a blank inside is none.
#[test]
fn blanks_and_control_characters_together() {
    for (id, strict, trimmed) in [
        ("", Ok(()), Ok("")),
        (" ", Err(0), Ok("")),
        (" \t", Err(0), Ok("")),
        ("7 ", Err(1), Ok("7")),
        ("\t7", Err(0), Ok("7")),
        ("\t 7 8 \t", Err(0), Ok("7 8")),
        ("7 8", Ok(()), Ok("7 8")),
        ("\u{a0}7\u{3000}", Ok(()), Ok("\u{a0}7\u{3000}")),
        (" \u{1} ", Err(1), Err(1)),
        ("7\u{7f}\u{1}", Err(1), Err(1)),
    ] {
        let id = EventId::new(id).unwrap();
        let place = |error: InvalidHeaderValue| error.position();
        assert_eq!(last_event_id_value(id).map(drop).map_err(place), strict, "{id:?}");
        let read = parse_last_event_id(id.as_str().as_bytes());
        assert_eq!(read.map(drop).map_err(place), strict, "{id:?}");
        assert_eq!(trimmed_last_event_id_value(id).map_err(place), trimmed.map(str::as_bytes), "{id:?}");
    }
}

#[test]
fn errors_name_byte_and_position() {
    let text = |value: &[u8]| parse_last_event_id(value).unwrap_err().to_string();
    assert_eq!(text(b"a\0"), "a Last-Event-ID must not contain the control character 0x00, found at byte 1");
    assert_eq!(text(b"a "), "a Last-Event-ID must not begin or end with a space or a tab, found at byte 1");
    assert_eq!(text(b"ab\xc3"), "a Last-Event-ID is not valid UTF-8 at byte 2");
}

/// What Fetch makes of the cache mode of an `EventSource`, and what keeps what lies between from holding a stream back.
#[test]
fn what_each_side_sends() {
    let request = [("accept", "text/event-stream"), ("cache-control", "no-cache"), ("pragma", "no-cache")];
    assert_eq!(REQUEST_HEADERS[..], request);
    let response = [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store, no-transform"),
        ("x-accel-buffering", "no"),
    ];
    assert_eq!(RESPONSE_HEADERS[..], response);
}

#[test]
fn header_names_are_lower_case() {
    let names = REQUEST_HEADERS.iter().chain(&RESPONSE_HEADERS).map(|header| header.0);
    for name in names.chain([LAST_EVENT_ID]) {
        assert_eq!(name, name.to_ascii_lowercase());
    }
}
