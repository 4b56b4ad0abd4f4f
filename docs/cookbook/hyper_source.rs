//! A client that reconnects, over hyper alone: HTTP/1.1 without TLS, a connection for each request.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::Empty;
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioIo;
use sse_proto::driver::{Response, Transport};
use sse_proto::session::{Request, Time};
use tokio::net::TcpStream;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Where the server is, and what it is asked for.
#[derive(Debug, Clone)]
pub struct Hyper {
    pub address: SocketAddr,
    pub path: String,
}

impl Transport for Hyper {
    type Body = Incoming;
    type Error = Error;
    type Connect = BoxFuture<'static, Result<Response<Incoming>, Error>>;
    type Sleep = tokio::time::Sleep;

    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        let address = self.address;
        let get = hyper::Request::get(&self.path).header("host", address.to_string());
        let get = request.headers().fold(get, |get, (name, value)| get.header(name, value));
        Box::pin(async move {
            let connection = TokioIo::new(TcpStream::connect(address).await?);
            let (mut sender, driver) = hyper::client::conn::http1::handshake(connection).await?;
            tokio::spawn(driver);
            let (head, body) = sender.send_request(get.body(Empty::<Bytes>::new())?).await?.into_parts();
            Ok(Response::new(head.status.as_u16(), body).headers(&head.headers))
        })
    }

    fn poll_read(&mut self, body: &mut Incoming, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        // Trailers are no bytes of the stream.
        let frame = Pin::new(body).poll_frame(cx);
        frame.map_ok(|frame| frame.into_data().unwrap_or_default()).map_err(Error::from)
    }

    fn sleep_until(&mut self, at: Time) -> Self::Sleep {
        tokio::time::sleep(at.saturating_since(self.now()))
    }
}
