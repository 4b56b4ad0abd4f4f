//! The drivers over a network that is a script and a clock that is a number: both tell the same, whatever happens; an
//! async one that is dropped at every await loses nothing.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

#[path = "../common/mod.rs"]
mod common;
mod hostile;

use std::time::Duration;

use common::network::{Connection, Run, Sendable, World, told};
use sse_proto::driver::{DriverError, EventSource};
use sse_proto::session::{Failure, Progress, Reconnect, Session, SessionBuilder};
use sse_proto::{Decoder, EventId, Unfinished};

/// Waits as computed, a timeout of 45 s, and 503 is tried again.
fn plain() -> SessionBuilder {
    Session::builder().jitter_percent(0).idle_timeout(Some(s(45))).retry_head(|head| head.status == 503)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What both drivers tell of this network, and with what they asked, under every way to run them.
fn run(session: impl Fn() -> Session, network: &[Connection]) -> (Vec<String>, Vec<String>) {
    let [expected, ways @ ..] = Run::ALL.map(|way| {
        let world = World::new(network);
        (told(session(), &world, way), world.requests())
    });
    for (found, way) in ways.iter().zip(&Run::ALL[1..]) {
        assert_eq!(found, &expected, "{way:?}");
    }
    expected
}

#[test]
fn events_over_connections_that_break() {
    let network = [
        Connection::opens()
            .bytes(1, "id: 1\ndata: a\n\n")
            .bytes(2, ": keep-alive\n\n")
            .bytes(30, "data: b\n\ndata: lo")
            .breaks(0),
        Connection::refused(1),
        Connection::opens().bytes(0, "id: 2\ndata: c\n\nid: 3\n\n").ends(20),
        Connection::status(1, 204),
    ];
    let (told, requests) = run(|| plain().build(), &network);
    assert_eq!(
        told,
        [
            "0 open",
            "1 event a",
            "1 id 1",
            "33 event b",
            "33 lost: the connection failed (broken); again at 36",
            "37 lost: the connection failed (refused); again at 40",
            "40 open",
            "40 event c",
            "40 id 3",
            "60 lost: the server ended the stream; again at 63",
            "64 failed: the server answered with status 204: it wants no further connection",
        ]
    );
    assert_eq!(requests, ["0 -", "36 1", "40 1", "63 3"]);
}

/// Silence in the head, then in the body; a handler's time is none.
#[test]
fn timeouts_of_the_head_and_of_silence() {
    let network = [
        Connection::silent_head(),
        Connection::opens().bytes(1, "data: a\n\n").bytes(40, ":\n\n").bytes(44, ":\n\n").silent(),
        Connection::status(1, 404),
    ];
    let (told, _) = run(|| plain().head_timeout(Some(s(20))).build(), &network);
    assert_eq!(
        told,
        [
            "20 lost: the response headers did not arrive in time; again at 23",
            "23 open",
            "24 event a",
            "153 lost: no bytes arrived within the idle timeout; again at 156",
            "157 failed: the server answered with status 404 instead of 200",
        ]
    );
}

#[test]
fn a_server_that_says_when_to_come_again() {
    let network = [
        Connection::status(1, 503).header("Retry-After", "120"),
        Connection::status(1, 503).header("retry-after", "1"),
        Connection::status(1, 503),
        Connection::status(1, 404).header("Retry-After", "120"),
    ];
    let (told, _) = run(|| plain().build(), &network);
    let busy = "lost: the server answered with status 503 instead of 200; again at";
    assert_eq!(
        told,
        [
            &format!("1 {busy} 121"),
            &format!("122 {busy} 124"),
            &format!("125 {busy} 137"),
            "138 failed: the server answered with status 404 instead of 200"
        ]
    );
}

#[test]
fn what_the_last_server_left_unfinished() {
    let network = [Connection::opens().bytes(0, "data: 1\n\ndata: [DONE]\n").ends(1), Connection::refused(0)];
    let decoder = || Decoder::builder().unfinished(Unfinished::WholeLines).build();
    let once = || plain().reconnect(Reconnect::Never).decoder(decoder()).build();
    assert_eq!(run(once, &network).0, ["0 open", "0 event 1", "1 event [DONE]"], "and closed");
    // If it comes again it is not told twice.
    let again = || plain().decoder(decoder()).max_attempts(Some(2)).build();
    assert_eq!(
        run(again, &network).0[..3],
        [
            "0 open",
            "0 event 1",
            "1 lost: the server ended the stream inside an event, before its blank line; again at 4"
        ]
    );
    let came_whole = [
        network[0].clone(),
        Connection::opens().bytes(0, "data: [DONE]\n\n").breaks(1),
        Connection::status(0, 204),
    ];
    let always = || plain().decoder(decoder()).build();
    let (told, _) = run(always, &came_whole);
    let done = told.iter().filter(|line| line.ends_with("event [DONE]"));
    assert_eq!(done.count(), 1, "{told:?}");
    let strict = || plain().reconnect(Reconnect::Never).build();
    assert_eq!(run(strict, &network).0, ["0 open", "0 event 1"]);
}

#[test]
fn all_that_a_decoder_yields_is_told() {
    let decoder = || {
        let id = EventId::from_static("7");
        Decoder::builder().comments(true).max_event_size(8).last_event_id(id).build()
    };
    let network = [
        Connection::opens()
            .bytes(1, "retry: 5000\n:hi\n\ndata: much too large\n\nid: 7\ndata: x\n\n")
            .breaks(1),
        Connection::status(0, 500),
    ];
    let (told, requests) = run(|| plain().decoder(decoder()).progress(Progress::Event).build(), &network);
    assert_eq!(told[1..4], ["1 retry 5s", "1 comment hi", "1 skipped: an event over the limit"]);
    assert_eq!(
        told[4..6],
        ["1 event x", "2 lost: the connection failed (broken); again at 7"],
        "the id is known"
    );
    assert_eq!(requests, ["0 7", "7 7"]);
}

#[test]
fn a_session_that_gives_up_says_what_the_transport_said() {
    let network = [Connection::refused(0), Connection::refused(0)];
    let world = World::new(&network);
    let mut source = EventSource::new(plain().max_attempts(Some(2)).build(), world.transport());
    world.block_on(async {
        assert!(source.next_update().await.unwrap().is_ok());
        let Some(Err(DriverError::Failed { failure, error, .. })) = source.next_update().await else {
            panic!("not failed")
        };
        assert!(matches!(failure, Failure::TooManyAttempts { attempts: 2, .. }));
        assert_eq!(error.unwrap().to_string(), "refused");
        for _ in 0..3 {
            assert!(source.next_update().await.is_none());
        }
    });
    let network = [];
    assert_eq!(
        run(|| plain().max_attempts(Some(0)).build(), &network).0,
        ["0 failed: gave up after 0 connections in a row without progress"]
    );
}

#[test]
fn close_and_reconnect_now() {
    let stream = Connection::opens().bytes(0, "id: 1\ndata: a\n\ndata: b\n\n").silent();
    let world = World::new(&[stream.clone(), stream.clone(), stream]);
    let mut source = EventSource::new(plain().build(), world.transport());
    world.block_on(async {
        assert_eq!(source.next_event().await.unwrap().unwrap().data(), "a");
        source.reconnect_now();
        assert_eq!(world.alive(), 0, "it is dropped at once");
        // No loss is told, and `b` of the old connection is dropped: it comes again, for the id is told.
        assert_eq!(
            source.next_update().await.unwrap().map(|update| format!("{update:?}")).unwrap(),
            "LastEventId(\"1\")"
        );
        assert_eq!(source.next_update().await.unwrap().map(|update| format!("{update:?}")).unwrap(), "Open");
        assert_eq!(source.next_event().await.unwrap().unwrap().data(), "a");
        source.close();
        assert_eq!(world.alive(), 0);
        assert!(source.next_update().await.is_none() && source.next_event().await.is_none());
    });
    assert_eq!(world.requests(), ["0 -", "0 1"]);
}

/// While nobody asks, nothing is done; while a source waits, it holds no connection.
#[test]
fn connections_are_dropped_when_they_are_lost() {
    let world =
        World::new(&[Connection::opens().breaks(1), Connection::silent_head(), Connection::opens().silent()]);
    let mut source = EventSource::new(plain().head_timeout(Some(s(5))).build(), world.transport());
    assert_eq!(world.alive(), 0);
    world.block_on(async {
        let _ = source.next_update().await;
        assert_eq!(world.alive(), 1);
        let _ = source.next_update().await;
        assert_eq!(world.alive(), 0, "broken");
        let _ = source.next_update().await;
        assert_eq!(world.alive(), 0, "a head that did not come");
        let _ = source.next_update().await;
        assert_eq!(world.alive(), 1);
    });
    drop(source);
    assert_eq!(world.alive(), 0);
}

/// A timer for each timeout, not for each chunk.
#[test]
fn chunks_need_no_timers() {
    let mut stream = Connection::opens();
    for _ in 0..1000 {
        stream = stream.bytes(1, "data: x\n\n");
    }
    let world = World::new(&[stream.silent()]);
    let mut source = EventSource::new(plain().build(), world.transport());
    world.block_on(async {
        for _ in 0..1000 {
            assert_eq!(source.next_event().await.unwrap().unwrap().data(), "x");
        }
    });
    assert!(world.timers() <= 1000 / 45 + 2, "{} timers", world.timers());
}

/// A socket that is never empty, of nothing but comments: others get a turn.
#[test]
fn a_busy_stream_lets_others_run() {
    let mut stream = Connection::opens();
    for _ in 0..10_000 {
        stream = stream.bytes(0, ":\n\n");
    }
    let world = World::new(&[stream.bytes(0, "data: x\n\n").silent()]);
    let mut source = EventSource::new(plain().build(), world.transport());
    let turns = world.block_on(async { source.next_event().await.unwrap().unwrap().data().to_owned() });
    assert_eq!(turns, "x");
    assert!(world.wakes() > 100, "{} times", world.wakes());
}

/// However it is run: dropped at each await, polled for no reason, or blocking.
#[test]
fn a_busy_stream_is_told_alike_in_each_way() {
    let mut stream = Connection::opens();
    for _ in 0..1000 {
        stream = stream.bytes(0, ":\n");
    }
    let network = [stream.bytes(0, "data: x\n\n").ends(0), Connection::status(0, 204)];
    let (told, _) = run(|| plain().build(), &network);
    assert_eq!(told[..2], ["0 open", "0 event x"]);
}

/// A machine that sleeps: what has come meanwhile is read, and nothing is lost for it.
#[test]
fn a_suspended_machine_reads_on() {
    let network = [Connection::opens().bytes(1, "data: a\n\n").bytes(4000, "data: b\n\n").silent()];
    let world = World::new(&network);
    let mut source = EventSource::new(plain().build(), world.transport());
    world.block_on(async { assert_eq!(source.next_event().await.unwrap().unwrap().data(), "a") });
    world.block_on(async {
        let mut next = Box::pin(source.next_update());
        assert!(world.poll_once(next.as_mut()).is_pending());
        world.sleep(s(4010));
        let update = next.await.unwrap().unwrap();
        assert_eq!(format!("{update:?}").split('(').next(), Some("Event"), "not lost");
    });
}

#[test]
fn it_is_sent_if_its_parts_are() {
    fn send<T: Send>() {}
    send::<EventSource<Sendable>>();
    send::<sse_proto::driver::Update<std::io::Error>>();
    send::<DriverError<std::io::Error>>();
}

#[cfg(feature = "stream")]
#[test]
fn it_is_a_stream_of_events() {
    use futures::StreamExt;
    let network =
        [Connection::opens().bytes(0, "data: a\n\ndata: b\n\n").ends(0), Connection::status(0, 204)];
    let world = World::new(&network);
    let source = EventSource::new(plain().build(), world.transport());
    let seen = world.block_on(
        source.map(|event| event.map(|event| event.data().to_owned()).map_err(drop)).collect::<Vec<_>>(),
    );
    assert_eq!(seen, [Ok("a".to_owned()), Ok("b".to_owned()), Err(())]);
}
