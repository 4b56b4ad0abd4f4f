//! A model of the replay log: a list that forgets nothing and looks through all of it. Shared by the tests and the fuzz
//! target.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use sse_proto::EventId;
use sse_proto::replay::{Replay, ReplayLog};

/// An answer, with ids and numbers for events: the events of the tests hold their number and some bytes more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    FromStart(Vec<usize>),
    Events(Vec<usize>),
    UpToDate,
    TooOld(Option<String>),
    Unknown,
}

/// Pushes into a log of these bounds: an id, which may be empty or come again, and the length of what fills the event.
#[derive(Debug, Clone)]
pub struct Pushes {
    pub max_events: usize,
    pub max_bytes: usize,
    pub pushes: Vec<(String, usize)>,
}

impl<'a> Arbitrary<'a> for Pushes {
    /// A header with the bounds, then two bytes for each push.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let max_events = usize::from(u.arbitrary::<u8>()? % 20);
        let max_bytes = usize::from(u.arbitrary::<u16>()? % 1000);
        let mut pushes = Vec::new();
        while u.len() >= 2 {
            let [name, len] = u.arbitrary::<[u8; 2]>()?;
            let id = match name {
                0..24 => String::new(),
                24..64 => format!("again {}", name % 8),
                64..72 => "x".repeat(usize::from(name)),
                72.. => format!("{}", pushes.len()),
            };
            pushes.push((id, usize::from(len)));
        }
        Ok(Self { max_events, max_bytes, pushes })
    }
}

#[derive(Default)]
struct Model {
    /// Each id, and what it takes with its event.
    pushed: Vec<(String, usize)>,
    /// Held from here on, known from there on.
    first: usize,
    known: usize,
    /// What an id names, from the push that found none of its kind known.
    names: BTreeMap<String, usize>,
}

impl Model {
    fn is_known(&self, id: &str) -> bool {
        self.pushed[self.known..].iter().any(|(known, _)| known == id)
    }

    fn push(&mut self, id: &str, len: usize, bounds: &Pushes) -> Vec<usize> {
        if !self.is_known(id) {
            self.names.insert(id.to_owned(), self.pushed.len());
        }
        self.pushed.push((id.to_owned(), id.len() + len));
        let mut evicted = Vec::new();
        while self.pushed.len() - self.first > bounds.max_events
            || self.pushed[self.first..].iter().map(|(_, len)| len).sum::<usize>() > bounds.max_bytes
        {
            evicted.push(self.first);
            self.first += 1;
        }
        // The last one evicted is known, whatever the bounds are.
        while self.known + 1 < self.first && {
            let ids = &self.pushed[self.known..self.first];
            ids.len() > bounds.max_events
                || ids.iter().map(|(id, _)| id.len()).sum::<usize>() > bounds.max_bytes / 8
        } {
            self.known += 1;
        }
        evicted
    }

    fn after(&self, id: &str) -> Answer {
        let end = self.pushed.len();
        match self.names.get(id) {
            _ if id.is_empty() => Answer::FromStart((self.first..end).collect()),
            Some(named) if self.is_known(id) => {
                if named + 1 < self.first {
                    Answer::TooOld(self.pushed.get(self.first).map(|(id, _)| id.clone()))
                } else if named + 1 == end {
                    Answer::UpToDate
                } else {
                    Answer::Events((named + 1..end).collect())
                }
            }
            _ => Answer::Unknown,
        }
    }
}

/// The number that an event of `check` holds.
fn number(event: &Bytes) -> usize {
    let digits = event.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&event[..digits]).unwrap().parse().unwrap()
}

fn answer(log: &ReplayLog, id: &str) -> Answer {
    match log.after(EventId::new(id).unwrap()) {
        Replay::FromStart(events) => Answer::FromStart(events.map(|event| number(event.bytes())).collect()),
        Replay::Events(events) => Answer::Events(events.map(|event| number(event.bytes())).collect()),
        Replay::UpToDate => Answer::UpToDate,
        Replay::TooOld { oldest, .. } => Answer::TooOld(oldest.map(|id| id.to_string())),
        Replay::Unknown => Answer::Unknown,
        other => panic!("{other:?}"),
    }
}

/// Pushes all, and asserts after each that eviction, bounds and the answers for all ids are the model's.
pub fn check(case: &Pushes) {
    let mut log = ReplayLog::builder().max_events(case.max_events).max_bytes(case.max_bytes).build();
    let mut model = Model::default();
    for (at, (id, len)) in case.pushes.iter().enumerate() {
        let event = Bytes::from(format!("{at}{}", "x".repeat(*len)));
        let expected = model.push(id, event.len(), case);
        let evicted: Vec<usize> =
            log.push(EventId::new(id).unwrap(), event).map(|event| number(event.bytes())).collect();
        assert_eq!(evicted, expected);
        assert!(log.len() <= case.max_events && log.bytes() <= case.max_bytes);
        assert_eq!((log.start(), log.end()), (model.first as u64, at as u64 + 1));
        assert_eq!(log.remembered(), model.first - model.known);
        for (id, _) in &case.pushes {
            assert_eq!(answer(&log, id), model.after(id), "{id:?} after {at}");
        }
        assert_eq!(answer(&log, ""), model.after(""));
        assert_eq!(answer(&log, "never"), Answer::Unknown);
    }
}
