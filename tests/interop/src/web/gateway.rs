//! The gateway compresses, and still each event is there before the next is sent.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::{Router, middleware};
use bytes::Bytes;
use sse_proto::{EventReader, KEEP_ALIVE, Message};
use sse_proto_embed::broadcast::{self, Hub};
use sse_proto_embed::gateway::{self, Gateway};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::page::{LIMIT, Page};
use super::{listen, row, send, serve};
use crate::Error;
use crate::browsers::Browser;
use crate::matrix::{Direction, Row};
use crate::process::{self, Group};

const NOTE: &str = "gzip with a flush after each event; each event arrives before the next is sent";
const OVER: &str = "HTTP/1.1, chunked, gzip";

/// The codings of the event streams that have left the gateway.
type Codings = Arc<Mutex<Vec<Option<HeaderValue>>>>;

/// A gateway before the server of a hub.
async fn front(hub: &Hub, codings: Codings) -> Result<Router, Error> {
    let (listener, upstream) = listen().await?;
    serve(listener, broadcast::router(hub.clone()));
    let gateway = Gateway { client: reqwest::Client::new(), upstream, on_usage: Arc::new(|_| {}) };
    let watch = middleware::map_response(move |response: Response| {
        let coding = response.headers().get(header::CONTENT_ENCODING).cloned();
        codings.lock().unwrap_or_else(PoisonError::into_inner).push(coding);
        async { response }
    });
    Ok(gateway::router(gateway).layer(watch))
}

/// Small, in several lines, and larger than any buffer on the way.
fn messages() -> Vec<Bytes> {
    let large: String = (0..20_000).map(|number| format!("{number} ")).collect();
    ["1", "zwei\nlines", "", &large, "€", "last"].map(|data| Message::new().data(data).to_bytes()).into()
}

pub async fn curl() -> Result<Row, Error> {
    let (hub, codings) = (Hub::new(16), Codings::default());
    let (listener, origin) = listen().await?;
    serve(listener, front(&hub, codings.clone()).await?);
    let mut command = Command::new("curl");
    command.args(["--compressed", "-N", "-s", &format!("{origin}/events")]);
    let mut curl = Group::start(command.stdout(Stdio::piped()))?;
    let mut output = curl.child.stdout.take().ok_or("no standard output")?;
    let mut cases = Vec::new();
    for (number, sent) in [Bytes::from_static(KEEP_ALIVE)].into_iter().chain(messages()).enumerate() {
        if number > 0 {
            send(&hub, sent.clone()).await?;
        }
        let mut seen = vec![0; sent.len()];
        let read = tokio::time::timeout(LIMIT, output.read_exact(&mut seen)).await;
        read.map_err(|_| format!("message {number} has not arrived in {LIMIT:?}"))??;
        cases.push((format!("message {number}"), text(&sent), text(&seen)));
    }
    finish(
        "curl --compressed, our gateway in examples/embed",
        cases,
        &codings,
        process::version("curl", &["--version"]).await?,
    )
}

const PAGE: &str = "<script>
new EventSource('/events').onmessage = (event) => report(event.data);
</script>";

pub async fn chromium() -> Result<Row, Error> {
    let (hub, codings) = (Hub::new(16), Codings::default());
    let (listener, origin) = listen().await?;
    let mut page = Page::open(listener, &origin, PAGE, front(&hub, codings.clone()).await?)?;
    let mut cases = Vec::new();
    for (number, sent) in messages().into_iter().enumerate() {
        send(&hub, sent.clone()).await?;
        let event = EventReader::new(&sent[..]).next().ok_or("no event")??;
        cases.push((format!("message {number}"), event.data().to_owned(), page.next().await?));
    }
    let version = Browser::Chromium.version().await?;
    finish("Chromium EventSource, our gateway in examples/embed", cases, &codings, version)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn finish(
    peer: &str,
    mut cases: Vec<(String, String, String)>,
    codings: &Codings,
    version: String,
) -> Result<Row, Error> {
    let codings = format!("{:?}", codings.lock().unwrap_or_else(PoisonError::into_inner));
    cases.push(("content-encoding".into(), "[Some(\"gzip\")]".into(), codings));
    Ok(row((peer, version), Direction::ToPeer, OVER, &cases, NOTE))
}
