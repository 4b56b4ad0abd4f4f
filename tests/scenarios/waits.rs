//! The waits and limits of other clients, on a clock of the test: theirs where the standard allows it, ours where we chose.

use std::time::Duration;

use sse_proto::session::{Action, Failure, Session, SessionBuilder};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What one connection does.
#[derive(Clone, Copy)]
enum Does {
    /// It cannot be made.
    Fails,
    /// It opens, and ends after so long without an event.
    Lasts(Duration),
    /// It opens, sends this and ends.
    Sends(&'static str),
}

/// The waits after these connections, in milliseconds; `None` when it gives up.
fn waits(settings: SessionBuilder, random: u64, connections: &[Does]) -> Vec<Option<u64>> {
    let (mut session, mut now) = (settings.build(), s(1));
    let mut waits = Vec::new();
    for does in connections {
        let Action::Connect(request) = session.poll(now.into(), random) else { panic!("not to connect") };
        let connection = request.connection();
        if let Lasts(_) | Sends(_) = does {
            session.response(connection, 200, Some(b"text/event-stream"), now.into());
        }
        match does {
            Fails => session.network_error(connection, now.into()),
            Lasts(time) => {
                now += *time;
                session.end_of_body(connection, now.into());
            }
            Sends(bytes) => {
                let mut chunk = session.receive(connection, bytes.as_bytes(), now.into());
                while session.decode(&mut chunk).unwrap().is_some() {}
                session.end_of_body(connection, now.into());
            }
        }
        match session.poll(now.into(), random) {
            Action::WaitUntil(at) => {
                waits.push(Some((at.since_start() - now).as_millis() as u64));
                now = at.since_start();
            }
            Action::Failed(_) => {
                waits.push(None);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    waits
}

/// No floor, no interval, no jitter: what is left is growth.
fn growing(first: Duration, cap: Duration) -> SessionBuilder {
    let session = Session::builder().reconnection_time(first).max_backoff(cap);
    session.min_wait(Duration::ZERO).request_interval(Duration::ZERO).jitter_percent(0)
}

fn some(waits: &[u64]) -> Vec<Option<u64>> {
    waits.iter().copied().map(Some).collect()
}

use Does::{Fails, Lasts, Sends};

#[test]
fn undici() {
    assert_eq!(
        waits(Session::builder().browser(), 0, &[Fails; 4]),
        some(&[3000; 4]),
        "constant, as browsers do"
    );
    assert_eq!(
        waits(growing(s(3), s(60)), 0, &[Fails; 4]),
        some(&[3000, 6000, 12_000, 24_000]),
        "ours by default"
    );
}

#[test]
fn launchdarkly() {
    assert_eq!(waits(growing(s(10), s(0)), 0, &[Fails; 3]), some(&[10_000; 3]), "without growth");
    assert_eq!(waits(growing(s(10), s(60)), 0, &[Fails; 4]), some(&[10_000, 20_000, 40_000, 60_000]));
    assert_eq!(waits(growing(ms(1), ms(3)), 0, &[Fails; 3]), some(&[1, 2, 3]));
    assert_eq!(waits(growing(s(20), s(30)), 0, &[Fails; 3]), some(&[20_000, 30_000, 30_000]));
    // Theirs shortens; ours lengthens, for 9.2.3 wants at least the time.
    let jitter = waits(growing(s(1), s(0)).jitter_percent(50), u64::MAX, &[Fails; 3]);
    assert!(jitter.iter().all(|wait| matches!(wait, Some(1000..=1500))), "{jitter:?}");
    let reset = growing(s(10), s(60)).stable_after(s(45));
    assert_eq!(waits(reset, 0, &[Lasts(s(1)), Lasts(s(10)), Lasts(s(45))]), some(&[10_000, 20_000, 10_000]));
    let centuries = growing(s(1), s(200 * 365 * 86_400)).jitter_percent(50);
    assert_eq!(waits(centuries, u64::MAX, &[Fails; 35]).len(), 35, "no overflow");
    assert_eq!(
        waits(growing(s(10), s(0)), 0, &[Fails, Fails, Sends("retry: 3000\n")]),
        some(&[10_000, 10_000, 3000])
    );
    assert_eq!(waits(growing(s(10), s(60)), 0, &[Sends("retry: 0\n")]), some(&[1]), "a millisecond at least");
}

#[test]
fn okhttp_eventsource() {
    assert_eq!(waits(growing(ms(4), s(60)), 0, &[Fails; 5]), some(&[4, 8, 16, 32, 64]));
    assert_eq!(waits(growing(ms(4), s(0)), 0, &[Fails; 3]), some(&[4; 3]));
    let jitter = waits(growing(ms(4), ms(19)).jitter_percent(25), u64::MAX, &[Fails; 4]);
    for (wait, least) in jitter.iter().zip([4, 8, 16, 19]) {
        assert!(wait.is_some_and(|wait| wait >= least && wait <= least + least / 4), "{jitter:?}");
    }
    // Zero is a millisecond, and doubles.
    assert_eq!(waits(growing(ms(0), s(60)), 0, &[Fails; 5]), some(&[1, 2, 4, 8, 16]));
    let reset = growing(ms(10), s(60)).stable_after(ms(50));
    assert_eq!(
        waits(reset, 0, &[Lasts(ms(0)), Lasts(ms(0)), Lasts(ms(60)), Lasts(ms(0))]),
        some(&[10, 20, 10, 10])
    );
    let limit = waits(growing(ms(1), s(0)).max_attempts(Some(4)), 0, &[Fails; 5]);
    assert_eq!(limit, [Some(1), Some(1), Some(1), None]);
    // Its limit of time, 50 ms: two errors at once, then one too late.
    let elapsed = growing(ms(1), ms(100)).max_elapsed_time(Some(ms(50)));
    assert_eq!(waits(elapsed, 0, &[Fails; 9])[4..], [Some(16), None]);
}

#[test]
fn go_sse_and_a_first_connection_that_is_given_time() {
    let limit = waits(growing(ms(1), s(0)).max_attempts(Some(4)), 0, &[Fails; 9]);
    assert_eq!(limit.len(), 4, "four requests");
    // LaunchDarkly Go: 100 ms, and 150 ms in all: two requests.
    let elapsed = growing(ms(100), s(0)).max_elapsed_time(Some(ms(150)));
    assert_eq!(waits(elapsed, 0, &[Fails; 9]), [Some(100), None]);
}

#[test]
fn the_last_cause_is_told() {
    let mut session = growing(ms(1), s(0)).max_attempts(Some(1)).build();
    let Action::Connect(request) = session.poll(s(0).into(), 0) else { panic!("not to connect") };
    let connection = request.connection();
    session.network_error(connection, s(0).into());
    let Action::Failed(failure @ Failure::TooManyAttempts { .. }) = session.poll(s(0).into(), 0) else {
        panic!("not failed")
    };
    assert!(failure.to_string().ends_with("the connection failed"));
}
