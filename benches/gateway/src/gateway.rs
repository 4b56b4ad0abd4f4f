//! The gateway on this crate: bytes go through block by block as they are, and what a block costs is metered on the way.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use http_body_util::{BodyDataStream, Either, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use memchr::memmem;
use serde_json::Value;
use sse_proto::{Block, BlockScanner};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use crate::Error;

type Upstream = Client<HttpConnector, Empty<Bytes>>;

/// Prints its address, and what was metered when it is asked to stop.
pub async fn serve(upstream: &str) -> Result<(), Error> {
    let tokens = Rc::new(Cell::new(0));
    let metered = tokens.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let serving = LocalSet::new();
    let accept = serving.run_until(async move {
        loop {
            let (connection, _) = listener.accept().await?;
            connection.set_nodelay(true)?;
            let (client, upstream, tokens) = (client.clone(), upstream.to_owned(), tokens.clone());
            let service =
                service_fn(move |request| pass_on(client.clone(), upstream.clone(), request, tokens.clone()));
            let server = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service);
            tokio::task::spawn_local(server);
        }
    });
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = accept => return ended,
        _ = terminate.recv() => println!("{}", metered.get()),
    }
    Ok(())
}

async fn pass_on(
    client: Upstream,
    upstream: String,
    request: Request<Incoming>,
    tokens: Rc<Cell<u64>>,
) -> Result<
    Response<Either<StreamBody<impl Stream<Item = Result<Frame<Bytes>, hyper::Error>>>, Full<Bytes>>>,
    Infallible,
> {
    let target = format!("{upstream}{}", request.uri());
    let answer = match target.parse() {
        Ok(uri) => client.get(uri).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Ok(match answer {
        Ok(answer) => answer.map(|body| Either::Left(StreamBody::new(metered(body, tokens)))),
        Err(error) => {
            let mut response = Response::new(Either::Right(Full::from(error)));
            *response.status_mut() = hyper::StatusCode::BAD_GATEWAY;
            response
        }
    })
}

/// The chunks of a body as blocks, looked at.
fn metered(body: Incoming, tokens: Rc<Cell<u64>>) -> impl Stream<Item = Result<Frame<Bytes>, hyper::Error>> {
    let mut blocks = BlockScanner::new();
    let chunks = BodyDataStream::new(body).map(Some).chain(stream::iter([None]));
    chunks.filter_map(move |chunk| {
        let passed = match chunk {
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(chunk)) => {
                let (mut rest, mut passed) = (&chunk[..], BytesMut::with_capacity(chunk.len()));
                // Over the limit nothing was seen, and nothing is passed on.
                while let Some(block) = blocks.scan(&mut rest).transpose() {
                    let Ok(block) = block else { continue };
                    meter(&block, &tokens);
                    passed.extend_from_slice(block.bytes());
                }
                Some(Ok(passed.freeze())).filter(|bytes| !matches!(bytes, Ok(bytes) if bytes.is_empty()))
            }
            None => Some(Ok(Bytes::copy_from_slice(blocks.finish().bytes()))),
        };
        std::future::ready(passed.map(|bytes| bytes.map(Frame::data)))
    })
}

fn meter(block: &Block<'_>, tokens: &Cell<u64>) {
    // Most blocks are not looked into.
    if memmem::find(block.bytes(), b"\"usage\"").is_none() {
        return;
    }
    let data = block.fields().data.unwrap_or_default();
    let Ok(value) = serde_json::from_str::<Value>(&data) else { return };
    tokens.set(tokens.get() + value["usage"]["completion_tokens"].as_u64().unwrap_or(0));
}
