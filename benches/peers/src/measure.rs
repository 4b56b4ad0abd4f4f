//! Interleaved rounds: in each round everyone of a cell has a turn, so that a noisy neighbour, a change of
//! clock or of memory layout hits all alike. The minimum says what the code can do, the median how calm it was.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::contest::Run;

/// How long to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How often the whole grid is gone through: a bad minute of the machine then hits a part of the rounds
    /// of every cell, and not all rounds of some.
    pub(crate) sweeps: usize,
    /// Rounds of one cell in one sweep.
    pub(crate) rounds: usize,
    /// How long one turn is to take; a pass that is longer is a turn by itself.
    pub(crate) turn: Duration,
    /// After so much time a contestant has no more turns in this cell, if it has had a few.
    pub(crate) budget: Duration,
    /// How long one run of the scaling tables may take; a size that would take longer is left out.
    pub(crate) cap: Duration,
}

const FEWEST_TURNS: usize = 2;

impl Plan {
    pub(crate) const QUICK: Self = Self {
        sweeps: 3,
        rounds: 21,
        turn: Duration::from_micros(250),
        budget: Duration::from_millis(20),
        cap: Duration::from_millis(400),
    };
    pub(crate) const FULL: Self = Self {
        sweeps: 5,
        rounds: 61,
        turn: Duration::from_micros(500),
        budget: Duration::from_millis(100),
        cap: Duration::from_secs(10),
    };
}

/// Nanoseconds per pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    pub(crate) min: f64,
    pub(crate) median: f64,
}

struct Turns<'r> {
    run: &'r mut dyn Run,
    passes: usize,
    spent: Duration,
    times: Vec<f64>,
}

/// The time of one pass of each, all measured side by side.
pub(crate) fn side_by_side(runs: &mut [Box<dyn Run>], plan: &Plan) -> Vec<Time> {
    let mut all: Vec<_> = runs.iter_mut().map(|run| Turns::warmed_up(&mut **run, plan)).collect();
    for round in 0..plan.rounds {
        // Each round starts with another one, and every other round goes backwards: nobody always follows
        // the same neighbour.
        for place in 0..all.len() {
            let place = if round % 2 == 0 { place } else { all.len() - 1 - place };
            let index = (place + round / 2) % all.len();
            all[index].turn(plan);
        }
    }
    all.into_iter().map(Turns::time).collect()
}

impl<'r> Turns<'r> {
    fn warmed_up(run: &'r mut dyn Run, plan: &Plan) -> Self {
        let mut turns = Self { run, passes: 1, spent: Duration::ZERO, times: Vec::new() };
        let mut fastest = turns.passes();
        let start = Instant::now();
        while start.elapsed() < plan.turn * 4 {
            fastest = fastest.min(turns.passes());
        }
        let passes = plan.turn.as_secs_f64() / fastest.as_secs_f64().max(1e-9);
        turns.passes = (passes as usize).max(1);
        turns
    }

    fn turn(&mut self, plan: &Plan) {
        if self.spent > plan.budget && self.times.len() >= FEWEST_TURNS {
            return;
        }
        // The caches are those of the one before: one pass brings our own back.
        if self.passes > 8 {
            self.run.prepare();
            black_box(self.run.timed());
        }
        let time = self.passes();
        self.spent += time;
        self.times.push(time.as_secs_f64() * 1e9 / self.passes as f64);
    }

    fn passes(&mut self) -> Duration {
        if self.run.prepares() {
            return (0..self.passes).map(|_| self.prepared_pass()).sum();
        }
        let start = Instant::now();
        for _ in 0..self.passes {
            black_box(self.run.timed());
        }
        start.elapsed()
    }

    fn prepared_pass(&mut self) -> Duration {
        self.run.prepare();
        let start = Instant::now();
        black_box(self.run.timed());
        start.elapsed()
    }

    fn time(mut self) -> Time {
        self.times.sort_by(f64::total_cmp);
        let median = self.times[self.times.len() / 2];
        Time { min: self.times[0], median }
    }
}
