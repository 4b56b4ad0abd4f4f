//! Every published decoder and encoder of event streams beside sse-proto: the same bytes, cut the same way,
//! in one interleaved run, with the hardware's floors in the same table.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- --quick`

mod alloc;
mod contest;
mod cut;
mod decoders;
mod encoders;
mod machine;
mod measure;
mod options;
mod profile;
mod report;
mod scaling;
mod sweep;
mod table;
#[path = "../../../tests/common/twin.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the package's tests")]
mod twin;
mod visit;
mod workload;
#[path = "../../workloads/mod.rs"]
mod workloads;

use std::path::{Path, PathBuf};

use clap::Parser;
use contest::Role;
use machine::Machine;
use measure::Plan;
use options::Options;
use report::Results;
use sweep::Findings;
use table::{Cell, Starter};
use workload::Unit;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

fn main() -> std::io::Result<()> {
    let options = Options::parse();
    if options.pages {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        print!("{}", report::pages::write(&repository)?);
        return Ok(());
    }
    if let Some(profile) = options.profile {
        return profile::run(profile);
    }
    let plan = if options.quick { Plan::QUICK } else { Plan::FULL };
    // A rival that panics is told in a footnote; its message would only disturb.
    std::panic::set_hook(Box::new(|_| {}));
    if options.sweep { sweep(&options, &plan) } else { named(&options, &plan) }
}

/// The named workloads.
fn named(options: &Options, plan: &Plan) -> std::io::Result<()> {
    let results = Results {
        set: if options.quick { "quick" } else { "full" },
        machine: Machine::this(),
        contestants: contestants(),
        decode: table::merged((0..plan.sweeps).map(|_| decode(&options.only, plan))),
        encode: table::merged((0..plan.sweeps).map(|_| encode(&options.only, plan))),
        scaling: if options.only.is_empty() {
            scaling::all(&decoders::all(), options.quick, plan)
        } else {
            Vec::new()
        },
    };
    print!("{}", results.markdown());
    folder(options).map_or(Ok(()), |folder| results.write(&folder))
}

/// Random cells. That one of ours is wrong is told after the tables, and makes the run fail.
fn sweep(options: &Options, plan: &Plan) -> std::io::Result<()> {
    let indices = options.cell.map_or(0..options.cells, |cell| cell..cell + 1);
    let mut decoders = decoders::all();
    let names: Vec<_> = decoders.iter().map(|decoder| decoder.name).collect();
    decoders.retain(|decoder| decoder.role != Role::Rival || asked_for(&options.only, &names, decoder.name));
    let findings = Findings {
        machine: Machine::this(),
        contestants: versions(decoders.iter().map(|decoder| decoder.package)),
        seed: options.seed,
        quick: options.quick,
        cells: sweep::run(options.seed, indices, &decoders, plan),
    };
    print!("{}", findings.markdown());
    folder(options).map_or(Ok(()), |folder| findings.write(&folder))?;
    let mistakes = findings.our_mistakes();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(std::io::Error::other(format!("our own answer differs: {}", mistakes.join("; "))))
    }
}

/// Where the reports go, if anywhere: part of a run is not to replace a whole one.
fn folder(options: &Options) -> Option<PathBuf> {
    let whole = options.only.is_empty() && options.cell.is_none();
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    options.out.clone().or_else(|| whole.then(beside))
}

/// Packages and versions of all who take part, each once.
fn contestants() -> Vec<(&'static str, &'static str)> {
    let decoders = decoders::all().into_iter().map(|contestant| contestant.package);
    let encoders = encoders::all().into_iter().map(|contestant| contestant.package);
    versions(decoders.chain(encoders))
}

fn versions(packages: impl Iterator<Item = &'static str>) -> Vec<(&'static str, &'static str)> {
    let mut packages: Vec<_> = packages.filter(|package| !package.is_empty()).collect();
    packages.sort_unstable();
    packages.dedup();
    packages.into_iter().map(|package| (package, machine::version(package))).collect()
}

/// Whether `name` is asked for, among the names of its kind.
fn asked_for(only: &[String], names: &[&str], name: &str) -> bool {
    let concerned = only.iter().any(|only| names.iter().any(|name| name.contains(only.as_str())));
    !concerned || only.iter().any(|only| name.contains(only.as_str()))
}

fn decode(only: &[String], plan: &Plan) -> Vec<Cell> {
    let contestants = decoders::all();
    let names: Vec<_> = contestants.iter().map(|contestant| contestant.name).collect();
    let workloads = workload::all();
    let workload_names: Vec<_> = workloads.iter().map(|workload| workload.name).collect();
    let mut cells = Vec::new();
    for workload in &workloads {
        if !asked_for(only, &workload_names, workload.name) {
            continue;
        }
        for (chunking, cut) in cut::CHUNKINGS.into_iter().zip(cut::cuts(workload.stream)) {
            let starters = contestants
                .iter()
                .filter(|contestant| {
                    contestant.role != Role::Rival || asked_for(only, &names, contestant.name)
                })
                .map(|contestant| Starter::decoder(contestant, cut, &workload.expected))
                .collect();
            cells.push(table::cell(workload.name, chunking, (workload.unit, workload.units), starters, plan));
        }
    }
    cells
}

fn encode(only: &[String], plan: &Plan) -> Vec<Cell> {
    let contestants = encoders::all();
    let names: Vec<_> = contestants.iter().map(|contestant| contestant.name).collect();
    let workloads = workloads::all();
    let workload_names: Vec<_> = workloads.iter().map(|(name, _)| *name).collect();
    let mut cells = Vec::new();
    for (name, samples) in workloads {
        if !asked_for(only, &workload_names, name) {
            continue;
        }
        let samples: &'static [_] = samples.leak();
        let encoded = workloads::expected(samples);
        let expected = encoders::frames(encoded.as_bytes());
        let starters = contestants
            .iter()
            .filter(|contestant| contestant.role != Role::Rival || asked_for(only, &names, contestant.name))
            .map(|contestant| contestant.starter(samples, &expected))
            .collect();
        let units = match name {
            "big_line" => (Unit::Byte, encoded.len() as u64),
            _ => (Unit::Event, samples.len() as u64),
        };
        cells.push(table::cell(name, "encoded", units, starters, plan));
    }
    cells
}
