//! Every published decoder and encoder of event streams beside sse-proto: the same bytes, cut the same way,
//! in one interleaved run, with the hardware's floors in the same table.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- --quick`

mod alloc;
mod contest;
mod cut;
mod decoders;
mod machine;
mod measure;
mod report;
mod table;
#[path = "../../../tests/common/twin.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the package's tests")]
mod twin;
mod visit;
mod workload;
#[path = "../../workloads/mod.rs"]
mod workloads;

use std::path::PathBuf;

use clap::Parser;
use contest::Role;
use measure::Plan;
use table::{Cell, Starter};

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
    let decode = decode(&options.only, &plan);
    print!("{}", report::markdown(&decode));
    Ok(())
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
