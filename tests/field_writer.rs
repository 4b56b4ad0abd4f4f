//! A message written field by field: after each call it is what messages of one field each would be, less the blank lines
//! between, and the buffer can be sent as it is.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(unreachable_pub, reason = "the fuzz target is a program by itself, too")]

mod common;
#[path = "../fuzz/fuzz_targets/field_writer.rs"]
mod field_writer;

use std::io::Write as _;
use std::time::Duration;

use bytes::BytesMut;
use common::inputs::Call;
use common::strategies::messages::{parts, text};
use proptest::prelude::*;
use sse_proto::{EventId, FieldWriter, MessageBuf};

fn call() -> impl Strategy<Value = Call> {
    let line = "[a-z:\u{e9} \u{2028}]{1,9}";
    prop_oneof![
        text().prop_map(Call::Comment),
        line.prop_map(Call::Event),
        line.prop_map(Call::Id),
        (0..10_000_u64).prop_map(|millis| Call::Retry(Duration::from_millis(millis))),
        text().prop_map(Call::Data),
        (text(), proptest::option::of(0..9_usize)).prop_map(|(text, cut)| Call::Write(text, cut)),
        (text(), proptest::option::of(0..9_usize)).prop_map(|(text, cut)| Call::Write(text, cut)),
    ]
}

proptest! {
    #[test]
    fn each_call_leaves_a_whole_message(calls in proptest::collection::vec(call(), 0..12)) {
        field_writer::body(&calls);
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
