//! Who is asking: a cookie, since an `EventSource` sends no headers of the page's own. It is signed with a key that the store
//! keeps, so it is good at every server and after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, SameSite, SignedCookieJar};
use serde::{Deserialize, Serialize};

use super::http::{self, Server};

const COOKIE: &str = "user";

/// Names and passwords.
#[derive(Debug, Clone)]
pub struct Users(Arc<BTreeMap<String, String>>);

impl Users {
    pub fn new(users: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Arc::new(users.into_iter().collect()))
    }

    pub fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn accepts(&self, login: &Login) -> bool {
        // As long for a password that is nearly right as for one that is not. The names are no secret.
        let expected = self.0.get(&login.name).map_or("", String::as_str);
        let (expected, given) = (expected.as_bytes(), login.password.as_bytes());
        let same = expected.len() == given.len();
        let differs = given.iter().zip(expected.iter().cycle()).fold(0, |all, (a, b)| all | (a ^ b));
        same && differs == 0 && self.knows(&login.name)
    }
}

#[derive(Deserialize)]
pub struct Login {
    name: String,
    password: String,
}

/// The name of whoever is signed in. The answer is 401 without it, and 503 while the store that keeps the key is away.
pub struct User(pub String);

impl FromRequestParts<Server> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let jar = jar(&parts.headers, server).await?;
        let name = jar.get(COOKIE).map(|cookie| cookie.value().to_owned());
        // A user may have been taken off the list since.
        let name = name.filter(|name| server.users.knows(name));
        name.map(Self).ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}

async fn jar(fields: &HeaderMap, server: &Server) -> Result<SignedCookieJar, Response> {
    let key = server.key().await.map_err(|error| http::unavailable(&error))?;
    Ok(SignedCookieJar::from_headers(fields, key.clone()))
}

pub async fn login(
    State(server): State<Server>,
    fields: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, Response> {
    if !server.users.accepts(&login) {
        let what = "this name and this password do not belong together";
        return Ok((StatusCode::UNAUTHORIZED, what).into_response());
    }
    let cookie = Cookie::build((COOKIE, login.name))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(server.is_secure)
        .permanent();
    Ok((StatusCode::NO_CONTENT, jar(&fields, &server).await?.add(cookie)).into_response())
}

pub async fn logout(State(server): State<Server>, fields: HeaderMap) -> Result<Response, Response> {
    let jar = jar(&fields, &server).await?.remove(Cookie::build(COOKIE).path("/"));
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

#[derive(Serialize)]
pub struct Session {
    user: String,
    users: Vec<String>,
}

pub async fn session(State(server): State<Server>, User(user): User) -> Json<Session> {
    Json(Session { user, users: server.users.0.keys().cloned().collect() })
}
