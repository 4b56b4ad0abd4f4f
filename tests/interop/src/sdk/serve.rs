//! Our server, under whatever path an SDK asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use futures::stream;
use serde_json::{Value, json};
use sse_proto::headers;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::cases::Case;
use crate::Error;

/// So long the rest of a stream waits for the client to show what it has.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves cases until dropped.
pub struct Server {
    pub origin: String,
    served: Arc<Vec<Served>>,
    task: JoinHandle<()>,
}

/// A case, and what became of it so far.
struct Served {
    case: Case,
    /// The rest is held back until a text was shown; a client that shows none would wait for ever.
    waits: bool,
    asked: AtomicUsize,
    /// How many texts the client has shown.
    shown: Semaphore,
    /// What was sent was not shown in time.
    late: AtomicBool,
}

impl Server {
    /// Cases for which `shows` is false are sent without waiting for the client.
    pub async fn start(cases: Vec<Case>, shows: impl Fn(&Case) -> bool) -> Result<Self, Error> {
        let served = |case| Served {
            waits: shows(&case),
            case,
            asked: AtomicUsize::new(0),
            shown: Semaphore::new(0),
            late: AtomicBool::new(false),
        };
        let served: Arc<Vec<_>> = Arc::new(cases.into_iter().map(served).collect());
        let router = Router::new()
            .route("/plan", get(plan))
            .route("/shown/{number}", post(shown_by))
            .route("/case/{number}", any(stream_of))
            .route("/case/{number}/{*what}", any(stream_below))
            .with_state(served.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        // Each chunk is a write of its own, and is not to wait for the next.
        let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap_or_default());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap_or_default() });
        Ok(Self { origin, served, task })
    }

    /// What was wrong on the way: each case is one request, and what was sent is shown while the rest is held back.
    pub fn failures(&self) -> impl Iterator<Item = String> {
        self.served.iter().flat_map(|served| {
            let asked = served.asked.load(Ordering::Relaxed);
            let late = served.late.load(Ordering::Relaxed);
            let asked = (asked != 1).then(|| format!("{:?}: {asked} requests", served.case.kind));
            let late = late.then(|| format!("{:?}: no text within {PATIENCE:?}", served.case.kind));
            asked.into_iter().chain(late)
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn plan(State(served): State<Arc<Vec<Served>>>) -> Json<Vec<Value>> {
    let task = |(number, served): (usize, &Served)| {
        let acknowledge = (served.case.chunks.len() > 1).then(|| format!("/shown/{number}"));
        json!({ "path": format!("/case/{number}"), "acknowledge": acknowledge })
    };
    Json(served.iter().enumerate().map(task).collect())
}

async fn shown_by(State(served): State<Arc<Vec<Served>>>, Path(number): Path<usize>) -> StatusCode {
    match served.get(number) {
        Some(served) => {
            served.shown.add_permits(1);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn stream_below(served: State<Arc<Vec<Served>>>, Path((number, _)): Path<(usize, String)>) -> Response {
    stream_of(served, Path(number)).await
}

async fn stream_of(State(all): State<Arc<Vec<Served>>>, Path(number): Path<usize>) -> Response {
    let Some(served) = all.get(number) else { return StatusCode::NOT_FOUND.into_response() };
    served.asked.fetch_add(1, Ordering::Relaxed);
    let chunks = served.case.chunks.clone().into_iter().enumerate();
    let body = stream::unfold((chunks, all), move |(mut chunks, all)| async move {
        let (at, chunk) = chunks.next()?;
        if at > 0 && all[number].waits {
            match tokio::time::timeout(PATIENCE, all[number].shown.acquire()).await {
                Ok(shown) => shown.ok()?.forget(),
                Err(_) => all[number].late.store(true, Ordering::Relaxed),
            }
        }
        Some((Ok::<_, Infallible>(chunk), (chunks, all)))
    });
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
