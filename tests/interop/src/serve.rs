//! Our server: axum, with bodies from our encoder, and the driver's end of what the clients are told and tell.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use sse_proto::headers;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::Error;
use crate::case::{Case, Event};

/// What a client reports of one case.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub events: Vec<Event>,
    /// Each origin that an event had; of clients that have such a thing.
    #[serde(default)]
    pub origins: Vec<String>,
    /// All retries and comments, from clients that show them.
    pub retries: Option<Vec<String>>,
    pub comments: Option<Vec<String>>,
    /// Why the case could not be finished.
    pub failed: Option<String>,
}

/// One request for a case's stream, as the server saw it.
#[derive(Debug, Clone)]
pub struct Visit {
    pub at: Instant,
    pub last_event_id: Option<Vec<u8>>,
    /// Those that say what is wanted and how it is to be cached, by name.
    pub asked: Vec<(String, String)>,
    /// When the body was over.
    pub ended: Option<Instant>,
}

/// Serves cases until dropped.
pub struct Server {
    pub origin: String,
    shared: Arc<Shared>,
    outcomes: mpsc::Receiver<Vec<Outcome>>,
    task: JoinHandle<()>,
}

struct Shared {
    cases: Vec<Case>,
    visits: Mutex<Vec<Vec<Visit>>>,
    /// Per case how many events the client has shown that the server did not yet go on for.
    shown: Vec<Semaphore>,
    report: mpsc::Sender<Vec<Outcome>>,
}

/// What a client is told of one case.
#[derive(Serialize)]
struct Task<'c> {
    path: String,
    types: &'c [String],
    connections: usize,
    /// Where to say that an event was shown.
    acknowledge: Option<String>,
}

impl Server {
    pub async fn start(cases: Vec<Case>) -> Result<Self, Error> {
        let (report, outcomes) = mpsc::channel(1);
        let visits = Mutex::new(vec![Vec::new(); cases.len()]);
        let shown = cases.iter().map(|_| Semaphore::new(0)).collect();
        let shared = Arc::new(Shared { cases, visits, shown, report });
        let router = Router::new()
            .route("/", get(|| async { Html(include_str!("../clients/page.html")) }))
            .route("/eventsource.js", get(script))
            .route("/plan", get(plan))
            .route("/case/{number}", get(stream_of))
            .route("/shown/{number}", post(shown_by))
            .route("/outcomes", post(report_of))
            .layer(DefaultBodyLimit::disable())
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        // Each chunk is a write of its own, and is not to wait for the next.
        let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap_or_default());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap_or_default() });
        Ok(Self { origin, shared, outcomes, task })
    }

    pub fn cases(&self) -> &[Case] {
        &self.shared.cases
    }

    /// The cases with a client's quirk.
    pub fn cases_as(&self, quirk: fn(&Case) -> Case) -> Vec<Case> {
        self.cases().iter().map(quirk).collect()
    }

    /// What the client reports, once it has come.
    pub async fn outcomes(&mut self, limit: Duration) -> Result<Vec<Outcome>, Error> {
        let outcomes = tokio::time::timeout(limit, self.outcomes.recv()).await;
        let outcomes = outcomes.map_err(|_| format!("nothing was reported within {limit:?}"))?;
        Ok(outcomes.unwrap_or_default())
    }

    /// All requests so far, per case.
    pub fn visits(&self) -> Vec<Vec<Visit>> {
        self.shared.visits().clone()
    }

    /// Says for a client that cannot do so itself that it has shown an event of the case.
    pub fn acknowledge(&self, number: usize) {
        self.shared.shown[number].add_permits(1);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn visits(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Visit>>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn script() -> impl IntoResponse {
    ([("content-type", "text/javascript")], include_str!("../clients/eventsource.js"))
}

async fn plan(State(shared): State<Arc<Shared>>) -> Response {
    let task = |(number, case): (usize, &'_ Case)| {
        let acknowledge = case.acknowledged.then(|| format!("/shown/{number}"));
        let path = format!("/case/{number}");
        serde_json::to_value(Task { path, types: &case.types, connections: case.streams.len(), acknowledge })
    };
    match shared.cases.iter().enumerate().map(task).collect::<Result<Vec<_>, _>>() {
        Ok(tasks) => Json(tasks).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn shown_by(State(shared): State<Arc<Shared>>, Path(number): Path<usize>) -> StatusCode {
    match shared.shown.get(number) {
        Some(shown) => {
            shown.add_permits(1);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn report_of(State(shared): State<Arc<Shared>>, Json(outcomes): Json<Vec<Outcome>>) -> StatusCode {
    // The first report counts; nobody waits for another one.
    shared.report.try_send(outcomes).map_or(StatusCode::CONFLICT, |()| StatusCode::NO_CONTENT)
}

async fn stream_of(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<usize>,
    headers: HeaderMap,
) -> Response {
    let Some(case) = shared.cases.get(number) else { return StatusCode::NOT_FOUND.into_response() };
    let last_event_id = headers.get(headers::LAST_EVENT_ID).map(|value| value.as_bytes().to_owned());
    let asked = ["accept", "cache-control", "pragma"].into_iter().filter(|name| headers.contains_key(*name));
    let value = |name: &str| {
        let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        values.collect::<Vec<_>>().join(", ")
    };
    let asked = asked.map(|name| (name.to_owned(), value(name))).collect();
    let turn = {
        let visits = &mut shared.visits()[number];
        visits.push(Visit { at: Instant::now(), last_event_id, asked, ended: None });
        visits.len() - 1
    };
    // 204 tells a client to stop. That it has come too often shows in the visits.
    let Some(stream) = case.streams.get(turn) else { return StatusCode::NO_CONTENT.into_response() };
    let (chunks, acknowledged) = (stream.chunks.clone().into_iter(), case.acknowledged);
    let body = stream::unfold((chunks, false, shared), move |(mut chunks, started, shared)| async move {
        if started && acknowledged {
            shared.shown[number].acquire().await.ok()?.forget();
        }
        // To be pending once makes hyper write what it has: without it chunks that are ready become one.
        tokio::task::yield_now().await;
        match chunks.next() {
            Some(chunk) => Some((Ok::<Bytes, Infallible>(chunk), (chunks, true, shared))),
            None => {
                shared.visits()[number][turn].ended = Some(Instant::now());
                None
            }
        }
    });
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
