//! What one client gets: one stream per connection, and the events that the standard makes of it.

use std::io::Write as _;
use std::time::Duration;

use bytes::{Buf, Bytes};
use serde::{Deserialize, Serialize};
use sse_proto::{EventId, EventType, InvalidValue, Message};

use crate::Error;

/// An event as an `EventSource` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    #[serde(rename = "type")]
    pub event_type: String,
    pub data: String,
    pub id: String,
}

/// What our encoder is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    pub comment: Option<String>,
    pub event_type: Option<String>,
    pub id: Option<String>,
    /// In milliseconds.
    pub retry: Option<u64>,
    pub data: Option<String>,
}

/// The body of one response.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// As they are written to the socket.
    pub chunks: Vec<Bytes>,
    /// Empty if the bytes are not from our encoder.
    pub sent: Vec<Sent>,
    pub events: Vec<Event>,
    /// What a client that comes back says.
    pub last_event_id: String,
    /// How long it waits before, if the server has said so.
    pub retry: Option<u64>,
}

/// The streams of one client, which comes back as often as there are further ones.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub streams: Vec<Stream>,
    /// Each chunk is held back until the client has shown the event in the one before.
    pub acknowledged: bool,
    /// Types to listen to. `EventSource` has no way to listen to all.
    pub types: Vec<String>,
}

/// Where the bytes of a stream are cut.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    AfterEachMessage,
    AfterEachByte,
    /// Up to so many bytes.
    Random(usize),
}

impl Sent {
    pub fn data(data: impl Into<String>) -> Self {
        Self { data: Some(data.into()), ..Self::default() }
    }

    pub fn event_type(mut self, event_type: &str) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    pub fn retry(mut self, milliseconds: u64) -> Self {
        self.retry = Some(milliseconds);
        self
    }

    pub fn comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// The lines of data and comment by 9.2.5, said again here because the encoder under test must not say it.
    fn with_lf(text: &str) -> String {
        text.replace("\r\n", "\n").replace('\r', "\n")
    }

    /// The data as it arrives.
    pub fn data_seen(&self) -> Option<String> {
        self.data.as_deref().map(Self::with_lf)
    }

    /// The comments as they arrive.
    pub fn comments_seen(&self) -> Vec<String> {
        let lines = self.comment.as_deref().map(Self::with_lf);
        lines.iter().flat_map(|lines| lines.split('\n')).map(str::to_owned).collect()
    }

    fn message(&self) -> Result<Message<'_>, InvalidValue> {
        let mut message = Message::new();
        if let Some(comment) = &self.comment {
            message = message.comment(comment);
        }
        if let Some(event_type) = &self.event_type {
            message = message.event_type(EventType::new(event_type)?);
        }
        if let Some(id) = &self.id {
            message = message.id(EventId::new(id)?);
        }
        if let Some(retry) = self.retry {
            message = message.retry(Duration::from_millis(retry));
        }
        if let Some(data) = &self.data {
            message = message.data(data);
        }
        Ok(message)
    }

    /// Encoded, by each of the encoder's ways in turn.
    fn encode(&self, turn: usize) -> Result<Bytes, Error> {
        let message = self.message()?;
        Ok(match (turn % 4, &self.data) {
            (0, _) => message.to_bytes(),
            (1, _) => {
                let mut pieces = message.as_buf();
                pieces.copy_to_bytes(pieces.remaining())
            }
            (2, Some(data)) => {
                // The data is written in two parts, such that a CRLF may be cut.
                let without = Self { data: None, ..self.clone() };
                let (first, second) = data.as_bytes().split_at(data.len() / 2);
                let mut buffer = Vec::new();
                without.message()?.encode_with(&mut buffer, |writer| {
                    writer.write_all(first)?;
                    writer.write_all(second)
                })?;
                buffer.into()
            }
            _ => message.to_string().into(),
        })
    }
}

impl Case {
    /// A client of one connection.
    pub fn one(
        name: impl Into<String>,
        sent: Vec<Sent>,
        cut: Cut,
        random: &mut fastrand::Rng,
    ) -> Result<Self, Error> {
        Self::many(name, vec![sent], cut, random)
    }

    /// A client of several connections.
    pub fn many(
        name: impl Into<String>,
        connections: Vec<Vec<Sent>>,
        cut: Cut,
        random: &mut fastrand::Rng,
    ) -> Result<Self, Error> {
        let mut streams = Vec::new();
        for (turn, sent) in connections.into_iter().enumerate() {
            let first = turn + random.usize(..4);
            let encoded = sent.iter().enumerate().map(|(at, message)| message.encode(first + at));
            let chunks = cut.apply(encoded.collect::<Result<_, _>>()?, random);
            streams.push(Stream { chunks, sent, ..Stream::default() });
        }
        let mut case =
            Self { name: name.into(), streams, acknowledged: false, types: vec!["message".into()] };
        case.expect_sent();
        case.types.extend(case.events().into_iter().map(|event| event.event_type));
        Ok(case)
    }

    /// Expects what the standard says about what was sent.
    pub fn expect_sent(&mut self) {
        let (mut last_event_id, mut retry) = (String::new(), None);
        for stream in &mut self.streams {
            stream.events.clear();
            for message in &stream.sent {
                last_event_id = message.id.clone().unwrap_or(last_event_id);
                retry = message.retry.or(retry);
                if let Some(data) = message.data_seen() {
                    let event_type = message.event_type.clone().unwrap_or_else(|| "message".into());
                    stream.events.push(Event { event_type, data, id: last_event_id.clone() });
                }
            }
            (stream.last_event_id, stream.retry) = (last_event_id.clone(), retry);
        }
    }

    /// The events of all connections.
    pub fn events(&self) -> Vec<Event> {
        self.streams.iter().flat_map(|stream| stream.events.clone()).collect()
    }

    pub fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.streams.iter().flat_map(|stream| &stream.sent)
    }
}

impl Cut {
    /// The chunks of a stream that consists of `messages`.
    pub fn apply(self, messages: Vec<Bytes>, random: &mut fastrand::Rng) -> Vec<Bytes> {
        let mut rest = match self {
            Self::AfterEachMessage => return messages,
            _ => Bytes::from(messages.concat()),
        };
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let len = match self {
                Self::Random(most) => random.usize(1..=most).min(rest.len()),
                _ => 1,
            };
            chunks.push(rest.split_to(len));
        }
        chunks
    }
}
