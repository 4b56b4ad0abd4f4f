//! `sse encode`: JSON lines in, an event stream out.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use sse_proto::{EventId, EventType, InvalidValue, Message};

use crate::EncodeArgs;
use crate::lines::{Fields, Line};
use crate::terminal::{self, FAILED, legible, say};

const COMMAND: &str = "sse encode";

/// Why encoding stopped.
enum Failure {
    Read(io::Error),
    Write(io::Error),
    Line(u64, Box<dyn Error>),
}

pub(crate) fn run(args: &EncodeArgs) -> ExitCode {
    let standard_input = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input[..] } else { &args.files };
    let mut encoder = Encoder { output: BufWriter::new(io::stdout().lock()), last_event_id: String::new() };
    for file in files {
        // What stands before a bad line is a stream too, and is written.
        let read = encoder.file(file);
        let failure = match (read, encoder.output.flush()) {
            (Ok(()), Ok(())) => continue,
            (Ok(()), Err(error)) => Failure::Write(error),
            (Err(failure), _) => failure,
        };
        let name = terminal::name_of(file);
        match failure {
            Failure::Write(error) => return terminal::output_failed(COMMAND, &error),
            Failure::Read(error) => say(format_args!("{COMMAND}: {name}: {}", terminal::reason(&error))),
            // The error may quote the line.
            Failure::Line(number, error) => {
                say(format_args!("{COMMAND}: {name}: line {number}: {}", legible(error.to_string())));
            }
        }
        return ExitCode::from(FAILED);
    }
    ExitCode::SUCCESS
}

/// Writes one stream, however many files it is made of.
struct Encoder<W: Write> {
    output: W,
    /// What the receiver has as last event ID now. It goes on from file to file, because for the receiver there are
    /// none: where the next file begins without an id, an empty one has to say so.
    last_event_id: String,
}

impl<W: Write> Encoder<W> {
    /// Writes the lines of `file` as messages; those from standard input at once.
    fn file(&mut self, file: &Path) -> Result<(), Failure> {
        let live = terminal::is_standard_input(file);
        let mut input: Box<dyn BufRead> = match live {
            true => Box::new(io::stdin().lock()),
            false => Box::new(BufReader::new(File::open(file).map_err(Failure::Read)?)),
        };
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if input.read_until(b'\n', &mut line).map_err(Failure::Read)? == 0 {
                break;
            }
            let fields = Fields::parse(&line).map_err(|error| Failure::Line(number, error.into()))?;
            let line = fields.line().map_err(|error| Failure::Line(number, error.into()))?;
            let message = self.message(&line).map_err(|error| Failure::Line(number, error))?;
            let Some(message) = message else { continue };
            message.encode_to_io(&mut self.output).map_err(Failure::Write)?;
            if live {
                self.output.flush().map_err(Failure::Write)?;
            }
            if let Line::Event { last_event_id, .. } = line {
                self.last_event_id.clear();
                self.last_event_id.push_str(last_event_id);
            }
        }
        Ok(())
    }

    /// The message that makes the receiver see `line`. The id is in it where the receiver has another one.
    fn message<'l>(&self, line: &Line<'l>) -> Result<Option<Message<'l>>, Box<dyn Error>> {
        let message = Message::new();
        Ok(Some(match *line {
            Line::Event { r#type, data, last_event_id, .. } => {
                let mut message = message.data(data);
                if r#type != "message" {
                    message = message.event_type(event_type(r#type)?);
                }
                if last_event_id != self.last_event_id {
                    message = message.id(EventId::new(last_event_id)?);
                }
                message
            }
            Line::Retry { retry_ms } => message.retry(Duration::from_millis(retry_ms)),
            Line::Comment { comment } => message.comment(comment),
            Line::Problem { .. } => return Ok(None),
        }))
    }
}

fn event_type(text: &str) -> Result<EventType<'_>, Box<dyn Error>> {
    EventType::new(text).map_err(|error| match error {
        // The library's advice, to leave it out, is not for a line, which has to have a type.
        InvalidValue::EmptyEventType => {
            r#"an event type must not be empty; write "message" for the default"#.into()
        }
        error => error.into(),
    })
}
