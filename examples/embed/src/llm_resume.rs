//! A client of OpenAI's Responses that goes on where a connection broke: the place is a number in the payload, and goes into
//! the URL. It ends at the event type that closes, at an error event, or when no event has come for a while.

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use serde_json::Value;
use sse_proto::driver::{EventSource, Response, Transport};
use sse_proto::session::{Reconnect, Request, Session, Time};

use crate::Error;

/// The request, and the response's id once it has one.
struct Responses {
    client: reqwest::Client,
    /// `https://HOST/v1/responses`
    url: String,
    request: Value,
    id: Option<String>,
}

impl Transport for Responses {
    type Body = BoxStream<'static, reqwest::Result<Bytes>>;
    type Error = reqwest::Error;
    type Connect = BoxFuture<'static, reqwest::Result<Response<Self::Body>>>;
    type Sleep = tokio::time::Sleep;

    /// A POST begins the response. What follows is a GET: to post again would cost the answer twice.
    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        let call = match (&self.id, request.cursor()) {
            (Some(id), Some(number)) => {
                self.client.get(format!("{}/{id}?stream=true&starting_after={number}", self.url))
            }
            _ => self.client.post(&self.url).json(&self.request),
        };
        let call = request.headers().fold(call, |call, (name, value)| call.header(name, value));
        Box::pin(async {
            let answer = call.send().await?;
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

/// Posts `request` to `url` and returns the text of the response. It fails if no event comes for `stalled`: that counts events, not
/// bytes, since a server whose model hangs goes on to send keep-alives.
pub async fn text(url: &str, request: Value, stalled: Duration) -> Result<String, Error> {
    // Without a number there is no place to go on from, and the POST is not sent twice.
    let session =
        Session::builder().reconnect(Reconnect::IfResumable).reconnection_time(Duration::from_millis(200));
    let transport = Responses { client: reqwest::Client::new(), url: url.into(), request, id: None };
    let (mut source, mut text) = (EventSource::new(session.build(), transport), String::new());
    loop {
        let event = tokio::time::timeout(stalled, source.next_event()).await;
        let event = event.map_err(|_| format!("no event for {stalled:?}"))?;
        let event = event.ok_or("the stream ended before the response")??;
        let value: Value = serde_json::from_str(event.data())?;
        if let Some(number) = value["sequence_number"].as_u64() {
            source.session_mut().set_cursor(Some(&number.to_string()));
        }
        match event.event_type().as_str() {
            "response.created" => {
                source.transport_mut().id = value["response"]["id"].as_str().map(Into::into)
            }
            "response.output_text.delta" => text += value["delta"].as_str().unwrap_or_default(),
            "response.completed" => return Ok(text),
            "error" | "response.failed" | "response.incomplete" => {
                return Err(format!("the API reports: {}", event.data()).into());
            }
            _ => {} // there are many types, and more to come
        }
    }
}
