//! The upstream: chat completions as an LLM server streams them, about 250 bytes an event, the usage in the last but one.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sse_proto::{Message, headers};
use tokio::net::TcpListener;

use crate::{Error, clock};

/// What each stream says it has cost.
pub const TOKENS: u64 = 17;

/// So many events are sent at once: a socket's worth.
const BATCH: u64 = 50;

/// Prints its address and serves `/?events=N&pause=MICROSECONDS`.
pub async fn serve() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        let service =
            service_fn(|request: Request<Incoming>| async move { Ok::<_, Infallible>(answer(&request)) });
        let server =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service);
        tokio::spawn(server);
    }
}

fn answer(
    request: &Request<Incoming>,
) -> Response<StreamBody<impl Stream<Item = Result<Frame<Bytes>, Infallible>> + use<>>> {
    let number = |name: &str| {
        let pairs =
            request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|pair| pair.0 == name).find_map(|pair| pair.1.parse().ok()).unwrap_or(0_u64)
    };
    let (events, pause) = (number("events"), Duration::from_micros(number("pause")));
    // Sent as fast as it goes, the upstream should not be what takes the time.
    let batch = if pause.is_zero() { (0..BATCH).flat_map(delta).collect() } else { Bytes::new() };
    let deltas = stream::unfold(0, move |sent| {
        let batch = batch.clone();
        async move {
            if sent == events {
                return None;
            }
            if sent + BATCH <= events && pause.is_zero() {
                return Some((batch, sent + BATCH));
            }
            tokio::time::sleep(pause).await;
            Some((delta(sent), sent + 1))
        }
    });
    let usage = message(&json!({"choices": [], "usage": {"completion_tokens": TOKENS}}));
    let done = Message::new().data("[DONE]").to_bytes();
    let body = deltas.chain(stream::iter([usage, done])).map(|bytes| Ok(Frame::data(bytes)));
    let mut response = Response::builder();
    for (name, value) in headers::RESPONSE_HEADERS {
        response = response.header(name, value);
    }
    response.body(StreamBody::new(body)).unwrap_or_else(|error| unreachable!("constant headers: {error}"))
}

/// With the moment it was made, which the client subtracts.
fn delta(n: u64) -> Bytes {
    message(&json!({
        "id": "chatcmpl-9xKmN2pQrS", "object": "chat.completion.chunk", "created": clock(),
        "model": "a-large-language-model", "system_fingerprint": "fp_44709d6fcb",
        "choices": [{"index": 0, "delta": {"content": format!(" token {n}")}, "logprobs": null, "finish_reason": null}],
    }))
}

fn message(value: &Value) -> Bytes {
    Message::new().data(&value.to_string()).to_bytes()
}
