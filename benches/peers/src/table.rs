//! What was measured, as it is written to JSON; the other reports are made of it.

use std::time::Instant;

use crate::alloc::{self, Asked};
use crate::contest::{Contestant, Role, Run, Verdict};
use crate::measure::{Plan, side_by_side};
use crate::visit::Totals;
use crate::workload::Unit;

/// One contestant in one cell. Times are per unit.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) verdict: Verdict,
    /// Nanoseconds per unit; `None` for one that did not get through.
    pub(crate) min: Option<f64>,
    pub(crate) median: Option<f64>,
    /// The median of each sweep.
    #[serde(skip)]
    pub(crate) medians: Vec<f64>,
    /// Of one pass, once warm.
    pub(crate) asked: Option<Asked>,
}

impl Entry {
    /// Whether it may stand as the best rival.
    pub(crate) fn is_right_rival(&self) -> bool {
        self.role == Role::Rival && self.verdict == Verdict::Right && self.min.is_some()
    }
}

/// One workload cut in one way, or encoded.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Cell {
    pub(crate) workload: &'static str,
    pub(crate) chunking: &'static str,
    pub(crate) unit: Unit,
    /// Units in one pass.
    pub(crate) units: u64,
    pub(crate) entries: Vec<Entry>,
}

impl Cell {
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The fastest rival with the right answer, by its minimum.
    pub(crate) fn best_rival(&self) -> Option<&Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.is_right_rival())
            .min_by(|a, b| a.min.unwrap_or(f64::MAX).total_cmp(&b.min.unwrap_or(f64::MAX)))
    }

    /// How many times as long as `name` the best rival with the right answer takes.
    pub(crate) fn ratio(&self, name: &str) -> Option<f64> {
        Some(self.best_rival()?.min? / self.entry(name)?.min?)
    }
}

/// Several sweeps over the same cells as one: the minimum of all, and the median of their medians.
pub(crate) fn merged(sweeps: impl Iterator<Item = Vec<Cell>>) -> Vec<Cell> {
    sweeps
        .reduce(|mut cells, sweep| {
            for (cell, again) in cells.iter_mut().zip(sweep) {
                for (entry, again) in cell.entries.iter_mut().zip(again.entries) {
                    entry.min = entry.min.zip(again.min).map(|(a, b)| a.min(b));
                    entry.medians.extend(again.medians);
                    entry.medians.sort_by(f64::total_cmp);
                    entry.median = entry.medians.get(entry.medians.len() / 2).copied();
                }
            }
            cells
        })
        .unwrap_or_default()
}

/// Someone at the start of a cell: its row, the verdict on its answer, and the run if there is one.
pub(crate) struct Starter {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) verdict: Verdict,
    pub(crate) run: Option<Box<dyn Run>>,
}

impl Starter {
    pub(crate) fn decoder(
        contestant: &Contestant,
        cut: &'static crate::cut::Cut,
        expected: &crate::visit::Digest,
    ) -> Self {
        let verdict = contestant.verdict(cut, expected);
        let run = (!matches!(verdict, Verdict::Failed(_))).then(|| (contestant.start)(cut));
        Self { name: contestant.name, role: contestant.role, verdict, run }
    }
}

/// Measures one cell: first what is asked of the allocator, then the time.
pub(crate) fn cell(
    workload: &'static str,
    chunking: &'static str,
    (unit, units): (Unit, u64),
    starters: Vec<Starter>,
    plan: &Plan,
) -> Cell {
    let started = Instant::now();
    let mut runs = Vec::new();
    let mut entries = Vec::new();
    for Starter { name, role, verdict, run } in starters {
        let asked = run.map(|mut run| {
            let asked = allocations(&mut *run);
            runs.push(run);
            asked
        });
        entries.push(Entry { name, role, verdict, min: None, median: None, medians: Vec::new(), asked });
    }
    let times = side_by_side(&mut runs, plan);
    for (entry, time) in entries.iter_mut().filter(|entry| entry.asked.is_some()).zip(times) {
        entry.min = Some(time.min / units as f64);
        entry.median = Some(time.median / units as f64);
        entry.medians.extend(entry.median);
    }
    eprintln!("{workload}, {chunking}: {:.1} s", started.elapsed().as_secs_f64());
    Cell { workload, chunking, unit, units, entries }
}

fn allocations(run: &mut dyn Run) -> Asked {
    let pass = |run: &mut dyn Run| -> Totals {
        run.prepare();
        run.timed()
    };
    pass(run);
    run.prepare();
    let (_, asked) = alloc::count(|| run.timed());
    asked
}
