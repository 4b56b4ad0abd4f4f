//! A server: JSON-RPC by POST, answered by event streams.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures::future::{self, BoxFuture};
use serde_json::{Value, json};
use sse_proto::headers;
use sse_proto::replay::EpochId;

use super::outgoing::{CancelOnDrop, Outgoing};
use super::{METHOD, NAME, PROTOCOL_VERSION, Revision, SESSION_ID};

/// The streams of a session with their numbers, from old to new.
type Streams = VecDeque<(u64, Arc<Outgoing>)>;
/// So many streams of a session can be resumed, the latest.
const STREAMS: usize = 100;

/// What the server can do.
pub trait Tools: Send + Sync + 'static {
    /// The tools as `tools/list` shows them.
    fn list(&self) -> Value;
    /// Runs one, and returns its result. Dropped when the client cancels.
    fn call(&self, call: Call) -> BoxFuture<'static, Value>;
}

/// A call of a tool.
#[derive(Debug)]
pub struct Call {
    pub params: Value,
    outgoing: Arc<Outgoing>,
}

impl Call {
    pub fn name(&self) -> &str {
        self.params["name"].as_str().unwrap_or_default()
    }

    pub fn notify(&self, method: &str, params: &Value) {
        self.outgoing.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Tells how far it is, if the client has asked for that.
    pub fn progress(&self, progress: u32, total: u32) {
        let token = &self.params["_meta"]["progressToken"];
        if !token.is_null() {
            let params = json!({"progressToken": token, "progress": progress, "total": total});
            self.notify("notifications/progress", &params);
        }
    }

    /// Ends the connection and works on: the client comes back for what it has missed, if it can (2025-11-25).
    pub fn disconnect(&self) {
        self.outgoing.disconnect();
    }
}

/// How it is configured.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// When a client comes back whose stream has ended early.
    pub retry: Duration,
    pub keep_alive: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retry: Duration::from_secs(1), keep_alive: Duration::from_secs(15) }
    }
}

/// A server, of both revisions at once.
pub struct Server {
    tools: Box<dyn Tools>,
    settings: Settings,
    /// How many streams there have been.
    streams: AtomicU64,
    sessions: Mutex<BTreeMap<String, Streams>>,
    /// Who wants to know that the tools have changed, and the id of that request.
    listeners: Mutex<Vec<(Value, Weak<Outgoing>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn header<'h>(request: &'h HeaderMap, name: &str) -> Option<&'h str> {
    request.get(name)?.to_str().ok()
}

impl Server {
    pub fn new(tools: impl Tools, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            tools: Box::new(tools),
            settings,
            streams: AtomicU64::new(0),
            sessions: Mutex::default(),
            listeners: Mutex::default(),
        })
    }

    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route("/mcp", post(post_message).get(resume).delete(end_session)).with_state(self)
    }

    /// Tells those who listen (2026-07-28).
    pub fn tools_changed(&self) {
        lock(&self.listeners).retain(|(id, listener)| {
            let Some(listener) = listener.upgrade() else { return false };
            listener.send(&notification_to(id, "notifications/tools/list_changed", json!({})));
            true
        });
    }

    /// Answers the request that begins a conversation; it has no stream.
    fn handshake(&self, request: &Value) -> Option<Response> {
        let info = json!({"name": "sse-proto", "version": "0"});
        let tools = json!({"tools": {"listChanged": true}, "logging": {}});
        match request["method"].as_str()? {
            "initialize" => {
                let session = session_id();
                lock(&self.sessions).insert(session.clone(), VecDeque::new());
                let revision = Revision::V2025_11_25.as_str();
                let result = json!({"protocolVersion": revision, "capabilities": tools, "serverInfo": info});
                Some(([(SESSION_ID, session)], Json(response(request, result))).into_response())
            }
            "server/discover" => {
                let result = json!({
                    "supportedVersions": Revision::BOTH.map(Revision::as_str), "capabilities": tools,
                    "resultType": "complete", "cacheScope": "private", "ttlMs": 0,
                    "_meta": {"io.modelcontextprotocol/serverInfo": info},
                });
                Some(Json(response(request, result)).into_response())
            }
            _ => None,
        }
    }

    /// The work on a request; it completes `outgoing`. `None`: there is no such method.
    fn work(self: &Arc<Self>, request: Value, outgoing: Arc<Outgoing>) -> Option<BoxFuture<'static, ()>> {
        let params = request["params"].clone();
        let result: BoxFuture<'static, Value> = match request["method"].as_str()? {
            "ping" | "logging/setLevel" => Box::pin(future::ready(json!({}))),
            "tools/list" => Box::pin(future::ready(
                json!({"tools": self.tools.list(), "ttlMs": 0, "cacheScope": "private"}),
            )),
            "tools/call" => self.tools.call(Call { params, outgoing: outgoing.clone() }),
            "subscriptions/listen" => {
                let id = &request["id"];
                let wanted = json!({"toolsListChanged": params["notifications"]["toolsListChanged"] == true});
                let honoured = json!({"notifications": wanted});
                outgoing.send(&notification_to(id, "notifications/subscriptions/acknowledged", honoured));
                if wanted["toolsListChanged"] == true {
                    lock(&self.listeners).push((id.clone(), Arc::downgrade(&outgoing)));
                }
                Box::pin(future::pending())
            }
            _ => return None,
        };
        Some(Box::pin(async move {
            let mut result = result.await;
            if !outgoing.is_resumable() {
                result["resultType"] = "complete".into(); // required by 2026-07-28, and an error to some of the others
            }
            outgoing.complete(&response(&request, result));
        }))
    }
}

async fn post_message(State(server): State<Arc<Server>>, head: HeaderMap, body: Bytes) -> Response {
    let Ok(message) = serde_json::from_slice::<Value>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, &Value::Null, -32700, "no JSON");
    };
    let is_stateless = header(&head, PROTOCOL_VERSION) == Some(Revision::V2026_07_28.as_str());
    if message["method"].is_null() || message["id"].is_null() {
        return StatusCode::ACCEPTED.into_response(); // a notification, or a response
    }
    if is_stateless && !headers_agree(&head, &message) {
        return refusal(StatusCode::BAD_REQUEST, &message["id"], -32020, "the headers say otherwise");
    }
    if let Some(answer) = server.handshake(&message) {
        return answer;
    }

    let id = message["id"].clone();
    let number = server.streams.fetch_add(1, Ordering::Relaxed) + 1;
    let outgoing = Outgoing::new((!is_stateless).then_some(number), server.settings.keep_alive);
    if !is_stateless {
        let mut sessions = lock(&server.sessions);
        let session = header(&head, SESSION_ID).and_then(|session| sessions.get_mut(session));
        let Some(streams) = session else { return StatusCode::NOT_FOUND.into_response() };
        streams.push_back((number, outgoing.clone()));
        if streams.len() > STREAMS {
            streams.pop_front();
        }
    }
    let Some(work) = server.work(message, outgoing.clone()) else {
        // To 2025-11-25 a 404 says that the session is over.
        let status = if is_stateless { StatusCode::NOT_FOUND } else { StatusCode::OK };
        return refusal(status, &id, -32601, "no such method");
    };
    let work = tokio::spawn(work).abort_handle();
    let guard = is_stateless.then(|| CancelOnDrop(work));
    (headers::RESPONSE_HEADERS, outgoing.body(server.settings.retry, guard)).into_response()
}

/// A GET names the place in the stream where it goes on (2025-11-25); there is no stream of another kind.
async fn resume(State(server): State<Arc<Server>>, head: HeaderMap) -> Response {
    let is_stateless = header(&head, PROTOCOL_VERSION) == Some(Revision::V2026_07_28.as_str());
    let Some(last_event_id) = head.get(headers::LAST_EVENT_ID).filter(|_| !is_stateless) else {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    };
    let stream = || {
        let id = headers::parse_last_event_id(last_event_id.as_bytes()).ok()?;
        let number = EpochId::try_from(id).ok()?.epoch();
        let sessions = lock(&server.sessions);
        let (_, outgoing) = sessions.get(header(&head, SESSION_ID)?)?.iter().find(|(of, _)| *of == number)?;
        Some(outgoing.clone())
    };
    match stream().and_then(|outgoing| outgoing.body_after(last_event_id.as_bytes(), server.settings.retry)) {
        Some(body) => (headers::RESPONSE_HEADERS, body).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn end_session(State(server): State<Arc<Server>>, head: HeaderMap) -> StatusCode {
    let session = header(&head, SESSION_ID).and_then(|session| lock(&server.sessions).remove(session));
    if session.is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// Whether the headers that repeat what is in the body say the same.
fn headers_agree(head: &HeaderMap, message: &Value) -> bool {
    let name = &message["params"]["name"];
    header(head, METHOD) == message["method"].as_str()
        && (name.is_null() || header(head, NAME) == name.as_str())
}

fn response(request: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": request["id"], "result": result})
}

/// A notification on the stream of the request that listens.
fn notification_to(listen: &Value, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/subscriptionId"] = listen.clone();
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

fn refusal(status: StatusCode, id: &Value, code: i32, message: &str) -> Response {
    let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}});
    (status, Json(error)).into_response()
}

/// 128 bits that nobody can guess: the standard library keys its hashers with random numbers of the system.
fn session_id() -> String {
    let random = RandomState::new();
    format!("{:016x}{:016x}", random.hash_one(0), random.hash_one(1))
}
