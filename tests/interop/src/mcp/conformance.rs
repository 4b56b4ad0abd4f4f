//! The conformance suite of MCP: its scenarios about event streams, against the server and the client of examples/embed.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use sse_proto_embed::mcp::Revision;
use sse_proto_embed::mcp::client::Client;
use sse_proto_embed::mcp::server::{Call, Server, Settings, Tools};
use tokio::process::Command;

use crate::Error;
use crate::matrix::{Direction, Matrix, Row};
use crate::process::{Group, here, node, npm_version};

/// The argument by which this program is the client.
pub const CLIENT: &str = "mcp-client";

/// Those in which a server streams; the suite has no others about that.
const SERVER_SCENARIOS: [&str; 4] = [
    "server-sse-polling",
    "server-sse-multiple-streams",
    "tools-call-with-progress",
    "tools-call-with-logging",
];
const CLIENT_SCENARIO: &str = "sse-retry";
const LIMIT: Duration = Duration::from_secs(60);
const PACKAGE: &str = "@modelcontextprotocol/conformance";
const STEP: Duration = Duration::from_millis(50);

/// The tools that the scenarios call.
#[derive(Debug)]
struct Asked;

impl Tools for Asked {
    fn list(&self) -> Value {
        let tool = |name: &str| json!({"name": name, "inputSchema": {"type": "object"}});
        json!(["test_reconnection", "test_tool_with_progress", "test_tool_with_logging"].map(tool))
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Value> {
        Box::pin(async move {
            for step in 0..3 {
                match call.name() {
                    "test_reconnection" if step == 0 => call.disconnect(),
                    "test_reconnection" => {}
                    "test_tool_with_progress" => call.progress(50 * step, 100),
                    _ => call.notify("notifications/message", &json!({"level": "info", "data": step})),
                }
                tokio::time::sleep(STEP).await;
            }
            json!({"content": [{"type": "text", "text": "done"}]})
        })
    }
}

/// One thing that a scenario has looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    id: String,
    status: String,
    #[serde(default)]
    error_message: String,
}

/// A row for our server and one for our client.
pub async fn rows(matrix: &mut Matrix) -> Result<(), Error> {
    let settings = Settings { retry: Duration::from_millis(200), ..Settings::default() };
    let origin = super::serve(Server::new(Asked, settings).router()).await?;
    let url = format!("{origin}/mcp");
    let mut checks = Ok(Vec::new());
    for scenario in SERVER_SCENARIOS {
        let result = run(&["server", "--url", &url, "--scenario", scenario]).await;
        checks = checks.and_then(|before: Vec<_>| Ok(before.into_iter().chain(result?).collect()));
    }
    let note = format!("scenarios {}", SERVER_SCENARIOS.join(", "));
    add(matrix, "our server in examples/embed", Direction::ToPeer, checks, note);

    let this = env::current_exe()?;
    let command = format!("{} {CLIENT}", this.display());
    let checks = run(&["client", "--command", &command, "--scenario", CLIENT_SCENARIO]).await;
    let note = format!("scenario {CLIENT_SCENARIO}");
    add(matrix, "our client in examples/embed", Direction::FromPeer, checks, note);
    Ok(())
}

fn add(matrix: &mut Matrix, of: &str, direction: Direction, checks: Result<Vec<Check>, Error>, note: String) {
    let peer = format!("npm {PACKAGE}, {of}");
    let row = checks.and_then(|checks| {
        // The others tell what was sent and received.
        let judged: Vec<_> = checks.iter().filter(|check| check.status != "INFO").collect();
        let failed = judged.iter().filter(|check| check.status != "SUCCESS");
        let ids: Vec<_> = judged.iter().map(|check| check.id.as_str()).collect();
        Ok(Row {
            peer: peer.clone(),
            version: npm_version(&format!("../mcp/node_modules/{PACKAGE}"))?,
            direction,
            over: "HTTP/1.1".into(),
            cases: judged.len(),
            failures: failed
                .map(|Check { id, status, error_message }| format!("{id}: {status}: {error_message}"))
                .collect(),
            note: format!("{note}; checks {}", ids.join(", ")),
        })
    });
    matrix.add_result(&peer, direction, row);
}

/// Runs the suite, which writes what it has found into files.
async fn run(arguments: &[&str]) -> Result<Vec<Check>, Error> {
    let results = tempfile::tempdir()?;
    let suite = here().join("mcp/node_modules").join(PACKAGE).join("dist/index.js");
    let mut command = Command::new(node());
    command.arg(suite).args(arguments).arg("--output-dir").arg(results.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(LIMIT, Group::output(&mut command)).await??;
    found(results.path())?.ok_or_else(|| format!("it has judged nothing: {output:?}").into())
}

/// The checks in the first file of that name, some folders down.
fn found(folder: &Path) -> Result<Option<Vec<Check>>, Error> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(checks) = found(&path)? {
                return Ok(Some(checks));
            }
        } else if path.ends_with("checks.json") {
            return Ok(Some(serde_json::from_slice(&std::fs::read(path)?)?));
        }
    }
    Ok(None)
}

/// The client that is tested: calls what the server of the suite has.
pub async fn client(url: &str) -> Result<(), Error> {
    let client = Client::connect(url, Revision::V2025_11_25).await?;
    let tools = client.call("tools/list", json!({})).result().await?;
    for tool in tools["tools"].as_array().into_iter().flatten() {
        client.call("tools/call", json!({"name": tool["name"], "arguments": {}})).result().await?;
    }
    Ok(())
}
