//! A client: each request is a session of its own, which POSTs, and goes on by GET if the stream ends too early.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};
use sse_proto::driver::{EventSource, Response, Transport};
use sse_proto::session::{Reconnect, Request, Session, SessionBuilder, Time};
use sse_proto::{EventBuf, Message, headers};

use super::{ACCEPT_BOTH, Error, METHOD, NAME, PROTOCOL_VERSION, Revision, SESSION_ID};

/// A server, as a client sees it.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    revision: Revision,
    /// What the server calls this conversation (2025-11-25).
    session: Arc<OnceLock<String>>,
    requests: AtomicU64,
}

/// A request, and what is read in answer to it. Dropped before the response has come, it is cancelled by the rules of 2026-07-28.
pub struct Call {
    /// For those who want to see more than messages: ids, `retry`, connections.
    pub source: EventSource<Post>,
    id: u64,
    is_answered: bool,
}

/// How one request goes out: first by POST, after that by GET.
#[derive(Debug)]
pub struct Post {
    request: reqwest::RequestBuilder,
    resume: reqwest::RequestBuilder,
    session: Arc<OnceLock<String>>,
}

impl Client {
    /// Shakes hands.
    pub async fn connect(url: &str, revision: Revision) -> Result<Self, Error> {
        let http = reqwest::Client::new();
        let (session, requests) = (Arc::default(), AtomicU64::new(0));
        let client = Self { http, url: url.into(), revision, session, requests };
        match revision {
            Revision::V2025_11_25 => {
                let version = revision.as_str();
                let params =
                    json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client_info()});
                client.call("initialize", params).result().await?;
                client.notify("notifications/initialized").await?;
            }
            Revision::V2026_07_28 => {
                client.call("server/discover", json!({})).result().await?;
            }
        }
        Ok(client)
    }

    /// Begins a request; it goes out when the call is asked for its first message.
    pub fn call(&self, method: &str, mut params: Value) -> Call {
        let id = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = self.request(reqwest::Method::POST);
        if self.revision == Revision::V2026_07_28 {
            request = request.header(METHOD, method);
            if let Some(name) = params["name"].as_str() {
                request = request.header(NAME, name);
            }
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = self.revision.as_str().into();
            meta["io.modelcontextprotocol/clientInfo"] = client_info();
            meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let (resume, session) = (self.request(reqwest::Method::GET), self.session.clone());
        let transport = Post { request: request.json(&body), resume, session };
        Call {
            source: EventSource::new(session_of(self.revision).build(), transport),
            id,
            is_answered: false,
        }
    }

    pub async fn notify(&self, method: &str) -> Result<(), Error> {
        let request = self.request(reqwest::Method::POST).header(ACCEPT, ACCEPT_BOTH);
        request.json(&json!({"jsonrpc": "2.0", "method": method})).send().await?.error_for_status()?;
        Ok(())
    }

    /// What all requests have.
    fn request(&self, method: reqwest::Method) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, &self.url);
        if let Some(session) = self.session.get() {
            request = request.header(SESSION_ID, session);
        }
        // The revision is agreed on with the session; before that there is none to name.
        if self.revision == Revision::V2026_07_28 || self.session.get().is_some() {
            request = request.header(PROTOCOL_VERSION, self.revision.as_str());
        }
        request
    }
}

/// How the streams of a revision end, and what follows.
fn session_of(revision: Revision) -> SessionBuilder {
    match revision {
        // The request must not be repeated, its stream goes on once the server has named a place in it. The server says when
        // by `retry`, for it ends streams on purpose: so hardly a bound of our own.
        Revision::V2025_11_25 => Session::builder()
            .reconnect(Reconnect::IfResumable)
            .reconnection_time(Duration::from_secs(1))
            .max_reconnection_time(Some(Duration::from_secs(60)))
            .request_interval(Duration::ZERO)
            .min_wait(Duration::from_millis(100))
            .jitter_percent(10)
            .max_attempts(Some(5)),
        Revision::V2026_07_28 => Session::builder().reconnect(Reconnect::Never),
    }
}

fn client_info() -> Value {
    json!({"name": "sse-proto", "version": "0"})
}

impl Call {
    /// The next message: notifications and requests of the server, and the response as the last. `None` after it.
    pub async fn message(&mut self) -> Option<Result<Value, Error>> {
        while !self.is_answered {
            match self.source.next_event().await {
                Some(Ok(event)) => match self.parse(&event) {
                    Ok(Some(message)) => return Some(Ok(message)),
                    Ok(None) => {}
                    Err(error) => return Some(Err(error)),
                },
                Some(Err(error)) => return Some(Err(error.into())),
                None => {
                    self.is_answered = true;
                    return Some(Err("the stream has ended without a response".into()));
                }
            }
        }
        None
    }

    /// The message of an event, if it is one.
    pub fn parse(&mut self, event: &EventBuf) -> Result<Option<Value>, Error> {
        // A priming event has no data. What has another type is of no revision so far.
        if event.data().is_empty() || event.event_type() != "message" {
            return Ok(None);
        }
        let message: Value = serde_json::from_str(event.data())?;
        if message["method"].is_null() && message["id"] == self.id {
            self.is_answered = true;
            self.source.close();
        }
        Ok(Some(message))
    }

    /// The result; messages before it are not looked at.
    pub async fn result(mut self) -> Result<Value, Error> {
        let mut last = Value::Null;
        while let Some(message) = self.message().await {
            last = message?;
        }
        match &mut last {
            Value::Object(response) if response.contains_key("result") => Ok(response["result"].take()),
            other => Err(format!("no result but {other}").into()),
        }
    }
}

impl Transport for Post {
    type Body = BoxStream<'static, reqwest::Result<Bytes>>;
    type Error = reqwest::Error;
    type Connect = BoxFuture<'static, reqwest::Result<Response<Self::Body>>>;
    type Sleep = tokio::time::Sleep;

    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        // A session that never connects again without an id has none with its first request, and one with all others.
        let resumes = request.last_event_id().is_some();
        let http = if resumes { &self.resume } else { &self.request };
        let http = http.try_clone().expect("a body of JSON can be sent again");
        let http = request.headers().fold(http, |http, (name, value)| match name {
            headers::ACCEPT if !resumes => http.header(name, ACCEPT_BOTH),
            _ => http.header(name, value),
        });
        let session = self.session.clone();
        Box::pin(async move {
            let answer = http.send().await?;
            if let Some(id) = answer.headers().get(SESSION_ID).and_then(|id| id.to_str().ok()) {
                session.get_or_init(|| id.into());
            }
            // An answer that needs no stream, as one: a single event.
            if answer
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
            {
                let event = stream::once(answer.text()).map_ok(|json| Message::new().data(&json).to_bytes());
                return Ok(
                    Response::new(200, event.boxed()).header(headers::CONTENT_TYPE, headers::MEDIA_TYPE)
                );
            }
            let response = Response::new(answer.status().as_u16(), ()).headers(answer.headers());
            Ok(response.map_body(|()| answer.bytes_stream().boxed()))
        })
    }

    fn poll_read(
        &mut self,
        body: &mut Self::Body,
        cx: &mut Context<'_>,
    ) -> Poll<Option<reqwest::Result<Bytes>>> {
        body.poll_next_unpin(cx)
    }

    fn sleep_until(&mut self, at: Time) -> Self::Sleep {
        tokio::time::sleep(at.saturating_since(self.now()))
    }
}
