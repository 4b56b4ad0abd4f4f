//! The client's side: it counts what comes and how often it asks.

use std::time::Duration;

use sse_proto::session::{ConnectionId, Session, SessionBuilder};
use sse_proto::{Decoder, EventId, EventIdBuf, Frame};

use super::counting::live;
use super::server::Server;
use super::{GONE, HELLO, INTERVAL, MAX_EVENT};

/// The client: what it knows outlives its session.
pub(crate) struct Client {
    pub(crate) session: Session,
    first_wait: Duration,
    session_holds: isize,
    /// The number of the event that is to come next, from when it first has an id.
    pub(crate) next: Option<usize>,
    /// An error has told of an event that is not taken.
    skipped: usize,
    pub(crate) received: usize,
    pub(crate) told_gone: usize,
    pub(crate) hellos: usize,
    last_attempt: Option<Duration>,
    pub(crate) attempts: usize,
}

fn session(first_wait: Duration, id: EventId<'_>) -> Session {
    let policy: SessionBuilder = Session::builder()
        .reconnection_time(first_wait)
        .max_reconnection_time(Some(Duration::from_secs(30)))
        .max_backoff(Duration::from_secs(20))
        .idle_timeout(Some(Duration::from_secs(40)))
        .head_timeout(Some(Duration::from_secs(20)))
        .retry_head(|head| matches!(head.status, 429 | 503));
    policy.decoder(Decoder::builder().max_event_size(MAX_EVENT).last_event_id(id).build()).build()
}

impl Client {
    pub(crate) fn new(first_wait: Duration) -> Self {
        Self {
            session: session(first_wait, EventId::EMPTY),
            first_wait,
            session_holds: 0,
            next: None,
            skipped: 0,
            received: 0,
            told_gone: 0,
            hellos: 0,
            last_attempt: None,
            attempts: 0,
        }
    }

    /// A new session with what the old one knew, as if it had been stored.
    pub(crate) fn restart(&mut self) {
        let id = EventIdBuf::from(self.session.last_event_id());
        self.session = session(self.first_wait, id.as_event_id());
        self.session_holds = 0;
        self.last_attempt = None;
    }

    /// Whether there was an event.
    pub(crate) fn receive(
        &mut self,
        connection: ConnectionId,
        server: &Server,
        bytes: &[u8],
        now: Duration,
    ) -> bool {
        let (before, received) = (live(), self.received);
        let mut chunk = self.session.receive(connection, bytes, now.into());
        loop {
            match self.session.decode(&mut chunk) {
                Ok(Some(Frame::Event(event))) if event.event_type() == HELLO.as_str() => self.hellos += 1,
                Ok(Some(Frame::Event(event))) if event.event_type() == GONE.as_str() => {
                    let oldest: usize = event.data().parse().unwrap();
                    assert!(
                        self.next.is_none_or(|next| oldest >= next),
                        "told of events as gone that were received"
                    );
                    self.next = Some(oldest);
                    self.told_gone += 1;
                }
                Ok(Some(Frame::Event(event))) => {
                    let number: usize = event.data().split('\n').next().unwrap().parse().unwrap();
                    // An id alone has set it, or may have: it says what comes next.
                    let next = self.next.unwrap_or(number);
                    assert!(number >= next, "event {number} came twice, {next} was next");
                    // What was skipped on the way was too large, and was told of.
                    for (lost, event) in server.made.iter().enumerate().take(number).skip(next) {
                        assert!(event.large, "event {lost} was lost, {number} came");
                        assert!(self.skipped > 0, "no error told of event {lost}");
                    }
                    assert_eq!(event.last_event_id(), server.made[number].id.text().as_event_id());
                    self.skipped = 0;
                    self.next = Some(number + 1);
                    self.received += 1;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => self.skipped += 1,
            }
        }
        if self.next.is_none() {
            // The block that it began with: from now on nothing may be lost.
            self.next = self.session.changed_last_event_id().map(|id| server.number_after(id));
        }
        self.session_holds += live() - before;
        assert!(
            self.session_holds <= 10 * MAX_EVENT as isize + 4096,
            "the session holds {}",
            self.session_holds
        );
        self.received > received
    }

    pub(crate) fn connects(&mut self, now: Duration) {
        self.attempts += 1;
        if let Some(last) = self.last_attempt.replace(now) {
            assert!(now - last >= INTERVAL, "a storm: a request {:?} after the last", now - last);
        }
    }
}
