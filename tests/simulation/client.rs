//! The client's side: it counts what comes and how often it asks.

use std::collections::VecDeque;
use std::time::Duration;

use sse_proto::session::{ConnectionId, Session, SessionBuilder};
use sse_proto::{Decoder, EventId, Frame};

use super::counting::live;
use super::random::Random;
use super::server::Made;
use super::{FLOOR, GONE, MAX_EVENT};

/// The client: what it knows outlives its session.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) session_holds: isize,
    /// The number of the event that is to come next.
    pub(crate) next: usize,
    /// An error has told of an event that is not taken.
    pub(crate) skipped: usize,
    pub(crate) received: usize,
    pub(crate) told_gone: usize,
    pub(crate) attempts: VecDeque<Duration>,
    pub(crate) all_attempts: usize,
}

pub(crate) fn policy(random: &mut Random) -> SessionBuilder {
    Session::builder()
        .reconnection_time(Duration::from_millis(random.below(4000)))
        .floor(FLOOR)
        .backoff_cap(Duration::from_secs(20))
        .idle_timeout(Some(Duration::from_secs(40)))
        .retry_head(|head| head.status == 503)
}

pub(crate) fn decoder(id: EventId<'_>) -> Decoder {
    Decoder::builder().max_event_size(MAX_EVENT).last_event_id(id).build()
}

impl Client {
    /// A new session with what the old one knew, as if it had been stored.
    pub(crate) fn restart(&mut self, random: &mut Random) {
        let id = self.session.last_event_id().to_string();
        self.session = policy(random).decoder(decoder(EventId::new(&id).unwrap())).build();
        self.session_holds = 0;
        self.connection = None;
        self.attempts.clear();
    }

    pub(crate) fn receive(&mut self, made: &[Made], bytes: &[u8], now: Duration) {
        let before = live();
        let Some(connection) = self.connection else { return };
        let mut chunk = self.session.receive(connection, bytes, now.into());
        loop {
            match self.session.decode(&mut chunk) {
                Ok(Some(Frame::Event(event))) => {
                    if event.event_type() == GONE.as_str() {
                        let oldest: usize = event.data().parse().unwrap();
                        assert!(oldest >= self.next, "told of events as gone that were received");
                        self.next = oldest;
                        self.told_gone += 1;
                        continue;
                    }
                    let number: usize = event.data().split('\n').next().unwrap().parse().unwrap();
                    assert!(number >= self.next, "event {number} came twice, {} was next", self.next);
                    // What was skipped on the way was too large, and was told of.
                    for (lost, event) in made.iter().enumerate().take(number).skip(self.next) {
                        assert!(event.large, "event {lost} was lost, {number} came");
                        assert!(self.skipped > 0, "no error told of event {lost}");
                    }
                    assert_eq!(event.last_event_id(), made[number].id.text().as_event_id());
                    self.skipped = 0;
                    self.next = number + 1;
                    self.received += 1;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => self.skipped += 1,
            }
        }
        self.session_holds += live() - before;
        assert!(
            self.session_holds <= 10 * MAX_EVENT as isize + 4096,
            "the session holds {}",
            self.session_holds
        );
    }

    pub(crate) fn connects(&mut self, now: Duration) {
        self.attempts.push_back(now);
        self.all_attempts += 1;
        while self.attempts.front().is_some_and(|at| now - *at > Duration::from_secs(60)) {
            self.attempts.pop_front();
        }
        let most = Duration::from_secs(60).as_millis() / FLOOR.as_millis() + 1;
        assert!(self.attempts.len() as u128 <= most, "a storm: {} attempts in a minute", self.attempts.len());
    }
}
