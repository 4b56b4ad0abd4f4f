//! The client session, transition by transition: each state under each input, each rule of WHATWG HTML 9.2.3, each
//! policy, and what is defined for what should not happen. And any inputs in any order, against a model.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod any_order;
mod beyond;
#[path = "../common/mod.rs"]
mod common;
mod late_news;
mod odd;
mod requests;
mod silence;
mod waits;

use std::time::Duration;

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use sse_proto::session::{
    Action, BodyChunk, ConnectionId, Failure, HeadOutcome, ReadyState, Reconnect, RefusedHead, Session,
    SessionBuilder, SharedBodyChunk, Time,
};
use sse_proto::{Chunk, Decoder, End, EventId, Frame};

const STREAM: Option<&[u8]> = Some(b"text/event-stream");

/// No jitter, and an idle timeout of 45 s: waits are as computed.
const PLAIN: SessionBuilder = Session::builder().jitter_percent(0).idle_timeout(Some(s(45)));

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A session, and its connection as its caller knows it. What is told by the methods here is told of that one.
#[derive(Clone)]
struct Client {
    session: Session,
    connection: ConnectionId,
}

trait Build {
    fn client(self) -> Client;
}

impl Build for SessionBuilder {
    fn client(self) -> Client {
        // Until it has one of its own, the first one of another session.
        let connection = match Session::new().poll(Time::START, 0) {
            Action::Connect(request) => request.connection(),
            other => panic!("{other:?}"),
        };
        Client { session: self.build(), connection }
    }
}

impl Deref for Client {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Client {
    fn response(&mut self, status: u16, content_type: Option<&[u8]>, now: Time) -> HeadOutcome {
        self.session.response(self.connection, status, content_type, now)
    }

    fn receive<'i>(&mut self, bytes: &'i [u8], now: Time) -> BodyChunk<'i> {
        self.session.receive(self.connection, bytes, now)
    }

    fn receive_shared(&mut self, bytes: Bytes, now: Time) -> SharedBodyChunk {
        self.session.receive_shared(self.connection, bytes, now)
    }

    fn end_of_body(&mut self, now: Time) -> End<'_> {
        self.session.end_of_body(self.connection, now)
    }

    fn network_error(&mut self, now: Time) {
        self.session.network_error(self.connection, now);
    }

    fn retry_after(&mut self, wait: Duration) {
        self.session.retry_after(self.connection, wait);
    }
}

/// An action without its loan.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Connect(Option<String>),
    Wait(Duration),
    Read(Option<Duration>),
    Failed(Failure),
    Closed,
}

fn poll(session: &mut Client, now: Duration) -> Act {
    poll_with(session, now, 0)
}

fn poll_with(client: &mut Client, now: Duration, random: u64) -> Act {
    match client.session.poll(now.into(), random) {
        Action::Connect(request) => {
            let id = request.last_event_id().map(|id| String::from_utf8(id.to_vec()).unwrap());
            assert_eq!(request.headers().count(), 3 + usize::from(id.is_some()));
            client.connection = request.connection();
            Act::Connect(id)
        }
        Action::WaitUntil(at) => Act::Wait(at.since_start()),
        Action::Read { connection, until, .. } => {
            assert_eq!(connection, client.connection);
            Act::Read(until.map(Time::since_start))
        }
        Action::Failed(failure) => Act::Failed(failure),
        Action::Closed => Act::Closed,
        other => panic!("{other:?}"),
    }
}

/// The data of the events in `bytes`, received now.
fn feed(session: &mut Client, bytes: &[u8], now: Duration) -> Vec<String> {
    let mut chunk = session.receive(bytes, now.into());
    let mut seen = Vec::new();
    loop {
        match session.decode(&mut chunk) {
            Ok(Some(Frame::Event(event))) => seen.push(event.data().to_owned()),
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => seen.push("too large".into()),
        }
    }
    assert!(chunk.rest().is_empty());
    seen
}

/// A session in each of its states, all at the time 100 s.
fn in_state(name: &str) -> Client {
    let mut session = PLAIN.client();
    let at = s(100);
    let connect = |session: &mut Client| assert_eq!(poll(session, at), Act::Connect(None));
    match name {
        "due" => {}
        "connecting" => connect(&mut session),
        "open" | "open, polled" | "open, a line in" | "closed" => {
            connect(&mut session);
            assert_eq!(session.response(200, STREAM, at.into()), HeadOutcome::Opened);
            match name {
                "open, a line in" => assert!(feed(&mut session, b"data: half", at).is_empty()),
                "open, polled" => assert_eq!(poll(&mut session, at), Act::Read(Some(s(145)))),
                "closed" => session.close(),
                _ => {}
            }
        }
        "lost" | "waiting" => {
            connect(&mut session);
            session.network_error(at.into());
            if name == "waiting" {
                assert_eq!(poll(&mut session, at), Act::Wait(s(103)));
            }
        }
        "failed" => {
            connect(&mut session);
            assert_eq!(session.response(404, STREAM, at.into()), HeadOutcome::Failed(Failure::Status(404)));
        }
        other => panic!("{other}"),
    }
    session
}

const STATES: [&str; 9] =
    ["due", "connecting", "open", "open, polled", "open, a line in", "lost", "waiting", "failed", "closed"];

/// What poll says a second after an input in each state: the states as `in_state` makes them at 100 s, the input at 101 s.
/// Before it, what the head was found to be, if it was looked at.
const TABLE: &str = "
state            | nothing  | 200              | 204                 | bytes    | no bytes | end of body | network error | retry after | now      | late news | close
due              | connect  | connect          | connect             | connect  | connect  | connect     | connect       | connect     | connect  | connect   | closed
connecting       | read 145 | opened; read 147 | failed; status 204  | read 145 | read 145 | wait 104    | wait 104      | read 145    | connect  | read 145  | closed
open             | read 147 | read 147         | read 147            | read 147 | read 147 | wait 104    | wait 104      | read 147    | connect  | read 147  | closed
open, polled     | read 145 | read 145         | read 145            | read 147 | read 145 | wait 104    | wait 104      | read 145    | connect  | read 145  | closed
open, a line in  | read 147 | read 147         | read 147            | read 147 | read 147 | wait 104    | wait 104      | read 147    | connect  | read 147  | closed
lost             | wait 103 | wait 103         | wait 103            | wait 103 | wait 103 | wait 103    | wait 103      | wait 107    | connect  | wait 103  | closed
waiting          | wait 103 | wait 103         | wait 103            | wait 103 | wait 103 | wait 103    | wait 103      | wait 107    | connect  | wait 103  | closed
failed           | status 404 | status 404     | status 404          | status 404 | status 404 | status 404 | status 404   | status 404  | status 404 | status 404 | status 404
closed           | closed   | closed           | closed              | closed   | closed   | closed      | closed        | closed      | closed   | closed    | closed
";

fn told(act: &Act) -> String {
    match act {
        Act::Connect(None) => "connect".into(),
        Act::Read(Some(until)) => format!("read {}", until.as_secs()),
        Act::Wait(at) => format!("wait {}", at.as_secs()),
        Act::Failed(Failure::Status(status)) => format!("status {status}"),
        Act::Closed => "closed".into(),
        other => panic!("{other:?}"),
    }
}

fn give(session: &mut Client, input: &str) -> HeadOutcome {
    match input {
        "nothing" => {}
        "200" => return session.response(200, STREAM, s(101).into()),
        "204" => return session.response(204, None, s(101).into()),
        "bytes" => drop(feed(session, b": hi\n", s(101))),
        "no bytes" => drop(feed(session, b"", s(101))),
        "end of body" => _ = session.end_of_body(s(101).into()),
        "network error" => session.network_error(s(101).into()),
        "retry after" => session.retry_after(s(7)),
        "now" => session.reconnect_now(),
        "late news" => late_news::tell_all(session, s(101)),
        "close" => session.close(),
        other => panic!("{other}"),
    }
    HeadOutcome::Ignored
}

#[test]
fn every_transition() {
    let mut rows = TABLE.trim().lines().map(|line| line.split('|').map(str::trim));
    let inputs: Vec<&str> = rows.next().unwrap().skip(1).collect();
    let mut cells = 0;
    for mut row in rows {
        let state = row.next().unwrap();
        for (input, expected) in inputs.iter().zip(row) {
            let mut session = in_state(state);
            let head = match give(&mut session, input) {
                HeadOutcome::Ignored => "",
                HeadOutcome::Opened => "opened; ",
                HeadOutcome::Failed(_) => "failed; ",
                other => panic!("{other:?}"),
            };
            let ready = session.ready_state();
            let act = poll(&mut session, s(102));
            assert_eq!(format!("{head}{}", told(&act)), expected, "{input} in {state}");
            let as_polled = match act {
                Act::Read(_) if state == "connecting" && input != &"200" => ReadyState::Connecting,
                Act::Read(_) => ReadyState::Open,
                Act::Connect(_) | Act::Wait(_) => ReadyState::Connecting,
                Act::Failed(_) | Act::Closed => ReadyState::Closed,
            };
            assert_eq!(ready, as_polled, "{input} in {state}");
            // Asked again it says the same, except that it says once to connect.
            let again = if matches!(act, Act::Connect(_)) { Act::Read(Some(s(147))) } else { act };
            assert_eq!(poll(&mut session, s(102)), again, "{input} in {state}, polled twice");
            cells += 1;
        }
    }
    assert_eq!(cells, 99);
}

#[test]
fn heads() {
    let retry = |head: RefusedHead| matches!(head.status, 0 | 204 | 429 | 503);
    let cases: [(u16, Option<&[u8]>, HeadOutcome, HeadOutcome); 16] = [
        (200, STREAM, HeadOutcome::Opened, HeadOutcome::Opened),
        (200, Some(b"Text/Event-Stream ; charset=utf-8"), HeadOutcome::Opened, HeadOutcome::Opened),
        (200, None, HeadOutcome::Failed(Failure::NoContentType), HeadOutcome::Opened),
        (
            200,
            Some(b""),
            HeadOutcome::Failed(Failure::ContentType),
            HeadOutcome::Failed(Failure::ContentType),
        ),
        (
            200,
            Some(b"text/html"),
            HeadOutcome::Failed(Failure::ContentType),
            HeadOutcome::Failed(Failure::ContentType),
        ),
        (
            200,
            Some(b"\xFF"),
            HeadOutcome::Failed(Failure::ContentType),
            HeadOutcome::Failed(Failure::ContentType),
        ),
        (204, STREAM, HeadOutcome::Failed(Failure::Status(204)), HeadOutcome::Failed(Failure::Status(204))),
        (201, STREAM, HeadOutcome::Failed(Failure::Status(201)), HeadOutcome::Failed(Failure::Status(201))),
        (103, STREAM, HeadOutcome::Failed(Failure::Status(103)), HeadOutcome::Failed(Failure::Status(103))),
        (301, None, HeadOutcome::Failed(Failure::Status(301)), HeadOutcome::Failed(Failure::Status(301))),
        (429, None, HeadOutcome::Failed(Failure::Status(429)), HeadOutcome::Retry),
        (503, STREAM, HeadOutcome::Failed(Failure::Status(503)), HeadOutcome::Retry),
        (500, STREAM, HeadOutcome::Failed(Failure::Status(500)), HeadOutcome::Failed(Failure::Status(500))),
        (0, STREAM, HeadOutcome::Failed(Failure::Status(0)), HeadOutcome::Retry),
        (999, STREAM, HeadOutcome::Failed(Failure::Status(999)), HeadOutcome::Failed(Failure::Status(999))),
        (
            65535,
            None,
            HeadOutcome::Failed(Failure::Status(65535)),
            HeadOutcome::Failed(Failure::Status(65535)),
        ),
    ];
    let lenient = PLAIN.retry_head(retry).accept_missing_content_type(true);
    for (status, content_type, strict, loose) in cases {
        for (policy, expected) in [(PLAIN, strict), (lenient.clone(), loose)] {
            let mut session = policy.client();
            assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
            assert_eq!(
                session.response(status, content_type, s(1).into()),
                expected,
                "{status} {content_type:?}"
            );
            let then = match expected {
                HeadOutcome::Opened => Act::Read(Some(s(46))),
                HeadOutcome::Retry => Act::Wait(s(4)),
                HeadOutcome::Failed(failure) => Act::Failed(failure),
                other => panic!("{other:?}"),
            };
            assert_eq!(poll(&mut session, s(1)), then, "{status} {content_type:?}");
        }
    }
}

/// A session with an open connection at `now`.
fn open(policy: SessionBuilder, now: Duration) -> Client {
    let mut session = policy.client();
    reopen(&mut session, now);
    session
}

fn reopen(session: &mut Client, now: Duration) {
    assert!(matches!(poll(session, now), Act::Connect(_)));
    assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
}

#[test]
fn what_outlives_a_connection_and_what_does_not() {
    let mut session = open(PLAIN.max_backoff(s(0)), s(0));
    let stream = b"\xEF\xBB\xBFretry: 7000\nid: 1\ndata: a\n\nid: 2\nevent: lost\ndata: lost\n";
    assert_eq!(feed(&mut session, stream, s(0)), ["a"]);
    session.network_error(s(0).into());
    assert_eq!(session.reconnection_time(), s(7));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(7)));
    assert_eq!(poll(&mut session, s(7)), Act::Connect(Some("1".into())), "2 was never dispatched");
    assert_eq!(session.response(200, STREAM, s(7).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"\xEF\xBB", s(7)), [""; 0], "half of a byte order mark, in vain");
    session.end_of_body(s(7).into());
    reopen(&mut session, s(14));
    let mut chunk = session.receive(b"\xEF\xBB\xBFdata: b\n\n", s(14).into());
    let event = session.decode_event(&mut chunk).unwrap().unwrap();
    assert_eq!(
        (event.event_type().as_str(), event.data(), event.last_event_id().as_str()),
        ("message", "b", "1")
    );
    // A LF that would have belonged to the old stream's CR is a line of its own.
    assert_eq!(feed(&mut session, b"data: c\r", s(14)), [""; 0]);
    session.network_error(s(14).into());
    reopen(&mut session, s(21));
    assert_eq!(feed(&mut session, b"\ndata: d\n\n", s(21)), ["d"]);
    // `id` alone clears: no header then.
    assert_eq!(feed(&mut session, b"id\n\n", s(21)), [""; 0]);
    session.end_of_body(s(21).into());
    let _ = poll(&mut session, s(21));
    assert_eq!(poll(&mut session, s(28)), Act::Connect(None));
    // A session handed a decoder in mid-stream begins a stream of its own.
    let mut decoder = Decoder::builder().last_event_id(EventId::from_static("9")).build();
    assert!(decoder.decode(&mut Chunk::new(b"data: half\n")).unwrap().is_none());
    let mut session = PLAIN.decoder(decoder).client();
    assert_eq!(poll(&mut session, s(0)), Act::Connect(Some("9".into())));
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"data: whole\n\n", s(0)), ["whole"]);
    assert_eq!(session.session.into_decoder().last_event_id(), "9");
}

#[test]
fn an_id_that_no_header_can_carry_is_kept_and_not_sent() {
    for (id, sent) in [
        ("7\u{1}", false),
        ("\u{7f}", false),
        (" 7", true),
        ("7\t", true),
        (" ", false),
        ("7 \u{1} ", false),
        ("é 7", true),
        ("0", true),
    ] {
        let mut session = open(PLAIN, s(0));
        // Two spaces: the field takes one.
        assert_eq!(feed(&mut session, format!("id: {id}\ndata: x\n\n").as_bytes(), s(0)), ["x"]);
        assert_eq!(session.last_event_id(), id);
        session.end_of_body(s(0).into());
        assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
        assert_eq!(
            poll(&mut session, s(3)),
            Act::Connect(sent.then(|| id.trim_matches([' ', '\t']).to_owned())),
            "{id:?}"
        );
        // And it is not forgotten.
        assert_eq!(session.last_event_id(), id);
    }
}

#[test]
fn a_request_that_must_not_be_repeated() {
    let once = PLAIN.reconnect(Reconnect::Never).retry_head(|head| head.status == 503);
    // The end of the body is the end, and what its open block held can be taken.
    let mut session = open(once.clone(), s(0));
    assert_eq!(feed(&mut session, b"data: 1\n\ndata: [DONE]\n", s(0)), ["1"]);
    let End::Truncated(block) = session.end_of_body(s(1).into()) else { panic!("clean") };
    assert_eq!(block.event().unwrap().data(), "[DONE]");
    assert_eq!(poll(&mut session, s(1000)), Act::Closed);
    // All else fails, with its reason.
    let mut cases: Vec<(Client, Failure)> = Vec::new();
    let mut session = open(once.clone(), s(0));
    session.network_error(s(1).into());
    cases.push((session, Failure::NetworkError));
    let mut session = open(once.clone(), s(0));
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(45))));
    assert_eq!(poll(&mut session, s(45)), Act::Failed(Failure::IdleTimeout));
    cases.push((session, Failure::IdleTimeout));
    for end in [true, false] {
        let mut session = once.clone().client();
        let _ = poll(&mut session, s(0));
        if end {
            session.end_of_body(s(0).into());
        } else {
            session.network_error(s(0).into());
        }
        cases.push((session, Failure::NetworkError));
    }
    let mut session = once.clone().client();
    let _ = poll(&mut session, s(0));
    assert_eq!(session.response(503, None, s(0).into()), HeadOutcome::Failed(Failure::Status(503)));
    cases.push((session, Failure::Status(503)));
    for (mut session, failure) in cases {
        assert_eq!(poll(&mut session, s(1000)), Act::Failed(failure));
        assert_eq!(session.ready_state(), ReadyState::Closed);
    }
}

#[test]
fn a_loss_told_twice_counts_once() {
    let mut session = PLAIN.max_attempts(Some(2)).client();
    let _ = poll(&mut session, s(0));
    session.network_error(s(0).into());
    session.network_error(s(1).into());
    assert_eq!(session.end_of_body(s(2).into()), End::Clean);
    assert_eq!(poll(&mut session, s(2)), Act::Wait(s(3)), "counted from the first");
}

#[test]
fn failures_tell_their_reason() {
    let told = [
        (Failure::Status(204), "the server answered with status 204: it wants no further connection"),
        (Failure::ContentType, "the content type of the response is not text/event-stream"),
        (Failure::NoContentType, "the response has no content type"),
        (Failure::NetworkError, "the connection failed, and the session may not reconnect"),
        (
            Failure::HeadTimeout,
            "the response headers did not arrive in time, and the session may not reconnect",
        ),
        (Failure::IdleTimeout, "no bytes arrived within the idle timeout, and the session may not reconnect"),
    ];
    for (failure, text) in told {
        assert_eq!(failure.to_string(), text);
    }
}
