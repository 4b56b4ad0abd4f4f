//! The way back: JSON lines in, an event stream out.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::time::Duration;

use serde::Deserialize;
use sse_proto::{EventId, EventType, InvalidValue, Message};

/// One line of input, as `inspect` prints it.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Event {
        r#type: String,
        data: String,
        last_event_id: String,
        #[serde(default, rename = "truncated")]
        _truncated: bool,
    },
    Retry {
        retry_ms: u64,
    },
    Comment {
        comment: String,
    },
    Problem {
        #[serde(rename = "error")]
        _error: String,
    },
}

/// Why encoding stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Read(io::Error),
    #[error("standard output: {0}")]
    Write(io::Error),
    #[error("line {0}: {1}")]
    Line(u64, Box<dyn Error>),
}

/// Writes the lines of `name` as messages to standard output; those from standard input at once. An id is written
/// where it differs from the line before; a line with an error stands for nothing.
pub(crate) fn encode(name: &str) -> Result<(), Failure> {
    let live = name == "-";
    let lines: Box<dyn BufRead> = match live {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(name).map_err(Failure::Read)?)),
    };
    let mut output = BufWriter::new(io::stdout().lock());
    let mut last_event_id = String::new();
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line.map_err(Failure::Read)?;
        let line = serde_json::from_str(&line).map_err(|error| Failure::Line(number, error.into()))?;
        let message = message(&line, &last_event_id).map_err(|error| Failure::Line(number, error.into()))?;
        let Some(message) = message else { continue };
        message.encode_to_io(&mut output).map_err(Failure::Write)?;
        if live {
            output.flush().map_err(Failure::Write)?;
        }
        if let Line::Event { last_event_id: id, .. } = line {
            last_event_id = id;
        }
    }
    output.flush().map_err(Failure::Write)
}

fn message<'l>(line: &'l Line, last_event_id: &str) -> Result<Option<Message<'l>>, InvalidValue> {
    let message = Message::new();
    Ok(Some(match line {
        Line::Event { r#type, data, last_event_id: id, .. } => {
            let mut message = message.data(data);
            if r#type != "message" {
                message = message.event_type(EventType::new(r#type)?);
            }
            if id != last_event_id {
                message = message.id(EventId::new(id)?);
            }
            message
        }
        Line::Retry { retry_ms } => message.retry(Duration::from_millis(*retry_ms)),
        Line::Comment { comment } => message.comment(comment),
        Line::Problem { .. } => return Ok(None),
    }))
}
