//! Reads event streams and prints what a decoder makes of them: one JSON object a line on standard
//! output, a summary on standard error.
//!
//! ```text
//! cargo run --release --example inspect -- examples/data/sample.sse
//! curl -sN https://example.org/stream | cargo run --release --example inspect -- -
//! ```
//!
//! `--encode` is the way back: such lines in, an event stream out.
//!
//! Exit status: 0, also when the reader of the output has gone away (`| head`) and when the decoder
//! reported errors (they are part of the output); 2 for wrong use, for a file that cannot be opened
//! or read (the other files are still printed), and for output that cannot be written.
#![allow(missing_docs, reason = "a program has no API")]

mod encode;

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use serde::Serialize;
use sse_proto::{Chunk, Decoder, End, Event, Frame};

/// Prints the frames of event streams (text/event-stream) as JSON lines.
#[derive(Parser)]
#[command(name = "inspect", version)]
struct Args {
    /// Files to read, each a stream of its own; `-` is standard input, shown as it arrives
    #[arg(value_name = "FILE", required_unless_present = "encode")]
    files: Vec<String>,
    /// The way back: read such JSON lines, write an event stream
    #[arg(long, conflicts_with_all = ["flush_at_end", "chunk", "limit"])]
    encode: bool,
    /// Take the last event of a stream that ends without its blank line, marked `"truncated":true`
    #[arg(long)]
    flush_at_end: bool,
    /// Hand the decoder N bytes at a time (the output is the same)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_CHUNK))]
    chunk: Option<u32>,
    /// Allow N bytes per event instead of the library's default
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

const BUFFER: usize = 64 * 1024;
const MAX_CHUNK: i64 = 1 << 24;
/// A file that takes long enough to be watched.
const LARGE: u64 = 32 * 1024 * 1024;

/// One line of output.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Event {
        r#type: &'a str,
        data: &'a str,
        last_event_id: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
    },
    Retry {
        retry_ms: u128,
    },
    Comment {
        comment: &'a str,
    },
    Error {
        error: String,
    },
}

impl<'a> Line<'a> {
    fn event(event: Event<'a>, truncated: bool) -> Self {
        let last_event_id = event.last_event_id().as_str();
        Self::Event { r#type: event.event_type(), data: event.data(), last_event_id, truncated }
    }
}

/// What happened, for the summary.
#[derive(Default)]
struct Summary {
    bytes: u64,
    events: u64,
    comments: u64,
    retries: u64,
    errors: u64,
    truncated: u64,
    time: Duration,
}

impl Summary {
    fn count(&mut self, line: &Line<'_>) {
        match line {
            Line::Event { .. } => self.events += 1,
            Line::Retry { .. } => self.retries += 1,
            Line::Comment { .. } => self.comments += 1,
            Line::Error { .. } => self.errors += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.events += other.events;
        self.comments += other.comments;
        self.retries += other.retries;
        self.errors += other.errors;
        self.truncated += other.truncated;
        self.time += other.time;
    }

    /// `end` says how the stream, or the streams, ended. The time includes reading and printing.
    fn print(&self, name: &str, end: &str) {
        let Self { bytes, events, comments, retries, errors, time, .. } = self;
        let rate = *bytes as f64 / 1e6 / time.as_secs_f64().max(1e-9);
        eprintln!(
            "{name}: {bytes} bytes, {events} events, {comments} comments, {retries} retries, \
             {errors} errors, {end}, {rate:.1} MB/s"
        );
    }
}

/// Why a stream was left before its end.
enum Failure {
    Read(io::Error),
    Write(io::Error),
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.encode {
        return encode_all(&args.files);
    }
    let (mut total, mut all_read) = (Summary::default(), true);
    for file in &args.files {
        let name = if file == "-" { "standard input" } else { file };
        match inspect(file, &args) {
            Ok(summary) => {
                let end = if summary.truncated > 0 { "truncated end" } else { "clean end" };
                summary.print(name, end);
                total.add(&summary);
            }
            Err(Failure::Read(error)) => {
                eprintln!("inspect: {name}: {error}");
                all_read = false;
            }
            // Who reads us has seen enough.
            Err(Failure::Write(error)) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Err(Failure::Write(error)) => {
                eprintln!("inspect: standard output: {error}");
                return ExitCode::from(2);
            }
        }
    }
    if args.files.len() > 1 {
        total.print("total", &format!("{} truncated", total.truncated));
    }
    if all_read { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

fn encode_all(files: &[String]) -> ExitCode {
    let standard_input = ["-".to_owned()];
    for file in if files.is_empty() { &standard_input } else { files } {
        match encode::encode(file) {
            Ok(()) => {}
            Err(encode::Failure::Write(error)) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => {
                let name = if file == "-" { "standard input" } else { file };
                eprintln!("inspect: {name}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}

/// Decodes one stream from its first byte to its last.
fn inspect(name: &str, args: &Args) -> Result<Summary, Failure> {
    let start = Instant::now();
    let live = name == "-";
    let (mut source, size) = open(name).map_err(Failure::Read)?;
    let mut output = Output { lines: Vec::new(), summary: Summary::default(), progress: progress(size) };
    let mut decoder = Decoder::builder().comments(true);
    if let Some(limit) = args.limit {
        decoder = decoder.max_event_size(limit);
    }
    let mut decoder = decoder.build();
    // Whole chunks of N, so that none but the last of a file is shorter.
    let size = args.chunk.map_or(BUFFER, |n| n as usize);
    let mut buffer = vec![0; size * (BUFFER / size).max(1)];
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                output.flush()?;
                return Err(Failure::Read(error));
            }
        };
        output.summary.bytes += read as u64;
        output.progress.set_position(output.summary.bytes);
        for piece in buffer[..read].chunks(size) {
            let mut chunk = Chunk::new(piece);
            loop {
                match decoder.decode(&mut chunk) {
                    Ok(Some(Frame::Event(event))) => output.line(&Line::event(event, false))?,
                    Ok(Some(Frame::Retry(time))) => {
                        output.line(&Line::Retry { retry_ms: time.as_millis() })?;
                    }
                    Ok(Some(Frame::Comment(comment))) => output.line(&Line::Comment { comment })?,
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    // The decoder skips what was too large and goes on; so do we.
                    Err(error) => output.line(&Line::Error { error: error.to_string() })?,
                }
            }
        }
        if live {
            output.flush()?;
        }
    }
    if let End::Truncated(block) = decoder.finish() {
        output.summary.truncated = 1;
        if let Some(event) = block.event().filter(|_| args.flush_at_end) {
            output.line(&Line::event(event, true))?;
        }
    }
    output.flush()?;
    output.summary.time = start.elapsed();
    Ok(output.summary)
}

/// The stream called `name`, and how long it is if that is known.
fn open(name: &str) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    if name == "-" {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let file = File::open(name)?;
    let metadata = file.metadata()?;
    Ok((Box::new(file), metadata.is_file().then_some(metadata.len())))
}

/// A bar for a large file, if somebody is watching.
fn progress(size: Option<u64>) -> ProgressBar {
    match size {
        Some(size) if size >= LARGE && io::stderr().is_terminal() => {
            let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(size).with_style(style).with_finish(ProgressFinish::AndClear)
        }
        _ => ProgressBar::hidden(),
    }
}

/// Collects lines, so that a file costs few system calls.
struct Output {
    lines: Vec<u8>,
    summary: Summary,
    progress: ProgressBar,
}

impl Output {
    fn line(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        self.summary.count(line);
        serde_json::to_writer(&mut self.lines, line).map_err(|error| Failure::Write(error.into()))?;
        self.lines.push(b'\n');
        if self.lines.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        // The bar steps aside, should both go to the same terminal.
        let written = self.progress.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(&self.lines).and_then(|()| stdout.flush())
        });
        self.lines.clear();
        written.map_err(Failure::Write)
    }
}
