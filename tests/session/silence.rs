//! Silence: when it counts, and when it does not. Of the head, of the body, of a handler, of a machine that sleeps.

use std::time::Duration;

use sse_proto::session::{Action, Failure, HeadOutcome, Loss, Reconnect, SessionBuilder};

use super::{Act, Build, PLAIN, STREAM, feed, in_state, ms, open, poll, s};

#[test]
fn the_idle_timeout_loses_a_connection_with_the_poll_that_sees_it() {
    for state in ["connecting", "open, polled"] {
        let mut session = in_state(state);
        let almost = s(145) - Duration::from_nanos(1);
        assert_eq!(poll(&mut session, almost), Act::Read(Some(s(145))), "{state}");
        assert_eq!(poll(&mut session, s(145)), Act::Wait(s(148)), "{state}");
        assert_eq!(feed(&mut session, b"data: late\n\n", s(146)), [""; 0], "bytes of what was given up");
        let loss = if state == "connecting" { Loss::HeadTimeout } else { Loss::IdleTimeout };
        assert_eq!(session.last_loss(), Some(loss));
        assert_eq!(poll(&mut session, s(148)), Act::Connect(None), "{state}");
    }
    // Bytes feed it, comments too; a head does; a poll does not.
    let mut session = in_state("connecting");
    assert_eq!(session.response(200, STREAM, s(140).into()), HeadOutcome::Opened);
    for now in [180, 220, 260] {
        assert_eq!(feed(&mut session, b":\n\n", s(now)), [""; 0]);
        assert_eq!(poll(&mut session, s(now)), Act::Read(Some(s(now + 45))));
        assert_eq!(poll(&mut session, s(now + 1)), Act::Read(Some(s(now + 45))));
    }
    // Bytes that come before the poll that would have seen the silence: the connection lives.
    assert_eq!(feed(&mut session, b"data: x\n\n", s(1000)), ["x"]);
    assert_eq!(poll(&mut session, s(1000)), Act::Read(Some(s(1045))));
    // Zero gives up at the next poll, however late it comes.
    for late in [0, 5000] {
        let mut session = PLAIN.idle_timeout(Some(s(0))).client();
        assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
        assert_eq!(poll(&mut session, s(late)), Act::Wait(s(late + 3)));
    }
}

/// While a handler works, nobody reads: the socket may be full of keep-alives. Silence counts from the poll after it.
#[test]
fn a_slow_handler_is_no_silence() {
    let mut session = open(PLAIN, s(0));
    assert_eq!(feed(&mut session, b"id: 1\ndata: a\n\n", s(1)), ["a"]);
    // The handler takes 50 seconds, longer than the timeout.
    assert_eq!(poll(&mut session, s(51)), Act::Read(Some(s(96))));
    // And so it does after the head.
    let mut session = open(PLAIN, s(0));
    assert_eq!(poll(&mut session, s(3600)), Act::Read(Some(s(3645))));
    // What is left of a chunk is worked on one by one, with polls in between or without: silence is of bytes.
    let mut session = open(PLAIN, s(0));
    let mut chunk = session.receive(b"data: 1\n\ndata: 2\n\n", s(0).into());
    assert_eq!(session.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    assert_eq!(poll(&mut session, s(50)), Act::Read(Some(s(95))));
    assert_eq!(session.decode_event(&mut chunk).unwrap().unwrap().data(), "2");
}

/// A stream of keep-alives and events over a handler that takes longer than the timeout: one connection.
#[test]
fn a_handler_slower_than_the_timeout_keeps_its_connection() {
    let mut session = open(PLAIN, s(0));
    let mut now = s(0);
    for number in 0..20 {
        assert!(matches!(poll(&mut session, now), Act::Read(Some(_))), "event {number}");
        assert_eq!(feed(&mut session, b":\n\n:\n\n:\n\ndata: x\n\n", now + ms(1)), ["x"]);
        now += s(50);
    }
}

/// A poll that comes much later than asked proves nothing: one interval more, once.
#[test]
fn a_suspended_machine_grants_one_interval_more_once() {
    for state in ["connecting", "open, polled"] {
        // A second late is a poll like any other.
        let mut session = in_state(state);
        assert_eq!(poll(&mut session, s(146)), Act::Wait(s(149)), "{state}");
        // More is a machine that slept for an hour. What has come meanwhile may not have been read yet.
        let mut session = in_state(state);
        assert_eq!(poll(&mut session, s(3700)), Act::Read(Some(s(3745))), "{state}");
        assert_eq!(poll(&mut session, s(3744)), Act::Read(Some(s(3745))), "{state}");
        let mut asleep_again = session.clone();
        assert_eq!(poll(&mut session, s(3745)), Act::Wait(s(3748)), "{state}");
        assert_eq!(poll(&mut asleep_again, s(9999)), Act::Wait(s(10_002)), "once: {state}");
    }
    // Bytes in between, and it may be granted again.
    let mut session = in_state("open, polled");
    for hour in 1..5 {
        let now = s(3600 * hour);
        assert_eq!(poll(&mut session, now), Act::Read(Some(now + s(45))));
        assert_eq!(feed(&mut session, b":", now + s(1)), [""; 0]);
        assert_eq!(poll(&mut session, now + s(1)), Act::Read(Some(now + s(46))));
    }
}

#[test]
fn a_request_says_until_when_its_head_is_to_come() {
    let deadline = |settings: SessionBuilder| {
        let mut session = settings.build();
        let Action::Connect(request) = session.poll(s(7).into(), 0) else { panic!("not to connect") };
        request.deadline().map(|at| at.since_start())
    };
    assert_eq!(deadline(PLAIN.idle_timeout(None)), None);
    assert_eq!(deadline(PLAIN), Some(s(52)), "the idle timeout is for heads too");
    assert_eq!(deadline(PLAIN.head_timeout(Some(s(20)))), Some(s(27)));
    assert_eq!(deadline(PLAIN.idle_timeout(None).head_timeout(Some(s(20)))), Some(s(27)));
    assert_eq!(deadline(PLAIN.head_timeout(Some(Duration::MAX))), Some(Duration::MAX));
}

#[test]
fn a_head_that_does_not_come_loses_the_connection() {
    let settings = PLAIN.head_timeout(Some(s(20)));
    let mut session = settings.clone().client();
    assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(20))));
    assert_eq!(poll(&mut session, s(20)), Act::Wait(s(23)));
    assert_eq!(session.last_loss(), Some(Loss::HeadTimeout));
    assert_eq!(session.response(200, STREAM, s(21).into()), HeadOutcome::Ignored);
    // Then its own timeout holds for the body.
    let mut session = open(settings.clone(), s(0));
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(45))));
    let mut session = open(settings.clone().idle_timeout(None), s(0));
    assert_eq!(poll(&mut session, s(0)), Act::Read(None));
    // A request that is not to be repeated fails with its reason.
    let mut session = settings.reconnect(Reconnect::Never).client();
    let _ = poll(&mut session, s(0));
    assert_eq!(poll(&mut session, s(20)), Act::Failed(Failure::HeadTimeout));
}
