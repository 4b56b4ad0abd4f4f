//! Invariant: a message written field by field is whole after each call. The buffer then holds the lines that messages of one
//! field each would have, and one blank line; however data is cut on its way, also within a character.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::io::Write as _;

use sse_proto::{EventId, EventType, FieldWriter, Message};

use crate::common::inputs::Call;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|calls: Vec<Call>| body(&calls));

pub fn body(calls: &[Call]) {
    let mut buffer = b"before\n\n".to_vec();
    let mut writer = FieldWriter::new(&mut buffer);
    // What has been said, line by line; the last field by its text, while data is written to it.
    let (mut lines, mut written) = (Vec::new(), None::<String>);
    for call in calls {
        if let Call::Write(text, cut) = call {
            match cut {
                None => writer.write_str(text).unwrap(),
                Some(cut) => {
                    let (first, second) = text.as_bytes().split_at((*cut).min(text.len()));
                    writer.write_all(first).unwrap();
                    assert!(writer.get_ref().ends_with(b"\n\n"));
                    writer.write_all(second).unwrap();
                    // Nothing at all is no write: `write_all` does not ask.
                    if text.is_empty() {
                        continue;
                    }
                }
            }
            written.get_or_insert_default().push_str(text);
        } else {
            if let Some(text) = written.take() {
                lines.extend(lines_of(Message::new().data(&text)));
            }
            lines.extend(lines_of(call_writer(&mut writer, call)));
        }
        let open = written.as_ref().map(|text| lines_of(Message::new().data(text))).unwrap_or_default();
        let expected = [&lines[..], &open, b"\n"].concat();
        assert_eq!(String::from_utf8_lossy(&writer.get_ref()[8..]), String::from_utf8_lossy(&expected));
    }
    assert!(writer.finish().is_ok());
    assert!(buffer.starts_with(b"before\n\n"));
    assert!(!calls.is_empty() || buffer.len() == 8, "no call writes nothing");
}

/// Without its blank line.
fn lines_of(message: Message<'_>) -> Vec<u8> {
    let mut bytes = message.to_bytes().to_vec();
    bytes.pop();
    bytes
}

/// Calls the writer, and says what message of one field that is.
fn call_writer<'c>(writer: &mut FieldWriter<&mut Vec<u8>>, call: &'c Call) -> Message<'c> {
    let message = Message::new();
    match call {
        Call::Comment(text) => {
            writer.comment(text);
            message.comment(text)
        }
        Call::Event(name) => {
            let name = EventType::new(name).unwrap();
            writer.event_type(name);
            message.event_type(name)
        }
        Call::Id(id) => {
            let id = EventId::new(id).unwrap();
            writer.id(id);
            message.id(id)
        }
        Call::Retry(delay) => {
            writer.retry(*delay);
            message.retry(*delay)
        }
        Call::Data(text) => {
            writer.data(text);
            message.data(text)
        }
        Call::Write(..) => unreachable!("handled before"),
    }
}
