//! A client that reconnects and waits, on the standard library alone: HTTP/1.0, so that the body is plain bytes up to the
//! end.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use sse_proto::driver::{BlockingTransport, Response};
use sse_proto::session::Request;

/// Where the server is (`localhost:3000`), and what it is asked for.
#[derive(Debug, Clone)]
pub struct Http {
    pub address: String,
    pub path: String,
}

impl BlockingTransport for Http {
    type Body = BufReader<TcpStream>;

    fn connect(
        &mut self,
        request: &Request<'_>,
        timeout: Option<Duration>,
    ) -> io::Result<Response<Self::Body>> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let mut connection = connect(&self.address, deadline)?;
        connection.set_write_timeout(left(deadline)?)?;
        let mut head = format!("GET {} HTTP/1.0\r\nHost: {}\r\n", self.path, self.address).into_bytes();
        for (name, value) in request.headers() {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(b"\r\n");
        connection.write_all(&head)?;
        let mut body = BufReader::new(connection);
        let mut room = 64 * 1024;
        let status = line(&mut body, deadline, &mut room)?;
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut response = Response::new(status.ok_or(ErrorKind::InvalidData)?, ());
        loop {
            let line = line(&mut body, deadline, &mut room)?;
            if line.is_empty() {
                return Ok(response.map_body(|()| body));
            }
            let (name, value) = line.split_once(':').ok_or(ErrorKind::InvalidData)?;
            response = response.header(name, value.trim());
        }
    }

    fn read(
        &mut self,
        body: &mut Self::Body,
        buf: &mut [u8],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        body.get_ref().set_read_timeout(timeout.map(not_zero))?;
        body.read(buf)
    }
}

/// One of the server's addresses, in the time that is left.
fn connect(address: &str, deadline: Option<Instant>) -> io::Result<TcpStream> {
    let mut failure = ErrorKind::NotFound.into();
    for address in address.to_socket_addrs()? {
        let tried = match left(deadline)? {
            Some(left) => TcpStream::connect_timeout(&address, left),
            None => TcpStream::connect(address),
        };
        match tried {
            Ok(connection) => return Ok(connection),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A line of the head, in the time and the room that are left for all of it. A server that says nothing more is gone.
fn line(body: &mut BufReader<TcpStream>, deadline: Option<Instant>, room: &mut usize) -> io::Result<String> {
    let mut line = Vec::new();
    loop {
        body.get_ref().set_read_timeout(left(deadline)?)?;
        let bytes = body.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        if taken == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        *room = room.checked_sub(taken).ok_or(ErrorKind::InvalidData)?;
        line.extend_from_slice(&bytes[..taken]);
        body.consume(taken);
        if end.is_some() {
            return Ok(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
        }
    }
}

/// What is left until then.
fn left(deadline: Option<Instant>) -> io::Result<Option<Duration>> {
    let Some(deadline) = deadline else { return Ok(None) };
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(Some(left)),
    }
}

/// A socket takes no timeout of zero.
fn not_zero(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
