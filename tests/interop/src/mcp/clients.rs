//! The SDKs' clients, which call a tool whose answer is one of the cases.

use std::process::Stdio;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use sse_proto_embed::mcp::Revision;
use sse_proto_embed::mcp::server::{Call, Server, Settings, Tools};
use tokio::process::Command;

use super::Sdk;
use super::case_server::CaseServer;
use super::cases::Case;
use super::outcome::{self, OK, Seen};
use super::{cases, quirks};
use crate::Error;
use crate::matrix::{Direction, Row};
use crate::process::{Group, here};

/// For all calls of a client, which go on side by side.
const LIMIT: Duration = Duration::from_secs(40);

/// The server of examples/embed with a tool of two steps, after each of which it may end the connection.
#[derive(Debug)]
struct TwoSteps;

impl Tools for TwoSteps {
    fn list(&self) -> Value {
        json!(TOOLS.map(|name| json!({"name": name, "inputSchema": {"type": "object"}})))
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Value> {
        Box::pin(async move {
            for step in 1..=2 {
                call.progress(step, 2);
                tokio::time::sleep(Duration::from_millis(100)).await;
                if call.name() == "polling" {
                    call.disconnect();
                }
            }
            json!({"content": [{"type": "text", "text": "done"}]})
        })
    }
}

const TOOLS: [&str; 2] = ["steady", "polling"];

/// One SDK by one revision.
pub async fn row(sdk: Sdk, revision: Revision, peer: &str) -> Result<Row, Error> {
    // What only the other revision has is not sent by this one.
    let cases: Vec<_> =
        cases::all()?.into_iter().filter(|case| revision == Revision::V2025_11_25 || !case.has_ids).collect();
    let server = CaseServer::new(cases.clone());
    let origin = super::serve(server.router()).await?;
    let mut calls: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(at, case)| (case.name.clone(), format!("{origin}/{at}"), "answer"))
        .collect();
    let settings = Settings { retry: Duration::from_millis(50), keep_alive: Duration::from_millis(20) };
    let embed = super::serve(Server::new(TwoSteps, settings).router()).await?;
    calls.extend(TOOLS.map(|tool| (format!("examples/embed, {tool}"), format!("{embed}/mcp"), tool)));
    let seen = run(sdk, revision, &calls).await?;
    let asked = server.asked();

    let (mut failures, mut otherwise) = (Vec::new(), Vec::new());
    for (case, asked) in cases.iter().zip(&asked) {
        let came = match seen.iter().find(|seen| seen.name == case.name) {
            Some(seen) => outcome::of(case, seen, asked),
            None => "it says nothing".into(),
        };
        let known = quirks::expected(sdk, case)?;
        if came != known {
            failures.push(format!("{}: {came}, where it was to be: {known}", case.name));
        } else if came != OK {
            otherwise.push((case, came));
        }
    }
    for (name, ..) in &calls[cases.len()..] {
        let seen = seen.iter().find(|seen| seen.name == *name);
        let wrong = seen.map_or_else(|| Some("it says nothing".into()), outcome::of_two_steps);
        failures.extend(wrong.map(|wrong| format!("{name}: {wrong}")));
    }
    let note = [quirks::note(sdk, revision).to_owned(), summary(&cases, &otherwise)].join("");
    Ok(Row {
        peer: peer.into(),
        version: sdk.version().await?,
        direction: Direction::ToPeer,
        over: "HTTP/1.1".into(),
        cases: calls.len(),
        failures,
        note,
    })
}

/// What a reader wants to know: of keep-alives, and of what was not as it was meant.
fn summary(cases: &[Case], otherwise: &[(&Case, String)]) -> String {
    let keep_alives = cases.iter().filter(|case| case.is_keep_alive).count();
    let noticed = otherwise.iter().filter(|(case, _)| case.is_keep_alive).count();
    let mut text = format!(
        "keep-alives in three forms (`:\\n\\n`, `:\\n`, `:\\r\\n`), each at every place: {keep_alives} cases, {} unnoticed",
        if noticed == 0 { "all".to_owned() } else { (keep_alives - noticed).to_string() },
    );
    for (case, came) in otherwise {
        text += &format!("; {}: {came}", case.name);
    }
    text
}

/// Runs the SDK's script on calls: a name, a URL, and a tool each.
pub async fn run(sdk: Sdk, revision: Revision, calls: &[(String, String, &str)]) -> Result<Vec<Seen>, Error> {
    let calls: Vec<_> =
        calls.iter().map(|(name, url, tool)| json!({"name": name, "url": url, "tool": tool})).collect();
    let mut file = tempfile::NamedTempFile::new()?;
    serde_json::to_writer(&mut file, &calls)?;
    let mode = if revision == Revision::V2025_11_25 { "LEGACY" } else { "MODERN" };
    let mut command = Command::new(sdk.program());
    command.current_dir(here().join("mcp"));
    match sdk {
        Sdk::Python2 | Sdk::Python1 => command.arg("client.py"),
        Sdk::TypeScript2 => command.args(["client.mjs", "client"]),
        Sdk::TypeScript1 => command.args(["client.mjs", "sdk"]),
    };
    command.arg(mode).arg(file.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(LIMIT, Group::output(&mut command)).await;
    let output = output.map_err(|_| format!("it is not done after {LIMIT:?}"))??;
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let seen: Result<Vec<Seen>, _> = said.lines().map(serde_json::from_str).collect();
    seen.map_err(|error| format!("{error} in what it says: {said}\n{complained}").into())
}
