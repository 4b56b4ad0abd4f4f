//! Random messages: every kind that can be built (`common/messages.rs`), with the values that could matter frequent.

use std::time::Duration;

use proptest::prelude::*;

use super::super::messages::Parts;

/// Text in which all characters that could matter are frequent.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,20}".prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
        6 => prop::sample::select(vec![
            "\n", "\r", "\r\n", " ", ":", "\0", "\u{feff}", "\u{2028}", "\u{85}", "\u{b}", "\u{c}", "\t", "data: x",
            "id: 1", "é", "\u{10ffff}",
        ]).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

pub fn parts() -> impl Strategy<Value = Parts> {
    let id = text().prop_map(|text| text.replace(['\n', '\r', '\0'], "-"));
    let event_type = text().prop_map(|text| text.replace(['\n', '\r'], "-"));
    let event_type = event_type.prop_filter("an event type is not empty", |text| !text.is_empty());
    let retry = prop_oneof![
        (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
        any::<u64>().prop_map(Duration::from_millis),
        (0..100_000_u64).prop_map(Duration::from_millis),
    ];
    (
        prop::option::of(text()),
        prop::option::of(event_type),
        prop::option::of(id),
        prop::option::of(retry),
        prop::option::of(text()),
    )
        .prop_map(|(comment, event_type, id, retry, data)| Parts {
            comment,
            event_type,
            id,
            retry,
            data,
        })
}
