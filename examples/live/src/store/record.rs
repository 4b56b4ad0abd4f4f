//! What stands in a log file. The file is an event stream: each record is one event, and before it a comment says what the event
//! is to the store. `sse inspect` shows it.
//!
//! ```text
//! :log 1764115200000                      the file's first record: the epoch of all its ids
//! data
//!
//! :event board 41                         an event, the 42nd of its topic
//! event: token
//! id: 1764115200000-1764115261000-0
//! data: {"n":42,...}
//!
//! :end user:ada 7                         seven events of this topic are gone; the last one bore this id
//! id: 1764115200000-1764115000000-0
//! data
//! ```

use std::io::Read;

use sse_proto::{Chunk, Decoder, EventId, EventType, Frame, InvalidValue, Message};

use crate::entry::{Entry, EntryId};
use crate::topic_name::TopicName;

pub enum Record {
    Log { epoch: u64 },
    Event { topic: TopicName, position: u64, entry: Entry },
    End { topic: TopicName, position: u64, last: EntryId },
}

impl Record {
    pub fn encode(&self) -> Result<Vec<u8>, InvalidValue> {
        let (comment, id, kind, data) = match self {
            Self::Log { epoch } => (format!("log {epoch}"), String::new(), "", ""),
            Self::Event { topic, position, entry } => {
                let comment = format!("event {topic} {position}");
                (comment, entry.id.to_string(), entry.kind.as_str(), entry.data.as_str())
            }
            Self::End { topic, position, last } => {
                (format!("end {topic} {position}"), last.to_string(), "", "")
            }
        };
        let mut message = Message::new().comment(&comment).data(data);
        if !kind.is_empty() {
            message = message.event_type(EventType::new(kind)?);
        }
        if !id.is_empty() {
            message = message.id(EventId::new(&id)?);
        }
        Ok(message.to_bytes().into())
    }

    fn decode(comment: Option<String>, event: &sse_proto::Event<'_>) -> Result<Self, String> {
        let comment = comment.ok_or("an event without a comment that says what it is")?;
        let unknown = || format!("{comment:?} is not what a log says of an event");
        let mut words = comment.split(' ');
        let mut word = || words.next().ok_or_else(unknown);
        let number = |word: &str| word.parse::<u64>().map_err(|_| unknown());
        let id = || event.last_event_id().as_str().parse::<EntryId>().map_err(|error| error.to_string());
        match word()? {
            "log" => Ok(Self::Log { epoch: number(word()?)? }),
            "event" => Ok(Self::Event {
                topic: word()?.parse()?,
                position: number(word()?)?,
                entry: Entry { id: id()?, kind: event.event_type().into(), data: event.data().into() },
            }),
            "end" => Ok(Self::End { topic: word()?.parse()?, position: number(word()?)?, last: id()? }),
            _ => Err(unknown()),
        }
    }
}

/// Reads all records of a file, from its start, each with the place where it ends. What it returns is the end of the last one:
/// there a torn record begins, if any does.
pub fn read_all(
    mut file: impl Read,
    mut each: impl FnMut(Record, u64) -> Result<(), String>,
) -> std::io::Result<u64> {
    let (mut decoder, mut buf) = (Decoder::builder().comments(true).build(), vec![0; 64 * 1024]);
    let (mut comment, mut before, mut end) = (None, 0, 0);
    let wrong = |end: u64, what: String| std::io::Error::other(format!("byte {end}: {what}"));
    loop {
        let count = file.read(&mut buf)?;
        if count == 0 {
            return Ok(end);
        }
        let mut chunk = Chunk::new(&buf[..count]);
        while let Some(frame) = decoder.decode(&mut chunk).map_err(|error| wrong(end, error.to_string()))? {
            match frame {
                Frame::Comment(text) => comment = Some(text.to_owned()),
                Frame::Event(event) => {
                    let record = Record::decode(comment.take(), &event).map_err(|what| wrong(end, what))?;
                    let next = before + chunk.consumed() as u64;
                    each(record, next).map_err(|what| wrong(end, what))?;
                    end = next;
                }
                _ => {}
            }
        }
        before += count as u64;
    }
}

/// The one record that these bytes are.
pub fn read_one(bytes: &[u8]) -> std::io::Result<Record> {
    let mut found = None;
    read_all(bytes, |record, _| {
        found = Some(record);
        Ok(())
    })?;
    found.ok_or_else(|| {
        std::io::Error::other("no record where one was written: somebody else has changed the file")
    })
}
