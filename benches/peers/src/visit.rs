//! What is done with each event: a cheap sum while the clock runs, a digest of all of it before.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Takes the events that a contestant finds, in the standard's terms: an absent event type is `message`.
pub(crate) trait Visit {
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]);
}

/// What a timed pass adds up, so that no contestant can leave out work unnoticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) events: u64,
    pub(crate) data: u64,
    /// Lengths of event types and ids, and the first byte of each data.
    mark: u64,
}

impl Visit for Totals {
    #[inline]
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]) {
        self.events += 1;
        self.data += data.len() as u64;
        self.mark +=
            event_type.len() as u64 + id.len() as u64 + data.first().map_or(0, |&byte| u64::from(byte));
    }
}

/// Every byte of every event. Not timed.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    hasher: DefaultHasher,
    pub(crate) totals: Totals,
}

impl Default for Digest {
    fn default() -> Self {
        Self { hasher: DefaultHasher::new(), totals: Totals::default() }
    }
}

impl Visit for Digest {
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]) {
        (event_type, data, id).hash(&mut self.hasher);
        self.totals.event(event_type, data, id);
    }
}

impl Digest {
    /// The same for the same events, in every program that one compiler has built.
    pub(crate) fn number(&self) -> u64 {
        self.hasher.finish()
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.totals == other.totals && self.number() == other.number()
    }
}
