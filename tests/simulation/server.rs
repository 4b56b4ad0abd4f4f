//! The server's side: events, and the log that replays them, checked against a list of all.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use sse_proto::replay::{EpochId, Replay, ReplayLog};
use sse_proto::{Message, headers};

use super::counting::live;
use super::random::Random;
use super::{GONE, MAX_BYTES, MAX_EVENT, MAX_EVENTS};

/// An event as it was made: its number counts over all lives of the server.
pub(crate) struct Made {
    pub(crate) id: EpochId,
    pub(crate) large: bool,
}

/// The server: one topic, one log, one life after the other.
pub(crate) struct Server {
    pub(crate) epoch: u64,
    pub(crate) log: ReplayLog,
    pub(crate) log_holds: isize,
    pub(crate) made: Vec<Made>,
    /// The number of each event that the log holds, kept apart from it.
    pub(crate) held: VecDeque<(usize, Bytes)>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            epoch: 1,
            log: ReplayLog::builder().max_events(MAX_EVENTS).max_bytes(MAX_BYTES).build(),
            log_holds: 0,
            made: Vec::new(),
            held: VecDeque::new(),
        }
    }

    /// All that it held is gone.
    pub(crate) fn restart(&mut self) {
        self.epoch += 1;
        self.log = ReplayLog::builder().max_events(MAX_EVENTS).max_bytes(MAX_BYTES).build();
        self.log_holds = 0;
        self.held.clear();
    }

    pub(crate) fn publish(&mut self, random: &mut Random) -> (u64, Bytes) {
        let number = self.made.len();
        let position = self.log.end();
        let id = EpochId::new(self.epoch, position);
        let large = random.percent(5);
        let length = if large { MAX_EVENT as u64 + 1 } else { 0 } + random.below(100);
        let data = format!("{number}\n{}", "x".repeat(length as usize));
        let text = id.text();
        let mut message = Message::new().id(text.as_event_id()).data(&data);
        if random.percent(3) {
            message = message.retry(Duration::from_millis(random.below(4000)));
        }
        let event = message.to_bytes();
        self.made.push(Made { id, large });
        self.held.push_back((number, event.clone()));
        let before = live();
        for evicted in self.log.push(text.as_event_id(), event.clone()) {
            let (number, _) = self.held.pop_front().unwrap();
            assert_eq!(evicted.id(), self.made[number].id.text().as_event_id());
        }
        // Without the events, which are shared: ids, index and queues.
        self.log_holds += live() - before;
        assert!(self.log_holds <= 2 * 250 * MAX_EVENTS as isize, "the log holds {}", self.log_holds);
        assert!(self.log.len() <= MAX_EVENTS && self.log.bytes() <= MAX_BYTES);
        assert!(self.log.remembered() <= MAX_EVENTS);
        assert_eq!(self.log.len(), self.held.len());
        (position, event)
    }

    /// What a connection that names `id` begins with, checked against the list of all that was made.
    pub(crate) fn replay(&self, named: Option<&[u8]>) -> Vec<Bytes> {
        let id = headers::parse_last_event_id(named.unwrap_or_default()).unwrap();
        let from = self.made.iter().position(|made| made.id.text().as_event_id() == id);
        let missed = |from: usize| -> Vec<Bytes> {
            self.held.iter().filter(|(number, _)| *number >= from).map(|(_, event)| event.clone()).collect()
        };
        // Whether all that follows the named one is held.
        let whole = from.is_some_and(|from| {
            let mut next = from + 1..self.made.len();
            self.made[from].id.epoch() == self.epoch
                && next.all(|number| self.held.iter().any(|(held, _)| *held == number))
        });
        let gone = || {
            let number = self.held.front().map_or(self.made.len(), |(number, _)| *number);
            let gone = Message::new().event_type(GONE).data(&number.to_string()).to_bytes();
            [vec![gone], missed(0)].concat()
        };
        match self.log.after(id) {
            Replay::FromStart(events) => {
                assert!(id.is_empty());
                assert_eq!(events.map(|event| event.bytes().clone()).collect::<Vec<_>>(), missed(0));
                if self.log.start() == 0 && self.epoch == 1 { missed(0) } else { gone() }
            }
            Replay::Events(events) => {
                assert!(whole, "events, though some are gone");
                let events: Vec<Bytes> = events.map(|event| event.bytes().clone()).collect();
                assert_eq!(events, missed(from.unwrap() + 1));
                assert!(!events.is_empty());
                events
            }
            Replay::UpToDate(_) => {
                assert!(whole && missed(from.unwrap() + 1).is_empty());
                Vec::new()
            }
            Replay::TooOld { oldest, .. } => {
                assert!(!whole, "too old, though all is held");
                assert_eq!(oldest, self.log.iter().next().map(|event| event.id()));
                gone()
            }
            Replay::Unknown => {
                assert!(!whole, "unknown, though all is held");
                gone()
            }
            other => panic!("{other:?}"),
        }
    }
}
