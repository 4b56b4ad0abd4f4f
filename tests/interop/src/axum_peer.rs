//! axum's own encoder, over HTTP/1.1 and HTTP/2 on one port.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response, Sse, sse};
use axum::routing::get;
use axum::serve::ListenerExt;
use futures::{Stream, StreamExt, future, stream};
use sse_proto::headers;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Error;
use crate::server_script::{Message, Told};

/// The server and the number of TCP connections that it has accepted.
#[derive(Debug)]
pub struct AxumPeer {
    pub base: String,
    pub accepted: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Shared {
    told: Arc<Told>,
    held: Arc<Mutex<HashMap<String, oneshot::Sender<()>>>>,
}

pub async fn start(told: Arc<Told>) -> Result<AxumPeer, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = accepted.clone();
    let listener = listener.tap_io(move |connection| {
        count.fetch_add(1, Ordering::SeqCst);
        let _ = connection.set_nodelay(true); // it is only slower without
    });
    let router = Router::new()
        .route("/talks/{index}", get(talk))
        .route("/resume", get(resume))
        .route("/hold/{key}", get(hold))
        .route("/release/{key}", get(release))
        .route("/endless/{name}", get(endless))
        .with_state(Shared { told, held: Arc::default() });
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(AxumPeer { base, accepted })
}

fn event(message: &Message) -> sse::Event {
    let mut event = sse::Event::default();
    if let Some(comment) = &message.comment {
        event = event.comment(comment);
    }
    if let Some(retry) = message.retry {
        event = event.retry(Duration::from_millis(retry));
    }
    if let Some(event_type) = &message.event {
        event = event.event(event_type);
    }
    if let Some(id) = &message.id {
        event = event.id(id);
    }
    match &message.data {
        Some(data) => event.data(data),
        None => event,
    }
}

fn stream_of(events: impl Stream<Item = sse::Event> + Send + 'static) -> Response {
    Sse::new(events.map(Ok::<_, Infallible>)).into_response()
}

async fn talk(State(shared): State<Shared>, Path(index): Path<usize>) -> Response {
    match shared.told.talks.get(index) {
        Some(talk) => stream_of(stream::iter(talk.messages.iter().map(event).collect::<Vec<_>>())),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn resume(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let last = headers.get(headers::LAST_EVENT_ID).map(|value| value.as_bytes());
    let is_last = |message: &Message| message.id.as_deref().map(str::as_bytes) == last;
    let start = shared.told.resume.iter().position(is_last).map_or(0, |at| at + 1);
    if start == shared.told.resume.len() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let retry = sse::Event::default().retry(Duration::from_millis(1));
    let next = shared.told.resume[start..].iter().take(2).map(event);
    stream_of(stream::iter([retry].into_iter().chain(next).collect::<Vec<_>>()))
}

/// An event at once; soon after it one that says when it was sent; the last one when it is released.
async fn hold(State(shared): State<Shared>, Path(key): Path<String>) -> Response {
    let (release, released) = oneshot::channel();
    shared.held.lock().map(|mut held| held.insert(key, release)).ok();
    let first = stream::once(future::ready(sse::Event::default().data("first")));
    let second = stream::once(async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        sse::Event::default().data((now.as_secs_f64() * 1000.0).to_string())
    });
    let last = stream::once(async {
        let _ = released.await; // given up or released: this is the end
        sse::Event::default().data("last")
    });
    stream_of(first.chain(second).chain(last))
}

async fn release(State(shared): State<Shared>, Path(key): Path<String>) -> StatusCode {
    let release = shared.held.lock().ok().and_then(|mut held| held.remove(&key));
    release.map_or(StatusCode::NOT_FOUND, |release| {
        let _ = release.send(());
        StatusCode::OK
    })
}

/// Numbered events without an end, one each millisecond.
async fn endless(Path(name): Path<String>) -> Response {
    stream_of(stream::unfold((0_u64, name), |(number, name)| async move {
        if number > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let event = sse::Event::default().id(number.to_string()).data(format!("{name} {number}"));
        Some((event, (number + 1, name)))
    }))
}
