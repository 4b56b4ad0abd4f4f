//! A server that speaks as much of Durable Streams as its tests of event streams need: append-only streams at any path, read by
//! offset, and live as events.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use sse_proto::{EventType, Message, headers};
use tokio::sync::watch;

const DATA: Message<'static> = Message::new().event_type(EventType::from_static("data"));
const CONTROL: Message<'static> = Message::new().event_type(EventType::from_static("control"));
/// The largest body that is taken.
const MOST: usize = 1 << 20;
/// A cursor is the number of an interval of so many seconds.
const INTERVAL: u64 = 20;
const NEXT_OFFSET: &str = "stream-next-offset";

#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<String, Arc<Stream>>>>);

impl Streams {
    fn find(&self, path: &str) -> Option<Arc<Stream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }
}

struct Stream {
    content_type: String,
    log: watch::Sender<Log>,
}

#[derive(Default)]
struct Log {
    messages: Vec<Bytes>,
    /// Nothing more will come.
    is_closed: bool,
}

pub fn router() -> Router {
    Router::new().fallback(answer).with_state(Streams::default())
}

async fn answer(
    State(streams): State<Streams>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let path = head.uri.path().to_owned();
    if head.method == Method::PUT {
        let stream = Arc::new(Stream::new(&head.headers));
        // A fork starts with what the other stream has now.
        let source = head.headers.get("stream-forked-from").and_then(|path| path.to_str().ok());
        if let Some(source) = source.and_then(|path| streams.find(path)) {
            stream.log.send_modify(|log| log.messages.clone_from(&source.log.borrow().messages));
        }
        stream.append(body, closes(&head.headers));
        let offset = stream.end();
        streams.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, stream);
        return (StatusCode::CREATED, [(NEXT_OFFSET, offset)]).into_response();
    }
    let Some(stream) = streams.find(&path) else { return StatusCode::NOT_FOUND.into_response() };
    if head.method == Method::POST {
        stream.append(body, closes(&head.headers));
        return (StatusCode::NO_CONTENT, [(NEXT_OFFSET, stream.end())]).into_response();
    }
    let offset = query.get("offset");
    if !query.contains_key("live") {
        let from = offset.map_or(0, |offset| stream.position(offset));
        let all = stream.log.borrow().messages.iter().skip(from).flatten().copied().collect::<Vec<_>>();
        let fields =
            [(header::CONTENT_TYPE.as_str(), stream.content_type.clone()), (NEXT_OFFSET, stream.end())];
        return (fields, all).into_response();
    }
    match offset {
        None => (StatusCode::BAD_REQUEST, "a live mode takes an offset").into_response(),
        Some(offset) => {
            let (from, cursor) = (stream.position(offset), query.get("cursor"));
            stream.live(from, cursor.and_then(|cursor| cursor.parse().ok()))
        }
    }
}

/// Offsets are compared as text.
fn offset(position: usize) -> String {
    format!("{position:016}")
}

impl Stream {
    fn new(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
        Self { content_type, log: watch::Sender::default() }
    }

    fn append(&self, body: Bytes, closes: bool) {
        self.log.send_modify(|log| {
            log.is_closed |= closes;
            log.messages.extend(Some(body).filter(|body| !body.is_empty()));
        });
    }

    fn end(&self) -> String {
        offset(self.log.borrow().messages.len())
    }

    /// Where the reader of an offset goes on: `-1` is the start, `now` the end.
    fn position(&self, offset: &str) -> usize {
        if offset == "now" { self.log.borrow().messages.len() } else { offset.parse().unwrap_or(0) }
    }

    /// Each message is an event, with a control event after it.
    fn live(self: Arc<Self>, from: usize, cursor: Option<u64>) -> Response {
        let is_text = self.content_type.starts_with("text/") || self.content_type == "application/json";
        let news = self.log.subscribe();
        let stream = self;
        let events = stream::unfold(Some((from, true, news)), move |state| {
            let stream = stream.clone();
            async move {
                let (position, first, mut news) = state?;
                loop {
                    let (message, end, is_closed) = {
                        let log = news.borrow_and_update();
                        (log.messages.get(position).cloned(), log.messages.len(), log.is_closed)
                    };
                    let next = position + usize::from(message.is_some());
                    let is_last = is_closed && next == end;
                    if message.is_some() || first || is_last {
                        let mut events = BytesMut::new();
                        message.map_or(Some(()), |message| stream.data(&message, &mut events))?;
                        let control = control(next, cursor, next == end, is_last);
                        CONTROL
                            .encode_with(&mut events, |data| serde_json::to_writer(data, &control))
                            .ok()?;
                        let state = (!is_last).then_some((next, false, news));
                        return Some((Ok::<_, Infallible>(events.freeze()), state));
                    }
                    news.changed().await.ok()?;
                }
            }
        });
        let mut response = Response::new(Body::from_stream(events.boxed()));
        let fields = response.headers_mut();
        fields.insert(header::CONTENT_TYPE, axum::http::HeaderValue::from_static(headers::MEDIA_TYPE));
        fields.insert(header::CACHE_CONTROL, axum::http::HeaderValue::from_static(headers::NO_CACHE));
        fields.insert(header::X_CONTENT_TYPE_OPTIONS, axum::http::HeaderValue::from_static("nosniff"));
        if !is_text {
            fields.insert("stream-sse-data-encoding", axum::http::HeaderValue::from_static("base64"));
        }
        response
    }

    /// Text as it is, JSON in an array, anything else in base64.
    fn data(&self, message: &[u8], events: &mut BytesMut) -> Option<()> {
        let encoded = if self.content_type == "application/json" {
            let value: Value = serde_json::from_slice(message).ok()?;
            if value.is_array() { value.to_string() } else { json!([value]).to_string() }
        } else if self.content_type.starts_with("text/") {
            String::from_utf8_lossy(message).into_owned()
        } else {
            BASE64_STANDARD.encode(message)
        };
        DATA.data(&encoded).encode(events).ok()
    }
}

fn closes(headers: &HeaderMap) -> bool {
    headers.get("stream-closed").is_some_and(|value| value == "true")
}

/// What follows each data event. At the end of a closed stream nobody comes back, so there is no cursor.
fn control(next: usize, cursor: Option<u64>, is_end: bool, is_last: bool) -> Value {
    let mut control = json!({"streamNextOffset": offset(next)});
    if is_last {
        control["streamClosed"] = true.into();
        return control;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / INTERVAL);
    // Never the one that was sent: a cache would answer it again.
    control["streamCursor"] = cursor.map_or(now, |sent| now.max(sent + 1)).to_string().into();
    if is_end {
        control["upToDate"] = true.into();
    }
    control
}
