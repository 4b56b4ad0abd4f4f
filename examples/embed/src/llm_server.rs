//! A server in the shapes of OpenAI's API. Chat Completions end with `[DONE]`, and say what they have cost just before. Responses end with
//! an event type, number their events, and can be gone on with after a number: their events are kept.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use sse_proto::{EventType, KeepAlive, Message, headers};

/// What every answer says.
pub const WORDS: [&str; 4] = ["Hello", ", ", "wörld", "!"];
/// A model that breaks its stream off after two events, without a word.
pub const FLAKY: &str = "flaky";
/// A model that cannot go on, and says so.
pub const FAILING: &str = "failing";
/// A model that thinks for ever: nothing comes but keep-alives.
pub const STALLED: &str = "stalled";

/// The events of each response so far.
type Kept = Arc<Mutex<HashMap<String, Vec<Bytes>>>>;

/// Sends a keep-alive when nothing else was sent for that long.
pub fn router(keep_alive: Duration) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/responses", post(respond))
        .route("/v1/responses/{id}", get(go_on))
        .with_state((Kept::default(), keep_alive))
}

type Shared = State<(Kept, Duration)>;

async fn chat(State((_, keep_alive)): Shared, Json(request): Json<Value>) -> Response {
    let chunk = |choices: Value, usage: Value| {
        json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": request["model"],
            "choices": choices, "usage": usage})
    };
    let delta = |text| json!([{"index": 0, "delta": {"content": text}, "finish_reason": null}]);
    let mut events: Vec<_> =
        WORDS.map(|word| message(None, &chunk(delta(word), Value::Null))).into_iter().collect();
    if request["model"] == FAILING {
        events.truncate(1);
        // No closing event after it: the stream has failed.
        events.push(message(None, &json!({"error": {"message": "overloaded", "type": "server_error"}})));
        return event_stream(stream::iter(events), keep_alive);
    }
    let stop = json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]);
    events.push(message(None, &chunk(stop, Value::Null)));
    let usage = json!({"prompt_tokens": 2, "completion_tokens": 4, "total_tokens": 6});
    events.push(message(None, &chunk(json!([]), usage)));
    events.push(Message::new().data("[DONE]").to_bytes());
    event_stream(stream::iter(events), keep_alive)
}

async fn respond(State((kept, keep_alive)): Shared, Json(request): Json<Value>) -> Response {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let id = format!("resp_{}", kept.len());
    let response = |status: &str| {
        json!({"id": id, "object": "response", "created_at": 1, "model": request["model"], "status": status,
            "output": [], "parallel_tool_calls": false, "tool_choice": "auto", "tools": []})
    };
    let mut events = vec![json!({"type": "response.created", "response": response("in_progress")})];
    let delta = |text: &str| {
        json!({"type": "response.output_text.delta", "item_id": "m1", "output_index": 0, "content_index": 0,
            "delta": text, "logprobs": []})
    };
    events.extend(WORDS.map(delta));
    if request["model"] == FAILING {
        events.truncate(2);
        events.push(json!({"type": "error", "code": "server_error", "message": "overloaded", "param": null}));
    } else {
        events.push(json!({"type": "response.completed", "response": response("completed")}));
    }
    let events: Vec<_> = (0..).zip(events).map(|(number, event)| numbered(number, event)).collect();
    kept.insert(id.clone(), events.clone());
    let model = request["model"].as_str().unwrap_or_default();
    let sent = if model == STALLED {
        1
    } else if model == FLAKY {
        2
    } else {
        events.len()
    };
    let events = stream::iter(events.into_iter().take(sent));
    if model == STALLED {
        return event_stream(events.chain(stream::pending()), keep_alive);
    }
    event_stream(events, keep_alive)
}

/// `?starting_after=N`: all after the event of that number.
async fn go_on(
    State((kept, keep_alive)): Shared,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let skipped = match query.get("starting_after").map(|after| after.parse::<usize>()) {
        None => 0,
        Some(Ok(after)) => after.saturating_add(1),
        Some(Err(error)) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    match kept.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        Some(events) => event_stream(stream::iter(events.clone()).skip(skipped), keep_alive),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn numbered(number: u64, mut event: Value) -> Bytes {
    event["sequence_number"] = number.into();
    let event_type = event["type"].as_str().and_then(|event_type| EventType::new(event_type).ok());
    message(event_type, &event)
}

fn message(event_type: Option<EventType<'_>>, value: &Value) -> Bytes {
    let mut buffer = BytesMut::new();
    let message = event_type.map_or(Message::new(), |event_type| Message::new().event_type(event_type));
    match message.encode_with(&mut buffer, |data| serde_json::to_writer(data, value)) {
        Ok(()) => buffer.freeze(),
        Err(error) => Message::new().comment(&error.to_string()).to_bytes(),
    }
}

fn event_stream(messages: impl Stream<Item = Bytes> + Send + 'static, keep_alive: Duration) -> Response {
    let body = KeepAlive::new(messages.map(Ok::<_, Infallible>), move || tokio::time::sleep(keep_alive));
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
