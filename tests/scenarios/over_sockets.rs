//! A row over a driver and a TCP server that answers as the row says. Waits are not slept: what is checked of them is what the
//! driver says it would wait.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sse_proto::driver::{BlockingEventSource, BlockingTransport, DriverError, Response, Update};
use sse_proto::session::{Request, Time};

use super::script::{Answer, Scenario};
use super::{Client, Shown, Waits, session};

/// How long a socket is really silent before a row's idle timeout is taken for over: long for a machine that has much to do.
pub(crate) const REALLY_SILENT: Duration = Duration::from_secs(1);
/// A longer pause of a server proves nothing more.
const LONGEST_PAUSE: u64 = 50;

pub(crate) struct Connected {
    source: BlockingEventSource<Tcp>,
    requests: Arc<Mutex<Vec<Option<String>>>>,
}

impl Connected {
    pub(crate) fn new(scenario: &Scenario, waits: Waits, cut: usize) -> Self {
        let (address, requests) = listen(scenario, cut);
        let transport = Tcp { address, now: Duration::ZERO };
        Self { source: BlockingEventSource::new(session(scenario, waits), transport), requests }
    }
}

impl Client for Connected {
    fn next(&mut self) -> Option<Shown> {
        loop {
            let update = self.source.next_update()?;
            if let Some(shown) = shown(update, self.source.transport_mut().now()) {
                return Some(shown);
            }
        }
    }

    fn begin(&mut self) -> bool {
        false
    }

    fn close(&mut self) {
        self.source.close();
    }

    fn restart(&mut self) {
        self.source.reconnect_now();
    }

    fn requests(&self) -> Vec<Option<String>> {
        self.requests.lock().unwrap().clone()
    }
}

/// What is shown of what a driver tells, if anything.
pub(crate) fn shown<E: std::fmt::Debug + std::fmt::Display>(
    update: Result<Update<E>, DriverError<E>>,
    now: Time,
) -> Option<Shown> {
    Some(match update {
        Ok(Update::Open) => Shown::Open,
        Ok(Update::Event(event)) => Shown::Event(
            event.event_type().as_str().into(),
            event.data().into(),
            event.last_event_id().as_str().into(),
        ),
        Ok(Update::Comment(text)) => Shown::Comment(text.to_string()),
        Ok(Update::Lost { retry_at, .. }) => Shown::Lost(retry_at.saturating_since(now)),
        Err(DriverError::Failed { failure, .. }) => Shown::Fatal(failure),
        Ok(_) => return None,
        Err(error) => panic!("{error}"),
    })
}

/// HTTP/1.0 over a socket. Its clock is moved by waits alone.
struct Tcp {
    address: SocketAddr,
    now: Duration,
}

impl BlockingTransport for Tcp {
    type Body = BufReader<TcpStream>;

    fn connect(&mut self, request: &Request<'_>, _: Option<Duration>) -> io::Result<Response<Self::Body>> {
        let (response, socket) = send(self.address, request)?;
        Ok(response.map_body(|()| socket))
    }

    fn read(
        &mut self,
        body: &mut Self::Body,
        buf: &mut [u8],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        body.get_ref().set_read_timeout(timeout.map(|_| REALLY_SILENT))?;
        body.read(buf).inspect_err(|error| {
            if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
                self.now += timeout.unwrap_or_default();
            }
        })
    }

    fn sleep(&mut self, time: Duration) {
        self.now += time;
    }

    fn now(&self) -> Time {
        self.now.into()
    }
}

/// Sends the request, and reads the head.
pub(crate) fn send(
    address: SocketAddr,
    request: &Request<'_>,
) -> io::Result<(Response<()>, BufReader<TcpStream>)> {
    let mut connection = TcpStream::connect(address)?;
    let mut head = b"GET / HTTP/1.0\r\n".to_vec();
    for (name, value) in request.headers() {
        head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    connection.write_all(&[&head[..], b"\r\n"].concat())?;
    let mut body = BufReader::new(connection);
    let status = line(&mut body)?.split(' ').nth(1).unwrap().parse().unwrap();
    let mut response = Response::new(status, ());
    while let Some((name, value)) = line(&mut body)?.split_once(": ") {
        response = response.header(name, value);
    }
    Ok((response, body))
}

/// Starts the row's server: where it is, and what its requests named.
pub(crate) fn listen(scenario: &Scenario, cut: usize) -> (SocketAddr, Arc<Mutex<Vec<Option<String>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, requests) = (listener.local_addr().unwrap(), Arc::default());
    let (answers, told) = (scenario.server.clone(), Arc::clone(&requests));
    std::thread::spawn(move || serve(&listener, &answers, cut, &told));
    (address, requests)
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    match from.read_line(&mut line)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

fn serve(listener: &TcpListener, answers: &[Answer], cut: usize, requests: &Mutex<Vec<Option<String>>>) {
    let mut open = Vec::new();
    for number in 0.. {
        let Ok((mut connection, _)) = listener.accept() else { return };
        connection.set_nodelay(true).unwrap();
        let mut lines = BufReader::new(connection.try_clone().unwrap());
        let (mut id, mut head) = (None, Vec::new());
        while let Ok(line) = line(&mut lines) {
            if line.is_empty() {
                break;
            }
            id = id.or(line.strip_prefix("last-event-id: ").map(str::to_owned));
            head.push(line);
        }
        // Who connects just to see whether somebody is there is none.
        if head.is_empty() {
            continue;
        }
        assert_eq!(head[..3], ["GET / HTTP/1.0", "accept: text/event-stream", "cache-control: no-cache"]);
        requests.lock().unwrap().push(id);
        let answer = &answers[number.min(answers.len() - 1)];
        if answer.refused {
            continue;
        }
        pause(answer.before_head());
        let content_type = answer.content_type.as_ref().map(|value| format!("Content-Type: {value}\r\n"));
        let head = format!("HTTP/1.0 {} X\r\n{}\r\n", answer.status, content_type.unwrap_or_default());
        // The client may have seen enough.
        let mut sent = connection.write_all(head.as_bytes());
        for (before, bytes) in answer.body(cut) {
            pause(before);
            sent = sent.and_then(|()| connection.write_all(&bytes));
        }
        if answer.stays() {
            open.push(connection);
        }
    }
}

fn pause(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis.min(LONGEST_PAUSE)));
}
