//! How long it waits, and when it gives up.

use std::time::Duration;

use sse_proto::session::{Action, Failure, HeadOutcome, Loss, Progress, Session, SessionBuilder};
use sse_proto::{Decoder, OversizedId};

use super::{Act, Build, Client, PLAIN, STREAM, feed, in_state, ms, poll, poll_with, s};

/// The waits of a client whose connections all go the same way, in seconds.
fn waits(
    policy: SessionBuilder,
    count: usize,
    mut connection: impl FnMut(&mut Client, Duration) -> Duration,
) -> Vec<u64> {
    let mut session = policy.client();
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

const GROWING: [u64; 8] = [3, 6, 12, 24, 48, 60, 60, 60];

/// A connection that opens, sends these bytes and ends after so long.
fn stream(bytes: &'static [u8], lasting: Duration) -> impl FnMut(&mut Client, Duration) -> Duration {
    move |session, now| {
        assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
        feed(session, bytes, now);
        session.end_of_body((now + lasting).into());
        now + lasting
    }
}

#[test]
fn waits_grow_without_progress() {
    let refused = |session: &mut Client, now: Duration| {
        session.network_error(now.into());
        now
    };
    assert_eq!(waits(PLAIN, 8, refused), GROWING, "no network");
    assert_eq!(waits(PLAIN, 8, stream(b"", s(0))), GROWING, "empty 200s");
    assert_eq!(waits(PLAIN, 8, stream(b":hi\n\nretry: 3000\ndata: x", s(0))), GROWING, "no event");
    assert_eq!(
        waits(PLAIN, 8, stream(b"data\n\n", s(0))),
        GROWING,
        "an event each, as of a server that dies of it"
    );
    assert_eq!(
        waits(PLAIN, 8, stream(b"id: 1\ndata\n\n", s(0)))[1..],
        [3, 6, 12, 24, 48, 60, 60],
        "the same id"
    );
    let busy = PLAIN.retry_head(|head| head.status == 503);
    let answer = |session: &mut Client, now: Duration| {
        session.response(503, None, now.into());
        now
    };
    assert_eq!(waits(busy, 8, answer), GROWING, "503");
    let idle = |session: &mut Client, now: Duration| {
        let _ = poll(session, now + s(45));
        now + s(45)
    };
    assert_eq!(waits(PLAIN, 8, idle), GROWING, "silence");
    // `retry` is where growth begins, and one above the cap does not grow.
    assert_eq!(waits(PLAIN, 4, stream(b"retry: 20000\n", s(0))), [20, 40, 60, 60]);
    assert_eq!(waits(PLAIN, 4, stream(b"retry: 90000\n", s(0))), [90; 4]);
    // One good connection, and all begins anew.
    let mut turn = 0;
    let sixth = |session: &mut Client, now: Duration| {
        turn += 1;
        stream(b"", if turn == 6 { s(10) } else { s(0) })(session, now)
    };
    assert_eq!(waits(PLAIN, 9, sixth), [3, 6, 12, 24, 48, 3, 3, 6, 12]);
}

#[test]
fn a_connection_that_lasted_is_good() {
    // As long as the wait that is due, or ten seconds.
    assert_eq!(waits(PLAIN, 8, stream(b"", s(3))), [3; 8]);
    assert_eq!(waits(PLAIN, 8, stream(b"", ms(2999))), GROWING);
    let after_an_outage = |lasting: Duration| {
        let mut turn = 0;
        move |session: &mut Client, now: Duration| {
            turn += 1;
            stream(b"", if turn > 3 { lasting } else { s(0) })(session, now)
        }
    };
    assert_eq!(waits(PLAIN, 6, after_an_outage(s(10))), [3, 6, 12, 3, 3, 3]);
    assert_eq!(
        waits(PLAIN, 6, after_an_outage(ms(9999))),
        [3, 6, 12, 24, 48, 60],
        "none of them reaches its own wait"
    );
    assert_eq!(waits(PLAIN.stable_after(s(30)), 6, after_an_outage(s(24))), [3, 6, 12, 3, 3, 3]);
    assert_eq!(waits(PLAIN.stable_after(s(0)), 8, stream(b"", s(0))), [3; 8], "each 200 is good");
}

/// A load balancer cuts a healthy, quiet stream every 30 or 60 seconds: that is no failure, also after an outage.
#[test]
fn a_quiet_stream_that_a_proxy_cuts_is_healthy() {
    for cut in [30, 60] {
        for outage in [0, 1, 3, 12] {
            let mut turn = 0;
            let connection = |session: &mut Client, now: Duration| {
                turn += 1;
                if turn <= outage {
                    session.network_error(now.into());
                    return now;
                }
                let head = now + ms(20);
                assert_eq!(session.response(200, STREAM, head.into()), HeadOutcome::Opened);
                for comment in (15..cut).step_by(15) {
                    assert_eq!(feed(session, b":\n\n", now + s(comment)), [""; 0]);
                }
                session.end_of_body((now + s(cut) + ms(10)).into());
                now + s(cut) + ms(10)
            };
            let settings = PLAIN.max_attempts(Some(20));
            assert_eq!(
                waits(settings, outage + 30, connection)[outage..],
                [3; 30],
                "{cut} s after {outage} failures"
            );
        }
    }
}

#[test]
fn what_counts_as_progress_is_a_setting() {
    let mut number = 0;
    let mut new_id = move |session: &mut Client, now: Duration| {
        number += 1;
        assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
        feed(session, format!("id: {number}\n\n").as_bytes(), now); // a checkpoint, no event
        session.end_of_body(now.into());
        now
    };
    let event = || stream(b"data\n\n", s(0));
    assert_eq!(waits(PLAIN, 8, &mut new_id), [3; 8], "the default");
    assert_eq!(waits(PLAIN.progress(Progress::Event), 8, &mut new_id), [3; 8]);
    assert_eq!(waits(PLAIN.progress(Progress::Time), 8, &mut new_id), GROWING);
    assert_eq!(waits(PLAIN.progress(Progress::Event), 8, event()), [3; 8]);
    assert_eq!(waits(PLAIN.progress(Progress::Time), 8, event()), GROWING);
    for progress in [Progress::Time, Progress::NewId, Progress::Event] {
        assert_eq!(waits(PLAIN.progress(progress), 8, stream(b"", s(0))), GROWING, "an empty 200 never is");
        assert_eq!(waits(PLAIN.progress(progress), 8, stream(b"", s(10))), [3; 8], "time always is");
    }
    // A cursor that has moved is one too.
    let mut offset = 0;
    let cursor = |session: &mut Client, now: Duration| {
        offset += 1;
        session.response(200, STREAM, now.into());
        session.set_cursor(Some(&offset.to_string()));
        session.end_of_body(now.into());
        now
    };
    assert_eq!(waits(PLAIN, 8, cursor), [3; 8]);
}

#[test]
fn an_event_over_the_limit_is_no_progress() {
    for policy in [OversizedId::Commit, OversizedId::Discard] {
        let decoder = Decoder::builder().max_event_size(4).oversized_id(policy).build();
        let mut session = PLAIN.decoder(decoder).client();
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
        // Its id is a new place once, if it is committed; skipped for ever, it would be asked for again and again.
        let expected = if policy == OversizedId::Commit { [3, 3, 6, 12] } else { [3, 6, 12, 24] };
        assert_eq!(waits, expected);
        let id = if policy == OversizedId::Commit { "7" } else { "" };
        assert_eq!(session.last_event_id(), id);
    }
}

/// Whatever a server does whose connections live less than 5 seconds: 20 requests a minute, sustained.
#[test]
fn no_server_is_hammered() {
    let hour = |settings: SessionBuilder, lives: Duration, body: &dyn Fn(u64) -> String, status: u16| {
        let mut session = settings.client();
        let (mut now, mut requests) = (s(0), 0);
        let mut minute: Vec<Duration> = Vec::new();
        while now < s(3600) {
            match poll(&mut session, now) {
                Act::Connect(_) => {
                    requests += 1;
                    minute.retain(|at| now - *at < s(60));
                    minute.push(now);
                    assert!(minute.len() <= 20, "{} in a minute", minute.len());
                    session.response(status, STREAM, now.into());
                    session.retry_after(s(0));
                    feed(&mut session, body(requests).as_bytes(), now);
                    now += lives;
                    session.end_of_body(now.into());
                }
                Act::Wait(at) => now = at,
                other => panic!("{other:?}"),
            }
        }
        requests
    };
    let all = Session::builder().retry_head(|_| true);
    for lives in [0, 100, 2_400, 2_600, 4_999].map(ms) {
        for settings in [all.clone(), all.clone().progress(Progress::Event)] {
            hour(settings.clone(), lives, &|_| "retry: 0\n\nevent: hello\ndata\n\n".into(), 200);
            hour(settings.clone(), lives, &|n| format!("retry: 0\nid: {n}\nevent: hello\ndata\n\n"), 200);
            hour(settings.clone(), lives, &|_| String::new(), 503);
        }
    }
    // Without progress it is far less.
    let empty = |session: &mut Client, now: Duration| stream(b"retry: 0\n", s(0))(session, now);
    assert_eq!(waits(PLAIN, 9, empty), [3, 3, 3, 4, 8, 16, 32, 60, 60]);
    // A stream that has lasted is asked for again as soon as the server wants it.
    assert_eq!(waits(PLAIN, 3, stream(b"retry: 1000\n", s(10))), [1; 3]);
    let quick = PLAIN.request_interval(s(0)).min_wait(s(0)).progress(Progress::Event);
    assert_eq!(waits(quick, 3, stream(b"retry: 0\ndata\n\n", s(0))), [0; 3], "unless the settings say so");
}

#[test]
fn jitter_only_lengthens() {
    let wait = |percent: u8, random: u64| {
        let mut session = Session::builder().jitter_percent(percent).client();
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
        let mut session = PLAIN.max_attempts(Some(limit)).client();
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
        assert_eq!(made, limit.min(50));
        let last = (limit > 0).then_some(Loss::NetworkError);
        match end {
            Some(Failure::TooManyAttempts { attempts, last: cause, .. }) => {
                assert_eq!((attempts, cause), (limit, last));
            }
            other => assert!(limit > 3 && other.is_none(), "{other:?}"),
        }
    }
    // In a row: a good one between them starts the count again. The last one fails at once, with its head too.
    let mut session = PLAIN.max_attempts(Some(2)).retry_head(|head| head.status == 503).client();
    for (turn, good) in [false, true, false].into_iter().enumerate() {
        let now = s(100 * turn as u64);
        let Action::Connect(request) = session.session.poll(now.into(), 0) else { panic!("not to connect") };
        assert_eq!(request.attempt(), [1, 2, 1][turn]);
        session.connection = request.connection();
        assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
        feed(&mut session, if good { b"id: 1\n\n" } else { b"" }, now);
        session.end_of_body(now.into());
        let _ = poll(&mut session, now);
    }
    let _ = poll(&mut session, s(300));
    let HeadOutcome::Failed(failure) = session.response(503, None, s(300).into()) else {
        panic!("not failed")
    };
    let text = "gave up after 2 connections in a row without progress; the last one: the server answered with status \
                503 instead of 200";
    assert_eq!(failure.to_string(), text);
    assert_eq!(poll(&mut session, s(300)), Act::Failed(failure));
    assert_eq!(session.last_loss(), Some(Loss::Status(503)));
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
    let mut session = PLAIN.client();
    let _ = poll(&mut session, s(0));
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Opened);
    assert!(feed(&mut session, b"event: old\nid: 7\ndata: half", s(0)).is_empty());
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(45))));
    assert!(matches!(poll(&mut session, s(45)), Act::Wait(_)));
    let _ = poll(&mut session, s(100));
    assert_eq!(session.response(200, STREAM, s(100).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"data: whole\n\n", s(100)), ["whole"]);
    assert_eq!(session.last_event_id(), "");
}
