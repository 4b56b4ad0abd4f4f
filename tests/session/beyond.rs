//! What a session can beyond the standard, at its caller's wish: now, later, from elsewhere, not again.

use std::time::Duration;

use sse_proto::session::{
    Action, Failure, HeadOutcome, Loss, ReadyState, Reconnect, RefusedHead, Session, SessionBuilder,
};
use sse_proto::{Decoder, EventId};

use super::{
    Act, Build, Client, PLAIN, STATES, STREAM, feed, in_state, ms, open, poll, poll_with, reopen, s,
};

#[test]
fn reconnect_now_connects_at_the_next_poll_and_counts_nothing() {
    for state in STATES {
        let mut session = in_state(state);
        session.reconnect_now();
        session.reconnect_now();
        let expected = match state {
            "failed" => Act::Failed(Failure::Status(404)),
            "closed" => Act::Closed,
            _ => Act::Connect(None),
        };
        assert_eq!(poll(&mut session, s(100)), expected, "{state}");
        assert!(!matches!(state, "connecting" | "open") || session.last_loss().is_none(), "no loss is told");
    }
    // What had grown stays: a network that comes and goes makes no storm.
    let mut session = PLAIN.client();
    for wait in [3, 6, 12] {
        assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
        session.network_error(s(0).into());
        assert_eq!(poll(&mut session, s(0)), Act::Wait(s(wait)));
        session.reconnect_now();
    }
    // But not after a good connection.
    reopen(&mut session, s(0));
    let _ = poll(&mut session, s(20));
    session.reconnect_now();
    assert_eq!(poll(&mut session, s(20)), Act::Connect(None));
    session.network_error(s(20).into());
    assert_eq!(poll(&mut session, s(20)), Act::Wait(s(23)));
    // What was open is gone with it, the last event ID stays.
    let mut session = open(PLAIN, s(0));
    assert_eq!(feed(&mut session, b"id: 1\ndata: a\n\nid: 2\ndata: half", s(0)), ["a"]);
    session.reconnect_now();
    assert_eq!(session.ready_state(), ReadyState::Connecting);
    assert_eq!(poll(&mut session, s(0)), Act::Connect(Some("1".into())));
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"data: b\n\n", s(0)), ["b"]);
    // And a wait that was chosen for it.
    let mut session = in_state("open");
    session.retry_after(s(1000));
    session.reconnect_now();
    let _ = poll(&mut session, s(100));
    session.network_error(s(100).into());
    assert_eq!(poll(&mut session, s(100)), Act::Wait(s(103)));
    // It may be said where there is no reconnecting: it is the caller's own wish.
    let mut session = open(PLAIN.reconnect(Reconnect::Never), s(0));
    session.reconnect_now();
    assert_eq!(poll(&mut session, s(0)), Act::Connect(None));
}

#[test]
fn retry_after_is_the_next_wait_longer_or_shorter_once() {
    let busy = PLAIN.retry_head(|head| head.status == 503).reconnection_time(s(30));
    for wait in [5, 120] {
        for order in ["before the head", "after it", "after the poll"] {
            let mut session = busy.clone().client();
            let _ = poll(&mut session, s(0));
            if order == "before the head" {
                session.retry_after(s(7));
                session.retry_after(s(wait));
            }
            assert_eq!(session.response(503, None, s(1).into()), HeadOutcome::Retry);
            if order == "after it" {
                session.retry_after(s(wait));
            }
            if order == "after the poll" {
                assert_eq!(poll_with(&mut session, s(1), u64::MAX), Act::Wait(s(31)));
                session.retry_after(s(wait));
            }
            assert_eq!(
                poll_with(&mut session, s(2), u64::MAX),
                Act::Wait(s(1 + wait)),
                "{order}: from the loss"
            );
            let now = s(1 + wait);
            assert_eq!(poll(&mut session, now), Act::Connect(None));
            session.network_error(now.into());
            assert_eq!(poll(&mut session, now), Act::Wait(now + s(60)), "once");
        }
    }
    // One that is over already connects.
    let mut session = busy.clone().client();
    let _ = poll(&mut session, s(0));
    session.network_error(s(0).into());
    assert_eq!(poll(&mut session, s(10)), Act::Wait(s(30)));
    session.retry_after(s(5));
    assert_eq!(poll(&mut session, s(10)), Act::Connect(None));
    // Within the bounds that hold for `retry`.
    let waits = |settings: SessionBuilder, asked: Duration| {
        let mut session = settings.client();
        let _ = poll(&mut session, s(0));
        session.retry_after(asked);
        session.network_error(s(1).into());
        let Act::Wait(at) = poll(&mut session, s(1)) else { panic!("not to wait") };
        at - s(1)
    };
    assert_eq!(waits(busy.clone(), s(0)), s(2), "three seconds from request to request");
    let free = busy.clone().request_interval(s(0));
    assert_eq!(waits(free.clone(), s(0)), ms(500), "the floor");
    assert_eq!(waits(free.clone().min_wait(s(0)), s(0)), ms(1));
    assert_eq!(waits(free.clone().min_wait(s(0)), ms(13)), ms(13));
    assert_eq!(waits(free.clone().max_reconnection_time(Some(s(60))), s(3600)), s(60));
    assert_eq!(waits(free, Duration::MAX), Duration::MAX - s(1));
}

#[test]
fn a_ceiling_for_what_the_server_asks_for() {
    let retry = |settings: SessionBuilder, retry: &str| {
        let mut session = open(settings, s(0));
        assert_eq!(feed(&mut session, format!("retry: {retry}\n").as_bytes(), s(0)), [""; 0]);
        session.end_of_body(s(100).into());
        let Act::Wait(at) = poll(&mut session, s(100)) else { panic!("not to wait") };
        assert_eq!(session.reconnection_time(), at - s(100));
        at - s(100)
    };
    let huge = "2147483648000";
    assert_eq!(retry(PLAIN, huge), s(2_147_483_648), "68 years, as in the standard");
    let hour = PLAIN.max_reconnection_time(Some(s(3600)));
    assert_eq!(retry(hour.clone(), huge), s(3600));
    assert_eq!(retry(hour.clone(), "3600001"), s(3600));
    assert_eq!(retry(hour.clone(), "3599999"), ms(3_599_999));
    // The settings' own time is not the server's, and the floor is above the ceiling.
    assert_eq!(open(hour.clone().reconnection_time(s(9999)), s(0)).reconnection_time(), s(9999));
    assert_eq!(retry(hour.min_wait(s(7200)), huge), s(7200));
    // A session that goes on from the decoder of another has its own ceiling.
    let mut session = open(PLAIN, s(0));
    feed(&mut session, format!("retry: {huge}\n").as_bytes(), s(0));
    let again = PLAIN.max_reconnection_time(Some(s(60))).decoder(session.session.into_decoder()).build();
    assert_eq!(again.reconnection_time(), s(60));
}

/// A page of HTML from a captive portal, or a 502 while the server is updated: once it has worked, worth another try.
#[test]
fn heads_of_reconnections_can_be_tried_again() {
    fn once_open(head: RefusedHead) -> bool {
        head.is_reconnection
    }
    let settings = PLAIN.retry_head(once_open);
    let heads: [(u16, Option<&[u8]>, Failure, Loss); 3] = [
        (200, Some(b"text/html"), Failure::ContentType, Loss::ContentType),
        (200, None, Failure::NoContentType, Loss::NoContentType),
        (502, Some(b"text/html"), Failure::Status(502), Loss::Status(502)),
    ];
    for (status, content_type, failure, loss) in heads {
        let mut session = settings.clone().client();
        let _ = poll(&mut session, s(0));
        assert_eq!(session.response(status, content_type, s(0).into()), HeadOutcome::Failed(failure));
        assert_eq!(session.last_loss(), Some(loss));
        let mut session = open(settings.clone(), s(0));
        session.end_of_body(s(100).into());
        let _ = poll(&mut session, s(100));
        let _ = poll(&mut session, s(103));
        let mut strict = open(PLAIN, s(0));
        strict.end_of_body(s(100).into());
        let _ = (poll(&mut strict, s(100)), poll(&mut strict, s(103)));
        assert_eq!(strict.response(status, content_type, s(103).into()), HeadOutcome::Failed(failure));
        assert_eq!(session.response(status, content_type, s(103).into()), HeadOutcome::Retry);
        assert_eq!(session.last_loss(), Some(loss));
        assert_eq!(poll(&mut session, s(103)), Act::Wait(s(106)));
        // It is a failure like others: the next wait has grown.
        assert_eq!(poll(&mut session, s(106)), Act::Connect(None));
        assert_eq!(session.response(status, content_type, s(106).into()), HeadOutcome::Retry);
        assert_eq!(poll(&mut session, s(106)), Act::Wait(s(112)));
    }
    // 204 is the server's word that it wants no more, always.
    let mut session = open(settings, s(0));
    session.end_of_body(s(100).into());
    let _ = (poll(&mut session, s(100)), poll(&mut session, s(103)));
    assert_eq!(session.response(204, None, s(103).into()), HeadOutcome::Failed(Failure::Status(204)));
}

/// A POST whose stream the server may have named a place in: to be resumed from there, and not to be repeated before.
#[test]
fn resumes_only_if_there_is_an_id() {
    let settings = PLAIN.reconnect(Reconnect::IfResumable).retry_head(|head| head.status == 503);
    let mut session = open(settings.clone(), s(0));
    assert_eq!(feed(&mut session, b"data: a\n\n", s(0)), ["a"]);
    session.network_error(s(0).into());
    assert_eq!(poll(&mut session, s(0)), Act::Failed(Failure::NetworkError), "no id yet");
    let mut session = open(settings.clone(), s(0));
    session.end_of_body(s(0).into());
    assert_eq!(poll(&mut session, s(0)), Act::Closed, "the end of the body is the end");
    let mut session = open(settings.clone(), s(0));
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(45))));
    assert_eq!(poll(&mut session, s(45)), Act::Failed(Failure::IdleTimeout));
    let mut session = settings.clone().client();
    let _ = poll(&mut session, s(0));
    let refused = HeadOutcome::Failed(Failure::Status(503));
    assert_eq!(session.response(503, None, s(0).into()), refused);
    // With an id, also one without data, it goes on after each kind of loss.
    for lose in [0, 1, 2] {
        let mut session = open(settings.clone(), s(0));
        assert_eq!(feed(&mut session, b"id: 7\n\n", s(0)), [""; 0]);
        let lost = match lose {
            0 => {
                session.end_of_body(s(45).into());
                s(45)
            }
            1 => {
                session.network_error(s(45).into());
                s(45)
            }
            _ => {
                let _ = poll(&mut session, s(0));
                s(45)
            }
        };
        assert_eq!(poll(&mut session, lost), Act::Wait(s(48)));
        assert_eq!(poll(&mut session, s(48)), Act::Connect(Some("7".into())));
        assert_eq!(session.response(503, None, s(48).into()), HeadOutcome::Retry);
    }
    // An id that no header can carry, or none any more, is none; a cursor is one.
    for ids in ["id: \u{1}\n\n", "id: 7\n\nid\n\n"] {
        let mut session = open(settings.clone(), s(0));
        assert_eq!(feed(&mut session, ids.as_bytes(), s(0)), [""; 0]);
        session.network_error(s(0).into());
        assert_eq!(poll(&mut session, s(0)), Act::Failed(Failure::NetworkError));
    }
    let mut session = open(settings, s(0));
    session.set_cursor(Some("7"));
    session.network_error(s(0).into());
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
}

#[test]
fn a_limit_by_elapsed_time() {
    let failure = |session: &mut Client, now: Duration| {
        let Act::Failed(failure) = poll(session, now) else { panic!("not failed") };
        assert!(matches!(failure, Failure::OutOfTime { limit, .. } if limit == s(20)), "{failure:?}");
        failure
    };
    let settings = PLAIN.max_elapsed_time(Some(s(20)));
    // Lost at 0, 3 and 9; the next would be made at 21.
    let mut session = settings.clone().client();
    for now in [0, 3, 9] {
        assert_eq!(poll(&mut session, s(now)), Act::Connect(None));
        session.network_error(s(now).into());
        if now < 9 {
            assert_eq!(poll(&mut session, s(now)), Act::Wait(s([3, 9][usize::from(now > 0)])));
        }
    }
    let text = "gave up: the next attempt would start more than 20s after the first failure; the last one: \
                the connection failed";
    assert_eq!(failure(&mut session, s(9)).to_string(), text);
    assert_eq!(session.ready_state(), ReadyState::Closed);
    // Time in connections that were not good counts, and good ones begin it anew.
    let mut session = settings.clone().client();
    let mut patient = PLAIN.max_elapsed_time(Some(s(24))).client();
    let mut now = s(0);
    for (lasting, wait) in [(2, 3), (2, 6)] {
        for session in [&mut session, &mut patient] {
            reopen(session, now);
            let lost = now + s(lasting);
            session.end_of_body(lost.into());
            assert_eq!(poll(session, lost), Act::Wait(lost + s(wait)));
        }
        now += s(lasting + wait);
    }
    // Lost at 2 first, now at 15: 12 more would be 25 after that.
    let mut good = session.clone();
    reopen(&mut session, now);
    session.end_of_body((now + s(2)).into());
    failure(&mut session, now + s(2));
    reopen(&mut patient, now);
    patient.end_of_body((now + s(2)).into());
    assert!(matches!(poll(&mut patient, now + s(2)), Act::Failed(Failure::OutOfTime { .. })));
    reopen(&mut good, now);
    good.end_of_body((now + s(10)).into());
    assert_eq!(poll(&mut good, now + s(10)), Act::Wait(now + s(13)));
    // The caller's wait is judged too, when it is told.
    let mut session = settings.clone().client();
    let _ = poll(&mut session, s(0));
    session.network_error(s(0).into());
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(3)));
    session.retry_after(s(20));
    assert_eq!(poll(&mut session, s(0)), Act::Wait(s(20)));
    session.retry_after(s(21));
    failure(&mut session, s(0));
    // A time that passes between a wish and its poll counts like any other.
    let mut session = settings.client();
    let _ = poll(&mut session, s(0));
    session.network_error(s(0).into());
    session.reconnect_now();
    assert_eq!(poll(&mut session, s(30)), Act::Connect(None));
    session.network_error(s(30).into());
    failure(&mut session, s(30));
}

#[test]
fn an_id_without_data_is_told() {
    let decoder = Decoder::builder().last_event_id(EventId::from_static("0")).build();
    let mut session = open(PLAIN.decoder(decoder), s(0));
    let new = |session: &mut Client| session.changed_last_event_id().map(|id| id.to_string());
    assert_eq!(new(&mut session), None, "the caller has set it");
    for (bytes, expected) in [
        ("id: 1\n", None),
        ("\n", Some("1")),
        ("", None),
        ("data: x\n\n", None),
        ("id: 1\n\n", None),
        ("id: 2\n\nid: 3\ndata\n\n", Some("3")),
        ("id: 4\n\nid: 3\n\n", None),
        ("id\n\n", Some("")),
    ] {
        feed(&mut session, bytes.as_bytes(), s(0));
        assert_eq!(new(&mut session).as_deref(), expected, "{bytes:?}");
        assert_eq!(new(&mut session), None);
    }
    // A connection that breaks loses none.
    feed(&mut session, b"id: 5\n\n", s(0));
    session.network_error(s(0).into());
    assert_eq!(new(&mut session).as_deref(), Some("5"));
}

#[test]
fn a_cursor_goes_in_place_of_the_last_event_id() {
    let named = |session: &mut Client, now: Duration| {
        let Action::Connect(request) = session.session.poll(now.into(), 0) else { panic!("not to connect") };
        session.connection = request.connection();
        assert!(request.headers().all(|(name, _)| name != "last-event-id" || request.cursor().is_none()));
        (request.cursor().map(str::to_owned), request.last_event_id().map(<[u8]>::to_vec), request.left_out())
    };
    let decoder = Decoder::builder().last_event_id(EventId::from_static("\u{1}")).build();
    let mut session = PLAIN.decoder(decoder).client();
    session.set_cursor(Some("41"));
    assert_eq!(session.cursor(), Some("41"));
    assert_eq!(named(&mut session, s(0)), (Some("41".into()), None, None));
    assert_eq!(session.response(200, STREAM, s(0).into()), HeadOutcome::Opened);
    assert_eq!(
        feed(&mut session, b"id: e\ndata: {\"sequence_number\":42}\n\n", s(0)),
        ["{\"sequence_number\":42}"]
    );
    session.set_cursor(Some("42"));
    for now in [0, 3] {
        session.network_error(s(now).into());
        let _ = poll(&mut session, s(now));
        assert_eq!(named(&mut session, s(now + 3)), (Some("42".into()), None, None), "until another is set");
    }
    session.set_cursor(Some(""));
    session.reconnect_now();
    assert_eq!(named(&mut session, s(6)), (Some("".into()), None, None));
    session.set_cursor(None);
    session.reconnect_now();
    assert_eq!(named(&mut session, s(6)), (None, Some(b"e".to_vec()), None));
}

/// As browsers wait: the reconnection time, whatever happens.
#[test]
fn a_browser_waits_the_reconnection_time() {
    let mut session = Session::builder().browser().reconnection_time(ms(200)).client();
    let mut now = s(0);
    for turn in 0..50 {
        assert_eq!(poll_with(&mut session, now, u64::MAX), Act::Connect(None));
        if turn % 2 == 0 {
            assert_eq!(session.response(200, STREAM, now.into()), HeadOutcome::Opened);
            feed(&mut session, if turn == 20 { b"retry: 2\n" } else { b"" }, now);
        }
        session.end_of_body(now.into());
        let wait = if turn < 20 { ms(200) } else { ms(2) };
        assert_eq!(poll_with(&mut session, now, u64::MAX), Act::Wait(now + wait));
        now += wait;
    }
}
