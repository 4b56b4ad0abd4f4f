//! What the parent and its workers say to each other, in JSON lines: orders on a worker's standard input, answers on its
//! standard output. A worker ends with its input.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::count::Tally;

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// The first one: open connections, and keep them.
    Open(Opening),
    /// From now on count how many clients come back.
    Mark,
    /// From now on count how many clients have got the event of this number.
    Until(u64),
    /// Say what was seen; the event of this number was the last one.
    Report(u64),
}

/// Which connections to open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Opening {
    /// Taken in turn.
    pub(super) addresses: Vec<SocketAddr>,
    /// The value of `Host`.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) connections: usize,
    /// So many are under way at a time, until each client is up; after a loss each comes back as its session says.
    pub(super) at_once: usize,
    /// How much longer than it has to a client may wait after a loss, in percent.
    pub(super) jitter: u8,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Progress(Progress),
    Report(Box<Tally>),
    /// The worker ends: it cannot do what it was told.
    Failed(String),
}

/// Where a worker stands; sums over workers make sense.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Clients with a connection whose hello has come.
    pub(super) up: usize,
    /// Clients that have come up since the mark.
    pub(super) back: usize,
    /// Clients that have got the event that was asked for.
    pub(super) reached: usize,
    pub(super) events: u64,
    pub(super) losses: u64,
}

impl Progress {
    pub(super) fn add(&mut self, other: &Self) {
        self.up += other.up;
        self.back += other.back;
        self.reached += other.reached;
        self.events += other.events;
        self.losses += other.losses;
    }
}
