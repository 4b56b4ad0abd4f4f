//! Datastar's own server, whose events are to be those that examples/embed writes.

use std::process::Stdio;

use futures::TryStreamExt as _;
use serde_json::json;
use sse_proto::{EventBuf, EventReader, EventStream};
use sse_proto_embed::datastar::PATCH;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::folder;
use crate::Error;
use crate::matrix::{Direction, Row};
use crate::process::{Group, node, npm_version_in};

const SELECTOR: &str = "#list";
const MODE: &str = "append";
const FRAGMENTS: [&str; 3] = ["<li>one</li>", "<li>\n  zwei\n</li>", "<p>ä €</p>"];

async fn events() -> Result<Vec<EventBuf>, Error> {
    let mut command = Command::new(node());
    command.current_dir(folder()).arg("datastar_sdk.mjs");
    command.arg(json!([SELECTOR, MODE, FRAGMENTS]).to_string());
    let mut server = Group::start(command.stdout(Stdio::piped()))?;
    let mut port = String::new();
    let output = server.child.stdout.take().ok_or("no standard output")?;
    BufReader::new(output).read_line(&mut port).await?;
    let response = reqwest::get(format!("http://127.0.0.1:{}/", port.trim())).await?;
    Ok(EventStream::new(response.bytes_stream()).try_collect().await?)
}

pub async fn row() -> Result<Row, Error> {
    let theirs = tokio::time::timeout(super::page::LIMIT, events()).await??;
    let ours = FRAGMENTS.map(|fragment| PATCH.patch(SELECTOR, MODE, fragment)).concat();
    let ours: Vec<_> = EventReader::new(&ours[..]).collect::<Result<_, _>>()?;
    let show = |event: &EventBuf| format!("{}: {}", event.event_type(), event.data());
    let mut cases = vec![("events".to_owned(), ours.len().to_string(), theirs.len().to_string())];
    cases.extend(
        FRAGMENTS
            .iter()
            .zip(ours.iter().zip(&theirs))
            .map(|(fragment, (ours, theirs))| ((*fragment).to_owned(), show(ours), show(theirs))),
    );
    let version = npm_version_in(&folder(), "@starfederation/datastar-sdk")?;
    let note = "its events `datastar-patch-elements` are those that our server in examples/embed writes";
    Ok(super::row(
        (("Datastar's SDK for Node.js"), version),
        Direction::FromPeer,
        "HTTP/1.1, chunked",
        &cases,
        note,
    ))
}
