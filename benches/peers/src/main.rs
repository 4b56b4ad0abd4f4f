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
mod report;
mod scaling;
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
use report::Results;
use table::{Cell, Starter};
use workload::Unit;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// Compares decoders and encoders of text/event-stream.
#[derive(Debug, Parser)]
struct Options {
    /// Fewer and shorter rounds, smaller sizes: under two minutes.
    #[arg(long)]
    quick: bool,
    /// Only contestants and workloads whose name contains this; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Where the reports go. By default `results` beside this crate's Cargo.toml; with --only nowhere.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let plan = if options.quick { Plan::QUICK } else { Plan::FULL };
    // A rival that panics is told in a footnote; its message would only disturb.
    std::panic::set_hook(Box::new(|_| {}));
    let results = Results {
        set: if options.quick { "quick" } else { "full" },
        machine: Machine::this(),
        contestants: contestants(),
        decode: table::merged((0..plan.sweeps).map(|_| decode(&options.only, &plan))),
        encode: table::merged((0..plan.sweeps).map(|_| encode(&options.only, &plan))),
        scaling: if options.only.is_empty() {
            scaling::all(&decoders::all(), options.quick, &plan)
        } else {
            Vec::new()
        },
    };
    print!("{}", results.markdown());
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let folder = options.out.or_else(|| options.only.is_empty().then(beside));
    folder.map_or(Ok(()), |folder| results.write(&folder))
}

/// Packages and versions of all who take part, each once.
fn contestants() -> Vec<(&'static str, &'static str)> {
    let decoders = decoders::all().into_iter().map(|contestant| contestant.package);
    let encoders = encoders::all().into_iter().map(|contestant| contestant.package);
    let mut packages: Vec<_> = decoders.chain(encoders).filter(|package| !package.is_empty()).collect();
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
