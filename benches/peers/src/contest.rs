//! Who takes part, and how a pass is asked for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cut::Cut;
use crate::visit::{Digest, Totals, Visit};

/// What a row of the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Ours,
    Rival,
    /// What one writes without a crate, unchecked.
    Baseline,
    /// What the hardware and its best primitives take, with no event made.
    Floor,
}

/// A decoder and its way to be driven. One file each.
pub(crate) trait Peer: Sized + 'static {
    /// Package in Cargo.lock.
    const PACKAGE: &'static str;
    const NAME: &'static str = Self::PACKAGE;
    const ROLE: Role = Role::Rival;

    fn new(cut: &'static Cut) -> Self;

    /// One pass over the stream, which begins and ends between two events. State is kept for the next pass.
    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String>;
}

/// One row, before it meets a stream.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) role: Role,
    pub(crate) start: fn(&'static Cut) -> Box<dyn Run>,
    pub(crate) check: fn(&'static Cut) -> Result<Digest, String>,
}

impl Contestant {
    pub(crate) fn of<P: Peer>() -> Self {
        Self {
            name: P::NAME,
            package: P::PACKAGE,
            role: P::ROLE,
            start: |cut| Box::new(Runner { peer: P::new(cut), result: Ok(()) }),
            // Two passes: what is timed is the steady state, so that is what has to be right.
            check: |cut| {
                let check = || {
                    let mut peer = P::new(cut);
                    peer.pass(&mut Digest::default())?;
                    let mut digest = Digest::default();
                    peer.pass(&mut digest)?;
                    Ok(digest)
                };
                catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err("panicked".into()))
            },
        }
    }

    /// The answer against `expected`.
    pub(crate) fn verdict(&self, cut: &'static Cut, expected: &Digest) -> Verdict {
        if self.role == Role::Floor {
            return Verdict::Right;
        }
        match (self.check)(cut) {
            Ok(digest) if digest == *expected => Verdict::Right,
            Ok(digest) => Verdict::Differs(difference(&digest.totals, &expected.totals)),
            Err(error) => Verdict::Failed(first_line(&error)),
        }
    }
}

/// The outcome of the check before the clock runs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Right,
    /// Timed, with a mark.
    Differs(String),
    /// Not timed: there is no whole pass.
    Failed(String),
}

/// As much of an error as fits in a footnote.
pub(crate) fn first_line(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    if line.chars().count() > 80 { line.chars().take(80).chain(['…']).collect() } else { line.to_owned() }
}

fn difference(got: &Totals, expected: &Totals) -> String {
    if got.events != expected.events {
        format!("{} events where the standard has {}", got.events, expected.events)
    } else if got.data != expected.data {
        format!("{} bytes of data where the standard has {}", got.data, expected.data)
    } else {
        "same number of events, but not all fields as in the standard".into()
    }
}

/// A contestant on its stream, ready for pass after pass.
pub(crate) trait Run {
    /// What is to be made before the clock starts.
    fn prepare(&mut self) {}
    /// Whether `prepare` does anything, and passes have to be timed one by one.
    fn prepares(&self) -> bool {
        false
    }
    fn timed(&mut self) -> Totals;
    /// What the last pass ended with, if it did not get through.
    fn error(&mut self) -> Option<String> {
        None
    }
}

struct Runner<P> {
    peer: P,
    result: Result<(), String>,
}

impl<P: Peer> Run for Runner<P> {
    fn timed(&mut self) -> Totals {
        let mut totals = Totals::default();
        self.result = self.peer.pass(&mut totals);
        totals
    }

    fn error(&mut self) -> Option<String> {
        self.result.clone().err()
    }
}
