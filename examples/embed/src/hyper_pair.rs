//! A server and a client on hyper 1 alone, over HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::{BodyStream, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use sse_proto::{EventStream, Message, headers};
use tokio::net::{TcpListener, TcpStream};

use crate::Error;

/// The version to speak. Browsers open six connections to a server over HTTP/1.1, and over HTTP/2 one with many streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.1, chunked.
    Http1,
    /// HTTP/2 without TLS.
    Http2,
}

/// Serves three events to each request.
pub async fn serve(listener: TcpListener, version: Version) -> Result<(), Error> {
    loop {
        let connection = TokioIo::new(listener.accept().await?.0);
        tokio::spawn(async move {
            let service = service_fn(|_| async { Ok::<_, Infallible>(answer()) });
            match version {
                Version::Http1 => {
                    hyper::server::conn::http1::Builder::new().serve_connection(connection, service).await
                }
                Version::Http2 => {
                    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    builder.serve_connection(connection, service).await
                }
            }
        });
    }
}

fn answer() -> Response<StreamBody<impl stream::Stream<Item = Result<Frame<Bytes>, Infallible>>>> {
    let messages = ["one", "two\nlines", "drei"].map(|data| Message::new().data(data).to_bytes());
    let mut response =
        Response::new(StreamBody::new(stream::iter(messages.map(|bytes| Ok(Frame::data(bytes))))));
    for (name, value) in headers::RESPONSE_HEADERS {
        response.headers_mut().insert(name, hyper::header::HeaderValue::from_static(value));
    }
    response
}

/// The data of all events that `address` sends.
pub async fn read(address: SocketAddr, version: Version) -> Result<Vec<String>, Error> {
    let connection = TokioIo::new(TcpStream::connect(address).await?);
    let mut request = Request::get(format!("http://{address}/")).header("host", address.to_string());
    for (name, value) in headers::REQUEST_HEADERS {
        request = request.header(name, value);
    }
    let request = request.body(Empty::<Bytes>::new())?;
    let response = match version {
        Version::Http1 => {
            let (mut sender, driver) = hyper::client::conn::http1::handshake(connection).await?;
            tokio::spawn(driver);
            sender.send_request(request).await?
        }
        Version::Http2 => {
            let (mut sender, driver) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), connection).await?;
            tokio::spawn(driver);
            sender.send_request(request).await?
        }
    };
    events(response).await
}

async fn events(response: Response<Incoming>) -> Result<Vec<String>, Error> {
    let content_type =
        response.headers().get(headers::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if response.status() != 200 || !headers::is_event_stream(content_type) {
        return Err(format!("no event stream: {}, {content_type:?}", response.status()).into());
    }
    // Trailers are no bytes of the stream.
    let chunks = BodyStream::new(response.into_body())
        .map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default()));
    let events = EventStream::new(chunks);
    let data: Vec<_> = events.map(|event| event.map(|event| event.data().to_owned())).collect().await;
    Ok(data.into_iter().collect::<Result<_, _>>()?)
}
