//! One event encoded once and sent to many clients: each gets a clone of the `Bytes`, a pointer and a count.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::{StreamExt, stream};
use sse_proto::{KEEP_ALIVE, KeepAlive, Message, headers};
use tokio::sync::broadcast;

/// A channel of encoded events.
#[derive(Debug, Clone)]
pub struct Hub(broadcast::Sender<Bytes>);

impl Hub {
    /// With room for `backlog` events; a client that falls behind further loses the oldest.
    pub fn new(backlog: usize) -> Self {
        Self(broadcast::Sender::new(backlog))
    }

    /// Encodes `message` once and hands it to all clients. How many there were.
    pub fn send(&self, message: &Message<'_>) -> usize {
        self.send_encoded(message.to_bytes())
    }

    /// Hands what has been encoded to all clients. How many there were.
    pub fn send_encoded(&self, message: Bytes) -> usize {
        self.0.send(message).unwrap_or(0) // an error means that nobody listens
    }

    /// A client: what it receives is what to write to its response.
    pub fn subscribe(&self) -> broadcast::Receiver<Bytes> {
        self.0.subscribe()
    }
}

/// A server of one path, `/events`, whose clients get all that is sent from then on.
pub fn router(hub: Hub) -> Router {
    Router::new()
        .route("/events", get(|State(hub): State<Hub>| async move { response(&hub) }))
        .with_state(hub)
}

/// A response to one client. It ends when the client has lost an event, so that it comes back and is told all anew.
pub fn response(hub: &Hub) -> Response {
    // A comment where there is nothing to say yet, so that the head goes out.
    let first = stream::iter([Bytes::from_static(KEEP_ALIVE)]);
    let messages = stream::unfold(hub.subscribe(), |mut messages| async move {
        messages.recv().await.ok().map(|message| (message, messages))
    });
    let quiet = Duration::from_secs(15);
    let body =
        KeepAlive::new(first.chain(messages).map(Ok::<_, Infallible>), move || tokio::time::sleep(quiet));
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
