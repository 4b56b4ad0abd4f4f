//! What can be asked of the server.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_extra::extract::cookie::Key;
use serde::Deserialize;
use serde_json::json;
use sse_proto::{EventType, headers};
use tokio::sync::OnceCell;

use super::accept::PATIENCE;
use super::login::{self, User, Users};
use super::page;
use crate::clock::Clock;
use crate::entry::Draft;
use crate::feed::{Asked, feed};
use crate::hub::Hub;
use crate::store::StoreError;
use crate::topic_name::TopicName;

const NOTICE: EventType<'static> = EventType::from_static("notice");
const LOAD: EventType<'static> = EventType::from_static("load");
/// Characters of a notification.
const LONGEST_TEXT: usize = 500;
/// Of a request.
const LARGEST_BODY: usize = 64 * 1024;

#[derive(Clone)]
pub struct Server {
    pub hub: Arc<Hub>,
    pub users: Users,
    /// What signs the cookies; asked of the store when it is first needed.
    pub key: Arc<OnceCell<Key>>,
    pub clock: Clock,
    pub keep_alive: Duration,
    /// Whether it is reached by TLS.
    pub is_secure: bool,
}

impl Server {
    pub async fn key(&self) -> Result<&Key, StoreError> {
        let key = async || self.hub.heard(self.hub.store().cookie_key().await).map(|key| Key::from(&key));
        self.key.get_or_try_init(key).await
    }
}

pub fn router(server: Server, with_load: bool) -> Router {
    let mut router = Router::new()
        .route("/session", get(login::session))
        .route("/login", post(login::login))
        .route("/logout", post(login::logout))
        .route("/events", get(board))
        .route("/me/events", get(mine))
        .route("/notify", post(notify))
        .route("/health", get(health))
        .route("/metrics", get(metrics));
    if with_load {
        router = router.route("/load/events", get(load).post(publish));
    }
    let router = router.merge(page::router()).layer(DefaultBodyLimit::max(LARGEST_BODY));
    router.layer(middleware::from_fn(in_time)).with_state(server)
}

/// A client that promises a body and sends none would be waited for without end.
async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// What a URL may say in place of headers, which an `EventSource` that is made anew cannot send.
#[derive(Debug, Deserialize)]
struct Place {
    after: Option<String>,
    from: Option<From>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum From {
    Now,
    Start,
}

async fn board(server: State<Server>, _: User, place: Query<Place>, fields: HeaderMap) -> Response {
    events(&server, &TopicName::Board, &place, &fields)
}

/// The topic is found by who asks. Naming an id of somebody else's is naming one that is unknown here.
async fn mine(server: State<Server>, User(name): User, place: Query<Place>, fields: HeaderMap) -> Response {
    events(&server, &TopicName::User(name.into()), &place, &fields)
}

async fn load(server: State<Server>, place: Query<Place>, fields: HeaderMap) -> Response {
    events(&server, &TopicName::Load, &place, &fields)
}

fn events(server: &Server, topic: &TopicName, place: &Place, fields: &HeaderMap) -> Response {
    let header = fields.get(headers::LAST_EVENT_ID).map(HeaderValue::as_bytes);
    let after = header.or(place.after.as_deref().map(str::as_bytes)).map(Into::into);
    let asked = Asked { after, from_now: place.from == Some(From::Now) };
    let topic = server.hub.topic(topic);
    let body = feed(server.hub.clone(), topic, asked, server.keep_alive);
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}

#[derive(Debug, Deserialize)]
struct Notice {
    to: String,
    text: String,
}

async fn notify(State(server): State<Server>, User(from): User, Json(notice): Json<Notice>) -> Response {
    let text = notice.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        let what = format!("a notification has from 1 to {LONGEST_TEXT} characters");
        return (StatusCode::UNPROCESSABLE_ENTITY, what).into_response();
    }
    if !server.users.knows(&notice.to) {
        return (StatusCode::NOT_FOUND, "there is no user of this name").into_response();
    }
    let data = json!({ "at": server.clock.now(), "from": from, "text": text }).to_string();
    let topic = TopicName::User(notice.to.into());
    stored(server.hub.publish(&topic, Draft { kind: NOTICE, data }).await)
}

async fn publish(State(server): State<Server>, data: String) -> Response {
    stored(server.hub.publish(&TopicName::Load, Draft { kind: LOAD, data }).await)
}

fn stored<T>(answer: Result<T, StoreError>) -> Response {
    match answer {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => unavailable(&error),
    }
}

pub fn unavailable(error: &StoreError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], error.to_string()).into_response()
}

async fn health(State(server): State<Server>) -> Response {
    match server.hub.trouble() {
        None => "well\n".into_response(),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, format!("{trouble}\n")).into_response(),
    }
}

/// For Prometheus and its like.
async fn metrics(State(server): State<Server>) -> String {
    let counts = &server.hub.counts;
    let mut text = String::new();
    for (name, kind, count) in [
        ("live_clients", "gauge", &counts.clients),
        ("live_connections_total", "counter", &counts.connections),
        ("live_events_published_total", "counter", &counts.published),
        ("live_events_delivered_total", "counter", &counts.delivered),
        ("live_events_replayed_total", "counter", &counts.replayed),
        ("live_clients_dropped_total", "counter", &counts.dropped),
    ] {
        // Writing into a string does not fail.
        let _ = writeln!(text, "# TYPE {name} {kind}\n{name} {}", count.load(Relaxed));
    }
    text
}
