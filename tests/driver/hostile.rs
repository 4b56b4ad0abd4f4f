//! A network that is always ready, or answers when nobody looks.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use sse_proto::bytes::Bytes;
use sse_proto::driver::{
    BlockingEventSource, BlockingTransport, DriverError, EventSource, Response, Transport, Update,
};
use sse_proto::session::{Action, Failure, Loss, ReadyState, Reconnect, Request, Session, Time};
use sse_proto::{Decoder, Unfinished};

/// Each connection opens at once; a body is what the script has, or the same chunk for ever.
#[derive(Clone, Default)]
struct Hostile {
    now: Rc<Cell<Duration>>,
    reads: Rc<Cell<u64>>,
    script: Rc<RefCell<VecDeque<Option<Bytes>>>>,
    for_ever: Option<&'static str>,
    /// After the script the body is broken.
    breaks: bool,
}

struct Timer(Rc<Cell<Duration>>, Duration);

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.get() >= self.1 { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Transport for Hostile {
    type Body = ();
    type Error = io::Error;
    type Connect = Ready<io::Result<Response<()>>>;
    type Sleep = Timer;

    fn connect(&mut self, _: Request<'_>) -> Self::Connect {
        ready(Ok(Response::new(200, ()).header("content-type", "text/event-stream")))
    }

    fn poll_read(&mut self, (): &mut (), _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.reads.set(self.reads.get() + 1);
        assert!(self.reads.get() < 100_000, "it never yields");
        if let Some(chunk) = self.for_ever {
            return Poll::Ready(Some(Ok(Bytes::from_static(chunk.as_bytes()))));
        }
        match self.script.borrow_mut().pop_front() {
            Some(item) => Poll::Ready(item.map(Ok)),
            None if self.breaks => Poll::Ready(Some(Err(io::ErrorKind::BrokenPipe.into()))),
            None => Poll::Pending,
        }
    }

    fn sleep_until(&mut self, at: Time) -> Timer {
        Timer(self.now.clone(), at.since_start())
    }

    fn now(&self) -> Time {
        self.now.get().into()
    }

    fn random(&mut self) -> u64 {
        0
    }
}

impl Hostile {
    fn will_send(&self, chunks: impl IntoIterator<Item = Option<&'static str>>) {
        let chunks = chunks.into_iter().map(|chunk| chunk.map(|chunk| Bytes::from_static(chunk.as_bytes())));
        self.script.borrow_mut().extend(chunks);
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Whatever it is that is left out when only events are asked for.
#[test]
fn one_who_asks_for_events_lets_others_run() {
    for chunk in ["retry: 1\n", ": x\n", "id: 1\n\nid: 2\n\n"] {
        let network = Hostile { for_ever: Some(chunk), ..Hostile::default() };
        let mut source = EventSource::new(Session::new(), network.clone());
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(wakes.clone());
        assert!(source.poll_next_event(&mut Context::from_waker(&waker)).is_pending());
        assert!(network.reads.get() < 1000, "{chunk:?}: {} reads in one poll", network.reads.get());
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1, "{chunk:?}: it asks for another turn");
    }
}

/// The task was busy elsewhere, as in a `select!`.
#[test]
fn what_has_come_while_nobody_asked_is_no_silence() {
    for away in [1100, 1900, 2500, 60_000] {
        let network = Hostile::default();
        let session = Session::builder().idle_timeout(Some(Duration::from_secs(1))).build();
        let mut source = EventSource::new(session, network.clone());
        assert!(matches!(source.poll_next_update(&mut context()), Poll::Ready(Some(Ok(Update::Open)))));
        assert!(source.poll_next_update(&mut context()).is_pending());
        network.will_send([Some("data: x\n\n")]);
        network.now.set(Duration::from_millis(away));
        let next = source.poll_next_update(&mut context());
        assert!(matches!(next, Poll::Ready(Some(Ok(Update::Event(_))))), "away for {away} ms: {next:?}");
    }
    // If nothing has come it is.
    let network = Hostile::default();
    let session = Session::builder().idle_timeout(Some(Duration::from_secs(1))).build();
    let mut source = EventSource::new(session, network.clone());
    let _ = source.poll_next_update(&mut context());
    assert!(source.poll_next_update(&mut context()).is_pending());
    network.now.set(Duration::from_millis(1100));
    let next = source.poll_next_update(&mut context());
    assert!(matches!(next, Poll::Ready(Some(Ok(Update::Lost { loss: Loss::IdleTimeout, .. })))), "{next:?}");
}

/// No other connection will bring it again, whatever ends the session.
#[test]
fn the_unfinished_event_of_the_last_connection_is_told() {
    for (why, settings) in [
        ("out of time", Session::builder().max_elapsed_time(Some(Duration::ZERO))),
        ("attempts", Session::builder().max_attempts(Some(1))),
        ("never", Session::builder().reconnect(Reconnect::Never)),
    ] {
        let network = Hostile::default();
        network.will_send([Some("id: 7\ndata: last\n"), None]);
        let decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
        let session = settings.decoder(decoder).build();
        let mut source = EventSource::new(session, network.clone());
        let Poll::Ready(Some(Ok(event))) = source.poll_next_event(&mut context()) else {
            panic!("{why}: no event")
        };
        assert_eq!(event.data(), "last", "{why}");
    }
}

/// Wherever the turns of one poll end.
#[test]
fn nothing_is_told_after_close_nor_a_loss_after_reconnect_now() {
    for comments in 0..200 {
        for closes in [true, false] {
            let network = Hostile::default();
            network.will_send(std::iter::repeat_n(Some(": x\n"), comments));
            network.will_send([None]);
            let mut source = EventSource::new(Session::new(), network.clone());
            let _ = source.poll_next_update(&mut context());
            if source.poll_next_update(&mut context()).is_ready() {
                continue;
            }
            if closes {
                source.close()
            } else {
                source.reconnect_now()
            }
            let next = source.poll_next_update(&mut context());
            let is_right = if closes {
                matches!(next, Poll::Ready(None))
            } else {
                !matches!(next, Poll::Ready(Some(Ok(Update::Lost { .. }))))
            };
            assert!(is_right, "after {comments} comments: {next:?}");
        }
    }
}

/// The caller chose a wait for which there is no time, after the loss was told.
#[test]
fn a_failure_is_told_though_a_loss_was() {
    let connection = Rc::new(Cell::new(None));
    let asked = connection.clone();
    let connect = move |request: &Request<'_>, _| -> io::Result<Response<io::Empty>> {
        asked.set(Some(request.connection()));
        Err(io::ErrorKind::ConnectionRefused.into())
    };
    let session = Session::builder().max_elapsed_time(Some(Duration::from_secs(10))).build();
    let mut source = BlockingEventSource::new(session, connect);
    assert!(matches!(source.next_update(), Some(Ok(Update::Lost { .. }))));
    source.session_mut().retry_after(connection.get().unwrap(), Duration::from_secs(3600));
    let Some(Err(DriverError::Failed { failure, .. })) = source.next_update() else { panic!("not told") };
    assert!(matches!(failure, Failure::OutOfTime { .. }));
    assert!(source.next_update().is_none());
}

/// The caller has polled the session and got the connection that the driver was to make.
#[test]
fn a_connection_that_nobody_made_is_lost() {
    let network = Hostile::default();
    let mut source = EventSource::new(Session::new(), network.clone());
    assert!(matches!(source.session_mut().poll(Time::START, 0), Action::Connect(_)));
    let next = source.poll_next_update(&mut context());
    assert!(matches!(next, Poll::Ready(Some(Ok(Update::Lost { loss: Loss::NetworkError, .. })))), "{next:?}");
    let connect = |_: &Request<'_>, _| -> io::Result<Response<io::Empty>> { panic!("it is lost first") };
    let mut source = BlockingEventSource::new(Session::new(), connect);
    assert!(matches!(source.session_mut().poll(Time::START, 0), Action::Connect(_)));
    let next = source.next_update();
    assert!(matches!(next, Some(Ok(Update::Lost { loss: Loss::NetworkError, .. }))), "{next:?}");
}

/// A session that the caller has closed reads no more, and what its last connection left unfinished is not told.
#[test]
fn a_closed_session_reads_and_tells_nothing() {
    let network = Hostile::default();
    network.will_send([Some("id: 7\ndata: last\n"), None]);
    let decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
    let mut source = EventSource::new(Session::builder().decoder(decoder).build(), network.clone());
    for _ in 0..2 {
        let _ = source.poll_next_update(&mut context());
    }
    source.close();
    assert!(matches!(source.poll_next_update(&mut context()), Poll::Ready(None)));
    let network = Hostile { for_ever: Some(": x\n"), ..Hostile::default() };
    let mut source = EventSource::new(Session::new(), network.clone());
    let _ = source.poll_next_update(&mut context());
    source.session_mut().close();
    let before = network.reads.get();
    assert!(matches!(source.poll_next_update(&mut context()), Poll::Ready(None)));
    assert_eq!(network.reads.get(), before);
}

/// The transport has timeouts of its own, shorter than those of the session.
#[test]
fn a_timeout_of_the_transport_is_a_lost_connection() {
    for kind in [io::ErrorKind::TimedOut, io::ErrorKind::WouldBlock] {
        let connect = move |_: &Request<'_>, _| -> io::Result<Response<io::Empty>> { Err(kind.into()) };
        let mut source = BlockingEventSource::new(Session::builder().max_attempts(Some(1)).build(), connect);
        let Some(Err(DriverError::Failed { failure, error, .. })) = source.next_update() else {
            panic!("not failed")
        };
        assert!(matches!(failure, Failure::TooManyAttempts { last: Some(Loss::NetworkError), .. }));
        assert_eq!(error.map(|error| error.kind()), Some(kind));
    }
}

/// How many connections are held, and the time, which passes while it sleeps.
#[derive(Clone, Default)]
struct Held(Rc<Cell<usize>>, Rc<Cell<Duration>>);

struct Body(Held, VecDeque<io::Result<&'static str>>);

impl Drop for Body {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get() - 1);
    }
}

impl BlockingTransport for Held {
    type Body = Body;

    fn connect(&mut self, _: &Request<'_>, _: Option<Duration>) -> io::Result<Response<Body>> {
        assert_eq!(self.0.get(), 0, "the connection before is dropped first");
        self.0.set(1);
        let reads = [
            Err(io::ErrorKind::Interrupted.into()),
            Ok("data: a\n\ndata: b\n\n"),
            Err(io::ErrorKind::BrokenPipe.into()),
        ];
        Ok(Response::new(200, Body(self.clone(), reads.into())).header("content-type", "text/event-stream"))
    }

    fn read(&mut self, body: &mut Body, buf: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        let text = body.1.pop_front().unwrap_or(Ok(""))?;
        buf[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }

    fn sleep(&mut self, time: Duration) {
        assert_eq!(self.0.get(), 0, "no connection is held while it waits");
        self.1.set(self.1.get() + time);
    }

    fn now(&self) -> Time {
        self.1.get().into()
    }
}

#[test]
fn a_blocking_source_holds_no_connection_that_is_lost() {
    let held = Held::default();
    let mut source = BlockingEventSource::new(Session::new(), held.clone());
    let event =
        |source: &mut BlockingEventSource<Held>| source.next().map(|event| event.unwrap().data().to_owned());
    assert_eq!(event(&mut source).as_deref(), Some("a"), "a call that was interrupted is made again");
    assert_eq!((event(&mut source).as_deref(), held.0.get()), (Some("b"), 1));
    assert!(matches!(source.next_update(), Some(Ok(Update::Lost { loss: Loss::NetworkError, .. }))));
    assert_eq!(held.0.get(), 0, "lost");
    assert_eq!((event(&mut source).as_deref(), held.0.get()), (Some("a"), 1));
    source.reconnect_now();
    assert_eq!(held.0.get(), 0, "given up");
    assert_eq!((event(&mut source).as_deref(), held.0.get()), (Some("a"), 1));
    source.session_mut().reconnect_now();
    assert_eq!((event(&mut source).as_deref(), held.0.get()), (Some("a"), 1), "the session by itself");
    source.session_mut().close();
    // What had arrived is not told, and the connection is dropped with the answer.
    assert!(source.next_update().is_none());
    assert_eq!(held.0.get(), 0, "the session was closed");
    let mut source = BlockingEventSource::new(Session::new(), held.clone());
    assert_eq!((event(&mut source).as_deref(), held.0.get()), (Some("a"), 1));
    source.close();
    assert_eq!(held.0.get(), 0, "closed");
}

#[test]
fn by_itself_a_blocking_source_sleeps() {
    let mut transport = |_: &Request<'_>, _: Option<Duration>| -> io::Result<Response<io::Empty>> {
        Err(io::ErrorKind::Other.into())
    };
    // A sleep is never shorter than it was asked for, however busy the machine is; it may be longer, and that is not asked.
    let (before, wait) = (std::time::Instant::now(), Duration::from_millis(20));
    transport.sleep(wait);
    assert!(before.elapsed() >= wait);
}

#[test]
fn a_blocking_source_is_an_iterator_of_events() {
    let connect = |_: &Request<'_>, _| -> io::Result<Response<&[u8]>> {
        Ok(Response::new(200, &b"retry: 1\nid: 1\ndata: a\n\nid: 2\n\ndata: b\n\n"[..])
            .headers([("content-type", "text/event-stream"), ("x", "y")]))
    };
    let session = Session::builder().reconnect(Reconnect::Never).build();
    let seen: Vec<_> =
        BlockingEventSource::new(session, connect).map(|event| event.unwrap().data().to_owned()).collect();
    assert_eq!(seen, ["a", "b"]);
}

#[test]
fn a_head_that_came_too_late_is_none() {
    struct Slow(Duration);
    impl BlockingTransport for Slow {
        type Body = ();

        fn connect(&mut self, _: &Request<'_>, _: Option<Duration>) -> io::Result<Response<()>> {
            self.0 += Duration::from_millis(1500);
            Ok(Response::new(200, ()).header("content-type", "text/event-stream"))
        }

        fn read(&mut self, (): &mut (), _: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
            Ok(0)
        }

        fn now(&self) -> Time {
            self.0.into()
        }
    }
    let session = Session::builder().head_timeout(Some(Duration::from_secs(1))).build();
    let mut source = BlockingEventSource::new(session, Slow(Duration::ZERO));
    let told = source.next_update();
    assert!(matches!(told, Some(Ok(Update::Lost { loss: Loss::HeadTimeout, .. }))), "{told:?}");
    // Clients that start together must not wait alike.
    let waits: BTreeSet<u64> = (0..16).map(|_| Slow(Duration::ZERO).random()).collect();
    assert_eq!(waits.len(), 16);
}

#[test]
fn a_head_holds_no_more_than_a_header_may_have() {
    let mut response = Response::new(200, ());
    for _ in 0..1000 {
        response = response.header("content-type", "a".repeat(1000));
    }
    assert!(response.content_type().unwrap().len() <= 8 * 1024);
    assert!(!sse_proto::headers::is_event_stream(response.content_type().unwrap()));
    // Once it is too long, no further header makes it a stream. The bound is exact, and counts the comma.
    let response = response.header("content-type", "text/event-stream");
    assert!(!sse_proto::headers::is_event_stream(response.content_type().unwrap()));
    for (first, second, kept) in [
        (8 * 1024, None, 8 * 1024),
        (8 * 1024 + 1, None, 0),
        (8188, Some("xx"), 8192),
        (8188, Some("xxx"), 0),
    ] {
        let mut response = Response::new(200, ()).header("content-type", "a".repeat(first));
        if let Some(second) = second {
            response = response.header("content-type", second);
        }
        assert_eq!(response.content_type().map(<[u8]>::len), Some(kept));
    }
    let response = Response::new(200, ())
        .header("content-type", "text/plain")
        .header("content-type", "text/event-stream");
    assert_eq!(response.content_type(), Some(&b"text/plain, text/event-stream"[..]));
    let response = Response::new(503, ()).header("retry-after", "120").header("retry-after", "soon");
    assert_eq!(response.retry_after(), Some(Duration::from_secs(120)), "what is none takes none away");
    let shown = "Response { status: 503, content_type: None, retry_after: Some(120s), .. }";
    assert_eq!(format!("{response:?}"), shown);
}

/// A body that brings a chunk as often as `comments` says, and then breaks; nobody answers afterwards.
fn breaks_after(comments: usize) -> (Hostile, EventSource<Hostile>) {
    let network = Hostile { breaks: true, ..Hostile::default() };
    network.will_send(std::iter::repeat_n(Some(": x\n"), comments));
    let session = Session::builder().jitter_percent(0).build();
    let source = EventSource::new(session, network.clone());
    (network, source)
}

/// Wherever the turns of one poll end, and however late the next one is.
#[test]
fn a_loss_is_told_though_the_wait_is_over() {
    for comments in 0..200 {
        let (network, mut source) = breaks_after(comments);
        assert!(matches!(source.poll_next_update(&mut context()), Poll::Ready(Some(Ok(Update::Open)))));
        let mut next = source.poll_next_update(&mut context());
        while next.is_pending() {
            network.now.set(network.now.get() + Duration::from_secs(60));
            next = source.poll_next_update(&mut context());
        }
        let Poll::Ready(Some(Ok(Update::Lost { loss: Loss::NetworkError, error: Some(_), .. }))) = next
        else {
            panic!("after {comments} comments: {next:?}")
        };
        assert_eq!(network.reads.get(), comments as u64 + 1, "a broken body is not read again");
    }
}

/// What is dropped by `reconnect_now` is the loss, not the end.
#[test]
fn a_failure_is_told_after_reconnect_now_and_not_after_close() {
    for comments in 0..200 {
        for closes in [true, false] {
            let (_, mut source) = breaks_after(comments);
            let session = Session::builder().max_attempts(Some(1)).build();
            *source.session_mut() = session;
            let _ = source.poll_next_update(&mut context());
            if source.poll_next_update(&mut context()).is_ready() {
                continue;
            }
            if closes {
                source.close();
            } else {
                source.reconnect_now();
                let next = source.poll_next_update(&mut context());
                let is_told = matches!(next, Poll::Ready(Some(Err(DriverError::Failed { .. }))));
                // Or it has not failed yet, and comes again.
                assert!(
                    is_told || matches!(next, Poll::Ready(Some(Ok(Update::Open)))),
                    "{comments}: {next:?}"
                );
                if !is_told {
                    continue;
                }
            }
            assert!(matches!(source.poll_next_update(&mut context()), Poll::Ready(None)), "{comments}");
        }
    }
}

/// The last connection is over and the session has failed, but its unfinished event was told first.
#[test]
fn nothing_is_told_after_close_in_place_of_the_failure() {
    let connect = |_: &Request<'_>, _| -> io::Result<Response<&[u8]>> {
        Ok(Response::new(200, &b"data: bye"[..]).header("content-type", "text/event-stream"))
    };
    let decoder = Decoder::builder().unfinished(Unfinished::Anything).build();
    let session = Session::builder().max_attempts(Some(1)).decoder(decoder).build();
    let mut source = BlockingEventSource::new(session, connect);
    assert_eq!(source.next().unwrap().unwrap().data(), "bye");
    source.close();
    assert!(source.next_update().is_none());
}

/// The error that ended the session is told with the failure, whatever is asked for in between.
#[test]
fn reconnect_now_takes_nothing_from_a_session_that_is_over() {
    for comments in 0..200 {
        let (_, mut source) = breaks_after(comments);
        *source.session_mut() = Session::builder().reconnect(Reconnect::Never).build();
        let _ = source.poll_next_update(&mut context());
        let mut next = source.poll_next_update(&mut context());
        while next.is_pending() {
            if source.session().ready_state() == ReadyState::Closed {
                source.reconnect_now();
            }
            next = source.poll_next_update(&mut context());
        }
        let Poll::Ready(Some(Err(DriverError::Failed { error, .. }))) = next else {
            panic!("{comments}: {next:?}")
        };
        assert!(error.is_some(), "after {comments} comments");
    }
}

/// What another session tells is its own.
#[test]
fn a_session_that_is_put_in_after_a_failure_tells_its_own() {
    let mut statuses = [500, 501].into_iter();
    let connect = |_: &Request<'_>, _| -> io::Result<Response<io::Empty>> {
        Ok(Response::new(statuses.next().unwrap(), io::empty()))
    };
    let mut source = BlockingEventSource::new(Session::new(), connect);
    for status in [500, 501] {
        let next = source.next_update();
        let Some(Err(DriverError::Failed { failure, .. })) = next else { panic!("{status}: {next:?}") };
        assert_eq!(failure, Failure::Status(status));
        assert!(source.next_update().is_none());
        *source.session_mut() = Session::new();
    }
}

/// However long it took.
#[test]
fn a_head_that_comes_too_late_is_one_attempt() {
    struct Slow(Duration, u64, u32);
    impl BlockingTransport for Slow {
        type Body = io::Empty;
        fn connect(&mut self, _: &Request<'_>, _: Option<Duration>) -> io::Result<Response<io::Empty>> {
            (self.0, self.2) = (self.0 + Duration::from_secs(self.1), self.2 + 1);
            Err(io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long"))
        }
        fn read(&mut self, _: &mut io::Empty, _: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
            unreachable!()
        }
        fn sleep(&mut self, time: Duration) {
            self.0 += time;
        }
        fn now(&self) -> Time {
            self.0.into()
        }
    }
    for seconds in [1, 5, 6, 60, 3600] {
        let session =
            Session::builder().head_timeout(Some(Duration::from_secs(5))).max_attempts(Some(3)).build();
        let mut source = BlockingEventSource::new(session, Slow(Duration::ZERO, seconds, 0));
        for attempt in 1..=2 {
            let next = source.next_update();
            let Some(Ok(Update::Lost { loss, error, .. })) = next else { panic!("{seconds}: {next:?}") };
            // After a leap the session does not know whether the machine was suspended.
            let expected = if matches!(seconds, 5 | 6) { Loss::HeadTimeout } else { Loss::NetworkError };
            assert_eq!((loss, error.is_none()), (expected, expected == Loss::HeadTimeout), "{seconds}");
            assert_eq!(source.transport().2, attempt);
        }
        let next = source.next_update();
        assert!(matches!(next, Some(Err(DriverError::Failed { .. }))), "{seconds}: {next:?}");
        assert_eq!(source.transport().2, 3);
    }
}

/// An event that was cut and is not told, because its connection is made again, takes no news with it.
#[test]
fn the_id_before_a_cut_event_comes_with_the_next_one() {
    for unfinished in [Unfinished::Anything, Unfinished::Discard] {
        let mut bodies = ["id: 7\n\ndata: cut", "data: x\n\n"].into_iter();
        let connect = move |_: &Request<'_>, _| -> io::Result<Response<&[u8]>> {
            let body = bodies.next().unwrap().as_bytes();
            Ok(Response::new(200, body).header("content-type", "text/event-stream"))
        };
        let decoder = Decoder::builder().unfinished(unfinished).build();
        let session = Session::builder()
            .reconnection_time(Duration::ZERO)
            .request_interval(Duration::ZERO)
            .decoder(decoder);
        let mut source = BlockingEventSource::new(session.build(), connect);
        let event = source.next().unwrap().unwrap();
        assert_eq!((event.data(), event.id().map(|id| id.as_str())), ("x", Some("7")));
    }
}

/// The event with the other id is told to nobody, whether its connection has ended or broken.
#[test]
fn after_an_event_that_was_cut_the_old_id_is_no_news() {
    struct Breaks(&'static [u8]);
    impl io::Read for Breaks {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            if read == 0 { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(read) }
        }
    }
    let settings = [Unfinished::Discard, Unfinished::WholeLines, Unfinished::Anything];
    for (breaks, unfinished) in settings.into_iter().flat_map(|setting| [(false, setting), (true, setting)]) {
        let mut bodies = ["id: 1\ndata: a\n\nid: 2\ndata: cut\n", "data: b\n\n"].into_iter();
        let connect = move |_: &Request<'_>, _| -> io::Result<Response<Box<dyn io::Read>>> {
            let body = bodies.next().unwrap().as_bytes();
            let body: Box<dyn io::Read> = if breaks { Box::new(Breaks(body)) } else { Box::new(body) };
            Ok(Response::new(200, body).header("content-type", "text/event-stream"))
        };
        let decoder = Decoder::builder().unfinished(unfinished).build();
        let session = Session::builder().reconnection_time(Duration::ZERO).request_interval(Duration::ZERO);
        let mut source = BlockingEventSource::new(session.decoder(decoder).build(), connect);
        let told = [(); 2].map(|()| {
            let event = source.next().unwrap().unwrap();
            (event.data().to_owned(), event.id().map(|id| id.to_string()))
        });
        assert_eq!(
            told,
            [("a".to_owned(), Some("1".to_owned())), ("b".to_owned(), None)],
            "breaks: {breaks}"
        );
    }
}
