//! `sse` looks at event streams (Server-Sent Events, text/event-stream) and writes them.
//!
//! ```text
//! cargo run --release -p sse-tool -- inspect examples/data/sample.sse
//! curl -sN https://example.org/stream | cargo run --release -p sse-tool -- inspect -
//! cargo run --release -p sse-tool -- encode lines.jsonl
//! cargo run --release -p sse-tool --features net -- tail https://example.org/stream
//! seq 3 | cargo run --release -p sse-tool --features net -- serve
//! ```
//!
//! `inspect` prints what a decoder makes of a stream, one JSON object a line on standard output, and a summary on
//! standard error. `encode` is the way back. `tail` follows a stream on a server over all its connections; `serve` is
//! such a server, of the lines of standard input. Exit status: see `EXIT_STATUS`, or `sse --help`.

mod encode;
mod inspect;
mod lines;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "net")]
mod serve;
#[cfg(feature = "net")]
mod tail;
mod terminal;
#[cfg(feature = "net")]
mod topic;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_STATUS: &str = "\
Exit status:
  0  done, also when whoever reads the output has gone away (`| head`)
  2  wrong use, a file that cannot be read, output that cannot be written, or a line
     that cannot be encoded";

const EXAMPLES: &str = "\
Examples:
  sse inspect examples/data/sample.sse
  sse inspect a.sse > a.jsonl && sse encode a.jsonl

`sse inspect --help` and `sse encode --help` say more.";

const INSPECT_EXAMPLES: &str = r#"Output, one JSON object a line:
  {"type":"message","data":"hello","last_event_id":"7"}   an event
  {"retry_ms":2500}                                       another reconnection time
  {"comment":" keep-alive"}                               a comment
  {"error":"event larger than ..."}                       what was skipped, and why
With --flush-at-end an event that lacks its blank line has `"truncated":true` as well.
Control characters and bidi overrides are always written as \uXXXX, so that they
cannot act on a terminal.

Examples:
  sse inspect examples/data/sample.sse
  curl -sN https://example.org/stream | sse inspect -

Exit status:
  0  done, also when streams held errors (they are part of the output), and when whoever
     reads the output has gone away (`| head`)
  2  wrong use, a file that cannot be read (the others are still printed), or output that
     cannot be written"#;

const ENCODE_EXAMPLES: &str = r#"Input, one JSON object a line:
  {"type":"message","data":"hello","last_event_id":"7"}   an event
  {"retry_ms":2500}                                       another reconnection time
  {"comment":" keep-alive"}                               a comment
  {"error":"..."}                                         nothing, it is left out
An `id` is written where the last event ID differs from that of the event before, also
from one file to the next.

Examples:
  sse inspect a.sse | grep -v '^{"comment"' | sse encode
  sse encode monday.jsonl tuesday.jsonl > both.sse

Exit status:
  0  done, also when whoever reads the output has gone away (`| head`)
  2  wrong use, a file that cannot be read, a line that cannot be encoded (what stands
     before it is written), or output that cannot be written"#;

/// Looks at event streams (Server-Sent Events, text/event-stream) and writes them.
#[derive(Parser)]
#[command(name = "sse", version, after_help = format!("{EXAMPLES}\n\n{EXIT_STATUS}"))]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inspect(InspectArgs),
    Encode(EncodeArgs),
    #[cfg(feature = "net")]
    Serve(serve::ServeArgs),
    #[cfg(feature = "net")]
    Tail(tail::TailArgs),
}

/// Prints what is in event streams as JSON lines, and a summary on standard error
#[derive(clap::Args)]
#[command(after_help = INSPECT_EXAMPLES)]
struct InspectArgs {
    /// Files to read, each a stream of its own; `-` is standard input, shown as it arrives
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print the last event of a stream that ends without its blank line, too
    #[arg(long)]
    flush_at_end: bool,
    /// Hand the decoder N bytes at a time (the output is the same)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=inspect::MAX_CHUNK))]
    chunk: Option<u32>,
    /// Allow N bytes per event instead of the library's default
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// Writes an event stream from such JSON lines as `sse inspect` prints
#[derive(clap::Args)]
#[command(after_help = ENCODE_EXAMPLES)]
struct EncodeArgs {
    /// Files to read, written as one stream; `-` is standard input, as when no file is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match parse().command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Encode(args) => encode::run(&args),
        #[cfg(feature = "net")]
        Command::Serve(args) => serve::run(args),
        #[cfg(feature = "net")]
        Command::Tail(args) => tail::run(args),
    }
}

/// The arguments; what is wrong with them is said with their control characters escaped.
fn parse() -> Args {
    Args::try_parse().unwrap_or_else(|error| {
        // No argument becomes right by this: what is not a file name has no use for a backslash.
        let legible = env::args_os().map(terminal::legible);
        Args::try_parse_from(legible).err().unwrap_or(error).exit()
    })
}
