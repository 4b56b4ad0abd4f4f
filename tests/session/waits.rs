//! How long it waits, and when it gives up.

use std::time::Duration;

use sse_proto::session::{Action, Failure, HeadOutcome, Session, SessionBuilder};
use sse_proto::{Decoder, OversizedId};

use super::{Act, PLAIN, STREAM, feed, in_state, ms, poll, poll_with, s};

/// The waits of a client whose connections all go the same way, in seconds.
fn waits(
    policy: SessionBuilder,
    count: usize,
    mut connection: impl FnMut(&mut Session, Duration) -> Duration,
) -> Vec<u64> {
    let mut session = policy.build();
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
        move |session: &mut Session, now: Duration| {
            assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
            feed(session, bytes, now);
            session.end_of_body((now + lasting).into());
            now + lasting
        }
    };
    assert_eq!(
        waits(PLAIN, 8, |session, now| {
            session.network_error(now.into());
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
    let answer = |session: &mut Session, now: Duration| {
        session.response(503, None, now.into());
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
    for policy in [OversizedId::Commit, OversizedId::Discard] {
        let decoder = Decoder::builder().max_event_size(4).oversized_id(policy).build();
        let mut session = PLAIN.decoder(decoder).build();
        let (mut now, mut waits) = (s(0), Vec::new());
        for _ in 0..4 {
            let Act::Connect(_) = poll(&mut session, now) else { panic!("not to connect") };
            assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
            assert_eq!(feed(&mut session, b"id: 7\ndata: too large\n\n", now), ["too large"]);
            session.end_of_body(now.into());
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
                    assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
                    feed(&mut session, body, now);
                    session.end_of_body(now.into());
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
        let mut session = Session::builder().jitter_percent(percent).build();
        let _ = poll(&mut session, s(0));
        session.network_error(s(0).into());
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
        let mut session = PLAIN.max_attempts(Some(limit)).build();
        let mut now = s(0);
        let mut made = 0;
        let end = loop {
            match poll(&mut session, now) {
                Act::Connect(_) => {
                    made += 1;
                    session.network_error(now.into())
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
    let mut session = PLAIN.max_attempts(Some(2)).retry_status(|status| status == 503).build();
    for (turn, event) in [false, true, false].into_iter().enumerate() {
        let now = s(100 * turn as u64);
        let Action::Connect(request) = session.poll(now.into(), 0) else { panic!("not to connect") };
        assert_eq!(request.attempt(), [1, 2, 1][turn]);
        assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
        feed(&mut session, if event { b"data\n\n" } else { b"" }, now);
        session.end_of_body(now.into());
        let _ = poll(&mut session, now);
    }
    let _ = poll(&mut session, s(300));
    let failure = Failure::TooManyAttempts(2);
    assert_eq!(session.response(503, None, s(300).into()), HeadOutcome::Failed(failure));
    assert_eq!(poll(&mut session, s(300)), Act::Failed(failure));
}

#[test]
fn a_wait_runs_from_the_loss_not_from_the_poll() {
    let mut session = in_state("lost");
    assert_eq!(poll(&mut session, s(102)), Act::Wait(s(103)));
    let mut session = in_state("lost");
    assert_eq!(poll(&mut session, s(200)), Act::Connect(None));
}

/// What is open when a connection falls silent is gone with it, whoever finds that out.
#[test]
fn a_silent_connection_leaves_nothing_of_its_open_block() {
    let mut session = PLAIN.build();
    let _ = poll(&mut session, s(0));
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Opened);
    assert!(feed(&mut session, b"event: old\nid: 7\ndata: half", s(0)).is_empty());
    assert!(matches!(poll(&mut session, s(45)), Act::Wait(_)));
    let _ = poll(&mut session, s(100));
    assert_eq!(session.response(200, STREAM, s(100).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"data: whole\n\n", s(100)), ["whole"]);
    assert_eq!(session.last_event_id(), "");
}
