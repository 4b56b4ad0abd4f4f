//! `sse inspect`: event streams in, JSON lines out.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use sse_proto::{Chunk, Decoder, End, Frame};

use crate::InspectArgs;
use crate::lines::Line;
use crate::terminal::{self, FAILED, say};

const COMMAND: &str = "sse inspect";
const BUFFER: usize = 64 * 1024;
pub(crate) const MAX_CHUNK: i64 = 1 << 24;
/// A file that takes long enough to be watched.
const LARGE: u64 = 32 * 1024 * 1024;

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
            Line::Problem { .. } => self.errors += 1,
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
        say(format_args!(
            "{name}: {bytes} bytes, {events} events, {comments} comments, {retries} retries, \
             {errors} errors, {end}, {rate:.1} MB/s"
        ));
    }
}

/// Why a stream was left before its end.
enum Failure {
    Read(io::Error),
    Write(io::Error),
}

pub(crate) fn run(args: &InspectArgs) -> ExitCode {
    let (mut total, mut all_read) = (Summary::default(), true);
    for file in &args.files {
        let name = terminal::name_of(file);
        match inspect(file, args) {
            Ok(summary) => {
                let end = if summary.truncated > 0 { "truncated end" } else { "clean end" };
                summary.print(&name, end);
                total.add(&summary);
            }
            Err(Failure::Read(error)) => {
                say(format_args!("{COMMAND}: {name}: {}", terminal::reason(&error)));
                all_read = false;
            }
            Err(Failure::Write(error)) => return terminal::output_failed(COMMAND, &error),
        }
    }
    if args.files.len() > 1 {
        total.print("total", &format!("{} truncated", total.truncated));
    }
    if all_read { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
}

/// Decodes one stream from its first byte to its last.
fn inspect(file: &Path, args: &InspectArgs) -> Result<Summary, Failure> {
    let start = Instant::now();
    let live = terminal::is_standard_input(file);
    let (mut source, size) = open(file).map_err(Failure::Read)?;
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
                    Ok(Some(Frame::Retry(time))) => output.line(&Line::retry(time))?,
                    Ok(Some(Frame::Comment(comment))) => output.line(&Line::Comment { comment })?,
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    // The decoder skips what was too large and goes on; so do we.
                    Err(error) => output.line(&Line::Problem { error: &error.to_string() })?,
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

/// The stream in `file`, and how long it is if that is known.
fn open(file: &Path) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    if terminal::is_standard_input(file) {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let file = File::open(file)?;
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
        line.write_to(&mut self.lines).map_err(Failure::Write)?;
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
