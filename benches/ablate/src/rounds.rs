//! Interleaved rounds: in each, every build has a process of its own, every other round backwards. So a noisy neighbour hits all
//! alike, and each build is loaded to many places in memory. The minimum says what the code can do.

use std::io;
use std::path::Path;

use crate::builds::Build;

/// How long to look.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// Turns of each cell in one process.
    turns: usize,
}

impl Plan {
    pub(crate) const QUICK: Self = Self { rounds: 8, turns: 5 };
    pub(crate) const FULL: Self = Self { rounds: 24, turns: 7 };
}

/// The least nanoseconds of one pass, by build and cell.
pub(crate) fn interleaved(builds: &[Build], cells: &Path, plan: &Plan) -> io::Result<Vec<Vec<f64>>> {
    let mut fastest: Vec<Vec<f64>> = vec![Vec::new(); builds.len()];
    for round in 0..plan.rounds {
        eprintln!("round {} of {}", round + 1, plan.rounds);
        for place in 0..builds.len() {
            let index = if round % 2 == 0 { place } else { builds.len() - 1 - place };
            let times = builds[index].run(cells, plan.turns)?;
            let so_far = &mut fastest[index];
            if so_far.is_empty() {
                *so_far = times;
            } else {
                so_far.iter_mut().zip(times).for_each(|(least, time)| *least = least.min(time));
            }
        }
    }
    Ok(fastest)
}
