//! The client session, transition by transition: each state under each input, each rule of WHATWG HTML 9.2.3, each
//! policy, and what is defined for what should not happen.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::time::Duration;

use bytes::Bytes;
use sse_proto::session::{Action, Failure, Head, Policy, ReadyState, Session};
use sse_proto::{Chunk, Decoder, End, EventId, Frame, FrameBuf, OversizedId, SharedChunk};

const STREAM: Option<&[u8]> = Some(b"text/event-stream");

/// No jitter, and an idle timeout of 45 s: waits are as computed.
const PLAIN: Policy = Policy::new().jitter_percent(0).idle_timeout(Some(s(45)));

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
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

fn poll(session: &mut Session, now: Duration) -> Act {
    poll_with(session, now, 0)
}

fn poll_with(session: &mut Session, now: Duration, random: u64) -> Act {
    match session.poll(now, random) {
        Action::Connect(request) => {
            let id = request.last_event_id().map(|id| String::from_utf8(id.to_vec()).unwrap());
            assert_eq!(request.headers().count(), 2 + usize::from(id.is_some()));
            Act::Connect(id)
        }
        Action::WaitUntil(at) => Act::Wait(at),
        Action::Read { until } => Act::Read(until),
        Action::Failed(failure) => Act::Failed(failure),
        Action::Closed => Act::Closed,
        other => panic!("{other:?}"),
    }
}

/// The data of the events in `bytes`, received now.
fn feed(session: &mut Session, bytes: &[u8], now: Duration) -> Vec<String> {
    let mut chunk = session.receive(bytes, now);
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
fn in_state(name: &str) -> Session {
    let mut session = Session::new(PLAIN);
    let at = s(100);
    let connect = |session: &mut Session| assert_eq!(poll(session, at), Act::Connect(None));
    match name {
        "due" => {}
        "connecting" => connect(&mut session),
        "open" | "open, a line in" | "closed" => {
            connect(&mut session);
            assert_eq!(session.response(200, STREAM, at), Head::Opened);
            match name {
                "open, a line in" => assert!(feed(&mut session, b"data: half", at).is_empty()),
                "closed" => session.close(),
                _ => {}
            }
        }
        "lost" | "waiting" => {
            connect(&mut session);
            session.network_error(at);
            if name == "waiting" {
                assert_eq!(poll(&mut session, at), Act::Wait(s(103)));
            }
        }
        "failed" => {
            connect(&mut session);
            assert_eq!(session.response(404, STREAM, at), Head::Failed(Failure::Status(404)));
        }
        other => panic!("{other}"),
    }
    session
}

const STATES: [&str; 8] =
    ["due", "connecting", "open", "open, a line in", "lost", "waiting", "failed", "closed"];

/// What poll says a second after an input in each state, the input at 101 s.
#[test]
fn every_transition() {
    use Act::{Closed, Connect, Failed, Read, Wait};
    use ReadyState::{Connecting as C, Open as O};
    type Input = fn(&mut Session) -> Head;
    let gone = ReadyState::Closed;
    let none = Head::Ignored;
    let connect = Connect(None);
    let is_404 = Failed(Failure::Status(404));
    let idle = |last: u64| Read(Some(s(last + 45)));
    let inputs: [(&str, Input, [(Head, Act, ReadyState); 8]); 8] = [
        (
            "nothing",
            |_| Head::Ignored,
            [
                (none, connect.clone(), C),
                (none, idle(100), C),
                (none, idle(100), O),
                (none, idle(100), O),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "200",
            |session| session.response(200, STREAM, s(101)),
            [
                (none, connect.clone(), C),
                (Head::Opened, idle(101), O),
                (none, idle(100), O),
                (none, idle(100), O),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "204",
            |session| session.response(204, None, s(101)),
            [
                (none, connect.clone(), C),
                (Head::Failed(Failure::Status(204)), Failed(Failure::Status(204)), gone),
                (none, idle(100), O),
                (none, idle(100), O),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "bytes",
            |session| {
                feed(session, b": hi\n", s(101));
                Head::Ignored
            },
            [
                (none, connect.clone(), C),
                (none, idle(100), C),
                (none, idle(101), O),
                (none, idle(101), O),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "no bytes",
            |session| {
                feed(session, b"", s(101));
                Head::Ignored
            },
            [
                (none, connect.clone(), C),
                (none, idle(100), C),
                (none, idle(100), O),
                (none, idle(100), O),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "end of body",
            |session| {
                session.end_of_body(s(101));
                Head::Ignored
            },
            [
                (none, connect.clone(), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "network error",
            |session| {
                session.network_error(s(101));
                Head::Ignored
            },
            [
                (none, connect.clone(), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(104)), C),
                (none, Wait(s(103)), C),
                (none, Wait(s(103)), C),
                (none, is_404.clone(), gone),
                (none, Closed, gone),
            ],
        ),
        (
            "close",
            |session| {
                session.close();
                Head::Ignored
            },
            [
                (none, Closed, gone),
                (none, Closed, gone),
                (none, Closed, gone),
                (none, Closed, gone),
                (none, Closed, gone),
                (none, Closed, gone),
                (none, is_404, gone),
                (none, Closed, gone),
            ],
        ),
    ];
    for (input, give, expected) in inputs {
        for (state, (head, act, ready)) in STATES.into_iter().zip(expected) {
            let mut session = in_state(state);
            assert_eq!(give(&mut session), head, "{input} in {state}");
            assert_eq!(session.ready_state(), ready, "{input} in {state}");
            assert_eq!(poll(&mut session, s(102)), act, "{input} in {state}");
            // Asked again it says the same, except that it says once to connect.
            let again = if matches!(act, Connect(_)) { Read(Some(s(147))) } else { act };
            assert_eq!(poll(&mut session, s(102)), again, "{input} in {state}, polled twice");
        }
    }
}

#[test]
fn the_idle_timeout_loses_a_connection_with_the_poll_that_sees_it() {
    for state in ["connecting", "open", "open, a line in"] {
        let mut session = in_state(state);
        let almost = s(145) - Duration::from_nanos(1);
        assert_eq!(poll(&mut session, almost), Act::Read(Some(s(145))), "{state}");
        assert_eq!(poll(&mut session, s(145)), Act::Wait(s(148)), "{state}");
        assert_eq!(feed(&mut session, b"data: late\n\n", s(146)), [""; 0], "bytes of what was given up");
        assert_eq!(poll(&mut session, s(148)), Act::Connect(None), "{state}");
    }
    // Bytes feed it, comments too; a head does; a poll does not.
    let mut session = in_state("connecting");
    assert_eq!(session.response(200, STREAM, s(140)), Head::Opened);
    for now in [180, 220, 260] {
        assert_eq!(feed(&mut session, b":\n\n", s(now)), [""; 0]);
        assert_eq!(poll(&mut session, s(now + 1)), Act::Read(Some(s(now + 45))));
    }
    // Bytes that come before the poll that would have seen the silence: the connection lives.
    assert_eq!(feed(&mut session, b"data: x\n\n", s(1000)), ["x"]);
    assert_eq!(poll(&mut session, s(1000)), Act::Read(Some(s(1045))));
    // Zero gives up at the next poll.
    let mut session = Session::new(PLAIN.idle_timeout(Some(s(0))));
    assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
}

#[test]
fn heads() {
    let retry = |status| matches!(status, 0 | 200 | 204 | 429 | 503);
    let cases: [(u16, Option<&[u8]>, Head, Head); 16] = [
        (200, STREAM, Head::Opened, Head::Opened),
        (200, Some(b"Text/Event-Stream ; charset=utf-8"), Head::Opened, Head::Opened),
        (200, None, Head::Failed(Failure::NoContentType), Head::Opened),
        (200, Some(b""), Head::Failed(Failure::ContentType), Head::Failed(Failure::ContentType)),
        (200, Some(b"text/html"), Head::Failed(Failure::ContentType), Head::Failed(Failure::ContentType)),
        (200, Some(b"\xFF"), Head::Failed(Failure::ContentType), Head::Failed(Failure::ContentType)),
        (204, STREAM, Head::Failed(Failure::Status(204)), Head::Failed(Failure::Status(204))),
        (201, STREAM, Head::Failed(Failure::Status(201)), Head::Failed(Failure::Status(201))),
        (103, STREAM, Head::Failed(Failure::Status(103)), Head::Failed(Failure::Status(103))),
        (301, None, Head::Failed(Failure::Status(301)), Head::Failed(Failure::Status(301))),
        (429, None, Head::Failed(Failure::Status(429)), Head::Retry),
        (503, STREAM, Head::Failed(Failure::Status(503)), Head::Retry),
        (500, STREAM, Head::Failed(Failure::Status(500)), Head::Failed(Failure::Status(500))),
        (0, STREAM, Head::Failed(Failure::Status(0)), Head::Retry),
        (999, STREAM, Head::Failed(Failure::Status(999)), Head::Failed(Failure::Status(999))),
        (65535, None, Head::Failed(Failure::Status(65535)), Head::Failed(Failure::Status(65535))),
    ];
    let lenient = PLAIN.retry_status(retry).accept_missing_content_type(true);
    for (status, content_type, strict, loose) in cases {
        for (policy, expected) in [(PLAIN, strict), (lenient, loose)] {
            let mut session = Session::new(policy);
            assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
            assert_eq!(session.response(status, content_type, s(1)), expected, "{status} {content_type:?}");
            let then = match expected {
                Head::Opened => Act::Read(Some(s(46))),
                Head::Retry => Act::Wait(s(4)),
                Head::Failed(failure) => Act::Failed(failure),
                other => panic!("{other:?}"),
            };
            assert_eq!(poll(&mut session, s(1)), then, "{status} {content_type:?}");
        }
    }
}

/// A session with an open connection at `now`.
fn open(policy: Policy, now: Duration) -> Session {
    let mut session = Session::new(policy);
    reopen(&mut session, now);
    session
}

fn reopen(session: &mut Session, now: Duration) {
    assert!(matches!(poll(session, now), Act::Connect(_)));
    assert_eq!(session.response(200, STREAM, now), Head::Opened);
}

#[test]
fn what_outlives_a_connection_and_what_does_not() {
    let mut session = open(PLAIN, s(0));
    let stream = b"\xEF\xBB\xBFretry: 7000\nid: 1\ndata: a\n\nid: 2\nevent: lost\ndata: lost\n";
    assert_eq!(feed(&mut session, stream, s(0)), ["a"]);
    session.network_error(s(0));
    assert_eq!(session.reconnection_time(), s(7));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(7)));
    assert_eq!(poll(&mut session, s(7)), Act::Connect(Some("1".into())), "2 was never dispatched");
    assert_eq!(session.response(200, STREAM, s(7)), Head::Opened);
    assert_eq!(feed(&mut session, b"\xEF\xBB", s(7)), [""; 0], "half of a byte order mark, in vain");
    session.end_of_body(s(7));
    reopen(&mut session, s(14));
    let mut chunk = session.receive(b"\xEF\xBB\xBFdata: b\n\n", s(14));
    let event = session.decode_event(&mut chunk).unwrap().unwrap();
    assert_eq!((event.event_type(), event.data(), event.last_event_id().as_str()), ("message", "b", "1"));
    // A LF that would have belonged to the old stream's CR is a line of its own.
    assert_eq!(feed(&mut session, b"data: c\r", s(14)), [""; 0]);
    session.network_error(s(14));
    reopen(&mut session, s(21));
    assert_eq!(feed(&mut session, b"\ndata: d\n\n", s(21)), ["d"]);
    // `id` alone clears: no header then.
    assert_eq!(feed(&mut session, b"id\n\n", s(21)), [""; 0]);
    session.end_of_body(s(21));
    let _ = poll(&mut session, s(21));
    assert_eq!(poll(&mut session, s(28)), Act::Connect(None));
    // A session handed a decoder in mid-stream begins a stream of its own.
    let mut decoder = Decoder::builder().last_event_id(EventId::from_static("9")).build();
    assert!(decoder.decode(&mut Chunk::new(b"data: half\n")).unwrap().is_none());
    let mut session = Session::with_decoder(PLAIN, decoder);
    assert_eq!(poll(&mut session, s(0)), Act::Connect(Some("9".into())));
    assert_eq!(session.response(200, STREAM, s(0)), Head::Opened);
    assert_eq!(feed(&mut session, b"data: whole\n\n", s(0)), ["whole"]);
    assert_eq!(session.into_decoder().last_event_id(), "9");
}

#[test]
fn an_id_that_no_header_can_carry_is_kept_and_not_sent() {
    for (id, sent) in
        [("7\u{1}", false), ("\u{7f}", false), (" 7", false), ("7\t", false), ("é 7", true), ("0", true)]
    {
        let mut session = open(PLAIN, s(0));
        // Two spaces: the field takes one.
        assert_eq!(feed(&mut session, format!("id: {id}\ndata: x\n\n").as_bytes(), s(0)), ["x"]);
        assert_eq!(session.last_event_id(), id);
        session.end_of_body(s(0));
        assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
        assert_eq!(poll(&mut session, s(3)), Act::Connect(sent.then(|| id.to_owned())), "{id:?}");
        // And it is not forgotten.
        assert_eq!(session.last_event_id(), id);
    }
}

/// The waits of a client whose connections all go the same way, in seconds.
fn waits(
    policy: Policy,
    count: usize,
    mut connection: impl FnMut(&mut Session, Duration) -> Duration,
) -> Vec<u64> {
    let mut session = Session::new(policy);
    let mut now = s(0);
    (0..count)
        .map(|_| {
            assert!(matches!(poll(&mut session, now), Act::Connect(_)));
            now = connection(&mut session, now);
            let Act::Wait(at) = poll(&mut session, now) else { panic!("not to wait") };
            let wait = at - now;
            now = at;
            wait.as_secs()
        })
        .collect()
}

#[test]
fn waits_grow_unless_an_event_came_or_time_passed() {
    const GROWING: [u64; 8] = [3, 6, 12, 24, 48, 60, 60, 60];
    let stream = |bytes: &'static [u8], lasting: Duration| {
        move |session: &mut Session, now| {
            assert_eq!(session.response(200, STREAM, now), Head::Opened);
            feed(session, bytes, now);
            session.end_of_body(now + lasting);
            now + lasting
        }
    };
    assert_eq!(
        waits(PLAIN, 8, |session, now| {
            session.network_error(now);
            now
        }),
        GROWING,
        "no network"
    );
    assert_eq!(waits(PLAIN, 8, stream(b"", s(0))), GROWING, "empty 200s");
    assert_eq!(waits(PLAIN, 8, stream(b"", s(59))), GROWING, "200s that do not last");
    assert_eq!(waits(PLAIN, 8, stream(b":hi\n\nid: 1\n\nretry: 3000\ndata: x", s(0))), GROWING, "no event");
    assert_eq!(waits(PLAIN, 8, stream(b"", s(60))), [3; 8], "stable");
    assert_eq!(waits(PLAIN, 8, stream(b"data\n\n", s(0))), [3; 8], "an event each");
    assert_eq!(waits(PLAIN.stable_after(s(0)), 8, stream(b"", s(0))), [3; 8], "each 200 is good");
    let never = PLAIN.stable_after(Duration::MAX);
    assert_eq!(waits(never, 8, stream(b"", s(1_000_000))), GROWING, "only events are good");
    let busy = PLAIN.retry_status(|status| status == 503);
    let answer = |session: &mut Session, now| {
        session.response(503, None, now);
        now
    };
    assert_eq!(waits(busy, 8, answer), GROWING, "503");
    let idle = |session: &mut Session, now: Duration| {
        let _ = poll(session, now + s(45));
        now + s(45)
    };
    assert_eq!(waits(PLAIN, 8, idle), GROWING, "silence");
    // `retry` is where growth begins, and one above the cap does not grow.
    assert_eq!(waits(PLAIN, 4, stream(b"retry: 20000\n", s(0))), [20, 40, 60, 60]);
    assert_eq!(waits(PLAIN, 4, stream(b"retry: 90000\n", s(0))), [90; 4]);
    // One event, and all begins anew.
    let mut turn = 0;
    let sixth = |session: &mut Session, now: Duration| {
        turn += 1;
        stream(if turn == 6 { b"data\n\n" } else { b"" }, s(0))(session, now)
    };
    assert_eq!(waits(PLAIN, 9, sixth), [3, 6, 12, 24, 48, 3, 3, 6, 12]);
}

#[test]
fn an_event_over_the_limit_is_no_progress() {
    for policy in [OversizedId::Commit, OversizedId::Keep] {
        let decoder = Decoder::builder().max_event_size(4).oversized_id(policy).build();
        let mut session = Session::with_decoder(PLAIN, decoder);
        let (mut now, mut waits) = (s(0), Vec::new());
        for _ in 0..4 {
            let Act::Connect(_) = poll(&mut session, now) else { panic!("not to connect") };
            assert_eq!(session.response(200, STREAM, now), Head::Opened);
            assert_eq!(feed(&mut session, b"id: 7\ndata: too large\n\n", now), ["too large"]);
            session.end_of_body(now);
            let Act::Wait(at) = poll(&mut session, now) else { panic!("not to wait") };
            waits.push((at - now).as_secs());
            now = at;
        }
        assert_eq!(waits, [3, 6, 12, 24]);
        let id = if policy == OversizedId::Commit { "7" } else { "" };
        assert_eq!(session.last_event_id(), id);
    }
}

#[test]
fn a_server_of_empty_200s_is_not_hammered() {
    // An hour of `retry: 0` and nothing else, and of one event each.
    let hour = |body: &'static [u8]| {
        let mut session = Session::default();
        let (mut now, mut attempts) = (s(0), 0);
        while now < s(3600) {
            match poll(&mut session, now) {
                Act::Connect(_) => {
                    attempts += 1;
                    assert_eq!(session.response(200, STREAM, now), Head::Opened);
                    feed(&mut session, body, now);
                    session.end_of_body(now);
                }
                Act::Wait(at) => now = at,
                other => panic!("{other:?}"),
            }
        }
        attempts
    };
    assert_eq!(hour(b"retry: 0\n"), 66);
    assert_eq!(hour(b"retry: 0\ndata: x\n\n"), 7200, "the floor, twice a second");
}

#[test]
fn jitter_only_lengthens() {
    let wait = |percent: u8, random: u64| {
        let mut session = Session::new(Policy::new().jitter_percent(percent));
        let _ = poll(&mut session, s(0));
        session.network_error(s(0));
        let Act::Wait(at) = poll_with(&mut session, s(0), random) else { panic!("not to wait") };
        at
    };
    for percent in [0, 1, 50, 100, 255] {
        assert_eq!(wait(percent, 0), s(3));
        let most = s(3) * u32::from(percent) / 100;
        let longest = wait(percent, u64::MAX);
        assert!(longest <= s(3) + most && longest + Duration::from_nanos(1) >= s(3) + most, "{longest:?}");
    }
    assert_eq!(wait(50, 1 << 63), ms(3750), "half of the half");
    // The number given when the wait is chosen counts, not those of later polls.
    let mut session = in_state("lost");
    assert_eq!(poll_with(&mut session, s(100), 0), Act::Wait(s(103)));
    assert_eq!(poll_with(&mut session, s(100), u64::MAX), Act::Wait(s(103)));
}

#[test]
fn attempts() {
    for limit in [0, 1, 3, u32::MAX] {
        let mut session = Session::new(PLAIN.max_attempts(Some(limit)));
        let mut now = s(0);
        let mut made = 0;
        let end = loop {
            match poll(&mut session, now) {
                Act::Connect(_) => {
                    made += 1;
                    session.network_error(now)
                }
                Act::Wait(_) if made == 50 => break None,
                Act::Wait(at) => now = at,
                Act::Failed(failure) => break Some(failure),
                other => panic!("{other:?}"),
            }
        };
        let expected = (limit <= 3).then_some(Failure::TooManyAttempts(limit));
        assert_eq!((end, made), (expected, limit.min(50)));
    }
    // In a row: an event between them starts the count again. The last one fails at once, with its head too.
    let mut session = Session::new(PLAIN.max_attempts(Some(2)).retry_status(|status| status == 503));
    for (turn, event) in [false, true, false].into_iter().enumerate() {
        let now = s(100 * turn as u64);
        let Action::Connect(request) = session.poll(now, 0) else { panic!("not to connect") };
        assert_eq!(request.attempt(), [1, 2, 1][turn]);
        assert_eq!(session.response(200, STREAM, now), Head::Opened);
        feed(&mut session, if event { b"data\n\n" } else { b"" }, now);
        session.end_of_body(now);
        let _ = poll(&mut session, now);
    }
    let _ = poll(&mut session, s(300));
    let failure = Failure::TooManyAttempts(2);
    assert_eq!(session.response(503, None, s(300)), Head::Failed(failure));
    assert_eq!(poll(&mut session, s(300)), Act::Failed(failure));
}

#[test]
fn a_request_that_must_not_be_repeated() {
    let once = PLAIN.reconnect(false).retry_status(|status| status == 503);
    // The end of the body is the end, and what its open block held can be taken.
    let mut session = open(once, s(0));
    assert_eq!(feed(&mut session, b"data: 1\n\ndata: [DONE]\n", s(0)), ["1"]);
    let End::Truncated(block) = session.end_of_body(s(1)) else { panic!("clean") };
    assert_eq!(block.event().unwrap().data(), "[DONE]");
    assert_eq!(poll(&mut session, s(1000)), Act::Closed);
    // All else fails, with its reason.
    let mut cases: Vec<(Session, Failure)> = Vec::new();
    let mut session = open(once, s(0));
    session.network_error(s(1));
    cases.push((session, Failure::NetworkError));
    let mut session = open(once, s(0));
    assert_eq!(poll(&mut session, s(45)), Act::Failed(Failure::IdleTimeout));
    cases.push((session, Failure::IdleTimeout));
    for end in [true, false] {
        let mut session = Session::new(once);
        let _ = poll(&mut session, s(0));
        if end {
            session.end_of_body(s(0));
        } else {
            session.network_error(s(0));
        }
        cases.push((session, Failure::NetworkError));
    }
    let mut session = Session::new(once);
    let _ = poll(&mut session, s(0));
    assert_eq!(session.response(503, None, s(0)), Head::Failed(Failure::Status(503)));
    cases.push((session, Failure::Status(503)));
    for (mut session, failure) in cases {
        assert_eq!(poll(&mut session, s(1000)), Act::Failed(failure));
        assert_eq!(session.ready_state(), ReadyState::Closed);
    }
}

#[test]
fn a_loss_told_twice_counts_once() {
    let mut session = Session::new(PLAIN.max_attempts(Some(2)));
    let _ = poll(&mut session, s(0));
    session.network_error(s(0));
    session.network_error(s(1));
    assert_eq!(session.end_of_body(s(2)), End::Clean);
    assert_eq!(poll(&mut session, s(2)), Act::Wait(s(3)), "counted from the first");
}

#[test]
fn closing_in_the_middle_of_a_chunk_ends_its_frames() {
    let stream = b"data: 1\n\ndata: 2\n\n";
    let mut session = open(PLAIN, s(0));
    let mut chunk = session.receive(stream, s(0));
    assert_eq!(session.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    session.close();
    assert_eq!(session.decode(&mut chunk).unwrap(), None);
    assert_eq!((chunk.consumed(), chunk.rest()), (stream.len(), &b""[..]));
    // The same with chunks of one's own, shared and not, in each state but open.
    for state in STATES.into_iter().filter(|state| !state.starts_with("open")) {
        let mut session = in_state(state);
        let mut chunk = Chunk::new(stream);
        assert_eq!(session.decode_event(&mut chunk).unwrap(), None, "{state}");
        assert!(chunk.rest().is_empty());
        let mut shared = SharedChunk::from(Bytes::from_static(stream));
        assert_eq!(session.decode_shared(&mut shared).unwrap(), None, "{state}");
        assert!(shared.rest().is_empty());
        assert!(session.receive_shared(Bytes::from_static(stream), s(101)).rest().is_empty());
        assert!(session.receive(stream, s(101)).rest().is_empty());
    }
}

#[test]
fn owned_and_lent_frames_are_the_same() {
    let stream = b"id: 1\ndata: a\n\nretry: 5\n: c\ndata: b\n\n";
    let decoder = || Decoder::builder().comments(true).build();
    let mut lent = Session::with_decoder(PLAIN, decoder());
    let mut owned = lent.clone();
    reopen(&mut lent, s(0));
    reopen(&mut owned, s(0));
    let mut chunk = lent.receive(stream, s(0));
    let mut shared = owned.receive_shared(Bytes::from_static(stream), s(0));
    let mut frames = 0;
    while let Some(frame) = lent.decode(&mut chunk).unwrap() {
        let same = match (frame, owned.decode_shared(&mut shared).unwrap().unwrap()) {
            (Frame::Event(one), FrameBuf::Event(two)) => one.data() == two.data(),
            (Frame::Retry(one), FrameBuf::Retry(two)) => one == two,
            (Frame::Comment(one), FrameBuf::Comment(two)) => one == &*two,
            _ => false,
        };
        assert!(same);
        frames += 1;
    }
    assert_eq!(frames, 4);
    // Each of the ways to decode knows an event when it sees one: the wait does not grow.
    for way in 0..3 {
        let mut session = open(PLAIN, s(0));
        session.network_error(s(0));
        let _ = poll(&mut session, s(0));
        reopen(&mut session, s(3));
        let (mut chunk, mut shared) = (Chunk::new(stream), SharedChunk::from(Bytes::from_static(stream)));
        match way {
            0 => assert!(session.decode(&mut chunk).unwrap().is_some()),
            1 => assert!(session.decode_event(&mut chunk).unwrap().is_some()),
            _ => assert!(session.decode_shared(&mut shared).unwrap().is_some()),
        }
        session.network_error(s(3));
        let _ = poll(&mut session, s(3));
        let Action::Connect(request) = session.poll(s(6), 0) else { panic!("not to connect") };
        assert_eq!(request.attempt(), 1, "way {way}");
    }
}

#[test]
fn a_clock_that_goes_back_has_stood_still() {
    // Two of three seconds are waited, then the clock goes back by a day: one is left.
    let day = s(86_400);
    let mut session = open(PLAIN, day);
    session.network_error(day);
    assert_eq!(poll(&mut session, day), Act::Wait(day + s(3)));
    assert_eq!(poll(&mut session, day + s(2)), Act::Wait(day + s(3)));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(1)));
    assert_eq!(poll(&mut session, s(1)), Act::Connect(None));
    // The same for silence and for stability, through every input that tells the time.
    let mut session = open(PLAIN, day);
    assert_eq!(poll(&mut session, day + s(40)), Act::Read(Some(day + s(45))));
    assert_eq!(poll(&mut session, s(10)), Act::Read(Some(s(15))));
    assert_eq!(feed(&mut session, b":", s(5)), [""; 0]);
    assert_eq!(poll(&mut session, s(5)), Act::Read(Some(s(50))));
    session.end_of_body(s(0));
    assert_eq!(session.response(200, STREAM, s(0)), Head::Ignored);
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
}

#[test]
fn huge_and_zero_durations() {
    let max = Duration::MAX;
    // Where the clock stands at its end no wait is over, and so there is no storm.
    let mut session = Session::new(PLAIN);
    assert_eq!(poll(&mut session, max), Act::Connect(None));
    assert_eq!(session.response(200, STREAM, max), Head::Opened);
    assert_eq!(feed(&mut session, b"data\n\n", max), [""]);
    assert_eq!(poll(&mut session, max), Act::Read(Some(max)));
    session.network_error(max);
    for _ in 0..3 {
        assert_eq!(poll(&mut session, max), Act::Wait(max));
    }
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)), "and it goes on when the clock is mended");
    // Durations of the policy, and the longest `retry`.
    let endless = Policy::new().reconnection_time(max).floor(max).backoff_cap(max).jitter_percent(255);
    let mut session = open(endless.stable_after(max).idle_timeout(Some(max)), s(1));
    assert_eq!(poll(&mut session, s(1)), Act::Read(Some(max)));
    session.network_error(s(1));
    assert_eq!(poll_with(&mut session, s(1), u64::MAX), Act::Wait(max));
    let mut session = open(PLAIN.jitter_percent(255), s(1));
    assert_eq!(feed(&mut session, b"retry: 18446744073709551615\n", s(1)), [""; 0]);
    session.network_error(s(1));
    let Act::Wait(at) = poll_with(&mut session, s(1), u64::MAX) else { panic!("not to wait") };
    let asked = ms(u64::MAX);
    assert!(at >= asked + s(1) && at < asked + s(20_000_000_000), "584 years of jitter at most: {at:?}");
    // No floor is lower than a millisecond, and from there waits double.
    let eager = PLAIN.floor(s(0)).reconnection_time(s(0));
    assert_eq!(open(eager, s(0)).reconnection_time(), ms(1));
    let mut session = Session::new(eager);
    let (mut now, mut attempts) = (s(0), 0);
    while now < s(60) {
        match poll(&mut session, now) {
            Act::Connect(_) => {
                attempts += 1;
                session.network_error(now)
            }
            Act::Wait(at) => {
                assert!(at > now);
                now = at
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(attempts, 16);
    let mut session = open(PLAIN.floor(s(9)), s(0));
    session.network_error(s(0));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(9)), "the floor is above the reconnection time");
}

#[test]
fn a_wait_runs_from_the_loss_not_from_the_poll() {
    let mut session = in_state("lost");
    assert_eq!(poll(&mut session, s(102)), Act::Wait(s(103)));
    let mut session = in_state("lost");
    assert_eq!(poll(&mut session, s(200)), Act::Connect(None));
}

#[test]
fn failures_tell_their_reason() {
    let told = [
        (Failure::Status(204), "the server answered with status 204, not with 200"),
        (Failure::ContentType, "the server answered with another content type than text/event-stream"),
        (Failure::NoContentType, "the server answered without a content type"),
        (Failure::TooManyAttempts(3), "gave up after 3 connections in a row without an event"),
        (Failure::NetworkError, "the connection failed, and the request is not to be repeated"),
        (Failure::IdleTimeout, "nothing came for the idle timeout, and the request is not to be repeated"),
    ];
    for (failure, text) in told {
        assert_eq!(failure.to_string(), text);
    }
}
