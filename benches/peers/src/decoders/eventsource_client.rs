//! eventsource-client: the whole client, over a transport that answers with the feed. No network.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use eventsource_client::{BoxStream, Client, ClientBuilder, Error, ReconnectOptions, SSE};
use futures::Stream;
use http::Request;
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture, TransportError};

use crate::contest::Peer;
use crate::cut::{Cut, Feed, drain};
use crate::visit::Visit;

/// The feed as a body.
struct Body(Feed);

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.take().map_or(Poll::Pending, |chunk| Poll::Ready(Some(Ok(Bytes::from_static(chunk)))))
    }
}

#[derive(Clone)]
struct Transport(Feed);

impl HttpTransport for Transport {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let body: ByteStream = Box::pin(Body(self.0.clone()));
        Box::pin(std::future::ready(Ok(http::Response::new(body))))
    }
}

pub(crate) struct EventsourceClient {
    feed: Feed,
    stream: Result<BoxStream<Result<SSE, Error>>, String>,
}

impl Peer for EventsourceClient {
    const PACKAGE: &'static str = "eventsource-client";

    fn new(cut: &'static Cut) -> Self {
        let feed = Feed::new(cut);
        let stream = ClientBuilder::for_url("http://localhost/")
            .map(|builder| {
                // To connect again it would need a timer, and with it a runtime.
                let builder = builder.reconnect(ReconnectOptions::reconnect(false).build());
                builder.build_with_transport(Transport(feed.clone())).stream()
            })
            .map_err(|error| error.to_string());
        Self { feed, stream }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        self.feed.rewind();
        drain(self.stream.as_mut().map_err(|error| error.clone())?, |item| {
            if let SSE::Event(event) = item.map_err(|error| error.to_string())? {
                let id = event.id.as_deref().unwrap_or_default();
                visit.event(event.event_type.as_bytes(), event.data.as_bytes(), id.as_bytes());
            }
            Ok(())
        })
    }
}
