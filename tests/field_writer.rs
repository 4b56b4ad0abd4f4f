//! A message written field by field: after each call it is what messages of one field each would be, less the blank lines
//! between, and the buffer can be sent as it is.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use std::io::Write as _;
use std::time::Duration;

use bytes::BytesMut;
use common::strategies::messages::{parts, text};
use proptest::prelude::*;
use sse_proto::{EventId, EventType, FieldWriter, Message, MessageBuf};

#[derive(Debug, Clone)]
enum Call {
    Comment(String),
    Event(String),
    Id(String),
    Retry(u64),
    Data(String),
    /// As text, or as bytes cut in two at the place.
    Write(String, Option<usize>),
}

fn call() -> impl Strategy<Value = Call> {
    let line = "[a-z:\u{e9} \u{2028}]{1,9}";
    prop_oneof![
        text().prop_map(Call::Comment),
        line.prop_map(Call::Event),
        line.prop_map(Call::Id),
        (0..10_000_u64).prop_map(Call::Retry),
        text().prop_map(Call::Data),
        (text(), proptest::option::of(0..9_usize)).prop_map(|(text, cut)| Call::Write(text, cut)),
        (text(), proptest::option::of(0..9_usize)).prop_map(|(text, cut)| Call::Write(text, cut)),
    ]
}

proptest! {
    #[test]
    fn each_call_leaves_a_whole_message(calls in proptest::collection::vec(call(), 0..12)) {
        let mut buffer = b"before\n\n".to_vec();
        let mut writer = FieldWriter::new(&mut buffer);
        // The fields, each as bytes; the last one by its text, while data is written to it.
        let (mut fields, mut written) = (Vec::new(), None::<String>);
        let line = |message: Message<'_>| { let bytes = message.to_bytes(); bytes[..bytes.len() - 1].to_vec() };
        for call in &calls {
            if let Call::Write(text, cut) = call {
                match cut {
                    None => std::fmt::Write::write_str(&mut writer, text).unwrap(),
                    Some(cut) => {
                        let (first, second) = text.as_bytes().split_at((*cut).min(text.len()));
                        writer.write_all(first).unwrap();
                        prop_assert!(writer.get_ref().ends_with(b"\n\n"));
                        writer.write_all(second).unwrap();
                        // Nothing at all is no write: `write_all` does not ask.
                        if text.is_empty() {
                            continue;
                        }
                    }
                }
                written.get_or_insert_default().push_str(text);
            } else {
                fields.extend(written.take().map(|text| line(Message::new().data(&text))));
                fields.push(line(match call {
                    Call::Comment(text) => { writer.comment(text); Message::new().comment(text) }
                    Call::Event(name) => {
                        let name = EventType::new(name).unwrap();
                        writer.event_type(name);
                        Message::new().event_type(name)
                    }
                    Call::Id(id) => { let id = EventId::new(id).unwrap(); writer.id(id); Message::new().id(id) }
                    Call::Retry(millis) => {
                        let delay = Duration::from_millis(*millis);
                        writer.retry(delay);
                        Message::new().retry(delay)
                    }
                    Call::Data(text) => { writer.data(text); Message::new().data(text) }
                    Call::Write(..) => unreachable!(),
                }));
            }
            let open = written.as_ref().map(|text| line(Message::new().data(text)));
            let lines: Vec<u8> = fields.iter().chain(&open).flatten().copied().collect();
            prop_assert_eq!(String::from_utf8_lossy(&writer.get_ref()[8..]), String::from_utf8_lossy(&lines) + "\n");
        }
        prop_assert!(writer.finish().is_ok());
        prop_assert!(buffer.starts_with(b"before\n\n"));
        prop_assert!(!calls.is_empty() || buffer.len() == 8, "no call writes nothing");
    }

    /// An owned message is the message.
    #[test]
    fn owned_messages_are_the_same(parts in parts()) {
        let message = parts.message();
        let owned = MessageBuf::from(message);
        prop_assert_eq!(owned.as_message(), message);
        prop_assert_eq!(owned.to_bytes(), message.to_bytes());
        prop_assert_eq!(owned.to_string().into_bytes(), message.to_bytes());
        let mut built = MessageBuf::new()
            .try_event_type(parts.event_type.as_deref()).unwrap()
            .try_id(parts.id.as_deref()).unwrap();
        if let Some(text) = &parts.comment { built = built.comment(text.clone()); }
        if let Some(text) = &parts.data { built = built.data(text.as_str()); }
        if let Some(delay) = parts.retry { built = built.retry(delay); }
        prop_assert_eq!(built, owned);
    }
}

#[test]
fn bytes_that_are_not_utf8_end_the_data_and_nothing_else() {
    let mut writer = FieldWriter::new(BytesMut::new());
    writer.write_all(b"caf\xC3").unwrap();
    assert_eq!(&writer.get_ref()[..], b"data: caf\n\n");
    writer.write_all(b"\xA9 \xFFx").unwrap_err();
    assert_eq!(&writer.get_ref()[..], "data: café \n\n".as_bytes());
    // It is said once more at the end; other fields can be put in, no data can be written.
    writer.id(EventId::from_static("7"));
    assert!(writer.write_all(b"more").is_err() && write!(writer, "more").is_err());
    assert_eq!(writer.finish().unwrap_err().position, 6);
    assert_eq!(&writer.into_inner()[..], "data: café \nid: 7\n\n".as_bytes());
    // A character that is never whole.
    let mut writer = FieldWriter::new(String::new());
    writer.write_all(b"a\xE2\x82").unwrap();
    assert_eq!(writer.finish().unwrap_err().position, 1);
    assert_eq!(writer.into_inner(), "data: a\n\n");
}

/// A value that panics after its first half.
struct Half;

impl std::fmt::Display for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("tw")?;
        panic!("in the middle of the data")
    }
}

#[test]
fn a_writer_that_is_dropped_also_in_a_panic_leaves_whole_messages() {
    let mut buffer = String::new();
    FieldWriter::new(&mut buffer).data("one");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut writer = FieldWriter::new(&mut buffer);
        write!(writer, "{Half}").unwrap();
    }));
    assert!(panicked.is_err());
    FieldWriter::new(&mut buffer).data("three");
    assert_eq!(buffer, "data: one\n\ndata: tw\n\ndata: three\n\n");
}
