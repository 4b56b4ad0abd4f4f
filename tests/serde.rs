//! What comes from a data format is checked like what comes from a program.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use serde_json::{from_str, to_string};
use sse_proto::{Event, EventBuf, EventId, EventType, Frame, FrameBuf};

#[test]
fn what_would_break_a_stream_is_refused() {
    for (json, what) in [
        (r#"{"event_type":"a\nb","data":""}"#, "an event type must not contain LF"),
        (r#"{"event_type":"a\rb","data":""}"#, "an event type must not contain CR"),
        (r#"{"event_type":"","data":""}"#, "an event type must not be empty"),
        (r#"{"event_type":"a","data":"","last_event_id":"1\n2"}"#, "an id must not contain LF"),
        (r#"{"event_type":"a","data":"","last_event_id":"1\r2"}"#, "an id must not contain CR"),
        (r#"{"event_type":"a","data":"","last_event_id":"1\u00002"}"#, "an id must not contain U+0000"),
        (r#"{"event_type":"a","data":"","id":"1\n2"}"#, "an id must not contain LF"),
        (r#"{"event_type":"a","data":"","id":"1\n2","last_event_id":"1\n2"}"#, "an id must not contain LF"),
        (r#"{"event_type":"a","data":"","id":"1","last_event_id":"2"}"#, "is its `last_event_id`"),
    ] {
        let error = from_str::<EventBuf>(json).unwrap_err().to_string();
        assert!(error.contains(what), "{json}: {error}");
        let frame = format!(r#"{{"event":{json}}}"#);
        let error = from_str::<FrameBuf>(&frame).unwrap_err().to_string();
        assert!(error.contains(what), "{frame}: {error}");
    }
    for json in [r#""1\n2""#, r#""1\u0000""#] {
        assert!(from_str::<EventId<'_>>(json).is_err(), "{json}");
    }
    for json in [r#""a\nb""#, r#""""#] {
        assert!(from_str::<EventType<'_>>(json).is_err(), "{json}");
    }
}

#[test]
fn all_comes_back_as_it_was() {
    let plain = Event::new(EventType::MESSAGE, "a\nb");
    let seven = EventId::from_static("7");
    for event in [plain, plain.with_id(seven), plain.with_last_event_id(seven), plain.with_id(EventId::EMPTY)]
    {
        let json = to_string(&event).unwrap();
        assert_eq!(from_str::<EventBuf>(&json).unwrap(), event.to_buf(), "{json}");
        assert_eq!(to_string(&event.to_buf()).unwrap(), json);
        let json = to_string(&Frame::from(event)).unwrap();
        assert_eq!(from_str::<FrameBuf>(&json).unwrap(), FrameBuf::from(event), "{json}");
    }
    for frame in [Frame::Retry(std::time::Duration::from_millis(7)), Frame::Comment(" hi")] {
        let json = to_string(&frame).unwrap();
        assert_eq!(from_str::<FrameBuf>(&json).unwrap().as_frame(), frame, "{json}");
    }
    assert_eq!(from_str::<EventId<'_>>(r#""7""#).unwrap(), "7");
    assert_eq!(to_string(&EventType::MESSAGE).unwrap(), r#""message""#);
    // What may be left out.
    let short: EventBuf = from_str(r#"{"event_type":"message","data":"a\nb"}"#).unwrap();
    assert_eq!(short, plain.to_buf());
    let short: EventBuf = from_str(r#"{"event_type":"message","data":"a\nb","id":"7"}"#).unwrap();
    assert_eq!(short, plain.with_id(seven).to_buf());
}
