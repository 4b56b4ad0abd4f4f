//! Linear work (law 4 of CONTRIBUTING.md): what a session does with a last event ID is done once for each ID that arrives.

use std::string::String;

use crate::session::{Action, Session, Time};
use crate::simd::effort::take;

#[test]
fn an_id_is_read_once_however_often_it_is_asked_for() {
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
        assert!(once <= 100_000 && (!is_first || once == 100_000), "{once}");
    }
}
