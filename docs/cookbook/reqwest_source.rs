//! A client that reconnects, over reqwest and tokio.

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sse_proto::driver::{EventSource, Response, Transport};
use sse_proto::session::{Request, Session, Time};

/// The program's part of the request: the client with its settings, and the URL.
#[derive(Debug, Clone)]
pub struct Reqwest {
    pub client: reqwest::Client,
    pub url: String,
}

impl Transport for Reqwest {
    type Body = BoxStream<'static, reqwest::Result<Bytes>>;
    type Error = reqwest::Error;
    type Connect = BoxFuture<'static, reqwest::Result<Response<Self::Body>>>;
    type Sleep = tokio::time::Sleep;

    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        let get = self.client.get(&self.url);
        let get = request.headers().fold(get, |get, (name, value)| get.header(name, value));
        Box::pin(async {
            let answer = get.send().await?; // log its content type here: a failure does not hold it
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

/// The events of `url`, over any number of connections. A connection is lost after a silence of 90 seconds, and a busy server
/// is asked again; by the standard any status but 200 ends the client.
pub fn events(url: &str) -> EventSource<Reqwest> {
    let session = Session::builder()
        .idle_timeout(Some(Duration::from_secs(90)))
        .retry_head(|head| matches!(head.status, 429 | 500..=599));
    EventSource::new(session.build(), Reqwest { client: reqwest::Client::new(), url: url.into() })
}
