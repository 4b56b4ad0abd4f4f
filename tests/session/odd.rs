//! What should not happen: chunks of the wrong time, clocks that jump, durations without measure. And that the ways to
//! decode are one.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::session::{Action, HeadOutcome, Progress, Session};
use sse_proto::{Decoder, Frame, FrameBuf};

use super::{
    Act, Build, Client, PLAIN, STATES, STREAM, feed, in_state, ms, open, poll, poll_with, reopen, s,
};

#[test]
fn closing_in_the_middle_of_a_chunk_ends_its_frames() {
    let stream = b"data: 1\n\ndata: 2\n\n";
    let mut session = open(PLAIN, s(0));
    let mut chunk = session.receive(stream, s(0).into());
    assert_eq!(session.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    session.close();
    assert_eq!(session.decode(&mut chunk).unwrap(), None);
    assert_eq!(chunk.rest(), b"");
    // The same in each state but open, shared and not.
    for state in STATES.into_iter().filter(|state| !state.starts_with("open")) {
        let mut session = in_state(state);
        let mut chunk = session.receive(stream, s(101).into());
        assert_eq!(session.decode_event(&mut chunk).unwrap(), None, "{state}");
        let mut shared = session.receive_shared(Bytes::from_static(stream), s(101).into());
        assert_eq!(session.decode_shared(&mut shared).unwrap(), None, "{state}");
        assert!(session.receive_shared(Bytes::from_static(stream), s(101).into()).rest().is_empty());
        assert!(session.receive(stream, s(101).into()).rest().is_empty());
    }
}

#[test]
fn owned_and_lent_frames_are_the_same() {
    let stream = b"id: 1\ndata: a\n\nretry: 5\n: c\ndata: b\n\n";
    let decoder = || Decoder::builder().comments(true).build();
    let mut lent = PLAIN.decoder(decoder()).client();
    let mut owned = lent.clone();
    reopen(&mut lent, s(0));
    reopen(&mut owned, s(0));
    let mut chunk = lent.receive(stream, s(0).into());
    let mut shared = owned.receive_shared(Bytes::from_static(stream), s(0).into());
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
    // Each of the ways to decode knows an event when it sees one: the wait does not grow, where events are progress.
    for way in 0..3 {
        let mut session = open(PLAIN.progress(Progress::Event), s(0));
        session.network_error(s(0).into());
        let _ = poll(&mut session, s(0));
        reopen(&mut session, s(3));
        let stream = &stream[6..]; // no id
        match way {
            0 => {
                let mut chunk = session.receive(stream, s(3).into());
                assert!(session.decode(&mut chunk).unwrap().is_some());
            }
            1 => {
                let mut chunk = session.receive(stream, s(3).into());
                assert!(session.decode_event(&mut chunk).unwrap().is_some());
            }
            _ => {
                let mut chunk = session.receive_shared(Bytes::from_static(stream), s(3).into());
                assert!(session.decode_shared(&mut chunk).unwrap().is_some());
            }
        }
        session.network_error(s(3).into());
        let _ = poll(&mut session, s(3));
        let Action::Connect(request) = session.session.poll(s(6).into(), 0) else { panic!("not to connect") };
        assert_eq!(request.attempt(), 1, "way {way}");
    }
}

#[test]
fn a_clock_that_goes_back_has_stood_still() {
    // Two of three seconds are waited, then the clock goes back by a day: one is left.
    let day = s(86_400);
    let mut session = open(PLAIN, day);
    session.network_error(day.into());
    assert_eq!(poll(&mut session, day), Act::Wait(day + s(3)));
    assert_eq!(poll(&mut session, day + s(2)), Act::Wait(day + s(3)));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(1)));
    assert_eq!(poll(&mut session, s(1)), Act::Connect(None));
    // The same for silence and for stability, through every input that tells the time.
    let mut session = open(PLAIN, day);
    assert_eq!(poll(&mut session, day), Act::Read(Some(day + s(45))));
    assert_eq!(poll(&mut session, day + s(40)), Act::Read(Some(day + s(45))));
    assert_eq!(poll(&mut session, s(10)), Act::Read(Some(s(15))));
    assert_eq!(feed(&mut session, b":", s(5)), [""; 0]);
    assert_eq!(poll(&mut session, s(5)), Act::Read(Some(s(50))));
    session.end_of_body(s(0).into());
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Ignored);
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
}

#[test]
fn huge_and_zero_durations() {
    let max = Duration::MAX;
    // Where the clock stands at its end no wait is over, and so there is no storm.
    let mut session = PLAIN.client();
    assert_eq!(poll(&mut session, max), Act::Connect(None));
    assert_eq!(session.response(200, STREAM, max.into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"data\n\n", max), [""]);
    assert_eq!(poll(&mut session, max), Act::Read(Some(max)));
    session.network_error(max.into());
    for _ in 0..3 {
        assert_eq!(poll(&mut session, max), Act::Wait(max));
    }
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)), "and it goes on when the clock is mended");
    // Durations of the policy, and the longest `retry`.
    let endless =
        Session::builder().reconnection_time(max).min_wait(max).max_backoff(max).jitter_percent(255);
    let mut session = open(endless.stable_after(max).idle_timeout(Some(max)), s(1));
    assert_eq!(poll(&mut session, s(1)), Act::Read(Some(max)));
    session.network_error(s(1).into());
    assert_eq!(poll_with(&mut session, s(1), u64::MAX), Act::Wait(max));
    let mut session = open(PLAIN.jitter_percent(255), s(1));
    assert_eq!(feed(&mut session, b"retry: 18446744073709551615\n", s(1)), [""; 0]);
    session.network_error(s(1).into());
    let Act::Wait(at) = poll_with(&mut session, s(1), u64::MAX) else { panic!("not to wait") };
    let asked = ms(u64::MAX);
    assert!(at >= asked + s(1) && at < asked + s(20_000_000_000), "584 years of jitter at most: {at:?}");
    // No floor is lower than a millisecond, and from there waits double.
    let eager = PLAIN.min_wait(s(0)).request_interval(s(0)).reconnection_time(s(0));
    assert_eq!(open(eager.clone(), s(0)).reconnection_time(), ms(1));
    let mut session = eager.clone().client();
    let (mut now, mut attempts) = (s(0), 0);
    while now < s(60) {
        match poll(&mut session, now) {
            Act::Connect(_) => {
                attempts += 1;
                session.network_error(now.into())
            }
            Act::Wait(at) => {
                assert!(at > now);
                now = at
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(attempts, 16);
    let mut session = open(PLAIN.min_wait(s(9)), s(0));
    session.network_error(s(0).into());
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(9)), "the floor is above the reconnection time");
}

/// Bytes that come on a clock that has gone back begin the silence anew, on that clock.
#[test]
fn bytes_on_a_clock_that_goes_back_are_heard_then() {
    let mut session = open(PLAIN, s(100));
    assert_eq!(feed(&mut session, b"data: 1\n\n", s(50)), ["1"]);
    assert_eq!(poll(&mut session, s(50)), Act::Read(Some(s(95))));
    assert_eq!(poll(&mut session, s(94)), Act::Read(Some(s(95))));
    assert!(matches!(poll(&mut session, s(95)), Act::Wait(_)));
    // Without a poll in between.
    let mut session = open(PLAIN, s(100));
    assert_eq!(feed(&mut session, b":", s(50)), [""; 0]);
    assert_eq!(poll(&mut session, s(95)), Act::Read(Some(s(140))));
}

/// How long a connection has lasted is counted over a clock that goes back, whichever input tells the time.
#[test]
fn a_connection_has_lasted_also_before_the_clock_went_back() {
    let ways: [fn(&mut Client, Duration); 3] = [
        |session, now| assert!(matches!(poll(session, now), Act::Read(_))),
        |session, now| assert_eq!(feed(session, b":", now), [""; 0]),
        |session, now| assert_eq!(session.receive(b"", now.into()).rest(), b""),
    ];
    let turns = [(s(2), s(10)), (ms(500), s(20))];
    for (last, back) in ways.iter().flat_map(|last| ways.map(|back| (last, back))) {
        for (again, wait) in turns {
            let mut session = PLAIN.idle_timeout(None).reconnection_time(s(10)).stable_after(s(60)).client();
            let _ = poll(&mut session, s(0));
            session.network_error(s(0).into());
            let _ = poll(&mut session, s(0));
            reopen(&mut session, s(10));
            // 19 seconds on one clock, and some on the other: 20 are due.
            last(&mut session, s(29));
            back(&mut session, s(0));
            session.network_error(again.into());
            assert_eq!(poll(&mut session, again), Act::Wait(again + wait));
        }
    }
}

#[test]
fn what_a_closed_session_held_of_a_block_joins_no_other() {
    let mut session = open(PLAIN, s(0));
    assert_eq!(feed(&mut session, b"id: 7\n\ndata: of the dead\n", s(0)), [""; 0]);
    session.close();
    let mut session = open(PLAIN.decoder(session.session.into_decoder()), s(0));
    assert_eq!(feed(&mut session, b"data: of the living\n\n", s(0)), ["of the living"]);
    assert_eq!(session.last_event_id(), "7");
}
