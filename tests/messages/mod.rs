//! Messages for tests: all that can be built, what each must come back as, and a literal reader.

#![allow(dead_code, unreachable_pub, reason = "shared by tests, each a crate of its own")]

use std::time::Duration;

use proptest::prelude::*;
use sse_proto::{EventId, EventType, Message};

// ---------- the standard, read literally: slow, whole input, nothing shared with the crate ----------

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Comment(String),
    Retry(u64),
    /// A blank line that dispatches nothing but at which an id was committed.
    Id(String),
    Event {
        event_type: String,
        id: Option<String>,
        data: String,
    },
}

pub fn parse(stream: &[u8]) -> Vec<Frame> {
    let text = String::from_utf8(stream.to_vec()).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut frames = Vec::new();
    let (mut event_type, mut id, mut data) = (String::new(), None::<String>, String::new());
    let mut lines: Vec<_> = text.split('\n').collect();
    assert_eq!(lines.pop(), Some(""), "the last line has an end");
    assert_eq!(lines.last(), Some(&""), "the last block is closed");
    for line in lines {
        if line.is_empty() {
            let id = id.take();
            let event_type = std::mem::take(&mut event_type);
            let mut data = std::mem::take(&mut data);
            if data.pop().is_some() {
                frames.push(Frame::Event { event_type, id, data });
            } else if let Some(id) = id {
                frames.push(Frame::Id(id));
            }
            continue;
        }
        let (name, value) = match line.split_once(':') {
            Some(("", comment)) => {
                frames.push(Frame::Comment(comment.into()));
                continue;
            }
            Some((name, value)) => (name, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match name {
            "event" => event_type = value.into(),
            "data" => data += &format!("{value}\n"),
            "id" if !value.contains('\0') => id = Some(value.into()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                frames.extend(value.parse().ok().map(Frame::Retry));
            }
            _ => {}
        }
    }
    frames
}

// ---------- all messages that can be built ----------

#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub comment: Option<String>,
    pub event_type: Option<String>,
    pub id: Option<String>,
    pub retry: Option<Duration>,
    pub data: Option<String>,
}

impl Parts {
    pub fn message(&self) -> Message<'_> {
        let mut message = Message::new();
        if let Some(comment) = &self.comment {
            message = message.comment(comment);
        }
        if let Some(event_type) = &self.event_type {
            message = message.event_type(EventType::new(event_type).unwrap());
        }
        if let Some(id) = &self.id {
            message = message.id(EventId::new(id).unwrap());
        }
        if let Some(retry) = self.retry {
            message = message.retry(retry);
        }
        if let Some(data) = &self.data {
            message = message.data(data);
        }
        message
    }

    /// Law 7, from the message's side.
    pub fn frames(&self) -> Vec<Frame> {
        let unix = |text: &String| text.replace("\r\n", "\n").replace('\r', "\n");
        let mut frames = Vec::new();
        for line in self.comment.iter().map(unix).collect::<Vec<_>>().iter().flat_map(|text| text.split('\n'))
        {
            frames.push(Frame::Comment(line.into()));
        }
        let saturated = |retry: Duration| u64::try_from(retry.as_millis()).unwrap_or(u64::MAX);
        frames.extend(self.retry.map(saturated).map(Frame::Retry));
        match (&self.data, &self.id) {
            (Some(data), id) => frames.push(Frame::Event {
                event_type: self.event_type.clone().unwrap_or_default(),
                id: id.clone(),
                data: unix(data),
            }),
            (None, Some(id)) => frames.push(Frame::Id(id.clone())),
            (None, None) => {}
        }
        frames
    }
}

/// Text in which everything that could matter is frequent.
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
