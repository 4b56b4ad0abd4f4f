//! An MCP server that answers each `tools/call` with the bytes of a case; each case has an address of its own.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use sse_proto::headers::{LAST_EVENT_ID, RESPONSE_HEADERS};
use sse_proto_embed::mcp::SESSION_ID;

use super::cases::Case;

/// What a client has asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub calls: usize,
    /// The `Last-Event-ID` of each GET that had one.
    pub gets: Vec<String>,
    id: Value,
    token: Value,
}

#[derive(Debug)]
pub struct CaseServer {
    cases: Vec<Case>,
    asked: Mutex<Vec<Asked>>,
}

impl CaseServer {
    pub fn new(cases: Vec<Case>) -> Arc<Self> {
        let asked = Mutex::new(vec![Asked::default(); cases.len()]);
        Arc::new(Self { cases, asked })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/{case}", post(answer).get(resume).delete(StatusCode::OK))
            .with_state(self.clone())
    }

    /// What was asked about each case.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with<T>(&self, at: usize, ask: impl FnOnce(&Case, &mut Asked) -> T) -> Option<T> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        Some(ask(self.cases.get(at)?, asked.get_mut(at)?))
    }
}

async fn answer(
    State(server): State<Arc<CaseServer>>,
    Path(at): Path<usize>,
    Json(request): Json<Value>,
) -> Response {
    let info = json!({"name": "cases", "version": "0"});
    let tools = json!({"tools": {}});
    let result = match request["method"].as_str().unwrap_or_default() {
        _ if request["id"].is_null() => return StatusCode::ACCEPTED.into_response(),
        "initialize" => {
            let version = &request["params"]["protocolVersion"];
            json!({"protocolVersion": version, "capabilities": tools, "serverInfo": info})
        }
        "server/discover" => json!({
            "supportedVersions": ["2026-07-28"], "capabilities": tools, "resultType": "complete", "cacheScope": "private",
            "ttlMs": 0, "_meta": {"io.modelcontextprotocol/serverInfo": info},
        }),
        "tools/list" => json!({
            "tools": [{"name": "answer", "inputSchema": {"type": "object"}}], "resultType": "complete",
            "cacheScope": "private", "ttlMs": 0,
        }),
        _ => {
            let bytes = server.with(at, |case, asked| {
                asked.calls += 1;
                asked.id.clone_from(&request["id"]);
                asked.token.clone_from(&request["params"]["_meta"]["progressToken"]);
                case.bytes(0, &asked.id, &asked.token)
            });
            return stream(bytes.flatten());
        }
    };
    let response = json!({"jsonrpc": "2.0", "id": request["id"], "result": result});
    ([(SESSION_ID, at.to_string())], Json(response)).into_response()
}

async fn resume(State(server): State<Arc<CaseServer>>, Path(at): Path<usize>, head: HeaderMap) -> Response {
    let Some(id) = head.get(LAST_EVENT_ID) else { return StatusCode::METHOD_NOT_ALLOWED.into_response() };
    let bytes = server.with(at, |case, asked| {
        asked.gets.push(String::from_utf8_lossy(id.as_bytes()).into_owned());
        case.bytes(asked.gets.len(), &asked.id, &asked.token)
    });
    stream(bytes.flatten())
}

fn stream(bytes: Option<String>) -> Response {
    match bytes {
        Some(bytes) => (RESPONSE_HEADERS, bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
