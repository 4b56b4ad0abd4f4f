//! The SDKs' servers, to our decoder and session: a tool that ends its stream twice while it works, if there is resumption.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use futures::future;
use serde_json::json;
use sse_proto::driver::Update;
use sse_proto_embed::mcp::Revision;
use sse_proto_embed::mcp::client::Client;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::Sdk;
use crate::Error;
use crate::matrix::{Direction, Row};
use crate::process::{Group, here};

/// So many calls side by side.
const CALLS: usize = 20;
const LIMIT: Duration = Duration::from_secs(20);
/// What the servers are told to say.
const RETRY: Duration = Duration::from_millis(200);

/// A server of an SDK, which ends with this.
#[derive(Debug)]
pub struct SdkServer {
    url: String,
    _process: Group,
}

impl SdkServer {
    pub async fn start(sdk: Sdk) -> Result<Self, Error> {
        let mut command = Command::new(sdk.program());
        command.current_dir(here().join("mcp"));
        match sdk {
            Sdk::Python2 | Sdk::Python1 => command.arg("server.py"),
            Sdk::TypeScript2 => command.args(["server.mjs", "server"]),
            Sdk::TypeScript1 => command.args(["server.mjs", "sdk"]),
        };
        let mut process = Group::start(command.stdout(Stdio::piped()))?;
        let mut said = BufReader::new(process.child.stdout.take().ok_or("no standard output")?).lines();
        let port = tokio::time::timeout(LIMIT, said.next_line()).await??.ok_or("it says no port")?;
        Ok(Self { url: format!("http://127.0.0.1:{port}/mcp"), _process: process })
    }
}

/// What came in answer to a call.
#[derive(Debug, Default)]
struct Came {
    /// As floating-point numbers, which is how some send them.
    steps: Vec<f64>,
    ids: Vec<String>,
    retries: Vec<Duration>,
    connections: usize,
    is_done: bool,
}

/// One SDK by one revision.
pub async fn row(sdk: Sdk, revision: Revision, peer: &str, server: &SdkServer) -> Result<Row, Error> {
    let client = Client::connect(&server.url, revision).await?;
    let calls = (0..CALLS).map(|_| tokio::time::timeout(LIMIT, call(&client)));
    let (mut failures, mut connections) = (Vec::new(), BTreeSet::new());
    for (number, came) in future::join_all(calls).await.into_iter().enumerate() {
        match came.map_err(Error::from).and_then(|came| came) {
            Ok(came) => {
                connections.insert(came.connections);
                if let Some(why) = wrong(revision, &came) {
                    failures.push(format!("call {number}: {why}: {came:?}"));
                }
            }
            Err(error) => failures.push(format!("call {number}: {error}")),
        }
    }
    let connections: Vec<String> = connections.iter().map(ToString::to_string).collect();
    Ok(Row {
        peer: peer.into(),
        version: sdk.version().await?,
        direction: Direction::FromPeer,
        over: "HTTP/1.1".into(),
        cases: CALLS,
        failures,
        note: match revision {
            Revision::V2025_11_25 => format!(
                "concurrent calls of a tool that ends its stream twice and continues its work; the client in \
                 examples/embed resumed all of them and received each event once; connections of a call: {}",
                connections.join(", ")
            ),
            Revision::V2026_07_28 => {
                "concurrent calls of a tool; no ids, no `retry`, one connection for each call".into()
            }
        },
    })
}

fn wrong(revision: Revision, came: &Came) -> Option<&'static str> {
    let distinct: BTreeSet<_> = came.ids.iter().collect();
    let is_old = revision == Revision::V2025_11_25;
    match came {
        _ if came.steps != [1.0, 2.0, 3.0] => Some("not each step once"),
        _ if !came.is_done => Some("not done"),
        _ if distinct.len() != came.ids.len() => Some("an event twice"),
        // Each message and the priming event at least, which a resumed stream may have again.
        _ if is_old && came.ids.len() < 5 => Some("an event without an id"),
        _ if is_old && came.connections < 2 => Some("not resumed"),
        _ if is_old && (came.retries.is_empty() || came.retries.iter().any(|retry| *retry != RETRY)) => {
            Some("another reconnection time")
        }
        _ if !is_old && (!came.ids.is_empty() || !came.retries.is_empty() || came.connections != 1) => {
            Some("ids, `retry` or a reconnection, which this revision does not have")
        }
        _ => None,
    }
}

async fn call(client: &Client) -> Result<Came, Error> {
    let params = json!({"name": "work", "arguments": {}, "_meta": {"progressToken": 1}});
    let mut call = client.call("tools/call", params);
    let mut came = Came::default();
    while let Some(update) = call.source.next_update().await {
        match update? {
            Update::Open => came.connections += 1,
            Update::Retry(time) => came.retries.push(time),
            Update::Event(event) => {
                came.ids.extend(event.id().map(|id| id.to_string()));
                let Some(message) = call.parse(&event)? else { continue };
                came.steps.extend(message["params"]["progress"].as_f64());
                came.is_done = message["result"]["content"][0]["text"] == "done";
            }
            _ => {}
        }
    }
    Ok(came)
}
