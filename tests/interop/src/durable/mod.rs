//! Durable Streams: its conformance tests, those about event streams, against a small server on our encoder.

mod server;

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::Error;
use crate::matrix::{Direction, Matrix, Row};
use crate::process::{Group, here, node, npm_version_in};

const PACKAGE: &str = "@durable-streams/server-conformance-tests";
const LIMIT: Duration = Duration::from_secs(120);
/// The tests that are run: those with this in their names or in that of their group.
const ABOUT: &str = "SSE";

/// So many there were when this was written; one that vanished would not be missed else.
const TESTS: usize = 40;

/// Tests that look for `data:` with the value right after it in the bytes. We write a space between, which every reader takes away
/// (9.2.6, process the field).
const NO_SPACE: [&str; 3] = [
    "should generate streamCursor in SSE control events",
    "should handle cursor collision with jitter in SSE mode",
    "should handle newlines in text/plain payloads",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    test_results: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    assertion_results: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    title: String,
    status: String,
    #[serde(default)]
    failure_messages: Vec<String>,
}

pub async fn run(matrix: &mut Matrix) {
    let peer = format!("npm {PACKAGE}, {ABOUT}");
    let row = row(&peer).await;
    matrix.add_result(&peer, Direction::ToPeer, row);
}

async fn row(peer: &str) -> Result<Row, Error> {
    let folder = here().join("durable");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, server::router()).await });
    let results = tempfile::tempdir()?;
    let file = results.path().join("report.json");
    let mut command = Command::new(node());
    command.arg(folder.join("node_modules/vitest/vitest.mjs")).args([
        "run",
        "sse.test.mjs",
        "-t",
        ABOUT,
        "--reporter=json",
    ]);
    command.arg("--outputFile").arg(&file).env("SERVER", url).current_dir(&folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(LIMIT, Group::output(&mut command)).await??;
    serving.abort();
    let report = std::fs::read(&file).map_err(|error| format!("no test was judged ({error}): {output:?}"))?;
    let report: Report = serde_json::from_slice(&report)?;
    let (mut cases, mut failures, mut excluded) = (0, Vec::new(), 0);
    for test in report.test_results.into_iter().flat_map(|file| file.assertion_results) {
        let Test { title, status, failure_messages } = test;
        match (status.as_str(), NO_SPACE.contains(&title.as_str())) {
            // Of another group.
            ("skipped" | "pending", _) => continue,
            ("passed", false) => {}
            ("failed", true) => excluded += 1,
            (status, _) => failures.push(format!("{title}: {status}: {}", failure_messages.join("; "))),
        }
        cases += 1;
    }
    if (cases, excluded) != (TESTS, NO_SPACE.len()) {
        failures.push(format!("{cases} tests, {excluded} of them excluded"));
    }
    Ok(Row {
        peer: peer.into(),
        version: npm_version_in(&folder, PACKAGE)?,
        direction: Direction::ToPeer,
        over: "HTTP/1.1, chunked".into(),
        cases,
        failures,
        note: format!(
            "its tests about {ABOUT}, except these tests, which require `data:` without the space that every reader \
             removes: {}",
            NO_SPACE.join(", ")
        ),
    })
}
