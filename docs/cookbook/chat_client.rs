//! A client of a chat API, over reqwest: JSON deltas, `[DONE]`, error objects, an idle timer that bytes restart, and
//! a last event whose blank line the server left out.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;
use sse_proto::{Chunk, Decoder, Event, Unfinished, headers};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What became of one event.
enum Delta {
    Text(String),
    Done,
}

/// Posts `request` to `url` and returns the text that was streamed back.
pub async fn chat(url: &str, request: &Value, idle: Duration) -> Result<String, Error> {
    let request = reqwest::Client::new().post(url).header("accept", headers::MEDIA_TYPE).json(request);
    let response = tokio::time::timeout(idle, request.send()).await??;
    collect(response, idle).await
}

/// The text of a response that has begun.
pub async fn collect(response: reqwest::Response, idle: Duration) -> Result<String, Error> {
    let response = response.error_for_status()?;
    let content_type =
        response.headers().get(headers::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if !headers::is_event_stream(content_type) {
        return Err(format!("no event stream but {:?}", String::from_utf8_lossy(content_type)).into());
    }
    // Some servers leave out the last blank line. Data that was cut in the middle of its line is not JSON.
    let mut decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
    let (mut body, mut text) = (response.bytes_stream(), String::new());
    // Bytes restart the timer, not events: a server that thinks sends comments, which are not events.
    while let Some(bytes) = tokio::time::timeout(idle, body.next()).await? {
        let bytes = bytes?;
        let mut chunk = Chunk::new(&bytes);
        while let Some(event) = decoder.decode_event(&mut chunk)? {
            match delta(event)? {
                Delta::Text(delta) => text += &delta,
                Delta::Done => return Ok(text),
            }
        }
    }
    if let Some(event) = decoder.finish().event()
        && let Delta::Text(delta) = delta(event)?
    {
        text += &delta;
    }
    Ok(text)
}

fn delta(event: Event<'_>) -> Result<Delta, Error> {
    if event.data() == "[DONE]" {
        return Ok(Delta::Done);
    }
    let value: Value = serde_json::from_str(event.data())?;
    match value.get("error") {
        Some(error) => Err(format!("the API reports: {error}").into()),
        None => Ok(Delta::Text(value["choices"][0]["delta"]["content"].as_str().unwrap_or_default().into())),
    }
}
