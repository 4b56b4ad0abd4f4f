//! Our end: a plain HTTP client, our decoder, and the frames that come out.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use reqwest::{Client, Response, Version};
use sse_proto::session::{Action, Failure, Session};
use sse_proto::{Chunk, Decoder, Event, EventStream, Frame, FrameBuf, SharedChunk, headers};

use crate::Error;
use crate::server_script::{Outcome, Seen};

/// A peer that says nothing for so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// One stream, read to its end.
#[derive(Debug)]
pub struct Heard {
    pub over: &'static str,
    /// In how many chunks the body came.
    pub pieces: usize,
    pub outcome: Outcome,
}

/// A client that goes straight to the server, whatever proxy the environment names.
pub fn client(version: Version) -> Result<Client, Error> {
    let builder = Client::builder().no_proxy().tcp_nodelay(true);
    let builder =
        if version == Version::HTTP_2 { builder.http2_prior_knowledge() } else { builder.http1_only() };
    Ok(builder.build()?)
}

/// Opens a stream: its status and its content type are right, or the error says what came instead.
pub async fn open(client: &Client, url: &str) -> Result<Response, Error> {
    let mut request = client.get(url);
    for (name, value) in headers::REQUEST_HEADERS {
        request = request.header(name, value);
    }
    let response = tokio::time::timeout(PATIENCE, request.send()).await.map_err(|_| "no response")??;
    let content_type =
        response.headers().get(headers::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if response.status() != 200 || !headers::is_event_stream(content_type) {
        let content_type = String::from_utf8_lossy(content_type);
        return Err(format!("no event stream: {}, content type {content_type:?}", response.status()).into());
    }
    Ok(response)
}

/// What the response says that it came over.
pub fn over(response: &Response) -> &'static str {
    let chunked = response.headers().get("transfer-encoding").is_some_and(|value| value == "chunked");
    match (response.version(), chunked) {
        (Version::HTTP_2, _) => "HTTP/2",
        (Version::HTTP_11, true) => "HTTP/1.1, chunked",
        (Version::HTTP_11, false) => "HTTP/1.1, to the end of the connection",
        _ => "HTTP/1.0",
    }
}

/// Reads all of `url`, with lent and with owned frames from the same chunks.
pub async fn hear(client: &Client, url: &str) -> Result<Heard, Error> {
    let response = open(client, url).await?;
    let over = over(&response);
    let mut lent = Decoder::builder().comments(true).build();
    let mut owned = lent.clone();
    let (mut seen, mut seen_owned, mut pieces) = (Vec::new(), Vec::new(), 0);
    let mut body = response.bytes_stream();
    while let Some(bytes) = tokio::time::timeout(PATIENCE, body.next()).await.map_err(|_| "silence")? {
        let bytes = bytes?;
        pieces += 1;
        let mut chunk = Chunk::new(&bytes);
        while let Some(frame) = lent.decode(&mut chunk)? {
            seen.push(Seen::from(frame));
        }
        let mut chunk = SharedChunk::from(bytes.clone());
        while let Some(frame) = owned.decode_shared(&mut chunk)? {
            seen_owned.push(Seen::from(&frame));
        }
    }
    let [outcome, outcome_owned] = [(seen, lent), (seen_owned, owned)]
        .map(|(seen, decoder)| Outcome { seen, last_event_id: decoder.last_event_id().as_str().to_owned() });
    match outcome.difference(&outcome_owned) {
        Some(difference) => Err(format!("lent and owned frames differ: {difference}").into()),
        None => Ok(Heard { over, pieces, outcome }),
    }
}

/// The events of a response that has begun.
pub fn events(response: Response) -> EventStream<impl Stream<Item = Result<Bytes, reqwest::Error>>> {
    EventStream::new(Box::pin(response.bytes_stream()))
}

/// Reads `url` with a session up to the 204 that ends it: the data of the events, and how many connections it took.
pub async fn resume(client: &Client, url: &str) -> Result<(Vec<String>, usize), Error> {
    let (start, mut data, mut connections) = (Instant::now(), Vec::new(), 0);
    let mut session = Session::builder().browser().build();
    let mut body = None;
    loop {
        match session.poll(start.elapsed().into(), 0) {
            Action::Connect(request) => {
                let connection = request.connection();
                let request =
                    request.headers().fold(client.get(url), |to, (name, value)| to.header(name, value));
                connections += 1;
                let response =
                    tokio::time::timeout(PATIENCE, request.send()).await.map_err(|_| "no response")??;
                let content_type =
                    response.headers().get(headers::CONTENT_TYPE).map(|value| value.as_bytes());
                session.response(
                    connection,
                    response.status().as_u16(),
                    content_type,
                    start.elapsed().into(),
                );
                body = Some(response.bytes_stream());
            }
            Action::WaitUntil(at) => tokio::time::sleep(at.saturating_since(start.elapsed().into())).await,
            Action::Read { connection, .. } => {
                let next = body.as_mut().ok_or("to read without a body")?.try_next();
                match tokio::time::timeout(PATIENCE, next).await.map_err(|_| "silence")?? {
                    None => drop(session.end_of_body(connection, start.elapsed().into())),
                    Some(bytes) => {
                        let mut chunk = session.receive(connection, &bytes, start.elapsed().into());
                        while let Some(event) = session.decode_event(&mut chunk)? {
                            data.push(event.data().to_owned());
                        }
                    }
                }
            }
            Action::Failed(Failure::Status(204)) => return Ok((data, connections)),
            Action::Failed(failure) => return Err(failure.into()),
            action => return Err(format!("the session ended by {action:?} after {data:?}").into()),
        }
    }
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        Self::Event {
            event_type: event.event_type().to_string(),
            data: event.data().to_owned(),
            id: event.id().map(|id| id.as_str().to_owned()),
            last_event_id: event.last_event_id().as_str().to_owned(),
        }
    }
}

impl From<Frame<'_>> for Seen {
    fn from(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Event(event) => event.into(),
            Frame::Retry(time) => Self::retry(time),
            Frame::Comment(text) => Self::Comment(text.to_owned()),
            _ => unreachable!("a kind of frame that this test does not know: {frame:?}"),
        }
    }
}

impl From<&FrameBuf> for Seen {
    fn from(frame: &FrameBuf) -> Self {
        match frame {
            FrameBuf::Event(event) => event.as_event().into(),
            FrameBuf::Retry(time) => Self::retry(*time),
            FrameBuf::Comment(text) => Self::Comment(text.as_ref().to_owned()),
            _ => unreachable!("a kind of frame that this test does not know: {frame:?}"),
        }
    }
}

impl Seen {
    fn retry(time: Duration) -> Self {
        Self::Retry(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }
}
