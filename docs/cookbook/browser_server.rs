//! A server for the `EventSource` of pages that another origin serves. It sends no headers of the page's own, so who it is
//! comes in a cookie, or, where cookies do not go, in a ticket in the URL.
//!
//! - **Cookie**: `new EventSource(url, {withCredentials: true})`. Both origins here are of one site (ports do not count). Over
//!   two sites the cookie has to be `SameSite=None; Secure`, and browsers that block third-party cookies drop it.
//! - **Ticket**: URLs end up in logs, so it is no password but something that lives for half a minute, for the stream alone.
//!   When it is over, a stream that is open goes on; one that is lost gets a 401, and the page asks for another ticket.
//! - **CORS**: the page's origin by name, since `*` does not go with credentials. An `EventSource` makes no preflight.
//! - **A refusal** is an `error` at which `readyState` is `CLOSED`: the browser does not come back.
//! - **Six streams** of one browser use up a server's HTTP/1.1 connections: serve HTTP/2.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::broadcast::{self, Hub};

const COOKIE: &str = "session";
const SESSION: Duration = Duration::from_secs(3600);
const TICKET: Duration = Duration::from_secs(30);

/// Who may read, and what there is to read.
pub struct Server {
    /// Of the pages: `https://app.example.org`.
    origin: HeaderValue,
    /// What opens a session: stands for whatever a login asks for.
    password: String,
    hub: Hub,
    sessions: Secrets,
    tickets: Secrets,
}

/// Random words that are good for a while.
#[derive(Default)]
struct Secrets(Mutex<HashMap<String, Instant>>);

impl Secrets {
    fn issue(&self, life: Duration) -> Result<String, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let word: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let (now, mut words) = (Instant::now(), self.0.lock().unwrap_or_else(PoisonError::into_inner));
        words.retain(|_, end| *end > now);
        words.insert(word.clone(), now + life);
        Ok(word)
    }

    fn know(&self, word: &str) -> bool {
        let words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        words.get(word).is_some_and(|end| *end > Instant::now())
    }
}

pub fn router(origin: HeaderValue, password: &str, hub: Hub) -> Router {
    let server = Arc::new(Server {
        origin,
        password: password.into(),
        hub,
        sessions: Secrets::default(),
        tickets: Secrets::default(),
    });
    Router::new()
        .route("/login", post(login))
        .route("/ticket", post(ticket))
        .route("/events", get(events))
        .layer(middleware::from_fn_with_state(server.clone(), cors))
        .with_state(server)
}

/// Lets pages of the one origin read, and turns away those of others: their browser would send the cookie all the same.
async fn cors(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let foreign = request.headers().get(header::ORIGIN).is_some_and(|origin| *origin != server.origin);
    let mut response = if foreign { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await };
    let fields = response.headers_mut();
    fields.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, server.origin.clone());
    fields.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    fields.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// The password for a cookie.
async fn login(State(server): State<Arc<Server>>, password: String) -> Result<Response, StatusCode> {
    if password != server.password {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let session = server.sessions.issue(SESSION).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// A session for a ticket.
async fn ticket(State(server): State<Arc<Server>>, fields: HeaderMap) -> Result<String, StatusCode> {
    if !has_session(&server, &fields) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    server.tickets.issue(TICKET).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn events(
    State(server): State<Arc<Server>>,
    Query(query): Query<HashMap<String, String>>,
    fields: HeaderMap,
) -> Result<Response, StatusCode> {
    let has_ticket = query.get("ticket").is_some_and(|ticket| server.tickets.know(ticket));
    if !has_ticket && !has_session(&server, &fields) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(broadcast::response(&server.hub))
}

fn has_session(server: &Server, fields: &HeaderMap) -> bool {
    let cookies = fields.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        cookies.flat_map(|value| value.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.any(|(name, word)| name == COOKIE && server.sessions.know(word))
}
