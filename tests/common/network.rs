//! A network that is a script, a clock that is a number, and a runtime of one task: what both drivers are run over.

use std::cell::RefCell;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use sse_proto::driver::{
    BlockingEventSource, BlockingTransport, DriverError, EventSource, Response, Transport, Update,
};
use sse_proto::session::{Request, Session, Time};

/// What becomes of one request: a head after some seconds, then pieces of a body, each some seconds after the one before.
#[derive(Debug, Clone)]
pub struct Connection {
    head: Option<(u64, Result<u16, &'static str>)>,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<(u64, Piece)>,
}

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Bytes),
    End,
    Broken,
    Never,
}

impl Connection {
    fn with(head: Option<(u64, Result<u16, &'static str>)>) -> Self {
        Self { head, headers: Vec::new(), body: Vec::new() }
    }

    pub fn opens() -> Self {
        Self::with(Some((0, Ok(200)))).header("Content-Type", "text/event-stream")
    }

    pub fn status(after: u64, status: u16) -> Self {
        Self::with(Some((after, Ok(status))))
    }

    pub fn refused(after: u64) -> Self {
        Self::with(Some((after, Err("refused"))))
    }

    pub fn silent_head() -> Self {
        Self::with(None)
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn piece(mut self, after: u64, piece: Piece) -> Self {
        self.body.push((after, piece));
        self
    }

    pub fn bytes(self, after: u64, bytes: impl Into<Bytes>) -> Self {
        self.piece(after, Piece::Bytes(bytes.into()))
    }

    pub fn ends(self, after: u64) -> Self {
        self.piece(after, Piece::End)
    }

    pub fn breaks(self, after: u64) -> Self {
        self.piece(after, Piece::Broken)
    }

    pub fn silent(self) -> Self {
        self.piece(0, Piece::Never)
    }

    /// What a client gets of the body that waits so long for the head and for each piece, and whether the body has ended;
    /// `None` if the stream does not open.
    pub fn delivered(&self, timeout: u64) -> Option<(Vec<u8>, bool)> {
        let opens = matches!(self.head, Some((after, Ok(200))) if after < timeout);
        if !opens || self.headers.is_empty() {
            return None;
        }
        let mut stream = Vec::new();
        for (after, piece) in &self.body {
            match piece {
                Piece::Bytes(bytes) if *after < timeout => stream.extend_from_slice(bytes),
                Piece::End if *after < timeout => return Some((stream, true)),
                _ => break,
            }
        }
        Some((stream, false))
    }
}

struct State {
    now: Duration,
    /// When something is to happen: what tasks wait for.
    next: Option<Duration>,
    network: Vec<Connection>,
    requests: Vec<String>,
    timers: usize,
}

#[derive(Clone)]
pub struct World(Rc<RefCell<State>>, Arc<Wakes>, Rc<()>);

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl World {
    pub fn new(network: &[Connection]) -> Self {
        let state = State {
            now: Duration::ZERO,
            next: None,
            network: network.to_vec(),
            requests: Vec::new(),
            timers: 0,
        };
        Self(Rc::new(RefCell::new(state)), Arc::default(), Rc::new(()))
    }

    pub fn transport(&self) -> Network {
        Network(self.clone())
    }

    pub fn requests(&self) -> Vec<String> {
        self.0.borrow().requests.clone()
    }

    pub fn timers(&self) -> usize {
        self.0.borrow().timers
    }

    /// How often a task has asked to be polled again at once.
    pub fn wakes(&self) -> usize {
        self.1.0.load(Ordering::Relaxed)
    }

    /// How many connections, or requests under way, are held.
    pub fn alive(&self) -> usize {
        let worlds_without = Rc::strong_count(&self.0);
        Rc::strong_count(&self.2) - worlds_without
    }

    pub fn sleep(&self, time: Duration) {
        self.0.borrow_mut().now += time;
    }

    fn now(&self) -> Duration {
        self.0.borrow().now
    }

    /// Whether it is that late; if not, somebody waits for it.
    fn is_past(&self, at: Duration) -> bool {
        let mut state = self.0.borrow_mut();
        let past = state.now >= at;
        if !past {
            state.next = Some(state.next.map_or(at, |next| next.min(at)));
        }
        past
    }

    /// On to what is to happen next.
    fn advance(&self) {
        let mut state = self.0.borrow_mut();
        let next = state.next.take().expect("something to wait for");
        state.now = state.now.max(next);
    }

    pub fn poll_once<F: Future + ?Sized>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        self.0.borrow_mut().next = None;
        let waker = Waker::from(self.1.clone());
        future.poll(&mut Context::from_waker(&waker))
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            let wakes = self.wakes();
            if let Poll::Ready(output) = self.poll_once(future.as_mut()) {
                return output;
            }
            self.wait(wakes);
        }
    }

    /// On to what is to happen next, unless the task has asked for another turn since there were this many `wakes`.
    fn wait(&self, wakes: usize) {
        if self.wakes() == wakes {
            self.advance();
        }
    }

    fn connects(&self, request: &Request<'_>) -> Connection {
        let mut state = self.0.borrow_mut();
        let id = request.last_event_id().map_or("-".into(), |id| String::from_utf8_lossy(id).into_owned());
        let now = state.now.as_secs();
        state.requests.push(format!("{now} {id}"));
        assert!(!state.network.is_empty(), "more requests than connections: {:?}", state.requests);
        state.network.remove(0)
    }
}

/// A body: its pieces, and when the next of them comes.
pub struct Body {
    pieces: std::vec::IntoIter<(u64, Piece)>,
    next: Option<(Duration, Piece)>,
    _alive: Rc<()>,
}

impl Body {
    fn new(connection: Connection, world: &World) -> Self {
        let mut body = Self { pieces: connection.body.into_iter(), next: None, _alive: world.2.clone() };
        body.advance(world.now());
        body
    }

    fn advance(&mut self, now: Duration) {
        let next = self.pieces.next().unwrap_or((0, Piece::Never));
        self.next = Some((now + Duration::from_secs(next.0), next.1));
    }

    /// What there is at this time. An error is for ever.
    fn read(&mut self, world: &World) -> Poll<io::Result<Option<Bytes>>> {
        let (at, piece) = self.next.clone().unwrap();
        if matches!(piece, Piece::Never) || !world.is_past(at) {
            return Poll::Pending;
        }
        Poll::Ready(match piece {
            Piece::Bytes(bytes) => {
                self.advance(at);
                Ok(Some(bytes))
            }
            Piece::End => Ok(None),
            _ => Err(io::Error::other("broken")),
        })
    }
}

fn response(connection: Connection, world: &World) -> io::Result<Response<Body>> {
    let status = connection.head.unwrap().1.map_err(io::Error::other)?;
    let headers = connection.headers.clone();
    let response = Response::new(status, Body::new(connection, world));
    Ok(headers.into_iter().fold(response, |to, (name, value)| to.header(name, value)))
}

pub struct Network(World);

impl Transport for Network {
    type Body = Body;
    type Error = io::Error;
    type Connect = Pin<Box<dyn Future<Output = io::Result<Response<Body>>>>>;
    type Sleep = Pin<Box<dyn Future<Output = ()>>>;

    fn connect(&mut self, request: Request<'_>) -> Self::Connect {
        let (world, alive) = (self.0.clone(), self.0.2.clone());
        let connection = world.connects(&request);
        let at = connection.head.as_ref().map(|(after, _)| world.now() + Duration::from_secs(*after));
        let mut connection = Some(connection);
        // A world and what counts as alive: two counts, so that only the second differs.
        Box::pin(std::future::poll_fn(move |_| {
            let _ = &alive;
            match at {
                Some(at) if world.is_past(at) => Poll::Ready(response(connection.take().unwrap(), &world)),
                _ => Poll::Pending,
            }
        }))
    }

    fn poll_read(&mut self, body: &mut Body, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        body.read(&self.0).map(Result::transpose)
    }

    fn sleep_until(&mut self, at: Time) -> Self::Sleep {
        self.0.0.borrow_mut().timers += 1;
        let world = self.0.clone();
        Box::pin(std::future::poll_fn(move |_| {
            if world.is_past(at.since_start()) { Poll::Ready(()) } else { Poll::Pending }
        }))
    }

    fn now(&self) -> Time {
        self.0.now().into()
    }

    fn random(&mut self) -> u64 {
        0
    }
}

impl BlockingTransport for Network {
    type Body = Body;

    fn connect(&mut self, request: &Request<'_>, timeout: Option<Duration>) -> io::Result<Response<Body>> {
        let connection = self.0.connects(request);
        let after = connection.head.as_ref().map(|(after, _)| Duration::from_secs(*after));
        match (after, timeout) {
            (Some(after), timeout) if timeout.is_none_or(|timeout| after < timeout) => self.0.sleep(after),
            (_, Some(timeout)) => {
                self.0.sleep(timeout);
                return Err(ErrorKind::TimedOut.into());
            }
            _ => panic!("for ever"),
        }
        response(connection, &self.0)
    }

    fn read(&mut self, body: &mut Body, buf: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        let until = timeout.map(|timeout| self.0.now() + timeout);
        self.0.0.borrow_mut().next = None;
        loop {
            match body.read(&self.0) {
                Poll::Ready(Ok(None)) => return Ok(0),
                Poll::Ready(Ok(Some(bytes))) => {
                    buf[..bytes.len()].copy_from_slice(&bytes);
                    return Ok(bytes.len());
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => {
                    if until.is_some_and(|until| self.0.is_past(until)) {
                        return Err(ErrorKind::WouldBlock.into());
                    }
                    self.0.advance();
                }
            }
        }
    }

    fn sleep(&mut self, time: Duration) {
        self.0.sleep(time);
    }

    fn now(&self) -> Time {
        self.0.now().into()
    }

    fn random(&mut self) -> u64 {
        0
    }
}

type Item = Result<Update<io::Error>, DriverError<io::Error>>;

fn line(now: Duration, item: Item) -> String {
    let text = match item {
        Ok(Update::Open) => "open".into(),
        Ok(Update::Event(event)) => format!("event {}", event.data()),
        Ok(Update::LastEventId(id)) => format!("id {id}"),
        Ok(Update::Retry(time)) => format!("retry {time:?}"),
        Ok(Update::Comment(text)) => format!("comment {text}"),
        Ok(Update::Lost { loss, error, retry_at, .. }) => {
            let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
            format!("lost: {loss}{error}; again at {}", retry_at.since_start().as_secs())
        }
        Err(DriverError::Decode(_)) => "skipped: an event over the limit".into(),
        Err(DriverError::Failed { failure, error: None, .. }) => format!("failed: {failure}"),
        other => format!("{other:?}"),
    };
    format!("{} {text}", now.as_secs())
}

/// What a caller may do to a driver between two updates.
pub trait Driver {
    fn close(&mut self);
    fn reconnect_now(&mut self);
}

impl<T: Transport> Driver for EventSource<T> {
    fn close(&mut self) {
        self.close();
    }

    fn reconnect_now(&mut self) {
        self.reconnect_now();
    }
}

impl<T: BlockingTransport> Driver for BlockingEventSource<T> {
    fn close(&mut self) {
        self.close();
    }

    fn reconnect_now(&mut self) {
        self.reconnect_now();
    }
}

/// How a driver is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    Whole,
    DroppedAtEachAwait,
    PolledTooOften,
    Blocking,
}

impl Run {
    pub const ALL: [Self; 4] = [Self::Whole, Self::DroppedAtEachAwait, Self::PolledTooOften, Self::Blocking];
}

/// All that a driver tells, with the time in seconds.
pub fn told(session: Session, world: &World, run: Run) -> Vec<String> {
    let mut told = Vec::new();
    drive(session, world, run, |now, item, _| told.push(line(now, item)));
    told
}

/// Hands each thing that a driver tells to `take`, with the time, until there is nothing more.
pub fn drive(
    session: Session,
    world: &World,
    run: Run,
    mut take: impl FnMut(Duration, Item, &mut dyn Driver),
) {
    if run == Run::Blocking {
        let mut source = BlockingEventSource::new(session, world.transport());
        while let Some(item) = source.next_update() {
            take(world.now(), item, &mut source);
        }
        return;
    }
    let mut source = EventSource::new(session, world.transport());
    while let Some(item) = next(&mut source, world, run) {
        take(world.now(), item, &mut source);
    }
}

fn next(source: &mut EventSource<Network>, world: &World, run: Run) -> Option<Item> {
    match run {
        Run::DroppedAtEachAwait => loop {
            let wakes = world.wakes();
            // The future is made anew for each poll, and dropped when it waits.
            if let Poll::Ready(item) = world.poll_once(pin!(source.next_update())) {
                return item;
            }
            world.wait(wakes);
        },
        Run::PolledTooOften => {
            let mut next = pin!(source.next_update());
            loop {
                let wakes = world.wakes();
                let polled = (0..3).find_map(|_| match world.poll_once(next.as_mut()) {
                    Poll::Ready(item) => Some(item),
                    Poll::Pending => None,
                });
                match polled {
                    Some(item) => return item,
                    None => world.wait(wakes),
                }
            }
        }
        Run::Whole | Run::Blocking => world.block_on(source.next_update()),
    }
}

/// A transport whose parts may all be sent.
pub struct Sendable;

impl Transport for Sendable {
    type Body = Vec<u8>;
    type Error = io::Error;
    type Connect = std::future::Ready<io::Result<Response<Vec<u8>>>>;
    type Sleep = std::future::Ready<()>;

    fn connect(&mut self, _: Request<'_>) -> Self::Connect {
        std::future::ready(Ok(Response::new(204, Vec::new())))
    }

    fn poll_read(&mut self, _: &mut Vec<u8>, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(None)
    }

    fn sleep_until(&mut self, _: Time) -> Self::Sleep {
        std::future::ready(())
    }
}
