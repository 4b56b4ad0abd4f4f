//! Random cells, so that nobody can tune to the test: what the events look like, how lines end and where chunks
//! are cut is drawn from a seed. Each cell is measured like one of a named workload, with a floor of its own.

mod floor;
mod random;
mod report;
mod stream;

use std::ops::Range;

use crate::contest::{Contestant, Role, Verdict};
use crate::machine::Machine;
use crate::measure::Plan;
use crate::table::{self, Cell, Starter};
use crate::visit::Digest;
use crate::workload::{Unit, answer};

/// What one run of random cells found.
#[derive(serde::Serialize)]
pub(crate) struct Findings {
    pub(crate) machine: Machine,
    pub(crate) contestants: Vec<(&'static str, &'static str)>,
    pub(crate) seed: u64,
    pub(crate) quick: bool,
    pub(crate) cells: Vec<Found>,
}

#[derive(serde::Serialize)]
pub(crate) struct Found {
    pub(crate) index: usize,
    pub(crate) traits: stream::Traits,
    pub(crate) cell: Cell,
    /// Who gave another answer than the standard, with what differs. They are not timed.
    pub(crate) left_out: Vec<(&'static str, String)>,
}

impl Found {
    /// Our time over that of the floor.
    pub(crate) fn over_floor(&self, ours: &str) -> Option<f64> {
        Some(self.cell.entry(ours)?.min? / self.cell.entry(floor::NAME)?.min?)
    }
}

/// A cell before the clock runs.
struct Ready {
    index: usize,
    name: &'static str,
    drawn: stream::Drawn,
    expected: Digest,
    right: Vec<Contestant>,
    left_out: Vec<(&'static str, String)>,
}

/// The cells of `indices` as `seed` has them, with everyone of `contestants` whose answer is right.
pub(crate) fn run(seed: u64, indices: Range<usize>, contestants: &[Contestant], plan: &Plan) -> Vec<Found> {
    let ready: Vec<_> = indices.map(|index| prepare(seed, index, contestants)).collect();
    let measured =
        table::merged((0..plan.sweeps).map(|_| ready.iter().map(|cell| cell.measure(plan)).collect()));
    ready
        .into_iter()
        .zip(measured)
        .map(|(Ready { index, drawn, left_out, .. }, cell)| Found {
            index,
            traits: drawn.traits,
            cell,
            left_out,
        })
        .collect()
}

fn prepare(seed: u64, index: usize, contestants: &[Contestant]) -> Ready {
    let drawn = stream::draw(seed, index);
    let expected = answer(drawn.stream);
    let mut right = Vec::new();
    let mut left_out = Vec::new();
    for contestant in contestants.iter().filter(|contestant| contestant.role != Role::Floor) {
        match contestant.verdict(drawn.cut, &expected) {
            Verdict::Right => right.push(*contestant),
            Verdict::Differs(why) | Verdict::Failed(why) => left_out.push((contestant.name, why)),
        }
    }
    // A cell keeps the name to the end, like its stream.
    let name = format!("cell {index}").leak();
    Ready { index, name, drawn, expected, right, left_out }
}

impl Ready {
    fn measure(&self, plan: &Plan) -> Cell {
        let cut = self.drawn.cut;
        let runs = self.right.iter().map(|contestant| Starter {
            name: contestant.name,
            role: contestant.role,
            verdict: Verdict::Right,
            run: Some((contestant.start)(cut)),
        });
        let starters = runs.chain([floor::starter(cut)]).collect();
        table::cell(self.name, "random", (Unit::Event, self.expected.totals.events), starters, plan)
    }
}
