//! The server's side: events, and the log that replays them, checked against a list of all. Its clients pull by position.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use sse_proto::replay::{EpochId, Replay, ReplayLog};
use sse_proto::{EventId, Message, headers};

use super::counting::live;
use super::random::Random;
use super::{GONE, HUGE_RETRY, MAX_BYTES, MAX_EVENT, MAX_EVENTS};

/// An event as it was made: its number counts over all lives of the server.
pub(crate) struct Made {
    pub(crate) id: EpochId,
    pub(crate) large: bool,
}

/// The server: one topic, one log, one life after the other.
pub(crate) struct Server {
    epoch: u64,
    pub(crate) log: ReplayLog,
    log_holds: isize,
    pub(crate) made: Vec<Made>,
    /// How many were made before this life.
    before: usize,
    /// The number of each event that the log holds, kept apart from it.
    held: VecDeque<(usize, Bytes)>,
    /// Now and then it asks for a reconnection time of 68 years.
    pub(crate) huge_retry: bool,
}

fn log(epoch: u64) -> ReplayLog {
    let start = EpochId::new(epoch, 0).text();
    let bounds = ReplayLog::builder().max_events(MAX_EVENTS).max_bytes(MAX_BYTES);
    bounds.starting_after(start.as_event_id()).build()
}

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            epoch: 1,
            log: log(1),
            log_holds: 0,
            made: Vec::new(),
            before: 0,
            held: VecDeque::new(),
            huge_retry: false,
        }
    }

    /// All that it held is gone.
    pub(crate) fn restart(&mut self) {
        self.epoch += 1;
        self.before = self.made.len();
        self.log = log(self.epoch);
        self.log_holds = 0;
        self.held.clear();
    }

    pub(crate) fn publish(&mut self, random: &mut Random) {
        let number = self.made.len();
        let id = EpochId::new(self.epoch, self.log.end() + 1);
        let large = random.percent(5);
        let length = if large { MAX_EVENT as u64 + 1 } else { 0 } + random.below(100);
        let data = format!("{number}\n{}", "x".repeat(length as usize));
        let text = id.text();
        let mut message = Message::new().id(text.as_event_id()).data(&data);
        if random.percent(3) {
            let millis = if self.huge_retry && random.percent(50) { HUGE_RETRY } else { random.below(4000) };
            message = message.retry(Duration::from_millis(millis));
        }
        let event = message.to_bytes();
        self.made.push(Made { id, large });
        self.held.push_back((number, event.clone()));
        let before = live();
        for evicted in self.log.push(text.as_event_id(), event) {
            let (number, _) = self.held.pop_front().unwrap();
            assert_eq!(evicted.id(), self.made[number].id.text().as_event_id());
        }
        // Without the events, which are shared: ids, index and queues.
        self.log_holds += live() - before;
        assert!(self.log_holds <= 500 * MAX_EVENTS as isize, "the log holds {}", self.log_holds);
        assert!(self.log.len() <= MAX_EVENTS && self.log.bytes() <= MAX_BYTES);
        assert!(self.log.remembered() <= MAX_EVENTS);
        assert_eq!(self.log.len(), self.held.len());
        assert_eq!(self.log.last_id().unwrap(), text.as_event_id());
    }

    /// The number of the event that follows the one with this id, whichever life it was in.
    pub(crate) fn number_after(&self, id: EventId<'_>) -> usize {
        let id = EpochId::try_from(id).unwrap();
        if id.sequence() > 0 {
            return self.made.iter().position(|made| made.id == id).unwrap() + 1;
        }
        // Before the first of its life: what was made in earlier ones.
        self.made.iter().filter(|made| made.id.epoch() < id.epoch()).count()
    }

    /// What a connection that names `id` begins with, and the position from which it goes on; checked against the list of all
    /// that was made.
    pub(crate) fn connect(&self, named: Option<&[u8]>) -> (Option<Bytes>, u64) {
        let id = headers::parse_last_event_id(named.unwrap_or_default()).unwrap();
        let now = self.log.last_id().unwrap();
        if id.is_empty() {
            assert!(
                matches!(self.log.after_header(named), Replay::FromStart(events) if events.len() == self.log.len())
            );
            return (Some(Message::new().id(now).to_bytes()), self.log.end());
        }
        // Whether all that follows the named one is held.
        let next = self.number_after(id);
        let oldest = self.before + self.log.start() as usize;
        let whole = EpochId::try_from(id).unwrap().epoch() == self.epoch && next >= oldest;
        match self.log.after_header(named) {
            Replay::Events(events) => {
                assert!(whole, "events, though some are gone");
                let missed = self.held.iter().filter(|(number, _)| *number >= next);
                assert!(events.clone().map(|event| event.bytes()).eq(missed.map(|(_, event)| event)));
                assert!(events.len() > 0);
                (None, events.start())
            }
            Replay::UpToDate(events) => {
                assert!(whole && next == self.made.len());
                (None, events.start())
            }
            unknown => {
                assert!(!whole, "{unknown:?}, though all is held");
                if let Replay::TooOld { oldest, .. } = unknown {
                    assert_eq!(oldest, self.log.iter().next().map(|event| event.id()));
                }
                // What is held, and an id that stands before it.
                let start = EpochId::new(self.epoch, self.log.start()).text();
                let message = Message::new().id(start.as_event_id()).event_type(GONE);
                (Some(message.data(&oldest.to_string()).to_bytes()), self.log.start())
            }
        }
    }
}
