//! Clients that are libraries, each in a script of a few lines, and curl.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::Error;
use crate::case::{Case, Event};
use crate::check;
use crate::matrix::{Direction, Row};
use crate::process::{self, Group, here, node, python};
use crate::quirks;
use crate::serve::{Outcome, Server};

const LIMIT: Duration = Duration::from_secs(60);
const OVER: &str = "HTTP/1.1, chunked";

/// `EventSource` of an npm package.
pub async fn event_source(package: &str, cases: Vec<Case>) -> Result<Row, Error> {
    let (server, outcomes) = run(node(), &["eventsource.mjs", package], cases).await?;
    Ok(Row {
        peer: format!("npm {package}, EventSource"),
        version: process::npm_version(package)?,
        direction: Direction::ToPeer,
        over: OVER.into(),
        cases: server.cases().len(),
        failures: check::failures(&server, &outcomes, server.cases()),
        note: String::new(),
    })
}

/// npm's `eventsource-parser` under fetch.
pub async fn eventsource_parser(cases: Vec<Case>) -> Result<Row, Error> {
    let (server, outcomes) = run(node(), &["parser.mjs"], cases).await?;
    Ok(Row {
        peer: "npm eventsource-parser".into(),
        version: process::npm_version("eventsource-parser")?,
        direction: Direction::ToPeer,
        over: OVER.into(),
        cases: server.cases().len(),
        failures: check::failures(&server, &outcomes, &server.cases_as(quirks::eventsource_parser)),
        note: quirks::EVENTSOURCE_PARSER.into(),
    })
}

/// Python's `httpx-sse`.
pub async fn httpx_sse(cases: Vec<Case>) -> Result<Row, Error> {
    let (server, outcomes) = run(python(), &["httpx_client.py"], cases).await?;
    Ok(Row {
        peer: "Python httpx-sse".into(),
        version: process::python_version("httpx-sse").await?,
        direction: Direction::ToPeer,
        over: OVER.into(),
        cases: server.cases().len(),
        failures: check::failures(&server, &outcomes, &server.cases_as(quirks::httpx_sse)),
        note: quirks::HTTPX_SSE.into(),
    })
}

/// Runs a script of clients/ on the cases.
async fn run(
    program: impl Into<OsString>,
    arguments: &[&str],
    cases: Vec<Case>,
) -> Result<(Server, Vec<Outcome>), Error> {
    let mut server = Server::start(cases).await?;
    let mut command = Command::new(program.into());
    command.current_dir(here().join("clients")).args(arguments).arg(&server.origin);
    let mut script = Group::start(command.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let stderr = script.child.stderr.take();
    let ended = async {
        let mut says = String::new();
        if let Some(mut stderr) = stderr {
            stderr.read_to_string(&mut says).await.unwrap_or_default();
        }
        let status = script.child.wait().await;
        // Once it has reported it may end.
        if !matches!(status, Ok(status) if status.success()) {
            return format!("{} ended with {status:?} and says:\n{says}", arguments[0]);
        }
        std::future::pending().await
    };
    let outcomes = tokio::select! {
        outcomes = server.outcomes(LIMIT) => outcomes?,
        failure = ended => return Err(failure.into()),
    };
    Ok((server, outcomes))
}

/// `curl -N` with the reader of lines behind it that a shell script would have.
pub async fn curl(cases: Vec<Case>) -> Result<Row, Error> {
    let server = Server::start(cases).await?;
    let mut outcomes = Vec::new();
    for number in 0..server.cases().len() {
        let outcome = tokio::time::timeout(LIMIT, read_lines(&server, number)).await;
        outcomes.push(outcome.map_err(|_| format!("curl is not done after {LIMIT:?}"))??);
    }
    Ok(Row {
        peer: "curl -N".into(),
        version: process::version("curl", &["--version"]).await?,
        direction: Direction::ToPeer,
        over: OVER.into(),
        cases: server.cases().len(),
        failures: check::failures(&server, &outcomes, server.cases()),
        note: "a script reads it: lines end at LF and are `name: value`; it knows nothing else".into(),
    })
}

async fn read_lines(server: &Server, number: usize) -> Result<Outcome, Error> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--no-buffer"]);
    command.arg(format!("{}/case/{number}", server.origin));
    let mut curl = Group::start(command.stdout(Stdio::piped()))?;
    let mut lines = BufReader::new(curl.child.stdout.take().ok_or("curl without output")?).split(b'\n');
    let (mut events, mut retries, mut comments) = (Vec::new(), Vec::new(), Vec::new());
    let (mut event_type, mut data, mut id) = (None, Vec::new(), String::new());
    let mut failed = None;
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8(line)?;
        match line.split_once(": ") {
            // First, because a comment may hold anything.
            _ if line.starts_with(':') => comments.push(line[1..].to_owned()),
            Some(("data", value)) => data.push(value.to_owned()),
            Some(("event", value)) => event_type = Some(value.to_owned()),
            Some(("id", value)) => id = value.to_owned(),
            Some(("retry", value)) => retries.push(value.to_owned()),
            None if line.is_empty() => {
                let event_type = event_type.take().unwrap_or_else(|| "message".into());
                if !data.is_empty() {
                    events.push(Event { event_type, data: data.join("\n"), id: id.clone() });
                    data.clear();
                    server.acknowledge(number);
                }
            }
            _ => failed = Some(format!("a line that is no field: {line:?}")),
        }
    }
    let status = curl.child.wait().await?;
    failed = failed.or_else(|| (!status.success()).then(|| format!("curl ended with {status}")));
    Ok(Outcome { events, origins: Vec::new(), retries: Some(retries), comments: Some(comments), failed })
}
