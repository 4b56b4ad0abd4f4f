//! The JSON lines, which `inspect` prints and `encode` reads.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Serializer;
use serde_json::ser::Formatter;
use sse_proto::{Event, InvalidValue};

use crate::terminal::{holds_hidden, write_legible};

/// What a line may be, for whoever wrote another one. (`truncated` comes from `inspect` alone.)
const FORMS: &str = r#"a line is one of {"type":TEXT,"data":TEXT,"last_event_id":TEXT}, {"retry_ms":NUMBER}, {"comment":TEXT}, {"error":TEXT}"#;

/// One line. The order of the fields is that of the output.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Line<'a> {
    Event {
        r#type: &'a str,
        data: &'a str,
        last_event_id: &'a str,
        /// The stream ended before the blank line of this event.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
    },
    Retry {
        retry_ms: u64,
    },
    Comment {
        comment: &'a str,
    },
    /// What the decoder had to skip. It stands for nothing that could be sent.
    Problem {
        error: &'a str,
    },
}

impl<'a> Line<'a> {
    pub(crate) fn event(event: Event<'a>, truncated: bool) -> Self {
        let last_event_id = event.last_event_id().as_str();
        Self::Event { r#type: event.event_type().into(), data: event.data(), last_event_id, truncated }
    }

    pub(crate) fn retry(time: Duration) -> Self {
        // The decoder reads no longer time than this.
        Self::Retry { retry_ms: time.as_millis().try_into().unwrap_or(u64::MAX) }
    }

    /// Appends the line with its line end.
    pub(crate) fn write_to(&self, output: &mut Vec<u8>) -> io::Result<()> {
        let start = output.len();
        serde_json::to_writer(&mut *output, self)?;
        // Nearly always there is none. One look at the whole line costs less than one at each of its texts.
        if holds_hidden(&output[start..]) {
            output.truncate(start);
            self.serialize(&mut Serializer::with_formatter(&mut *output, Legible))?;
        }
        output.push(b'\n');
        Ok(())
    }
}

/// Compact JSON, as `serde_json` writes it, but for the characters that act on a terminal. Also where the output is
/// no terminal, so that it does not depend on where it goes.
struct Legible;

impl Formatter for Legible {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, output: &mut W, fragment: &str) -> io::Result<()> {
        write_legible(output, fragment)
    }
}

/// The fields of a line that has been read. It owns what [`Line`] borrows.
///
/// All are optional here: an untagged enum would only say that no variant matched, this names the field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    #[serde(default, deserialize_with = "present")]
    r#type: Option<String>,
    #[serde(default, deserialize_with = "present")]
    data: Option<String>,
    #[serde(default, deserialize_with = "present")]
    last_event_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    truncated: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    retry_ms: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    comment: Option<String>,
    #[serde(default, deserialize_with = "present")]
    error: Option<String>,
}

/// Why a line cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadLine {
    #[error("not a JSON object; {FORMS}")]
    NoObject,
    #[error("{}; {FORMS}", without_line(.0))]
    Json(serde_json::Error),
    #[error("{0}")]
    Value(#[from] InvalidValue),
    #[error("fields that do not belong together, or one is missing; {FORMS}")]
    NoForm,
}

impl Fields {
    /// Reads a line, with or without its line end.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, BadLine> {
        let line = line.trim_ascii();
        // An array of values in the right order would do for serde, but it is no line of ours.
        if !line.starts_with(b"{") {
            return Err(BadLine::NoObject);
        }
        serde_json::from_slice(line).map_err(BadLine::Json)
    }

    pub(crate) fn line(&self) -> Result<Line<'_>, BadLine> {
        let Self { r#type, data, last_event_id, truncated, retry_ms, comment, error } = self;
        let event = (r#type.as_deref(), data.as_deref(), last_event_id.as_deref(), *truncated);
        Ok(match (event, *retry_ms, comment, error) {
            ((Some(r#type), Some(data), Some(last_event_id), truncated), None, None, None) => {
                Line::Event { r#type, data, last_event_id, truncated: truncated.unwrap_or(false) }
            }
            ((None, None, None, None), Some(retry_ms), None, None) => Line::Retry { retry_ms },
            ((None, None, None, None), None, Some(comment), None) => Line::Comment { comment },
            ((None, None, None, None), None, None, Some(error)) => Line::Problem { error },
            _ => return Err(BadLine::NoForm),
        })
    }
}

/// A field that is there has a value: `null` is none.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The error with its column alone. It was made from one line, so that its own line number is always 1, which would
/// be read as that of the file.
fn without_line(error: &serde_json::Error) -> String {
    let (text, column) = (error.to_string(), error.column());
    match text.strip_suffix(&format!(" at line 1 column {column}")) {
        Some(text) => format!("{text} at column {column}"),
        None => text,
    }
}
