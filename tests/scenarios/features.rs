//! What other clients can beyond the standard, and ours too.

use std::time::Duration;

use sse_proto::session::{Action, ConnectionId, HeadOutcome, Session, SessionBuilder};
use sse_proto::{Decoder, Frame};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn browser(first: u64) -> SessionBuilder {
    Session::builder().browser().reconnection_time(ms(first))
}

/// The number of the connection and the id that its request names.
fn connects(session: &mut Session, now: Duration) -> (ConnectionId, Option<String>) {
    let Action::Connect(request) = session.poll(now.into(), 0) else { panic!("not to connect") };
    let id = request.last_event_id().map(|id| String::from_utf8(id.to_vec()).unwrap());
    (request.connection(), id)
}

fn opens(session: &mut Session, now: Duration) -> (ConnectionId, Option<String>) {
    let (connection, id) = connects(session, now);
    let head = session.response(connection, 200, Some(b"text/event-stream"), now.into());
    assert_eq!(head, HeadOutcome::Opened);
    (connection, id)
}

fn feed(session: &mut Session, connection: ConnectionId, bytes: &str, now: Duration) -> Vec<String> {
    let (mut chunk, mut seen) = (session.receive(connection, bytes.as_bytes(), now.into()), Vec::new());
    loop {
        match session.decode(&mut chunk) {
            Ok(Some(Frame::Event(event))) => seen.push(event.data().to_owned()),
            Ok(Some(_)) => {}
            Ok(None) => return seen,
            Err(_) => seen.push("error".into()),
        }
    }
}

fn waits_until(session: &mut Session, now: Duration) -> Duration {
    let Action::WaitUntil(at) = session.poll(now.into(), 0) else { panic!("not to wait") };
    at.since_start()
}

/// LaunchDarkly Go, and the contract tests: no error is told, and by the standard the id goes along.
#[test]
fn reconnect_now_while_open() {
    let mut session = browser(1).build();
    let (connection, _) = opens(&mut session, ms(0));
    assert_eq!(feed(&mut session, connection, "id: 123\ndata: a\n\n", ms(0)), ["a"]);
    session.reconnect_now();
    let (connection, id) = opens(&mut session, ms(0));
    assert_eq!((id.as_deref(), session.last_loss()), (Some("123"), None));
    assert_eq!(feed(&mut session, connection, "id: 456\ndata: b\n\n", ms(0)), ["b"]);
}

/// okhttp-eventsource: a wait of five seconds, interrupted after 100 ms.
#[test]
fn reconnect_now_while_waiting() {
    let mut session = browser(5000).build();
    let (connection, _) = opens(&mut session, ms(0));
    assert_eq!(feed(&mut session, connection, "data: first\n\n", ms(0)), ["first"]);
    session.end_of_body(connection, ms(0).into());
    assert_eq!(waits_until(&mut session, ms(0)), ms(5000));
    session.reconnect_now();
    let _ = connects(&mut session, ms(100));
}

/// okhttp-eventsource: a delay of the caller's own making, 3 ms longer each time.
#[test]
fn a_delay_function_of_the_callers() {
    let (mut session, mut now) = (browser(10).build(), ms(0));
    for (losses, expected) in [10, 13, 16, 19, 22].into_iter().enumerate() {
        let (connection, _) = opens(&mut session, now);
        assert_eq!(feed(&mut session, connection, &format!("data: event{losses}\n\n"), now).len(), 1);
        session.end_of_body(connection, now.into());
        session.retry_after(connection, ms(10 + 3 * losses as u64));
        let at = waits_until(&mut session, now);
        assert_eq!(at - now, ms(expected));
        now = at;
    }
}

/// LaunchDarkly Go: the caller is told of a loss, and says whether to go on.
#[test]
fn the_caller_decides_at_each_loss() {
    for goes_on in [true, false] {
        let mut session = browser(1).build();
        let (connection, _) = opens(&mut session, ms(0));
        session.end_of_body(connection, ms(0).into());
        assert_eq!(waits_until(&mut session, ms(0)), ms(1));
        if goes_on {
            let _ = connects(&mut session, ms(1));
        } else {
            session.close();
            assert_eq!(session.poll(ms(200).into(), 0), Action::Closed);
        }
    }
}

/// LaunchDarkly Go: the caller tries a 401 again, after a wait of its own.
#[test]
fn statuses_to_try_again() {
    let mut session = browser(1).retry_head(|head| head.status == 401).build();
    let (connection, _) = connects(&mut session, ms(0));
    assert_eq!(session.response(connection, 401, None, ms(0).into()), HeadOutcome::Retry);
    session.retry_after(connection, ms(100));
    assert_eq!(waits_until(&mut session, ms(0)), ms(100));
    let _ = opens(&mut session, ms(100));
}

/// undici: it closes at the first event over the limit; here the caller does.
#[test]
fn close_at_the_first_event_over_the_limit() {
    let decoder = Decoder::builder().max_event_size(5).build();
    let mut session = browser(1).decoder(decoder).build();
    let (connection, _) = opens(&mut session, ms(0));
    assert_eq!(feed(&mut session, connection, "data: hello\ndata: world\n", ms(0)), ["error"]);
    session.close();
    assert_eq!(feed(&mut session, connection, "\ndata: x\n\n", ms(0)), [""; 0]);
}

/// eventsource-parser: the caller is told of an id at its blank line.
#[test]
fn an_id_without_data() {
    let mut session = browser(1).build();
    let (connection, _) = opens(&mut session, ms(0));
    assert_eq!(feed(&mut session, connection, "id: 1\n", ms(0)), [""; 0]);
    assert_eq!(session.changed_last_event_id(), None);
    assert_eq!(feed(&mut session, connection, "\n", ms(0)), [""; 0]);
    assert_eq!(session.changed_last_event_id().unwrap(), "1");
}
