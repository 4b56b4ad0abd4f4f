//! What event streams are used for in the web, each use as a program of examples/embed that meets its peer: language models, gateways,
//! Datastar, htmx, pages of another origin. `web/install` brings the peers.

mod datastar_sdk;
mod gateway;
mod llm;
mod login;
mod page;
mod patches;

use std::path::PathBuf;

use axum::Router;
use bytes::Bytes;
use sse_proto_embed::broadcast::Hub;
use tokio::net::TcpListener;

use crate::Error;
use crate::matrix::Direction::{FromPeer, ToPeer};
use crate::matrix::{Direction, Matrix, Row};
use crate::process::here;

/// All rows.
pub async fn run(matrix: &mut Matrix) -> Result<(), Error> {
    matrix.add_result("openai (Node.js), our server in examples/embed", ToPeer, llm::direct().await);
    matrix.add_result("openai (Node.js), our gateway in examples/embed", ToPeer, llm::behind_gateway().await);
    matrix.add_result("curl --compressed, our gateway in examples/embed", ToPeer, gateway::curl().await);
    matrix.add_result(
        "Chromium EventSource, our gateway in examples/embed",
        ToPeer,
        gateway::chromium().await,
    );
    matrix.add_result("Datastar in Chromium", ToPeer, patches::datastar().await);
    matrix.add_result("Datastar's SDK for Node.js", FromPeer, datastar_sdk::row().await);
    matrix.add_result("htmx with htmx-ext-sse in Chromium", ToPeer, patches::htmx().await);
    matrix.add_result("Chromium EventSource from another origin", ToPeer, login::row().await);
    Ok(())
}

/// Where the scripts are, and what npm has installed for them.
fn folder() -> PathBuf {
    here().join("web")
}

/// Serves until the run is over.
fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async { axum::serve(listener, router).await });
}

/// A free port of this machine, and the origin that it is.
async fn listen() -> Result<(TcpListener, String), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    Ok((listener, origin))
}

/// Sends to the one client, once it is there.
async fn send(hub: &Hub, message: Bytes) -> Result<(), Error> {
    let sent = async {
        while hub.send_encoded(message.clone()) == 0 {
            tokio::time::sleep(page::STEP).await;
        }
    };
    Ok(tokio::time::timeout(page::LIMIT, sent).await.map_err(|_| "nobody has asked for the stream")?)
}

/// A row of what was expected and what was seen, with the name of each case.
pub fn row(
    (peer, version): (&str, String),
    direction: Direction,
    over: &str,
    cases: &[(String, String, String)],
    note: &str,
) -> Row {
    let failed = cases.iter().filter(|(_, expected, seen)| expected != seen);
    Row {
        peer: peer.into(),
        version,
        direction,
        over: over.into(),
        cases: cases.len(),
        failures: failed
            .map(|(case, expected, seen)| format!("{case}: expected {expected:?}, seen {seen:?}"))
            .collect(),
        note: note.into(),
    }
}
