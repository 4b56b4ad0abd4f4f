//! Streams as the bodies of the `http-body` crate, which hyper, tonic and tower speak: a response's body out of messages, with
//! keep-alives, and events out of a request's or a response's.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use http_body_util::{BodyDataStream, StreamBody};
use hyper::body::{Body, Frame};
use sse_proto::{EventStream, KeepAlive, MessageBuf};

/// The body of a response: each message a frame of its own, so that it is sent at once.
pub fn body(
    messages: impl Stream<Item = MessageBuf>,
    keep_alive: Duration,
) -> impl Body<Data = Bytes, Error = Infallible> {
    let messages = messages.map(|message| Ok(message.to_bytes()));
    let kept = KeepAlive::new(messages, move || tokio::time::sleep(keep_alive));
    StreamBody::new(kept.map(|bytes| bytes.map(Frame::data)))
}

/// The events of a body. Trailers are passed over.
pub fn events<B: Body<Data = Bytes>>(body: B) -> EventStream<BodyDataStream<B>> {
    EventStream::new(BodyDataStream::new(body))
}
