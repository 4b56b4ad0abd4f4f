//! Ratios over many cells.

use crate::table::Cell;
use crate::workload::Unit;

/// How many times as long the best right rival takes, over some cells.
#[derive(Debug, Clone)]
pub(crate) struct Ratios {
    pub(crate) geometric_mean: f64,
    pub(crate) smallest: f64,
    pub(crate) smallest_where: String,
    pub(crate) cells: usize,
}

pub(crate) fn ratios<'c>(cells: impl Iterator<Item = &'c Cell>, ours: &str) -> Option<Ratios> {
    let mut all: Vec<_> = cells
        .filter_map(|cell| Some((cell.ratio(ours)?, format!("{}, {}", cell.workload, cell.chunking))))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let logarithms: f64 = all.iter().map(|(ratio, _)| ratio.ln()).sum();
    let (smallest, smallest_where) = all.first()?.clone();
    let geometric_mean = (logarithms / all.len() as f64).exp();
    Some(Ratios { geometric_mean, smallest, smallest_where, cells: all.len() })
}

/// Whether a cell counts for the mean: all but big lines and comments, which are told apart.
pub(crate) fn is_of_events(cell: &Cell) -> bool {
    cell.unit == Unit::Event
}
