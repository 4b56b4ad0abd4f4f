//! Messages for tests: every kind that can be built, the result that each must decode to, and a literal reader.

use std::time::Duration;

use sse_proto::{EventId, EventType, Message};

use super::twin::{Got, Outcome};

// ---------- the standard, read literally: slow, whole input, nothing shared with the crate ----------

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Comment(String),
    Retry(u64),
    /// A blank line that dispatches no event but commits an id.
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

    /// Law 7, checked from the message's side.
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

// ---------- the same in the words of the twin ----------

/// The decoder's outcome in terms of messages. An id without data shows in the next event, or at the end.
pub fn frames_seen(outcome: &Outcome) -> Vec<Got> {
    outcome.seen.iter().map(|seen| seen.got.clone()).collect()
}

/// The same from the messages' side: ids become the last event ID of the following events.
pub fn frames_meant(frames: Vec<Frame>) -> (Vec<Got>, String) {
    let mut last_event_id = String::new();
    let mut id_set = false;
    let mut meant = Vec::new();
    for frame in frames {
        match frame {
            Frame::Comment(text) => meant.push(Got::Comment(text)),
            Frame::Retry(millis) => meant.push(Got::Retry(millis)),
            Frame::Id(id) => (last_event_id, id_set) = (id, true),
            Frame::Event { event_type, id, data } => {
                id_set |= id.is_some();
                last_event_id = id.unwrap_or(last_event_id);
                let event_type = if event_type.is_empty() { "message".to_owned() } else { event_type };
                meant.push(Got::Event { event_type, data, last_event_id: last_event_id.clone(), id_set });
                id_set = false;
            }
        }
    }
    (meant, last_event_id)
}
