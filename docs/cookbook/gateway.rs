//! A gateway in front of a language model's API. The answer goes through byte for byte, the tokens that it cost are counted on
//! the way, and a client that accepts gzip gets it, with a flush after each event so that none waits for the next.

use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use serde_json::Value;
use sse_proto::{BlockScanner, Frame, Oversized, Tap, headers};

/// A block is looked at up to this size; a larger one is passed on as it comes.
const MAX_BLOCK: usize = 64 * 1024;
/// What belongs to one connection, or is set by each side itself.
const NOT_PASSED_ON: [HeaderName; 7] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where requests go, and what to do with the tokens that each answer cost.
#[derive(Clone)]
pub struct Gateway {
    pub client: reqwest::Client,
    /// `http://HOST:PORT`
    pub upstream: String,
    pub on_usage: Arc<dyn Fn(u64) + Send + Sync>,
}

pub fn router(gateway: Gateway) -> Router {
    Router::new().fallback(pass).with_state(gateway)
}

async fn pass(State(gateway): State<Gateway>, request: Request) -> Response {
    let takes_gzip = takes_gzip(request.headers());
    match ask(&gateway, request).await {
        Ok(answer) => respond(answer, gateway.on_usage, takes_gzip),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// Sends the same request upstream. Without `accept-encoding`: compressed events cannot be counted.
async fn ask(gateway: &Gateway, request: Request) -> reqwest::Result<reqwest::Response> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", gateway.upstream);
    let body = reqwest::Body::wrap_stream(body.into_data_stream());
    gateway.client.request(head.method, url).headers(passed_on(&head.headers)).body(body).send().await
}

fn respond(
    answer: reqwest::Response,
    on_usage: Arc<dyn Fn(u64) + Send + Sync>,
    takes_gzip: bool,
) -> Response {
    let (status, mut fields) = (answer.status(), passed_on(answer.headers()));
    let is_event_stream =
        fields.get(header::CONTENT_TYPE).is_some_and(|value| headers::is_event_stream(value.as_bytes()));
    let plain = !fields.contains_key(header::CONTENT_ENCODING);
    let mut body: BoxStream<'static, io::Result<Bytes>> =
        answer.bytes_stream().map(|bytes| bytes.map_err(io::Error::other)).boxed();
    if is_event_stream && plain {
        body = Tap::new(body, move |frame| {
            if let Ok(Frame::Event(event)) = frame
                && let Some(tokens) = tokens(event.data())
            {
                on_usage(tokens);
            }
        })
        .boxed();
        fields.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        if takes_gzip {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            body = gzip(body).boxed();
        }
    }
    (status, fields, Body::from_stream(body)).into_response()
}

/// The `usage` of the last chunk; in those before it is null, if it is there.
fn tokens(data: &str) -> Option<u64> {
    // Most events are not worth parsing.
    let value: Value = data.contains("\"usage\"").then(|| serde_json::from_str(data).ok())??;
    value["usage"]["total_tokens"].as_u64()
}

fn passed_on(fields: &HeaderMap) -> HeaderMap {
    // Whatever `connection` names belongs to one connection, too.
    let named = fields.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<_> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    let is_named = |name: &HeaderName| named.iter().any(|of_connection| name == of_connection);
    let kept = fields.iter().filter(|(name, _)| !NOT_PASSED_ON.contains(name) && !is_named(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn takes_gzip(fields: &HeaderMap) -> bool {
    let values = fields.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
        name.trim().eq_ignore_ascii_case("gzip") && weight.parse().is_ok_and(|weight: f32| weight > 0.0)
    })
}

/// `source`, compressed. A compressor holds bytes back until it is flushed: so it is, after each event and after each comment
/// line, which shows that the connection is alive.
pub fn gzip<E>(
    source: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
{
    let blocks = BlockScanner::builder().max_block_size(MAX_BLOCK).oversized(Oversized::PassRaw).build();
    let encoder = GzEncoder::new(Vec::new(), Compression::default());
    stream::try_unfold(Some((source, blocks, encoder)), async |state| {
        let Some((mut source, mut blocks, mut encoder)) = state else { return Ok(None) };
        while let Some(bytes) = source.next().await {
            let bytes = bytes.map_err(io::Error::other)?;
            encoder.write_all(&bytes)?;
            let (mut rest, mut ended) = (&bytes[..], false);
            while blocks.scan(&mut rest).map_err(io::Error::other)?.is_some() {
                ended = true;
            }
            if ended {
                encoder.flush()?;
                let compressed = std::mem::take(encoder.get_mut());
                return Ok(Some((compressed.into(), Some((source, blocks, encoder)))));
            }
        }
        Ok(Some((encoder.finish()?.into(), None)))
    })
}
