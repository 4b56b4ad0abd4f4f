//! A client that reconnects and waits, on the standard library alone: HTTP/1.0, so that the body is plain bytes up to the
//! end.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

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
        let mut connection = TcpStream::connect(&self.address)?;
        connection.set_read_timeout(timeout.map(not_zero))?;
        let mut head = format!("GET {} HTTP/1.0\r\nHost: {}\r\n", self.path, self.address).into_bytes();
        for (name, value) in request.headers() {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(b"\r\n");
        connection.write_all(&head)?;
        let mut body = BufReader::new(connection);
        let status = line(&mut body)?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut response = Response::new(status.ok_or(ErrorKind::InvalidData)?, ());
        while let Some((name, value)) = line(&mut body)?.split_once(':') {
            response = response.header(name, value.trim());
        }
        Ok(response.map_body(|()| body))
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

/// A line of the head; a server that says nothing more is gone.
fn line(body: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if body.by_ref().take(16 * 1024).read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

/// A socket takes no timeout of zero.
fn not_zero(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
