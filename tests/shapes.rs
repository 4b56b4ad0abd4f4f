//! The shapes in which libraries embed the streams: they must compile, for WebAssembly too. Each was met in a published crate.
#![cfg(feature = "stream")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use futures::future::{BoxFuture, LocalBoxFuture};
use futures::stream::{BoxStream, LocalBoxStream, unfold};
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, executor::block_on};
use sse_proto::{
    DecodeError, EventBuf, EventStream, EventType, Fields, FieldsStream, FrameStream, KeepAlive, Message,
    SourceError, Tap,
};

/// A client's error, made of a stream's.
#[derive(Debug)]
enum ClientError {
    Transport(String),
    Stream(DecodeError),
    Boxed(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(text) => f.write_str(text),
            Self::Stream(error) => error.fmt(f),
            Self::Boxed(error) => error.fmt(f),
        }
    }
}

impl Error for ClientError {}

/// A body out of an `async` block, which cannot be moved.
fn body<E>(error: Option<E>) -> impl Stream<Item = Result<Bytes, E>> {
    unfold(Some(error), |state| async move {
        match state? {
            None => Some((Ok(Bytes::from("data: 1\n\n")), None)),
            Some(error) => Some((Err(error), None)),
        }
    })
}

/// A body that is not `Unpin`, in a function that is generic over it.
fn of_any_body<S, E>(body: S) -> impl Stream<Item = Result<String, E>>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: From<DecodeError>,
{
    EventStream::new(body).map(|event| match event {
        Ok(event) => Ok(event.data().to_owned()),
        Err(SourceError::Source(error)) => Err(error),
        Err(SourceError::Decode(error)) => Err(error.into()),
    })
}

/// Chunks that are only `AsRef<[u8]>`, borrowed from somewhere.
fn of_lent_chunks<'t, S>(body: S) -> impl Stream<Item = EventBuf> + 't
where
    S: Stream<Item = Result<&'t [u8], ClientError>> + 't,
{
    EventStream::copying(body).filter_map(async |event| event.ok())
}

/// An error that is not `std::error::Error`, and `?`: `anyhow::Error` is one.
async fn with_question_mark<E>(body: impl Stream<Item = Result<Bytes, E>>) -> Result<usize, Box<dyn Error>>
where
    E: fmt::Display + fmt::Debug + 'static,
{
    let mut events = std::pin::pin!(EventStream::new(body));
    let mut count = 0;
    while let Some(event) = events.next().await {
        count += event?.data().len();
    }
    Ok(count)
}

/// A boxed error, and `?`.
async fn boxed_errors(
    body: BoxStream<'static, Result<Bytes, Box<dyn Error + Send + Sync>>>,
) -> Result<(), ClientError> {
    let mut events = EventStream::new(body);
    while let Some(event) = events.next().await {
        event.map_err(|error| ClientError::Boxed(Box::new(error)))?;
    }
    Ok(())
}

/// A trait of doubles: its events are made by hand in tests.
trait Chat {
    fn events(&self) -> BoxStream<'static, Result<EventBuf, ClientError>>;
    fn blocks(&self) -> BoxStream<'static, Result<Fields, ClientError>>;
}

struct Double;

impl Chat for Double {
    fn events(&self) -> BoxStream<'static, Result<EventBuf, ClientError>> {
        let event = EventBuf::new(EventType::from_static("delta"), "x");
        futures::stream::iter([Ok(event)]).boxed()
    }

    fn blocks(&self) -> BoxStream<'static, Result<Fields, ClientError>> {
        let fields = Fields { event_type: Some("delta".into()), data: Some("x".into()), ..Fields::default() };
        futures::stream::iter([Ok(fields)]).boxed()
    }
}

/// An exhaustive match on the error.
fn into_client_error(error: SourceError<std::io::Error>) -> ClientError {
    match error {
        SourceError::Source(error) => ClientError::Transport(error.to_string()),
        SourceError::Decode(error) => ClientError::Stream(error),
    }
}

/// In a struct, by name, boxed to be sent, and across an await.
type PinnedBody = Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>;

struct Connection {
    events: EventStream<BoxStream<'static, Result<Bytes, std::io::Error>>>,
    frames: FrameStream<PinnedBody>,
}

fn sent(mut connection: Connection) -> BoxFuture<'static, usize> {
    async move {
        let event = connection.events.next().await;
        let frame = connection.frames.next().await;
        usize::from(event.is_some()) + usize::from(frame.is_some())
    }
    .boxed()
}

/// On one thread, with an error that cannot be sent: `fetch` in a browser.
fn local(
    body: LocalBoxStream<'static, Result<Vec<u8>, Rc<str>>>,
) -> LocalBoxFuture<'static, Result<Vec<Fields>, Rc<str>>> {
    FieldsStream::new(body)
        .map_err(|error| error.into_source().unwrap_or_else(|| "too large".into()))
        .try_collect()
        .boxed_local()
}

/// A response's body: a meter on what an upstream sends, and keep-alives, with no more than an allocation.
fn gateway(
    upstream: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
    let metered = Tap::new(upstream, |_frame| {});
    KeepAlive::new(metered, futures::future::pending::<()>).boxed()
}

/// An owned event of a framework, whose strings may be missing.
fn framework_event(event: Option<&str>, id: Option<&str>, data: &str) -> Result<Bytes, ClientError> {
    let invalid = |error: sse_proto::InvalidValue| ClientError::Transport(error.to_string());
    let message = Message::new().try_event_type(event).and_then(|m| m.try_id(id)).map_err(invalid)?;
    Ok(message.data(data).to_bytes())
}

fn assert_send<T: Send + 'static>(_: &T) {}
fn assert_unpin<T: Unpin>(_: &T) {}

impl From<DecodeError> for ClientError {
    fn from(error: DecodeError) -> Self {
        Self::Stream(error)
    }
}

#[test]
fn they_also_run() {
    let data: Vec<_> = block_on(of_any_body(body::<ClientError>(None)).collect());
    assert!(matches!(&data[..], [Ok(data)] if data == "1"));
    let lent = String::from("data: 1\n\n");
    let chunks = futures::stream::iter([Ok(lent.as_bytes())]);
    assert_eq!(block_on(of_lent_chunks(chunks).count()), 1);
    assert_eq!(block_on(with_question_mark(body::<&str>(None))).unwrap(), 1);
    assert!(block_on(with_question_mark(body(Some("cut")))).unwrap_err().to_string().ends_with("cut"));
    assert!(block_on(boxed_errors(body(Some("cut".into())).boxed())).is_err());
    assert_eq!(block_on(Double.events().count()) + block_on(Double.blocks().count()), 2);
    let error = into_client_error(SourceError::Source(std::io::ErrorKind::TimedOut.into()));
    assert!(matches!(error, ClientError::Transport(_)));
    let connection = Connection {
        events: EventStream::new(body(None).boxed()),
        frames: FrameStream::new(Box::pin(body(None))),
    };
    assert_unpin(&connection.events);
    let sent = sent(connection);
    assert_send(&sent);
    assert_eq!(block_on(sent), 2);
    let fields = block_on(local(futures::stream::iter([Ok(b"id: 7\n\n".to_vec())]).boxed_local()));
    assert_eq!(fields.unwrap()[0].id.as_deref(), Some("7"));
    assert_eq!(block_on(gateway(body(None)).count()), 1);
    assert_eq!(framework_event(Some(""), Some("7"), "x").unwrap(), "id: 7\ndata: x\n\n");
}
