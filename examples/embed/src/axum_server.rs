//! A server that streams the deltas of a chat, as language model APIs do: JSON straight into the data field, ids,
//! a keep-alive when it is quiet, and `[DONE]`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use sse_proto::{EventId, KeepAlive, Message, headers};

/// The routes of the server.
pub fn router() -> Router {
    Router::new()
        .route("/chat", post(chat))
        .route("/events", get(events))
        .route(
            "/error",
            get(|| async { event_stream(stream::iter([message(None, &json!({"error": "overloaded"}))])) }),
        )
        .route("/html", get(|| async { "no event stream" }))
}

/// One message with a value that is written straight into its data: no string in between.
fn message(id: Option<&str>, value: &Value) -> Bytes {
    let mut buffer = BytesMut::new();
    let message = Message::new();
    // A number is always a legal id; one from elsewhere may not be, and then there is none.
    let message = id.and_then(|id| EventId::new(id).ok()).map_or(message, |id| message.id(id));
    match message.encode_with(&mut buffer, |data| serde_json::to_writer(data, value)) {
        Ok(()) => buffer.freeze(),
        Err(error) => Message::new().comment(&error.to_string()).to_bytes(),
    }
}

async fn chat() -> Response {
    let words = ["Hello", ", ", "wörld", "!"];
    let deltas =
        words.into_iter().map(|word| message(None, &json!({"choices": [{"delta": {"content": word}}]})));
    let done = Message::new().data("[DONE]").to_bytes();
    event_stream(stream::iter(deltas.chain([done])))
}

/// Numbered events: a client that comes back with a `Last-Event-ID` gets those behind it.
async fn events(headers: HeaderMap) -> Response {
    let last = headers
        .get(headers::LAST_EVENT_ID)
        .and_then(|value| headers::parse_last_event_id(value.as_bytes()).ok());
    let first = last.and_then(|id| id.as_str().parse::<u64>().ok()).map_or(1, |id| id.saturating_add(1));
    event_stream(stream::iter((first..=5).map(|n| message(Some(&n.to_string()), &json!({"n": n})))))
}

/// A response of messages; when there is none for 15 seconds, an empty comment.
fn event_stream(messages: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let quiet = Duration::from_secs(15);
    let body = KeepAlive::new(messages.map(Ok::<_, Infallible>), move || tokio::time::sleep(quiet));
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
