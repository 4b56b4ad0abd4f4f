//! The streams to decode, with the right answer from the literal twin.

use crate::twin::{Got, Rules, twin, twin_with};
use crate::visit::{Digest, Visit};
use crate::workloads;

/// What a time is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    Event,
    Comment,
    /// Shown as GB/s.
    Byte,
}

impl Unit {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Event => "ns/event",
            Self::Comment => "ns/comment",
            Self::Byte => "GB/s",
        }
    }
}

pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) stream: &'static [u8],
    pub(crate) unit: Unit,
    pub(crate) units: u64,
    pub(crate) expected: Digest,
}

const KEEP_ALIVES: usize = 4096;

/// All of them: those of both directions, one with CRLF, and a connection that is only kept alive.
pub(crate) fn all() -> Vec<Workload> {
    let mut all: Vec<_> = workloads::all()
        .into_iter()
        .map(|(name, samples)| {
            let unit = if name == "big_line" { Unit::Byte } else { Unit::Event };
            workload(name, workloads::expected(&samples).into_bytes(), unit)
        })
        .collect();
    let crlf = workloads::expected(&workloads::mixed()).replace('\n', "\r\n");
    all.push(workload("mixed_crlf", crlf.into_bytes(), Unit::Event));
    let keep_alives = [b": keep-alive\n\n".repeat(KEEP_ALIVES), b"data: end\n\n".to_vec()].concat();
    all.push(workload("keep_alives", keep_alives, Unit::Comment));
    all
}

fn workload(name: &'static str, stream: Vec<u8>, unit: Unit) -> Workload {
    let stream: &'static [u8] = stream.leak();
    let expected = answer(stream);
    let units = match unit {
        Unit::Event => expected.totals.events,
        Unit::Comment => KEEP_ALIVES as u64,
        Unit::Byte => stream.len() as u64,
    };
    Workload { name, stream, unit, units, expected }
}

/// What the standard makes of `stream` each time but the first when it comes over and over: what is checked and
/// timed are later passes, and the last event ID of the pass before is known in the next.
pub(crate) fn answer(stream: &[u8]) -> Digest {
    let rules = Rules { last_event_id: twin(stream).last_event_id, ..Rules::default() };
    let mut digest = Digest::default();
    for seen in twin_with(stream, &rules).seen {
        if let Got::Event { event_type, data, last_event_id, .. } = seen.got {
            digest.event(event_type.as_bytes(), data.as_bytes(), last_event_id.as_bytes());
        }
    }
    digest
}
