//! A row over the async driver and the same TCP server: a runtime of one task, which asks its socket again and again.

use std::cell::Cell;
use std::future::{Future, Ready, ready};
use std::io::{self, BufReader, ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sse_proto::driver::{EventSource, Response, Transport};
use sse_proto::session::{Request, Time};

use super::over_sockets::{REALLY_SILENT, listen, send, shown};
use super::script::Scenario;
use super::{Client, Shown, Waits, session};

pub(crate) struct Polled {
    source: EventSource<Tcp>,
    requests: Arc<Mutex<Vec<Option<String>>>>,
}

impl Polled {
    pub(crate) fn new(scenario: &Scenario, waits: Waits, cut: usize) -> Self {
        let (address, requests) = listen(scenario, cut);
        let transport = Tcp { address, now: Rc::default(), alive: Rc::default() };
        Self { source: EventSource::new(session(scenario, waits), transport), requests }
    }
}

impl Client for Polled {
    fn next(&mut self) -> Option<Shown> {
        loop {
            let mut cx = Context::from_waker(Waker::noop());
            // Each time it is dropped where it waits, and made anew.
            let Poll::Ready(update) = pin!(self.source.next_update()).poll(&mut cx) else {
                std::thread::sleep(Duration::from_micros(200));
                continue;
            };
            if let Some(shown) = shown(update?, self.source.transport().now()) {
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

/// Its clock is moved by waits alone.
struct Tcp {
    address: SocketAddr,
    now: Rc<Cell<Duration>>,
    /// Held by each body.
    alive: Rc<()>,
}

struct Body {
    socket: BufReader<TcpStream>,
    _alive: Rc<()>,
}

impl Transport for Tcp {
    type Body = Body;
    type Error = io::Error;
    type Connect = Ready<io::Result<Response<Body>>>;
    type Sleep = Pin<Box<dyn Future<Output = ()>>>;

    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        let response = send(self.address, &request).and_then(|(response, socket)| {
            socket.get_ref().set_nonblocking(true)?;
            Ok(response.map_body(|()| Body { socket, _alive: self.alive.clone() }))
        });
        ready(response)
    }

    fn poll_read(&mut self, body: &mut Body, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let mut buf = [0; 16 * 1024];
        match body.socket.read(&mut buf) {
            Ok(0) => Poll::Ready(None),
            Ok(n) => Poll::Ready(Some(Ok(Bytes::copy_from_slice(&buf[..n])))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }

    /// A wait is over at once; silence of a connection is waited for, as long as it takes to be sure.
    fn sleep_until(&mut self, at: Time) -> Self::Sleep {
        let (now, alive, started) = (self.now.clone(), self.alive.clone(), Instant::now());
        Box::pin(std::future::poll_fn(move |_| {
            // Held by the transport, by this timer, and by a body if there is one.
            if Rc::strong_count(&alive) > 2 && started.elapsed() < REALLY_SILENT {
                return Poll::Pending;
            }
            now.set(now.get().max(at.since_start()));
            Poll::Ready(())
        }))
    }

    fn now(&self) -> Time {
        self.now.get().into()
    }
}
