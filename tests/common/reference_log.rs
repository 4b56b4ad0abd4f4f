//! A model of the replay log: a list that forgets nothing and is searched completely. Shared by the tests and the
//! fuzz target.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use sse_proto::EventId;
use sse_proto::replay::{Events, Logged, Replay, ReplayLog};

/// An answer, with ids, and numbers in place of events: the events of the tests contain their number and some more
/// bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    FromStart(Vec<usize>),
    Events(Vec<usize>),
    UpToDate,
    TooOld(Option<String>),
    Unknown,
}

#[derive(Debug, Clone)]
pub enum Step {
    /// An id, which may be empty or repeated, and the length of the event's filler.
    Push(String, usize),
    /// Up to this many before the end.
    EvictBefore(usize),
}

/// Steps with a log of these bounds. It starts at `start`, after the id `origin` if there is one.
#[derive(Debug, Clone)]
pub struct Steps {
    pub max_events: usize,
    pub max_bytes: usize,
    pub start: u64,
    pub origin: Option<String>,
    pub steps: Vec<Step>,
}

impl<'a> Arbitrary<'a> for Steps {
    /// The format: a header with the bounds, then two bytes for each step.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let [events, start] = u.arbitrary::<[u8; 2]>()?;
        let max_bytes = usize::from(u.arbitrary::<u16>()? % 1000);
        let mut steps = Vec::new();
        while u.len() >= 2 {
            let [name, len] = u.arbitrary::<[u8; 2]>()?;
            let id = match name {
                0..20 => String::new(),
                20..24 => {
                    steps.push(Step::EvictBefore(usize::from(len % 32)));
                    continue;
                }
                24..64 => format!("again {}", name % 8),
                64..72 => "x".repeat(usize::from(name)),
                72.. => format!("{}", steps.len()),
            };
            steps.push(Step::Push(id, usize::from(len)));
        }
        let origin = match start % 4 {
            0 => None,
            1 => Some(String::new()),
            2 => Some("again 1".into()),
            _ => Some("origin".into()),
        };
        let start = [0, 7, u64::MAX / 2][usize::from(start / 4 % 3)];
        Ok(Self { max_events: usize::from(events % 20), max_bytes, start, origin, steps })
    }
}

/// A list of everything that was ever pushed. If the log starts after an id, that id is the first entry, and evicted.
#[derive(Default)]
struct Model {
    /// Each id, and the size of its entry.
    pushed: Vec<(String, usize)>,
    /// The number of these that are not events: 0 or 1.
    origin: usize,
    /// The log holds the entries from here on, and knows the ids from there on.
    first: usize,
    known: usize,
    /// The place that an id names, from the push at which no earlier one of the same id was known.
    names: BTreeMap<String, usize>,
    last_id: Option<String>,
}

impl Model {
    fn is_known(&self, id: &str) -> bool {
        self.pushed[self.known..].iter().any(|(known, _)| known == id)
    }

    fn name(&mut self, id: &str, len: usize) {
        if !self.is_known(id) {
            self.names.insert(id.to_owned(), self.pushed.len());
        }
        if !id.is_empty() {
            self.last_id = Some(id.to_owned());
        }
        self.pushed.push((id.to_owned(), id.len() + len));
    }

    fn push(&mut self, id: &str, len: usize, bounds: &Steps) -> Vec<usize> {
        self.name(id, len);
        self.evict(self.first, bounds)
    }

    /// Evicts the entries before `until`, and those that exceed the bounds.
    fn evict(&mut self, until: usize, bounds: &Steps) -> Vec<usize> {
        let mut evicted = Vec::new();
        while self.first < self.pushed.len()
            && (self.first < until
                || self.pushed.len() - self.first > bounds.max_events
                || self.pushed[self.first..].iter().map(|(_, len)| len).sum::<usize>() > bounds.max_bytes)
        {
            evicted.push(self.first);
            self.first += 1;
            // The last evicted id is known, whatever the bounds are.
            while self.known + 1 < self.first && {
                let ids = &self.pushed[self.known..self.first];
                ids.len() > bounds.max_events
                    || ids.iter().map(|(id, _)| id.len()).sum::<usize>() > bounds.max_bytes / 8
            } {
                self.known += 1;
            }
        }
        evicted
    }

    /// The answer for a client whose next event is entry `next` of the list.
    fn from(&self, next: usize) -> Answer {
        if next < self.first {
            Answer::TooOld(self.pushed.get(self.first).map(|(id, _)| id.clone()))
        } else if next == self.pushed.len() {
            Answer::UpToDate
        } else if next > self.pushed.len() {
            Answer::Unknown
        } else {
            Answer::Events((next..self.pushed.len()).collect())
        }
    }

    fn after(&self, id: &str) -> Answer {
        match self.names.get(id) {
            _ if id.is_empty() => Answer::FromStart((self.first..self.pushed.len()).collect()),
            Some(named) if self.is_known(id) => self.from(named + 1),
            _ => Answer::Unknown,
        }
    }
}

/// The number in an event of `check`.
fn number(event: &Logged<usize>) -> usize {
    let digits = event.bytes().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&event.bytes()[..digits]).unwrap().parse().unwrap();
    assert_eq!(*event.tag(), number);
    number
}

fn numbers(events: Events<'_, usize>) -> Vec<usize> {
    let numbers: Vec<usize> = events.clone().map(number).collect();
    assert_eq!(events.len(), numbers.len());
    assert!(events.clone().rev().map(number).eq(numbers.iter().rev().copied()));
    for (n, expected) in numbers.iter().enumerate() {
        let mut rest = events.clone();
        assert_eq!(rest.nth(n).map(number), Some(*expected));
        assert_eq!(rest.start(), events.start() + n as u64 + 1);
        let mut rest = events.clone();
        assert_eq!(rest.nth_back(n).map(number), Some(numbers[numbers.len() - 1 - n]));
        assert_eq!((rest.start(), rest.len()), (events.start(), numbers.len() - 1 - n));
    }
    let mut beyond = events.clone();
    assert!(beyond.nth_back(numbers.len()).is_none());
    assert_eq!(beyond.start(), events.start());
    numbers
}

fn answer(replay: Replay<'_, usize>) -> Answer {
    let is_there = !matches!(replay, Replay::TooOld { .. } | Replay::Unknown);
    assert_eq!(replay.clone().into_events().is_some(), is_there);
    match replay {
        Replay::FromStart(events) => Answer::FromStart(numbers(events)),
        Replay::Events(events) => Answer::Events(numbers(events)),
        Replay::UpToDate(events) => {
            assert_eq!(events.len(), 0);
            Answer::UpToDate
        }
        Replay::TooOld { oldest, .. } => Answer::TooOld(oldest.map(|id| id.to_string())),
        Replay::Unknown => Answer::Unknown,
        other => panic!("{other:?}"),
    }
}

/// Runs all steps, and asserts after each that eviction, bounds and the answers for all ids and positions equal the
/// model's.
pub fn check(case: &Steps) {
    let mut builder = ReplayLog::builder()
        .max_events(case.max_events)
        .max_bytes(case.max_bytes)
        .starting_at(case.start)
        .tag::<usize>();
    let mut model = Model::default();
    if let Some(origin) = &case.origin {
        builder = builder.starting_after(EventId::new(origin).unwrap());
        if !origin.is_empty() {
            model.name(origin, 0);
            (model.origin, model.first) = (1, 1);
        }
    }
    let mut log = builder.build();
    // The index in the list of the event at this position.
    let place = |position: u64| (position - case.start) as usize;
    for step in &case.steps {
        let at = model.pushed.len();
        match step {
            Step::Push(id, len) => {
                let event = Bytes::from(format!("{at}{}", "x".repeat(*len)));
                let expected = model.push(id, event.len(), case);
                let evicted: Vec<usize> = log
                    .push_tagged(EventId::new(id).unwrap(), event, at)
                    .map(|event| number(&event))
                    .collect();
                assert_eq!(evicted, expected);
            }
            Step::EvictBefore(before) => {
                let until = at.saturating_sub(*before).max(model.origin);
                let expected = model.evict(until, case);
                let position = case.start + (until - model.origin) as u64;
                let evicted: Vec<usize> = match before % 2 {
                    0 => log.evict_before(position).map(|event| number(&event)).collect(),
                    _ => log
                        .evict_while(|event| event.position() < position)
                        .map(|event| number(&event))
                        .collect(),
                };
                assert_eq!(evicted, expected);
            }
        }
        assert!(log.len() <= case.max_events && log.bytes() <= case.max_bytes);
        assert_eq!(place(log.start()), model.first - model.origin);
        assert_eq!(place(log.end()), model.pushed.len() - model.origin);
        assert_eq!(log.remembered(), model.first - model.known);
        // The id that names now names a place to go on from.
        let goes_on = |id: &&str| matches!(model.after(id), Answer::Events(_) | Answer::UpToDate);
        let last_id = model.last_id.as_deref().filter(goes_on);
        assert_eq!(log.last_id().map(|id| id.as_str()), last_id);
        for (id, _) in &model.pushed {
            let found = log.after(EventId::new(id).unwrap());
            assert_eq!(answer(found), model.after(id), "{id:?} after {at}");
        }
        assert_eq!(answer(log.after_header(None)), model.after(""));
        assert_eq!(answer(log.after_header(Some(b"never"))), Answer::Unknown);
        for position in (model.origin..model.pushed.len() + 2).chain([usize::MAX / 2]) {
            let found = log.from_position(case.start + (position - model.origin) as u64);
            assert_eq!(answer(found), model.from(position), "from {position} after {at}");
        }
        for (event, position) in log.iter().zip(log.start()..) {
            assert_eq!(event.position(), position);
        }
    }
}
