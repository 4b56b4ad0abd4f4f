//! Tests that others have written for their own clients, run over this crate: out of their packages, unchanged, by a bridge
//! for the language (`foreign/`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;

use crate::Error;
use crate::matrix::{Direction, Matrix, Row};
use crate::process::{Group, here, node, npm_version_in, python_version_in};

const LIMIT: Duration = Duration::from_secs(60);

/// A test and whether it passed.
type Outcomes = BTreeMap<String, bool>;

/// What does not pass, and why it must not.
const AGAINST_THE_STANDARD: [(&str, &str); 1] = [(
    "test_event_source.py::test_iter_sse_id_retry",
    "a block without data is not an event (9.2.6, dispatch, step 2): its id and retry take effect, but the client \
     shows nothing",
)];

pub async fn run(matrix: &mut Matrix) {
    matrix.add_result("npm sse.js", Direction::TheirTests, sse_js().await);
    matrix.add_result("Python httpx-sse", Direction::TheirTests, httpx_sse().await);
}

fn folder() -> PathBuf {
    here().join("foreign")
}

/// Over our session.
async fn sse_js() -> Result<Row, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Report {
        test_results: Vec<Suite>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Suite {
        assertion_results: Vec<Test>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Test {
        full_name: String,
        status: String,
    }
    let mut command = Command::new(node());
    command.arg(folder().join("node_modules/jest/bin/jest.js")).args(["--json", "--outputFile"]);
    let report: Report = report(&mut command, "jest.json").await?;
    let tests = report.test_results.into_iter().flat_map(|suite| suite.assertion_results);
    let outcomes = tests.map(|test| (test.full_name, test.status == "passed")).collect();
    let version = npm_version_in(&folder(), "sse.js")?;
    Ok(row(
        "npm sse.js",
        version,
        outcomes,
        97,
        "a class with the same name replaces theirs, over our session",
    ))
}

/// Over our decoder, and over our scanner where it looks at lines.
async fn httpx_sse() -> Result<Row, Error> {
    let python = folder().join(".venv/bin/python");
    let mut command = Command::new(&python);
    command.args(["-m", "pytest", "-q", "-p", "ours", "-p", "no:cacheprovider", "-o", "asyncio_mode=strict"]);
    command.arg("their-tests/of_httpx_sse").env("PYTHONPATH", ".").env("PYTHONDONTWRITEBYTECODE", "1");
    let outcomes: BTreeMap<String, String> = report(&mut command, "pytest.json").await?;
    let outcomes = outcomes.into_iter().map(|(test, outcome)| (test, outcome == "passed")).collect();
    let version = python_version_in(python, "httpx-sse").await?;
    Ok(row(
        "Python httpx-sse",
        version,
        outcomes,
        59,
        "our decoder provides the events, our scanner the lines",
    ))
}

/// Runs the tests, which write what became of them to a file whose name they get as the last argument, and as `OUTCOMES`.
async fn report<T: serde::de::DeserializeOwned>(command: &mut Command, name: &str) -> Result<T, Error> {
    let results = tempfile::tempdir()?;
    let file: &Path = &results.path().join(name);
    command.current_dir(folder()).env("OUTCOMES", file).stdout(Stdio::piped()).stderr(Stdio::piped());
    if name.starts_with("jest") {
        command.arg(file);
    }
    let output = tokio::time::timeout(LIMIT, Group::output(command)).await??;
    let report = std::fs::read(file).map_err(|error| format!("no test was judged ({error}): {output:?}"))?;
    Ok(serde_json::from_slice(&report)?)
}

/// As many tests as there were when this was written, or one that vanished would not be missed.
fn row(peer: &str, version: String, outcomes: Outcomes, expected: usize, how: &str) -> Row {
    let (mut failures, mut excluded) = (Vec::new(), Vec::new());
    for (test, passed) in &outcomes {
        match (AGAINST_THE_STANDARD.iter().find(|(name, _)| name == test), passed) {
            (None, true) => {}
            (None, false) => failures.push(test.clone()),
            (Some((name, why)), false) => excluded.push(format!("{name} does not hold: {why}")),
            (Some((name, _)), true) => failures.push(format!("{name} holds, which it must not")),
        }
    }
    if outcomes.len() != expected {
        failures.push(format!("{} tests, not {expected}", outcomes.len()));
    }
    let note = [vec![how.to_owned()], excluded].concat().join("; ");
    let over = "in their harness".into();
    Row {
        peer: peer.into(),
        version,
        direction: Direction::TheirTests,
        over,
        cases: outcomes.len(),
        failures,
        note,
    }
}
