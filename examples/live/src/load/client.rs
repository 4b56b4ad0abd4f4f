//! One client: its session says when to connect and with which id, this file does it. It runs as a task of its own on the one
//! thread of its worker, and holds no buffer: bytes are read into one that all clients share, and taken at once.

use std::collections::hash_map::RandomState;
use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::io::Errno;
use serde::Deserialize;
use sse_proto::session::{Action, ConnectionId, HeadOutcome, Request, Session};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::SemaphorePermit;

use super::clock;
use super::response::Response;
use super::worker::Job;

/// The data of the first event of each connection.
#[derive(Deserialize)]
struct Hello {
    answer: String,
}

pub(super) struct Client<'j> {
    index: usize,
    job: &'j Job,
    session: Session,
    response: Response,
    /// The server has said hello on this connection.
    greeted: bool,
    up: bool,
    /// When the wait for a connection began: at the first `connect`, and at each loss.
    since: u64,
    was_up: bool,
    /// Held from the first `connect` until the client is up.
    permit: Option<SemaphorePermit<'j>>,
}

/// What to do, without what it borrows of the session.
enum Step {
    Connect(ConnectionId, Vec<u8>),
    Wait(Duration),
    Stop,
}

/// How a connection ended.
enum Ended {
    /// As the coding of its body says.
    Body,
    Lost(String),
}

/// For as long as its session goes on.
pub(super) async fn run(index: usize, job: Rc<Job>) {
    let permit = job.gate.acquire().await.ok();
    let session = job.session.clone().build();
    let response = Response::default();
    let since = clock::nanos();
    let mut client = Client {
        index,
        job: &job,
        session,
        response,
        greeted: false,
        up: false,
        since,
        was_up: false,
        permit,
    };
    loop {
        match client.step() {
            Step::Connect(connection, request) => client.connect(connection, &request).await,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Stop => return,
        }
    }
}

impl Client<'_> {
    fn step(&mut self) -> Step {
        let now = clock::time(clock::nanos());
        match self.session.poll(now, RandomState::new().build_hasher().finish()) {
            Action::Connect(request) => Step::Connect(request.connection(), self.job.request(&request)),
            Action::WaitUntil(at) => Step::Wait(at.saturating_since(now)),
            Action::Failed(failure) => {
                let path = &self.job.path;
                self.job.books.borrow_mut().fatal(format!("a client gave up: {failure} (GET {path})"));
                Step::Stop
            }
            // Nothing closes a session here, and what is read is read in `connect`.
            _ => Step::Stop,
        }
    }

    /// Makes one connection, and reads it to its end.
    async fn connect(&mut self, connection: ConnectionId, request: &[u8]) {
        self.response = Response::default();
        self.greeted = false;
        let ended = match self.talk(connection, request).await {
            Ok(ended) => ended,
            Err(error) => {
                if let Some(limit) = limit_of(&error) {
                    self.job.books.borrow_mut().fatal(limit);
                }
                Ended::Lost(name_of(&error))
            }
        };
        let now = clock::nanos();
        if self.up {
            self.since = now;
        }
        let why = match &ended {
            Ended::Body => "the server ended the stream",
            Ended::Lost(why) => why,
        };
        self.job.books.borrow_mut().down(std::mem::take(&mut self.up), why);
        match ended {
            Ended::Body => drop(self.session.end_of_body(connection, clock::time(now))),
            Ended::Lost(_) => self.session.network_error(connection, clock::time(now)),
        }
    }

    async fn talk(&mut self, connection: ConnectionId, request: &[u8]) -> io::Result<Ended> {
        let mut stream = TcpStream::connect(self.job.address(self.index)).await?;
        stream.write_all(request).await?;
        loop {
            if let Some(ended) = poll_fn(|cx| self.poll_read(&mut stream, connection, cx)).await? {
                return Ok(ended);
            }
        }
    }

    /// Reads once. By `poll_read` and not by `readable` and `try_read`: a read that does not fill the buffer tells tokio that
    /// there is no more, where `try_read` would ask the kernel a second time for each event.
    fn poll_read(
        &mut self,
        stream: &mut TcpStream,
        connection: ConnectionId,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Ended>>> {
        let mut buffer = self.job.buffer.borrow_mut();
        let mut read = ReadBuf::new(&mut buffer);
        ready!(Pin::new(stream).poll_read(cx, &mut read))?;
        let ended = match read.filled() {
            [] => Some(Ended::Lost("the connection was cut".to_owned())),
            bytes => self.take(bytes, connection),
        };
        Poll::Ready(Ok(ended))
    }

    /// Takes what was read.
    fn take(&mut self, mut bytes: &[u8], connection: ConnectionId) -> Option<Ended> {
        let now = clock::nanos();
        let time = clock::time(now);
        match self.response.head(&mut bytes) {
            Err(error) => return Some(Ended::Lost(error.to_string())),
            Ok(None) => {}
            Ok(Some(head)) => {
                match self.session.response(connection, head.status, head.content_type.as_deref(), time) {
                    HeadOutcome::Opened => self.job.books.borrow_mut().tally.head(now),
                    _ => {
                        if let Some(wait) = head.retry_after {
                            self.session.retry_after(connection, wait);
                        }
                        return Some(Ended::Lost(format!("status {}", head.status)));
                    }
                }
            }
        }
        loop {
            match self.response.body(&mut bytes) {
                Ok(Some(piece)) => self.decode(piece, connection, now),
                Ok(None) if self.response.is_complete() => return Some(Ended::Body),
                Ok(None) => break,
                Err(error) => return Some(Ended::Lost(error.to_string())),
            }
        }
        // A new client is up once it knows a place to go on from: the server sends one with its hello.
        if self.greeted && !self.up && !self.session.last_event_id().is_empty() {
            self.up = true;
            self.permit = None;
            let spread_of_back = std::mem::replace(&mut self.was_up, true);
            self.job.books.borrow_mut().up(self.index, now, now.saturating_sub(self.since), spread_of_back);
        }
        None
    }

    fn decode(&mut self, piece: &[u8], connection: ConnectionId, now: u64) {
        let mut books = self.job.books.borrow_mut();
        let mut chunk = self.session.receive(connection, piece, clock::time(now));
        loop {
            match self.session.decode_event(&mut chunk) {
                Ok(Some(event)) => match event.event_type().as_str() {
                    "load" => books.event(self.index, event, now),
                    "hello" => {
                        self.greeted = true;
                        let hello = serde_json::from_str::<Hello>(event.data());
                        books.tally.answer(hello.as_ref().map_or("(no answer)", |hello| &hello.answer));
                    }
                    other => books.tally.answer(other),
                },
                Ok(None) => break,
                Err(error) => books.tally.loss(&error.to_string()),
            }
        }
    }
}

impl Job {
    /// The request by hand: all but its headers is the same for all clients.
    fn request(&self, request: &Request<'_>) -> Vec<u8> {
        let mut bytes = format!("GET {} HTTP/1.1\r\nhost: {}\r\n", self.path, self.host).into_bytes();
        for (name, value) in request.headers() {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }
}

/// What is wrong if this machine has no more files or ports: no wait helps, so the run ends.
fn limit_of(error: &io::Error) -> Option<String> {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE) => Some(
            "too few open files for a worker (`ulimit -n`): use more of them (--clients), or fewer connections"
                .to_owned(),
        ),
        Some(Errno::ADDRNOTAVAIL) => Some(
            "too few ports from here to one address of the server (net.ipv4.ip_local_port_range): use more \
             addresses (--addresses), or fewer connections"
                .to_owned(),
        ),
        _ => None,
    }
}

fn name_of(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "refused".to_owned(),
        ErrorKind::ConnectionReset => "the connection was cut".to_owned(),
        _ => error.to_string(),
    }
}
