//! `sse serve`: lines of standard input as events to any number of clients, which lose none.

use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sse_proto::{EventType, Message, headers};
use tokio::net::TcpListener;

use crate::lines::{Fields, Line};
use crate::terminal::{self, FAILED, legible, say};
use crate::topic::Topic;

const COMMAND: &str = "sse serve";
/// A longer line is left out: every client would have to hold it whole.
const LONGEST_LINE: u64 = 1024 * 1024;

const EXAMPLES: &str = r#"Each line is the data of an event. With --json a line is one that `sse inspect` prints, but ids
are always the server's own: when it started, and the number of the event. What is not UTF-8 is
sent as U+FFFD.
The stream is at / and at /events. A client that comes back gets all that it has missed; one that
names no id, or one that is not known any more, gets all that is held. One that falls behind by
more than is held is cut, and comes back.

Examples:
  tail -f access.log | sse serve
  sse inspect examples/data/sample.sse | sse serve --json
  make 2>&1 | sse serve --end 5       and elsewhere: sse tail http://127.0.0.1:8080/

Exit status:
  0  the time after the end of the input is over (--end)
  2  wrong use, a port that cannot be had, or input that cannot be read"#;

/// Serves lines of standard input as events, to any number of clients, with replay
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The type of the events
    #[arg(long, value_name = "TYPE", conflicts_with = "json", value_parser = event_type)]
    event: Option<String>,
    /// Read such lines as `sse inspect` prints
    #[arg(long)]
    json: bool,
    /// Events held for who comes later or comes back
    #[arg(long, value_name = "EVENTS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    hold: u32,
    /// A client that names no id gets what comes, and not what is held
    #[arg(long)]
    only_new: bool,
    /// Quiet seconds before a keep-alive
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=3600))]
    keep_alive: u64,
    /// The origin whose pages may read the stream; * for all
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Option<HeaderValue>,
    /// End so long after the input does; who has all gets a 204 then
    #[arg(long, value_name = "SECONDS")]
    end: Option<u64>,
}

fn event_type(text: &str) -> Result<String, String> {
    EventType::new(text).map(|kind| kind.as_str().to_owned()).map_err(|error| error.to_string())
}

fn origin(text: &str) -> Result<HeaderValue, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[derive(Clone)]
struct Server {
    topic: Arc<Topic>,
    only_new: bool,
    allow_origin: Option<HeaderValue>,
}

pub(crate) fn run(args: ServeArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(serve(args))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("{COMMAND}: {error}"));
            ExitCode::from(FAILED)
        }
    }
}

async fn serve(args: ServeArgs) -> io::Result<()> {
    let cannot = |error: io::Error| {
        let what = format!("cannot listen at {}: {}", args.listen, terminal::reason(&error));
        io::Error::new(error.kind(), what)
    };
    let listener = TcpListener::bind(args.listen).await.map_err(cannot)?;
    let url = format!("http://{}/", listener.local_addr()?);
    // Whoever started it may not want to read this.
    let _ = writeln!(io::stdout(), "listening on {url}");
    // No two lives have the same, or an id of one would name a place in the other.
    let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let topic = Arc::new(Topic::new(epoch, args.hold as usize, Duration::from_secs(args.keep_alive)));
    let server =
        Server { topic: topic.clone(), only_new: args.only_new, allow_origin: args.allow_origin.clone() };
    let router = Router::new().route("/", get(events)).route("/events", get(events)).with_state(server);
    let end = args.end;
    let input = tokio::task::spawn_blocking(move || read(io::stdin().lock(), &args, &topic));
    let served = tokio::spawn(axum::serve(listener, router).into_future());
    input.await??;
    match end {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => served.await??,
    }
    Ok(())
}

async fn events(State(server): State<Server>, request: HeaderMap) -> Response {
    let last_event_id = request.get(headers::LAST_EVENT_ID).map(HeaderValue::as_bytes);
    let mut response = match server.topic.connect(last_event_id, server.only_new) {
        Some(stream) => (headers::RESPONSE_HEADERS, Body::from_stream(stream)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    };
    if let Some(origin) = server.allow_origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// Publishes the lines. One that cannot be sent is told, and left out.
fn read(mut input: impl BufRead, args: &ServeArgs, topic: &Topic) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let failed = |error| io::Error::new(io::Error::kind(&error), format!("standard input: {error}"));
        if input.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line).map_err(failed)? == 0 {
            break;
        }
        if line.len() as u64 > LONGEST_LINE && line.last() != Some(&b'\n') {
            input.skip_until(b'\n').map_err(failed)?;
            tell(number, format_args!("longer than {LONGEST_LINE} bytes, and left out"));
            continue;
        }
        if args.json {
            let published = Fields::parse(&line).and_then(|fields| publish(&fields.line()?, topic));
            if let Err(error) = published {
                tell(number, format_args!("{}; left out", legible(error.to_string())));
            }
            continue;
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = String::from_utf8_lossy(text.strip_suffix(b"\r").unwrap_or(text));
        let kind = args.event.as_deref().and_then(|kind| EventType::new(kind).ok());
        let message = Message::new().data(&text);
        topic.publish(kind.map_or(message, |kind| message.event_type(kind)));
    }
    topic.end(args.end.is_some());
    Ok(())
}

fn publish(line: &Line<'_>, topic: &Topic) -> Result<(), crate::lines::BadLine> {
    match *line {
        Line::Event { r#type, data, .. } => {
            let message = Message::new().data(data);
            match r#type {
                "message" => topic.publish(message),
                kind => topic.publish(message.event_type(EventType::new(kind)?)),
            }
        }
        Line::Retry { retry_ms } => topic.send(Message::new().retry(Duration::from_millis(retry_ms))),
        Line::Comment { comment } => topic.send(Message::new().comment(comment)),
        Line::Problem { .. } => {}
    }
    Ok(())
}

fn tell(number: u64, what: std::fmt::Arguments<'_>) {
    say(format_args!("{COMMAND}: line {number}: {what}"));
}
