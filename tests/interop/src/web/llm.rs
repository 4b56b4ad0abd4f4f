//! OpenAI's SDK, as a client of our server, and of the gateway before it.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use sse_proto_embed::gateway::{self, Gateway};
use sse_proto_embed::llm_server;
use tokio::process::Command;

use super::{folder, listen, page, row, serve};
use crate::Error;
use crate::matrix::{Direction, Row};
use crate::process::{Group, node, npm_version_in};

/// What the script has seen.
#[derive(Debug, Deserialize)]
struct Seen {
    chat: String,
    tokens: u64,
    error: String,
    response: String,
    numbers: Vec<u64>,
}

type Cases = Vec<(String, String, String)>;

pub async fn direct() -> Result<Row, Error> {
    let cases = read(&server().await?).await?;
    finish("openai (Node.js), our server in examples/embed", &cases, "")
}

pub async fn behind_gateway() -> Result<Row, Error> {
    let counted = Arc::<AtomicU64>::default();
    let count = counted.clone();
    let on_usage = Arc::new(move |tokens| {
        count.fetch_add(tokens, Ordering::SeqCst);
    });
    let (listener, origin) = listen().await?;
    let gateway = Gateway { client: reqwest::Client::new(), upstream: server().await?, on_usage };
    serve(listener, gateway::router(gateway));
    let mut cases = read(&origin).await?;
    cases.push(case("tokens that the gateway counted", 6, counted.load(Ordering::SeqCst)));
    finish(
        "openai (Node.js), our gateway in examples/embed",
        &cases,
        "; the gateway counts the tokens and compresses",
    )
}

async fn server() -> Result<String, Error> {
    let (listener, origin) = listen().await?;
    serve(listener, llm_server::router(Duration::from_secs(15)));
    Ok(origin)
}

fn case(name: &str, expected: impl ToString, seen: impl ToString) -> (String, String, String) {
    (name.into(), expected.to_string(), seen.to_string())
}

async fn read(origin: &str) -> Result<Cases, Error> {
    let mut command = Command::new(node());
    command.current_dir(folder()).args(["openai.mjs", origin]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(page::LIMIT, Group::output(&mut command)).await??;
    let seen = serde_json::from_slice(&output.stdout);
    let seen: Seen = seen.map_err(|error| format!("openai.mjs: {error}: {output:?}"))?;
    let text = llm_server::WORDS.concat();
    Ok(vec![
        case("text before `[DONE]`", &text, seen.chat),
        case("tokens in the last chunk", 6, seen.tokens),
        case("error in mid-stream", "overloaded", seen.error),
        case("text of a response that was gone on with", &text, seen.response),
        case("numbers of its events", "[0, 1, 2, 3, 4, 5]", format!("{:?}", seen.numbers)),
    ])
}

fn finish(peer: &str, cases: &Cases, more: &str) -> Result<Row, Error> {
    let version = npm_version_in(&folder(), "openai")?;
    let note = format!(
        "Chat Completions up to `[DONE]`, an error in mid-stream, Responses resumed with `starting_after`{more}"
    );
    Ok(row((peer, version), Direction::ToPeer, "HTTP/1.1, chunked", cases, &note))
}
