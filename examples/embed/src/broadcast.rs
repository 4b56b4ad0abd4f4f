//! One event encoded once and sent to many clients: each gets a clone of the `Bytes`, a pointer and a count.

use bytes::Bytes;
use sse_proto::Message;
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
        self.0.send(message.to_bytes()).unwrap_or(0) // an error means that nobody listens
    }

    /// A client: what it receives is what to write to its response.
    pub fn subscribe(&self) -> broadcast::Receiver<Bytes> {
        self.0.subscribe()
    }
}
