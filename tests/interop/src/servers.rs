//! Our decoder from real servers: who they are, and a row for each.

use std::sync::Arc;

use reqwest::{Client, Version};

use crate::Error;
use crate::client_log::client;
use crate::matrix::Direction::FromPeer;
use crate::matrix::{Matrix, Row};
use crate::peer::{Peer, Processes, Speech};
use crate::process::{node, python};
use crate::rounds::{Tally, meet};
use crate::server_script::{Message, Told};
use crate::{axum_peer, http2, nginx};

const PLAIN: Speech = Speech {
    http: Version::HTTP_11,
    query: "",
    ends: &["lf"],
    raw: false,
    cuts: &[0],
    says: spaced,
    quirk: None,
};
const BY_HAND: Speech = Speech {
    ends: &["lf", "crlf", "cr", "mixed"],
    raw: true,
    cuts: &[0, 1, 2, 3, 7],
    quirk: Some("the handler writes the stream itself, without a library"),
    ..PLAIN
};
const SSE_STARLETTE: Speech = Speech { ends: &["lf", "crlf", "cr"], ..PLAIN };
const BETTER_SSE: Speech = Speech {
    says: as_json,
    quirk: Some("data is JSON; no space follows a colon, so the first space of a type or an id is lost"),
    ..PLAIN
};
const BETTER_SSE_TEXT: Speech = Speech {
    query: "text",
    says: without_first_spaces,
    quirk: Some(
        "the serializer is `String`: it sends line ends in the data unchanged, so the handler splits the data; no \
         space follows a colon, so the first space of a line of data, a type or an id is lost",
    ),
    ..PLAIN
};
const AXUM: Speech = Speech {
    says: as_axum_does,
    quirk: Some(
        "a CRLF in the data becomes two line ends; empty data gives no data line, so there is no event",
    ),
    ..PLAIN
};

/// All rows of this direction.
pub async fn run(matrix: &mut Matrix) -> Result<(), Error> {
    let told = Arc::new(Told::new()?);
    let mut processes = Processes::new(&told)?;
    let mut peers = Vec::new();
    // Each script, and who listens at its ports.
    let scripts: [(_, _, &[(_, _, _)]); 4] = [
        (node(), "express.mjs", &[("Express", 0, BY_HAND)]),
        (python(), "flask_server.py", &[("Flask", 0, BY_HAND)]),
        (python(), "starlette_server.py", &[("sse-starlette", 0, SSE_STARLETTE)]),
        (
            node(),
            "better_sse.mjs",
            &[
                ("better-sse", 0, BETTER_SSE),
                ("better-sse, plain text", 0, BETTER_SSE_TEXT),
                ("better-sse under node:http2", 1, Speech { http: Version::HTTP_2, ..BETTER_SSE }),
            ],
        ),
    ];
    for (interpreter, script, speakers) in scripts {
        match processes.start(&interpreter, script).await {
            Ok(listening) => {
                for (name, port, speech) in speakers {
                    peers.push(Peer::new(name, &listening, *port, *speech)?);
                }
            }
            Err(error) => matrix.add_result(speakers[0].0, FromPeer, Err(error)),
        }
    }
    let axum = axum_peer::start(told.clone()).await?;
    for http in [Version::HTTP_11, Version::HTTP_2] {
        let (version, base) = (axum_version()?, axum.base.clone());
        peers.push(Peer { name: "axum".into(), version, base, speech: Speech { http, ..AXUM } });
    }

    for peer in &peers {
        matrix.add(row(peer, &told, &client(peer.speech.http)?).await);
    }
    http2::run(matrix, &axum, &axum_version()?).await;
    peers.retain(|peer| ["Express", "sse-starlette", "better-sse"].contains(&peer.name.as_str()));
    if let Err(error) = nginx::run(matrix, &peers, &told).await {
        matrix.add_result("nginx", FromPeer, Err(error));
    }
    Ok(())
}

/// A peer's row: every talk, every raw stream, a resumption, and a stream held open.
pub async fn row(peer: &Peer, told: &Told, client: &Client) -> Row {
    let mut tally = Tally::default();
    meet(&mut tally, peer, told, client, &peer.base).await;
    tally.judge_hold(peer, client, &peer.base, false).await;
    tally.notes.extend(peer.speech.quirk.map(str::to_owned));
    tally.row(&peer.name, &peer.version)
}

/// A comment's text is all that follows its colon, the space that most write behind it too.
fn spaced(message: &mut Message) {
    message.comment = message.comment.take().map(|comment| format!(" {comment}"));
}

fn as_json(message: &mut Message) {
    message.data = message.data.take().map(|data| serde_json::Value::from(data).to_string());
    without_first_spaces(message);
}

fn without_first_spaces(message: &mut Message) {
    for value in [&mut message.event, &mut message.id, &mut message.data].into_iter().flatten() {
        let lines = value.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<_> = lines.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        *value = lines.join("\n");
    }
}

fn as_axum_does(message: &mut Message) {
    spaced(message);
    message.data = message.data.take().filter(|data| !data.is_empty()).map(|data| data.replace('\r', "\n"));
}

/// What the lock file of this crate says.
fn axum_version() -> Result<String, Error> {
    let lock = include_str!("../Cargo.lock");
    let version = lock.split("name = \"axum\"\nversion = \"").nth(1).and_then(|rest| rest.split('"').next());
    Ok(version.ok_or("no axum in Cargo.lock")?.to_owned())
}
