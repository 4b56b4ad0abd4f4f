//! What is decoded: the named workloads in each cut, two of them also byte by byte, and random cells of the sweep of
//! benches/peers, so that no path is judged by streams that were chosen for it.

use crate::cell::Cell;
use crate::cut::{CHUNKINGS, Cut, cuts};
use crate::stream::draw;
use crate::workload::{self, Unit};

/// The seed of the random cells, the default of the sweep: `peers --sweep --cell 17` says what is in `random 17`.
const SEED: u64 = 1;
const RANDOM: usize = 36;
/// The workloads that are also cut into single bytes.
const BYTE_BY_BYTE: [&str; 2] = ["llm_delta_data_only", "mixed"];

/// A cell, and what its time is divided by.
pub(crate) struct Counted {
    pub(crate) cell: Cell,
    pub(crate) units: f64,
}

pub(crate) fn all() -> Vec<Counted> {
    let mut all = Vec::new();
    for workload in workload::all() {
        let units = match workload.unit {
            Unit::Comment => workload.units,
            Unit::Event | Unit::Byte => workload.expected.totals.events,
        };
        let each_byte = Some(("one byte", Cut::every(workload.stream, 1)))
            .filter(|_| BYTE_BY_BYTE.contains(&workload.name));
        for (chunking, cut) in CHUNKINGS.into_iter().zip(cuts(workload.stream)).chain(each_byte) {
            let name = format!("{}, {chunking}", workload.name);
            let cell = Cell { name, digest: workload.expected.number(), chunks: cut.chunks.clone() };
            all.push(Counted { cell, units: units as f64 });
        }
    }
    for index in 0..RANDOM {
        let drawn = draw(SEED, index);
        let answer = workload::answer(drawn.stream);
        let chunks = drawn.cut.chunks.clone();
        let cell = Cell { name: format!("random {index}"), digest: answer.number(), chunks };
        all.push(Counted { cell, units: answer.totals.events as f64 });
    }
    all
}
