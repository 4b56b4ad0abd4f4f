//! `sse tail`: follows the stream of a server, over all its connections.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use sse_proto::driver::{BlockingEventSource, DriverError, Update};
use sse_proto::session::{Failure, Reconnect, RefusedHead, Session};
use sse_proto::{Decoder, EventIdBuf, Unfinished};
use ureq::http;

use crate::lines::Line;
use crate::net::{Net, is_hopeless};
use crate::terminal::{self, FAILED, say};

const COMMAND: &str = "sse tail";
/// The server refused.
const REFUSED: u8 = 3;
/// There was no connection.
const NO_CONNECTION: u8 = 4;

const EXAMPLES: &str = r#"Output: the data of each event, with a line end after it; with --json the lines of
`sse inspect`. On standard error: when the stream is open, keep-alives, when and why it
was lost, and when it is tried again.
A --header takes the place of ours of that name: --post has `content-type: application/json`.
A POST is sent again only if the server has named an event to go on after.

Examples:
  sse tail https://example.org/stream
  sse tail --state last-id https://example.org/stream >> events.txt
  sse tail --post request.json --header "Authorization: Bearer $KEY" https://api.example/chat

Exit status:
  0  the server wants no more (204), the answer to a POST has ended, --max-time was over
     with the stream open, or whoever reads the output has gone away (`| head`)
  2  wrong use, a file that cannot be read or written, or output that cannot be written
  3  the server refused: another status or content type, a certificate that is not trusted
  4  no connection: --max-time was over without one, or a POST broke off that cannot be
     repeated"#;

/// Follows the event stream of a server: connects again, and goes on after the last event
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TailArgs {
    /// Where the stream is, http:// or https://; redirects are followed
    #[arg(value_parser = url)]
    url: http::Uri,
    /// Send a header, `Name: value`, or more of them
    #[arg(long, value_name = "HEADER", value_parser = header)]
    header: Vec<(http::HeaderName, http::HeaderValue)>,
    /// POST this file (`-` is standard input), once if there is no id
    #[arg(long, value_name = "FILE")]
    post: Option<PathBuf>,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Go on after the event of this id, unless --state has one
    #[arg(long, value_name = "ID")]
    last_event_id: Option<EventIdBuf>,
    /// Keep the last event ID in this file, and go on from there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// End after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<Duration>,
    /// Take so many seconds without a byte for a lost connection
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    idle_timeout: Option<Duration>,
    /// Print the lines of `sse inspect` and not the data alone
    #[arg(long)]
    json: bool,
    /// Say nothing on standard error but what ends it
    #[arg(long)]
    quiet: bool,
    /// Allow N bytes per event instead of the library's default
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

fn url(text: &str) -> Result<http::Uri, String> {
    let url: http::Uri = text.parse().map_err(|error| format!("{error}"))?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(_)) => Ok(url),
        _ => Err("it has to start with http:// or https:// and a host".to_owned()),
    }
}

fn header(text: &str) -> Result<(http::HeaderName, http::HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("there is no colon after the name")?;
    let name = name.trim().parse().map_err(|error| format!("{error}"))?;
    let value = http::HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|error| format!("{error}"))?;
    Ok((name, value))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// What is tried again: what servers and proxies answer while they have no time, and after the stream was open also what they
/// answer while they are updated.
fn retry(head: RefusedHead) -> bool {
    matches!(head.status, 429 | 502..=504) || (head.is_reconnection && matches!(head.status, 200 | 500..=599))
}

pub(crate) fn run(args: TailArgs) -> ExitCode {
    let (started, max_time) = (Instant::now(), args.max_time);
    let mut tail = match Tail::new(args) {
        Ok(tail) => tail,
        Err(error) => {
            say(format_args!("{COMMAND}: {error}"));
            return ExitCode::from(FAILED);
        }
    };
    let Some(max_time) = max_time else { return tail.follow(&AtomicBool::new(false)) };
    // What waits for a server cannot be asked to stop; so it is left, but never within a line.
    let (tell, told) = channel();
    static IS_OPEN: AtomicBool = AtomicBool::new(false);
    thread::spawn(move || tell.send(tail.follow(&IS_OPEN)));
    match told.recv_timeout(max_time.saturating_sub(started.elapsed())) {
        Ok(status) => status,
        Err(RecvTimeoutError::Disconnected) => ExitCode::from(FAILED),
        Err(RecvTimeoutError::Timeout) => {
            // A reader that takes nothing keeps the writer for ever: then a line may stay unfinished.
            let _whole_lines = (0..20).find_map(|_| {
                let lock = OUTPUT.try_lock().ok();
                if lock.is_none() {
                    thread::sleep(Duration::from_millis(10));
                }
                lock
            });
            let is_open = IS_OPEN.load(Ordering::Acquire);
            say(format_args!(
                "{COMMAND}: the time is over, {}",
                if is_open { "the stream is open" } else { "there is no connection" }
            ));
            process::exit(if is_open { 0 } else { i32::from(NO_CONNECTION) });
        }
    }
}

/// Held while lines are written.
static OUTPUT: Mutex<()> = Mutex::new(());

struct Tail {
    source: BlockingEventSource<Net>,
    state: Option<PathBuf>,
    json: bool,
    quiet: bool,
    /// Somebody looks at the output: nothing in it is to act on the terminal.
    watched: bool,
    output: Vec<u8>,
}

impl Tail {
    fn new(args: TailArgs) -> Result<Self, String> {
        let read = |file: &Path| {
            let read = || match terminal::is_standard_input(file) {
                true => {
                    let mut bytes = Vec::new();
                    io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
                }
                false => fs::read(file),
            };
            read().map_err(|error| format!("{}: {}", terminal::name_of(file), terminal::reason(&error)))
        };
        let post = args.post.as_deref().map(read).transpose()?;
        let pem = args.cacert.as_deref().map(read).transpose()?;
        let net =
            Net::new(args.url, args.header, post, pem.as_deref(), args.idle_timeout).map_err(|error| {
                let file = args.cacert.as_deref().map(terminal::name_of).unwrap_or_default();
                format!("{file}: {error}")
            })?;
        let stored = args.state.as_deref().map(stored_id).transpose()?.flatten();
        let id = stored.filter(|id| !id.as_str().is_empty()).or(args.last_event_id).unwrap_or_default();
        let mut decoder = Decoder::builder()
            .comments(true)
            .unfinished(Unfinished::WholeLines)
            .last_event_id(id.as_event_id());
        if let Some(limit) = args.limit {
            decoder = decoder.max_event_size(limit);
        }
        let reconnect = if args.post.is_some() { Reconnect::IfResumable } else { Reconnect::Always };
        let session = Session::builder()
            .retry_head(retry)
            .reconnect(reconnect)
            .idle_timeout(args.idle_timeout)
            .max_reconnection_time(Some(Duration::from_secs(3600)))
            .decoder(decoder.build())
            .build();
        Ok(Self {
            source: BlockingEventSource::new(session, net),
            state: args.state,
            json: args.json,
            quiet: args.quiet,
            watched: io::stdout().is_terminal(),
            output: Vec::new(),
        })
    }

    fn tell(&self, what: std::fmt::Arguments<'_>) {
        if !self.quiet {
            say(format_args!("{COMMAND}: {}", terminal::legible(what.to_string())));
        }
    }

    /// Prints what comes until nothing more does; whether there is a stream it writes down.
    fn follow(&mut self, is_open: &AtomicBool) -> ExitCode {
        while let Some(update) = self.source.next_update() {
            let printed = match update {
                Ok(Update::Open) => {
                    is_open.store(true, Ordering::Release);
                    self.tell(format_args!("open"));
                    Ok(())
                }
                Ok(Update::Event(event)) => match self.json {
                    true => self.line(&Line::event(event.as_event(), false)),
                    false => self.data(event.data()),
                },
                Ok(Update::Retry(time)) if self.json => self.line(&Line::retry(time)),
                Ok(Update::Comment(comment)) if self.json => self.line(&Line::Comment { comment: &comment }),
                Ok(Update::Retry(time)) => {
                    self.tell(format_args!("the server asks to come again after {time:?}"));
                    Ok(())
                }
                Ok(Update::Comment(comment)) => {
                    self.tell(format_args!(":{comment}"));
                    Ok(())
                }
                Ok(Update::LastEventId(id)) => match self.store(&id) {
                    Ok(()) => Ok(()),
                    Err(error) => {
                        say(format_args!("{COMMAND}: {error}"));
                        return ExitCode::from(FAILED);
                    }
                },
                Ok(Update::Lost { loss, error, retry_at, .. }) => {
                    is_open.store(false, Ordering::Release);
                    if let Some(error) = error.as_ref().filter(|error| is_hopeless(error)) {
                        say(format_args!("{COMMAND}: {}", terminal::legible(error.to_string())));
                        return ExitCode::from(REFUSED);
                    }
                    let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
                    let now = sse_proto::driver::BlockingTransport::now(self.source.transport_mut());
                    let wait = retry_at.saturating_since(now).as_secs_f64();
                    self.tell(format_args!("lost: {loss}{error}; again in {wait:.1} s"));
                    Ok(())
                }
                Ok(_) => Ok(()),
                Err(DriverError::Decode(error)) if self.json => {
                    self.line(&Line::Problem { error: &error.to_string() })
                }
                Err(DriverError::Failed { failure, error, .. }) => return ended(failure, error),
                Err(error) => {
                    self.tell(format_args!("{error}"));
                    Ok(())
                }
            };
            if let Err(error) = printed {
                return terminal::output_failed(COMMAND, &error);
            }
        }
        ExitCode::SUCCESS
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        line.write_to(&mut self.output)?;
        self.flush()
    }

    fn data(&mut self, data: &str) -> io::Result<()> {
        match self.watched {
            // Line ends are what it is made of.
            true => {
                for (at, line) in data.split('\n').enumerate() {
                    self.output.extend_from_slice(if at > 0 { b"\n" } else { b"" });
                    self.output.extend_from_slice(terminal::legible(line).as_bytes());
                }
            }
            false => self.output.extend_from_slice(data.as_bytes()),
        }
        self.output.push(b'\n');
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        let _whole_lines = OUTPUT.lock();
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.output).and_then(|()| stdout.flush());
        self.output.clear();
        written
    }

    /// After the events up to it are printed: who is killed in between prints them again, and loses none.
    fn store(&self, id: &EventIdBuf) -> Result<(), String> {
        let Some(file) = &self.state else { return Ok(()) };
        let mut beside = file.clone().into_os_string();
        beside.push(".new");
        // Whole or not at all.
        fs::write(&beside, id.as_str())
            .and_then(|()| fs::rename(&beside, file))
            .map_err(|error| format!("{}: {}", terminal::name_of(file), terminal::reason(&error)))
    }
}

/// The id in the file, `None` if there is no file yet.
fn stored_id(file: &Path) -> Result<Option<EventIdBuf>, String> {
    let name = terminal::name_of(file);
    match fs::read_to_string(file) {
        Ok(id) => EventIdBuf::new(id).map(Some).map_err(|error| format!("{name}: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{name}: {}", terminal::reason(&error))),
    }
}

/// The last word.
fn ended(failure: Failure, error: Option<io::Error>) -> ExitCode {
    let error = error.map(|error| format!(" ({})", terminal::legible(error.to_string()))).unwrap_or_default();
    match failure {
        Failure::Status(204) => {
            say(format_args!("{COMMAND}: the server wants no more (204)"));
            return ExitCode::SUCCESS;
        }
        _ => say(format_args!("{COMMAND}: {failure}{error}")),
    }
    ExitCode::from(match failure {
        Failure::Status(_) | Failure::ContentType | Failure::NoContentType => REFUSED,
        _ => NO_CONNECTION,
    })
}
