//! What clients have got, and what of it was lost or came twice.
//!
//! Events carry the numbers 1, 2, 3 and so on, and each client is there before the first of them is published. So each has to get
//! each of them once and in order, however often its connection broke; which numbers were missed, and by how many clients,
//! is kept, since of some events nobody knows whether they were stored (see `publish.rs`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sse_proto::Event;

use super::spread::Spread;

/// What the publisher writes into an event; what else is there is padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) n: u64,
    /// When it was to be published, on the clock that all processes share.
    pub(super) t: u64,
}

/// The number that one client expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected(u64);

impl Default for Expected {
    fn default() -> Self {
        Self(1)
    }
}

/// Requests are counted in windows of so many nanoseconds.
pub(super) const WINDOW: u64 = 100_000_000;

/// What some clients have seen, to be added to what others have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) events: u64,
    /// Events whose number was not the next one, but one before.
    pub(super) doubled: u64,
    /// Events without a stamp or an id.
    pub(super) malformed: u64,
    /// Which numbers never came, and to how many clients.
    pub(super) missed: BTreeMap<u64, u64>,
    /// From the moment when an event was to be published to its arrival at a client.
    pub(super) lateness: Spread,
    /// From the first `connect` of a client to the end of the server's hello.
    pub(super) opening: Spread,
    /// From the loss of a connection to the hello of the next one.
    pub(super) back: Spread,
    /// Heads with status 200 in each window of the clock.
    pub(super) heads: BTreeMap<u64, u64>,
    /// What the servers' hellos said of the clients' places.
    pub(super) answers: BTreeMap<String, u64>,
    /// Why connections were lost, or not made.
    pub(super) losses: BTreeMap<String, u64>,
    /// When the last client came up, and the last event.
    pub(super) last_up: u64,
    pub(super) last_event: u64,
}

impl Tally {
    /// One client, which expects `expected`, has got an event now.
    pub(super) fn event(&mut self, expected: &mut Expected, event: Event<'_>, now: u64) {
        self.events += 1;
        self.last_event = now;
        let stamp = serde_json::from_str(event.data()).ok().filter(|_| event.id().is_some());
        let Some(Stamp { n, t }) = stamp else {
            self.malformed += 1;
            return;
        };
        self.lateness.record(now.saturating_sub(t));
        if n < expected.0 {
            self.doubled += 1;
        } else {
            self.miss(expected, n);
            expected.0 = n + 1;
        }
    }

    /// One client has seen the end, and `last` was the last event.
    pub(super) fn end(&mut self, expected: &mut Expected, last: u64) {
        self.miss(expected, last + 1);
    }

    /// What lies between what was expected and `next` is missed.
    fn miss(&mut self, expected: &mut Expected, next: u64) {
        for n in expected.0..next {
            *self.missed.entry(n).or_default() += 1;
        }
        expected.0 = expected.0.max(next);
    }

    pub(super) fn head(&mut self, now: u64) {
        *self.heads.entry(now / WINDOW).or_default() += 1;
    }

    pub(super) fn answer(&mut self, answer: &str) {
        count(&mut self.answers, answer);
    }

    pub(super) fn loss(&mut self, why: &str) {
        count(&mut self.losses, why);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.doubled += other.doubled;
        self.malformed += other.malformed;
        sum(&mut self.missed, &other.missed);
        self.lateness.add(&other.lateness);
        self.opening.add(&other.opening);
        self.back.add(&other.back);
        sum(&mut self.heads, &other.heads);
        sum(&mut self.answers, &other.answers);
        sum(&mut self.losses, &other.losses);
        self.last_up = self.last_up.max(other.last_up);
        self.last_event = self.last_event.max(other.last_event);
    }

    /// The heads in each window from the moment `since` on, as heads a second.
    pub(super) fn heads_since(&self, since: u64) -> Vec<u64> {
        let first = since / WINDOW;
        let end = self.heads.keys().next_back().map_or(first, |last| last + 1);
        let heads = (first..end).map(|window| self.heads.get(&window).copied().unwrap_or_default());
        heads.map(|heads| heads * (1_000_000_000 / WINDOW)).collect()
    }

    /// Events that clients ought to have got and have not. An event in `doubtful` was stored or not; if nobody got it, it was not.
    pub(super) fn lost(&self, clients: u64, doubtful: &[u64]) -> u64 {
        let missed = self.missed.iter().filter(|(n, by)| **by < clients || !doubtful.contains(n));
        missed.map(|(_, by)| by).sum()
    }
}

impl Expected {
    /// Whether `last` has come.
    pub(super) fn is_after(self, last: u64) -> bool {
        self.0 > last
    }
}

/// Without a copy of the name but for the first of each.
fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

fn sum<K: Clone + Ord>(to: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (key, count) in from {
        *to.entry(key.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use sse_proto::{EventId, EventType};

    use super::*;

    /// What clients make of these numbers; 5 was the last event.
    fn seen(clients: &[&[u64]]) -> Tally {
        let mut all = Tally::default();
        for numbers in clients {
            let (mut tally, mut expected) = (Tally::default(), Expected::default());
            for n in *numbers {
                let data = format!("{{\"n\":{n},\"t\":1000,\"pad\":\"\"}}");
                let event = Event::new(EventType::MESSAGE, &data).with_id(EventId::from_static("1-0-1"));
                tally.event(&mut expected, event, 1_001_000);
            }
            tally.end(&mut expected, 5);
            assert!(expected.is_after(5) && !expected.is_after(6));
            all.add(&tally);
        }
        all
    }

    #[test]
    fn who_gets_each_event_once_has_lost_nothing() {
        let tally = seen(&[&[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5]]);
        assert_eq!((tally.events, tally.doubled, tally.lost(2, &[])), (10, 0, 0));
        assert_eq!((tally.lateness.count(), tally.lateness.max_millis()), (10, Some(1.0)));
    }

    #[test]
    fn gaps_and_repeats_are_counted_wherever_they_are() {
        for (numbers, lost, doubled) in [
            (&[2, 3, 4, 5][..], 1, 0),
            (&[1, 2, 4, 5], 1, 0),
            (&[1, 2, 3], 2, 0),
            (&[], 5, 0),
            (&[1, 2, 2, 3, 4, 5], 0, 1),
            (&[1, 2, 3, 4, 5, 1, 2, 3, 4, 5], 0, 5),
            // Late is lost first, and then it is one too many.
            (&[1, 3, 2, 4, 5], 1, 1),
        ] {
            let tally = seen(&[numbers, &[1, 2, 3, 4, 5]]);
            assert_eq!((tally.lost(2, &[]), tally.doubled), (lost, doubled), "{numbers:?}");
        }
    }

    #[test]
    fn a_doubtful_event_was_stored_if_anybody_got_it() {
        assert_eq!(seen(&[&[1, 2, 4, 5], &[1, 2, 4, 5]]).lost(2, &[3]), 0);
        assert_eq!(seen(&[&[1, 2, 4, 5], &[1, 2, 3, 4, 5]]).lost(2, &[3]), 1);
        assert_eq!(seen(&[&[1, 2, 4, 5], &[1, 2, 4, 5]]).lost(2, &[2]), 2);
    }

    #[test]
    fn an_event_that_no_client_could_resume_after_is_malformed() {
        let mut tally = Tally::default();
        let id = EventId::from_static("1-0-1");
        for event in [
            Event::new(EventType::MESSAGE, "{\"n\":1,\"t\":1}"),
            Event::new(EventType::MESSAGE, "{\"n\":1}").with_id(id),
            Event::new(EventType::MESSAGE, "").with_id(id),
        ] {
            tally.event(&mut Expected::default(), event, 1);
        }
        assert_eq!((tally.events, tally.malformed), (3, 3));
    }

    #[test]
    fn heads_are_counted_in_windows() {
        let mut tally = Tally::default();
        for now in [0, WINDOW - 1, WINDOW - 2, WINDOW, 3 * WINDOW, 3 * WINDOW + 5] {
            tally.head(now);
        }
        assert_eq!(tally.heads_since(5), [30, 10, 0, 20]);
        assert_eq!(tally.heads_since(WINDOW), [10, 0, 20]);
        assert!(tally.heads_since(4 * WINDOW).is_empty());
    }
}
