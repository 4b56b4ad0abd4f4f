//! News of a connection that is not the current one any more, from a task or a callback that has not heard yet.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::session::{Action, ConnectionId, HeadOutcome, Reconnect, Session, Time};
use sse_proto::{Chunk, Decoder, End, Unfinished};

use super::{Act, Client, PLAIN, STREAM, feed, open, poll, reopen, s};

/// The number of the hundredth connection, which no session of these tests comes to.
fn foreign() -> ConnectionId {
    let mut session = Session::new();
    let mut last = None;
    for _ in 0..100 {
        let Action::Connect(request) = session.poll(s(0).into(), 0) else { panic!("not to connect") };
        last = Some(request.connection());
        session.reconnect_now();
    }
    last.unwrap()
}

/// All that can be told of another connection than the current one.
pub(crate) fn tell_all(client: &mut Client, now: Duration) {
    tell_all_of(&mut client.session, foreign(), now);
}

fn tell_all_of(session: &mut Session, connection: ConnectionId, now: Duration) {
    let now = now.into();
    for status in [200, 204, 503] {
        assert_eq!(session.response(connection, status, STREAM, now), HeadOutcome::Ignored);
    }
    let stream = b"id: stale\nretry: 1\ndata: stale\n\n";
    let mut chunk = session.receive(connection, stream, now);
    assert_eq!(session.decode(&mut chunk).unwrap(), None);
    assert_eq!(session.decode_event(&mut chunk).unwrap(), None);
    let mut chunk = session.receive_shared(connection, Bytes::from_static(stream), now);
    assert_eq!(session.decode_shared(&mut chunk).unwrap(), None);
    assert_eq!(session.end_of_body(connection, now), End::Clean);
    session.network_error(connection, now);
    session.retry_after(connection, s(1000));
}

/// The connection is silent and given up, the next one is under way, and now its reader wakes.
#[test]
fn late_news_touches_neither_the_next_request_nor_its_stream() {
    let mut session = open(PLAIN, s(0));
    let first = session.connection;
    assert_eq!(feed(&mut session, b"id: 0\ndata: stale half", s(0)), [""; 0]);
    assert_eq!(poll(&mut session, s(0)), Act::Read(Some(s(45))));
    assert_eq!(poll(&mut session, s(45)), Act::Wait(s(48)));
    assert_eq!(poll(&mut session, s(48)), Act::Connect(None));
    tell_all_of(&mut session.session, first, s(48));
    assert_eq!(poll(&mut session, s(49)), Act::Read(Some(s(93))), "under way, and not lost");
    assert_eq!(session.response(200, STREAM, s(50).into()), HeadOutcome::Opened);
    assert_eq!(feed(&mut session, b"id: 2\nda", s(50)), [""; 0]);
    tell_all_of(&mut session.session, first, s(50));
    assert_eq!(feed(&mut session, b"ta: b\n\n", s(51)), ["b"]);
    assert_eq!(session.last_event_id(), "2");
    // Nor does it feed the silence of the current one.
    assert_eq!(poll(&mut session, s(60)), Act::Read(Some(s(105))));
    tell_all_of(&mut session.session, first, s(104));
    assert_eq!(poll(&mut session, s(105)), Act::Wait(s(108)));
}

/// A chunk that was kept: its rest belongs to its connection, also when the next one is open.
#[test]
fn a_chunk_of_an_old_connection_gives_nothing_to_the_next() {
    let mut session = open(PLAIN, s(0));
    let stream = b"data: 1\n\nid: old\ndata: 2\n\ndata: 3";
    let mut chunk = session.receive(stream, s(0).into());
    let mut other = chunk.clone();
    let mut shared = session.receive_shared(Bytes::from_static(stream), s(0).into());
    assert_eq!(session.decode_event(&mut chunk).unwrap().unwrap().data(), "1");
    session.network_error(s(0).into());
    let _ = poll(&mut session, s(0));
    reopen(&mut session, s(3));
    assert_eq!(feed(&mut session, b"data: ne", s(3)), [""; 0]);
    assert_eq!(session.decode_event(&mut chunk).unwrap(), None);
    assert_eq!(session.decode(&mut other).unwrap(), None);
    assert!(session.decode_shared(&mut shared).unwrap().is_none());
    assert!(chunk.rest().is_empty() && shared.rest().is_empty());
    assert_ne!(chunk.connection(), session.connection);
    assert_eq!(feed(&mut session, b"w\n\n", s(3)), ["new"]);
    assert_eq!(session.last_event_id(), "");
}

#[test]
fn connections_are_counted_from_one() {
    let mut session = Session::new();
    for number in 1..4 {
        let Action::Connect(request) = session.poll(s(0).into(), 0) else { panic!("not to connect") };
        let connection = request.connection();
        assert_eq!(connection.to_string(), number.to_string());
        let Action::Read { connection: read, .. } = session.poll(s(0).into(), 0) else {
            panic!("not to read")
        };
        assert_eq!(read, connection);
        session.reconnect_now();
    }
}

/// An event that was cut is dropped if another connection brings it again; if none does, whoever goes on with the decoder has
/// seen it.
#[test]
fn the_id_before_a_cut_event_is_news_again_only_if_that_event_was_the_last() {
    for (reconnect, told) in [(Reconnect::Always, None), (Reconnect::Never, Some("1"))] {
        let decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
        let mut session = Session::builder().reconnect(reconnect).decoder(decoder).build();
        let now = Time::START;
        let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
        let connection = request.connection();
        session.response(connection, 200, Some(b"text/event-stream"), now);
        let mut chunk = session.receive(connection, b"id: 1\ndata: a\n\nid: 2\ndata: cut\n", now);
        while session.decode(&mut chunk).unwrap().is_some() {}
        assert_eq!(session.end_of_body(connection, now).event().unwrap().id().unwrap(), "2");
        let mut decoder = session.into_decoder();
        let mut chunk = Chunk::new(b"data: b\n\n");
        let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
        assert_eq!(event.id().map(|id| id.as_str()), told, "{reconnect:?}");
    }
}
