//! An event stream over HTTP/1.1, without a buffer for each client. hyper keeps two, for requests that may follow and for heads of
//! responses: 16 KiB for a connection that says nothing for hours. So a request for a stream, whose head has come whole, is
//! answered here, by the same router; all others are hyper's. The connection ends with its stream, so that needs no framing (RFC
//! 9112, 6.3), and an event goes out as it is, the same bytes to all. docs/live.md has what it buys.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::BodyExt;
use tokio::io::{AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tower_service::Service;

/// Of a head; a longer one is hyper's to judge.
const LONGEST_HEAD: usize = 4096;
const MOST_FIELDS: usize = 48;

/// Answers the request that waits, if it is one for a stream: what is to be sent on. `None` leaves all bytes where they are.
pub async fn open(stream: &mut TcpStream, mut router: Router, slow: Duration) -> io::Result<Option<Body>> {
    let Some(request) = poll_fn(|context| poll_request(stream, context)).await? else { return Ok(None) };
    let Ok(response) = router.call(request).await;
    let (head, body) = response.into_parts();
    let mut bytes = format!(
        "HTTP/1.1 {}\r\ndate: {}\r\nconnection: close\r\n",
        head.status,
        httpdate::fmt_http_date(SystemTime::now())
    )
    .into_bytes();
    for (name, value) in head.headers.iter().filter(|(name, _)| **name != header::CONTENT_LENGTH) {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    send(stream, &bytes, slow).await?;
    Ok(Some(body))
}

fn poll_request(stream: &TcpStream, context: &mut Context<'_>) -> Poll<io::Result<Option<Request<Body>>>> {
    // The buffer is on the stack while it is needed, and nowhere afterwards.
    let mut bytes = [0; LONGEST_HEAD];
    let mut buf = ReadBuf::new(&mut bytes);
    ready!(stream.poll_peek(context, &mut buf))?;
    let Some((request, len)) = parse(buf.filled()) else { return Poll::Ready(Ok(None)) };
    // It is there: it was just looked at.
    match stream.try_read(&mut bytes[..len]) {
        Ok(read) if read == len => Poll::Ready(Ok(Some(request))),
        Ok(_) => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Poll::Ready(Err(error)),
    }
}

/// A whole head of a request that has no body and asks for a stream, and its length.
fn parse(bytes: &[u8]) -> Option<(Request<Body>, usize)> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(len) = head.parse(bytes).ok()? else { return None };
    let uri: Uri = head.path?.parse().ok()?;
    if head.method != Some("GET")
        || head.version != Some(1)
        || !uri.path().ends_with("/events")
        || len < bytes.len()
    {
        return None;
    }
    let mut request = Request::new(Body::empty());
    (*request.method_mut(), *request.uri_mut()) = (Method::GET, uri);
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        if [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::UPGRADE, header::EXPECT]
            .contains(&name)
        {
            return None;
        }
        request.headers_mut().append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    Some((request, len))
}

/// Sends until the stream ends, the client goes, or takes nothing for too long.
pub async fn send_all(mut stream: TcpStream, mut body: Body, slow: Duration) -> io::Result<()> {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            gone = gone(&stream) => return gone,
        };
        let Some(frame) = frame.transpose().map_err(io::Error::other)? else { break };
        let Ok(data) = frame.into_data() else { continue };
        send(&mut stream, &data, slow).await?;
    }
    stream.shutdown().await
}

async fn send(stream: &mut TcpStream, mut bytes: &[u8], slow: Duration) -> io::Result<()> {
    // Each time that it takes something, it gets as long again.
    while !bytes.is_empty() {
        let taken = tokio::time::timeout(slow, stream.write(bytes)).await??;
        bytes = &bytes[taken..];
    }
    Ok(())
}

/// Returns when the client has gone. What it says meanwhile is of no use to anybody.
async fn gone(stream: &TcpStream) -> io::Result<()> {
    loop {
        stream.readable().await?;
        let mut said = [0; 256];
        match stream.try_read(&mut said) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_for_streams_are_taken() {
        let whole = "GET /me/events?from=now HTTP/1.1\r\nHost: x\r\nLast-Event-ID: \u{FF}7\r\n\r\n";
        let (request, len) = parse(whole.as_bytes()).unwrap();
        assert_eq!(
            (request.uri().path(), request.uri().query(), len),
            ("/me/events", Some("from=now"), whole.len())
        );
        assert_eq!(request.headers()["last-event-id"].as_bytes(), "\u{FF}7".as_bytes());
        for cut in 0..whole.len() {
            assert!(parse(&whole.as_bytes()[..cut]).is_none(), "{cut}");
        }
        for other in [
            "POST /events HTTP/1.1\r\n\r\n",
            "HEAD /events HTTP/1.1\r\n\r\n",
            "GET /events HTTP/1.0\r\n\r\n",
            "GET /events/x HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET /events HTTP/1.1\r\ncontent-length: 1\r\n\r\nx",
            "GET /events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET /events HTTP/1.1\r\nUpgrade: h2c\r\n\r\n",
            "GET /events HTTP/1.1\r\n\r\nGET /events HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET /events HTTP/1.1\r\nno field\r\n\r\n",
        ] {
            assert!(parse(other.as_bytes()).is_none(), "{other:?}");
        }
    }
}
