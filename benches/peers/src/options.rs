//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

const EXAMPLES: &str = "\
Examples, each after `cargo run --release --manifest-path benches/peers/Cargo.toml --`:
  --quick                           every named workload, two minutes
  --profile both                    the full set, with each of the two profiles
  --sweep --quick                   random cells, a few minutes
  --sweep --seed 7 --cell 17        one of them by itself, with everyone's times
  --quick --only sse-stream --only tiny   one rival, one workload

Files by set and profile: quick.md, full.md, sweep.md (and .json), decode.svg and encode.svg; with -lto at the end
of the name for the profile release-lto.";

/// Compares decoders and encoders of text/event-stream: the same bytes, cut the same way, each answer checked
/// against the standard's literal twin before the clock runs.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Fewer and shorter rounds, smaller sizes.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure nothing: write the tables of README.md and docs/speed.md from the quick results of both profiles, and print the
    /// figures for their prose.
    #[arg(long, conflicts_with_all = ["quick", "sweep", "only", "out", "profile"])]
    pub(crate) pages: bool,
    /// Only contestants and workloads whose name contains this; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Where the reports go. By default `results` beside this crate's Cargo.toml; with --only or --cell nowhere.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Build and run with this profile of cargo, or with both in turn. By default what this was built with.
    #[arg(long, value_enum)]
    pub(crate) profile: Option<Profile>,
    /// Decode random cells instead of the named workloads: sizes, fields, line ends, text and chunks are drawn.
    #[arg(long)]
    pub(crate) sweep: bool,
    /// What the random cells are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "sweep")]
    pub(crate) seed: u64,
    /// How many random cells.
    #[arg(long, value_name = "N", default_value_t = 200, requires = "sweep")]
    pub(crate) cells: usize,
    /// Only the random cell of this number, as a sweep with the same seed names it.
    #[arg(long, value_name = "N", requires = "sweep", conflicts_with = "cells")]
    pub(crate) cell: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Cargo's defaults: no LTO, the default codegen units.
    Release,
    /// LTO over all crates, one codegen unit.
    ReleaseLto,
    Both,
}
