//! Linear work (law 4 of CONTRIBUTING.md): what a session does with a last event ID is done once for each ID that arrives.

use std::string::String;

use crate::session::{Action, Session, Time};
use crate::simd::effort::take;

#[test]
fn an_id_is_read_when_it_arrives_however_often_it_is_asked_for() {
    let id: String = ["id: ", &"x".repeat(100_000), "\n\n"].concat();
    let mut session = Session::new();
    let now = Time::START;
    let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    let connection = request.connection();
    session.response(connection, 200, Some(b"text/event-stream"), now);
    for bytes in [id.as_bytes(), b":\n", b"data: x\n\n", id.as_bytes()] {
        let mut chunk = session.receive(connection, bytes, now);
        while session.decode(&mut chunk).is_ok_and(|frame| frame.is_some()) {}
        take();
        let is_first = bytes.starts_with(b"id") && session.changed_last_event_id().is_some();
        let once = take();
        for _ in 0..100 {
            assert_eq!(session.changed_last_event_id(), None);
            let _ = session.poll(now, 0);
        }
        assert_eq!(take(), 0);
        // Its characters are checked, and it is hashed.
        assert!(once <= 200_000 && (!is_first || once == 200_000), "{once}");
    }
}

#[test]
fn a_connection_that_brings_no_id_does_not_read_the_old_one() {
    let mut session = Session::builder().browser().build();
    let mut now = Time::START;
    for number in 0..20 {
        take();
        let connection = loop {
            match session.poll(now, 0) {
                Action::Connect(request) => break request.connection(),
                Action::WaitUntil(at) => now = at,
                other => unreachable!("{other:?}"),
            }
        };
        session.response(connection, 200, Some(b"text/event-stream"), now);
        if number == 0 {
            let id: String = ["id: ", &"x".repeat(100_000), "\n\n"].concat();
            let mut chunk = session.receive(connection, id.as_bytes(), now);
            while session.decode(&mut chunk).is_ok_and(|frame| frame.is_some()) {}
        }
        if number % 2 == 0 {
            session.network_error(connection, now);
        } else {
            session.end_of_body(connection, now);
        }
        assert_eq!(take() > 0, number == 0, "connection {number}");
    }
}
