//! The driver for blocking programs: an iterator.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;
use std::vec::Vec;

use bytes::Bytes;

use super::course::{Course, Item, Turn};
use super::response::Response;
use super::std_clock;
use super::update::{DriverError, Update};
use crate::decode::owned::EventBuf;
use crate::limits::READ_SIZE;
use crate::session::{ConnectionId, Request, Session, Time};

/// A blocking HTTP client, as [`BlockingEventSource`] needs it.
///
/// A closure is a transport if its body is a [`Read`]: it sends the request and returns the response, within the
/// timeout if there is one. Give the socket a read timeout that is not longer than the session's idle timeout. A read
/// that ends with [`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`], like a socket with a timeout, is not a loss:
/// then the session checks the silence. A socket that does not block at all would be polled in a busy loop.
///
/// ```
/// use sse_proto::driver::{BlockingTransport, Response};
/// use sse_proto::session::Request;
/// use std::io::{self, Read, Write};
/// use std::net::TcpStream;
/// use std::time::Duration;
///
/// /// HTTP/1.0 to a server of your own that sends nothing but events: whole clients are in the cookbook.
/// struct Http(&'static str);
///
/// impl BlockingTransport for Http {
///     type Body = TcpStream;
///
///     fn connect(&mut self, request: &Request<'_>, _timeout: Option<Duration>) -> io::Result<Response<TcpStream>> {
///         let mut connection = TcpStream::connect(self.0)?;
///         write!(connection, "GET /events HTTP/1.0\r\n")?;
///         for (name, value) in request.headers() {
///             connection.write_all(&[name.as_bytes(), b": ", value, b"\r\n"].concat())?;
///         }
///         write!(connection, "\r\n")?;
///         let mut head = Vec::new();
///         while !head.ends_with(b"\r\n\r\n") {
///             let mut byte = [0];
///             connection.read_exact(&mut byte)?;
///             head.extend(byte);
///         }
///         let status = if head.starts_with(b"HTTP/1.1 200 ") { 200 } else { 503 };
///         Ok(Response::new(status, connection).header("content-type", "text/event-stream"))
///     }
///
///     fn read(&mut self, body: &mut TcpStream, buf: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
///         body.set_read_timeout(timeout.map(|timeout| timeout.max(Duration::from_millis(1))))?;
///         body.read(buf)
///     }
///
///     fn random(&mut self) -> u64 {
///         4 // by default a good one
///     }
/// }
/// ```
pub trait BlockingTransport {
    /// A response body.
    type Body;

    /// Sends the request: its [headers](Request::headers) and those of the caller's own, to the caller's URL, with the
    /// [cursor](Request::cursor) in it if there is one. Redirects are followed.
    ///
    /// # Errors
    ///
    /// The head did not arrive, or not within the timeout.
    fn connect(
        &mut self,
        request: &Request<'_>,
        timeout: Option<Duration>,
    ) -> io::Result<Response<Self::Body>>;

    /// Reads the available bytes of the body. Waits for them, but not longer than the timeout. Returns 0 at the end
    /// of the body.
    ///
    /// # Errors
    ///
    /// The connection is broken; or nothing arrived in time ([`ErrorKind::TimedOut`] or [`ErrorKind::WouldBlock`]).
    fn read(&mut self, body: &mut Self::Body, buf: &mut [u8], timeout: Option<Duration>)
    -> io::Result<usize>;

    /// Waits. By default the thread sleeps.
    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    /// The time since a start that the transport chooses. By default that of `std::time::Instant`.
    fn now(&self) -> Time {
        std_clock::now()
    }

    /// A random number, to spread the waits of many clients.
    fn random(&mut self) -> u64 {
        std_clock::random()
    }
}

impl<F, B> BlockingTransport for F
where
    F: FnMut(&Request<'_>, Option<Duration>) -> io::Result<Response<B>>,
    B: Read,
{
    type Body = B;

    fn connect(&mut self, request: &Request<'_>, timeout: Option<Duration>) -> io::Result<Response<B>> {
        self(request, timeout)
    }

    fn read(&mut self, body: &mut B, buf: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        body.read(buf)
    }
}

/// An `EventSource` that is an iterator of events: connects, decodes, waits, and reconnects, as its [`Session`]
/// decides.
///
/// ```
/// use sse_proto::driver::{BlockingEventSource, Response};
/// use sse_proto::session::{Request, Session};
/// use std::io;
/// use std::time::Duration;
///
/// /// In the place of your HTTP client: status and body of the response to these headers.
/// fn send(request: &Request<'_>) -> io::Result<(u16, &'static [u8])> {
///     assert_eq!(request.headers().count(), 3);
///     Ok((204, b""))
/// }
///
/// let connect = |request: &Request<'_>, _timeout: Option<Duration>| {
///     let (status, body) = send(request)?;
///     Ok(Response::new(status, body).header("content-type", "text/event-stream"))
/// };
/// for event in BlockingEventSource::new(Session::new(), connect) {
///     match event {
///         Ok(event) => println!("{}", event.data()),
///         Err(error) => assert_eq!(error.to_string(), "the server answered with status 204: it wants no further connection"),
///     }
/// }
/// ```
pub struct BlockingEventSource<T: BlockingTransport> {
    course: Course<io::Error>,
    transport: T,
    link: Option<(ConnectionId, T::Body)>,
    buf: Vec<u8>,
}

impl<T: BlockingTransport> BlockingEventSource<T> {
    /// A source that connects at the first call.
    pub fn new(session: Session, transport: T) -> Self {
        Self { course: Course::new(session), transport, link: None, buf: std::vec![0; READ_SIZE] }
    }

    /// Returns the next update; `None` after the last one. The iterator yields only the events.
    ///
    /// # Errors
    ///
    /// [`DriverError`]: a permanent failure, after which the source returns `None`; or an event over the limit, after
    /// which it continues.
    ///
    /// ```
    /// use sse_proto::driver::{BlockingEventSource, BlockingTransport, Update};
    ///
    /// /// Follows a stream until the server says `bye`.
    /// fn follow<T: BlockingTransport>(source: &mut BlockingEventSource<T>) {
    ///     while let Some(update) = source.next_update() {
    ///         match update {
    ///             Ok(Update::Event(event)) if event.data() == "bye" => source.close(),
    ///             Ok(Update::Event(event)) if event.data() == "login" => {
    ///                 let _transport = source.transport_mut(); // here it gets its new token
    ///                 source.reconnect_now();
    ///             }
    ///             Ok(Update::Event(event)) => source.session_mut().set_cursor(Some(event.data())),
    ///             Ok(_) => {}
    ///             Err(error) => eprintln!("{error}"),
    ///         }
    ///     }
    /// }
    /// ```
    pub fn next_update(&mut self) -> Option<Item<io::Error>> {
        loop {
            let (now, random) = (self.transport.now(), self.transport.random());
            match self.course.turn(now, random) {
                Turn::Tell(item) => return Some(item),
                Turn::End => {
                    self.link = None;
                    return None;
                }
                Turn::Drop => self.link = None,
                Turn::Connect(request) => {
                    self.link = None;
                    let connection = request.connection();
                    let timeout = request.deadline().map(|at| at.saturating_since(now));
                    let head = self.transport.connect(&request, timeout);
                    let now = self.transport.now();
                    match head {
                        Ok(response) => {
                            let _ = self.course.judge(now, random);
                            if let Some(body) = self.course.head(connection, response, now) {
                                self.link = Some((connection, body));
                                return Some(Ok(Update::Open));
                            }
                        }
                        Err(error) if is_timeout(&error) => {
                            self.course.timed_out(connection, error, now, random);
                        }
                        Err(error) => self.course.error(connection, error, now),
                    }
                }
                Turn::Wait(at) => {
                    self.link = None;
                    self.transport.sleep(at.saturating_since(now));
                }
                Turn::Read(connection, until) => {
                    self.read(connection, until.map(|at| at.saturating_since(now)));
                }
            }
        }
    }

    fn read(&mut self, connection: ConnectionId, timeout: Option<Duration>) {
        let Some((_, body)) = self.link.as_mut().filter(|(id, _)| *id == connection) else {
            // Another caller polled the session and got its connection, so there is none here.
            return self.course.session.network_error(connection, self.transport.now());
        };
        let read = self.transport.read(body, &mut self.buf, timeout);
        let now = self.transport.now();
        match read {
            Ok(0) => self.course.end(connection, now),
            Ok(n) => {
                let bytes = self.buf.get(..n).unwrap_or_default();
                self.course.bytes(connection, Bytes::copy_from_slice(bytes), now);
            }
            // The session checks the time.
            Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => {}
            Err(error) => self.course.error(connection, error, now),
        }
    }

    /// Ends the session and drops the connection. Nothing is returned after it.
    pub fn close(&mut self) {
        self.course.close();
        self.link = None;
    }

    /// Connects again at the next call, without a wait: see [`Session::reconnect_now`]. What has arrived and was not yielded yet
    /// is dropped; if the server replays by id, the next connection brings it again.
    pub fn reconnect_now(&mut self) {
        self.course.reconnect_now();
        self.link = None;
    }

    /// The session: its state, its last event ID.
    pub const fn session(&self) -> &Session {
        &self.course.session
    }

    /// The session, for example to set a cursor. Do not report connection events to it; the source does that.
    pub const fn session_mut(&mut self) -> &mut Session {
        &mut self.course.session
    }

    /// The transport.
    ///
    /// ```
    /// use sse_proto::driver::{BlockingEventSource, BlockingTransport};
    /// use sse_proto::session::Time;
    /// use std::time::Duration;
    ///
    /// /// For the `retry_at` of an update.
    /// fn wait<T: BlockingTransport>(source: &BlockingEventSource<T>, retry_at: Time) -> Duration {
    ///     retry_at.saturating_since(source.transport().now())
    /// }
    /// ```
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, for example to give it a new token.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }
}

/// The error kinds of sockets with a timeout, which depend on the system.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// The events. Other updates are handled and not returned.
impl<T: BlockingTransport> Iterator for BlockingEventSource<T> {
    type Item = Result<EventBuf, DriverError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_update()? {
                Ok(Update::Event(event)) => return Some(Ok(event)),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T: BlockingTransport> fmt::Debug for BlockingEventSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingEventSource").field("session", &self.course.session).finish_non_exhaustive()
    }
}
