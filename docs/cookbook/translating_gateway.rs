//! A gateway that answers in a format of its own: it asks a chat API, and sends the text as events of the types `delta`, `done`
//! and `failed`. One chunk in gives one chunk out, and the client always gets `done` or `failed` as the last event.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use sse_proto::{Chunk, Decoder, Event, EventType, Frame, KEEP_ALIVE, Message, Unfinished, headers};

const DELTA: EventType<'static> = EventType::from_static("delta");
const DONE: EventType<'static> = EventType::from_static("done");
const FAILED: EventType<'static> = EventType::from_static("failed");
/// No event of the chat API is larger.
const MAX_EVENT: usize = 64 * 1024;

/// Where the chat API is.
#[derive(Debug, Clone)]
pub struct Upstream {
    pub client: reqwest::Client,
    /// `https://HOST/v1/chat/completions`
    pub url: String,
}

pub fn router(upstream: Upstream) -> Router {
    Router::new().route("/chat", post(chat)).with_state(upstream)
}

async fn chat(State(upstream): State<Upstream>, Json(request): Json<Value>) -> Response {
    let answer = upstream.client.post(&upstream.url).json(&request).send().await;
    match answer.and_then(reqwest::Response::error_for_status) {
        Ok(answer) => {
            let body = translated(answer.bytes_stream().boxed());
            (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// `source` in the format of this gateway.
pub fn translated<E>(
    source: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((source, Translator::default()), async |(mut source, mut translator)| {
        while !translator.is_over {
            let bytes = match source.next().await {
                Some(Ok(bytes)) => translator.translate(&bytes),
                Some(Err(_)) => translator.break_off(),
                None => translator.finish(),
            };
            if !bytes.is_empty() {
                return Some((Ok(bytes), (source, translator)));
            }
        }
        None
    })
}

/// Bytes in, bytes out.
#[derive(Debug)]
pub struct Translator {
    decoder: Decoder,
    output: BytesMut,
    is_over: bool,
}

impl Default for Translator {
    fn default() -> Self {
        // Comments are the keep-alives of the chat API. Some servers leave out the blank line after `[DONE]`.
        let decoder =
            Decoder::builder().comments(true).unfinished(Unfinished::WholeLines).max_event_size(MAX_EVENT);
        Self { decoder: decoder.build(), output: BytesMut::new(), is_over: false }
    }
}

impl Translator {
    /// What the client gets for the next bytes of the chat API: nothing, if no event has ended in them.
    pub fn translate(&mut self, bytes: &[u8]) -> Bytes {
        let mut chunk = Chunk::new(bytes);
        while !self.is_over {
            match self.decoder.decode(&mut chunk) {
                Ok(Some(Frame::Event(event))) => self.is_over = write_event(event, &mut self.output),
                Ok(Some(Frame::Comment(_))) => self.output.extend_from_slice(KEEP_ALIVE),
                Ok(Some(_)) => {} // `retry` is for those who connect to the chat API
                Ok(None) => break,
                Err(error) => {
                    // A text with a hole in it is worth nothing.
                    write(FAILED, &json!({"error": error.to_string()}), &mut self.output);
                    self.is_over = true;
                }
            }
        }
        self.output.split().freeze()
    }

    /// What the client gets when the chat API has ended its answer.
    pub fn finish(&mut self) -> Bytes {
        if let Some(event) = self.decoder.finish().event() {
            self.is_over = write_event(event, &mut self.output);
        }
        self.break_off()
    }

    /// What the client gets when the connection to the chat API has failed: an event without its blank line may be cut.
    pub fn break_off(&mut self) -> Bytes {
        if !self.is_over {
            write(FAILED, &json!({"error": "the answer broke off"}), &mut self.output);
            self.is_over = true;
        }
        self.output.split().freeze()
    }
}

/// Writes what the client gets for one event. Returns whether it was the last.
fn write_event(event: Event<'_>, output: &mut BytesMut) -> bool {
    if event.data() == "[DONE]" {
        write(DONE, &json!({}), output);
        return true;
    }
    let Ok(value) = serde_json::from_str::<Value>(event.data()) else {
        write(FAILED, &json!({"error": "the chat API sent no JSON"}), output);
        return true;
    };
    if let Some(error) = value.get("error") {
        write(FAILED, &json!({"error": error}), output);
        return true;
    }
    if let Some(text) = value["choices"][0]["delta"]["content"].as_str() {
        write(DELTA, &json!({"text": text}), output);
    }
    false
}

fn write(event_type: EventType<'_>, value: &Value, output: &mut BytesMut) {
    Message::new()
        .event_type(event_type)
        .encode_with(output, |data| serde_json::to_writer(data, value))
        .expect("JSON into a buffer that grows");
}
