//! What each fast path of the decoder buys: the decoder is built once as it is, once without each path, and all of them decode
//! the same streams in interleaved rounds. Each answer is checked against the literal twin of the standard.
//!
//! `cargo run --manifest-path benches/ablate/Cargo.toml -- --quick`

mod builds;
#[path = "../probe/src/cell.rs"]
#[allow(dead_code, reason = "the probe reads what is written here")]
mod cell;
mod cells;
#[path = "../../peers/src/cut.rs"]
#[allow(dead_code, reason = "shared with benches/peers")]
mod cut;
#[path = "../../peers/src/sweep/random.rs"]
mod random;
mod rounds;
#[path = "../../peers/src/sweep/stream.rs"]
#[allow(dead_code, reason = "shared with benches/peers")]
mod stream;
mod table;
#[path = "../../../tests/common/twin.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the package's tests")]
mod twin;
#[path = "../../peers/src/visit.rs"]
mod visit;
#[path = "../../peers/src/workload.rs"]
#[allow(dead_code, reason = "shared with benches/peers")]
mod workload;
#[path = "../../workloads/mod.rs"]
mod workloads;

use std::io;

use builds::{Build, Folder};
use clap::{Parser, ValueEnum};
use rounds::Plan;

const AFTER_HELP: &str = "\
A path is a place in src/ with #[cfg(sse_without = \"NAME\")] before what leaves it out. To add one: put that where the path \
starts, and add the name to `unexpected_cfgs` in Cargo.toml.";

/// Measures what each fast path of the decoder buys, and prints a table of it.
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
struct Options {
    /// Cargo's profile: its defaults, or LTO over all crates with one codegen unit.
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// Only this path; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Measure nothing: build without each path and check that the answers stay right. Built with little optimisation.
    #[arg(long, conflicts_with_all = ["profile", "quick"])]
    test: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Profile {
    Release,
    ReleaseLto,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let profile = match options.profile {
        _ if options.test => "once",
        Profile::Release => "release",
        Profile::ReleaseLto => "release-lto",
    };
    let paths = builds::paths(&options.only)?;
    let folder = Folder::of(profile)?;
    let cells = cells::all();
    let file = folder.write_cells(&cells)?;

    // All is built before the first clock runs: the machine is then as warm for one as for the other.
    let base = [Build::whole(&folder)?, Build::whole_again(&folder)?];
    let without: Vec<_> =
        paths.iter().map(|path| Build::without(path, &folder)).collect::<io::Result<_>>()?;
    let builds: Vec<_> = base.into_iter().chain(without).collect();
    if options.test {
        builds.iter().try_for_each(|build| build.run(&file, 0).map(drop))?;
        println!("{} builds give the right answer in each of {} cells", builds.len(), cells.len());
        return Ok(());
    }
    let plan = if options.quick { Plan::QUICK } else { Plan::FULL };
    let times = rounds::interleaved(&builds, &file, &plan)?;
    print!("{}", table::markdown(profile, &plan, &paths, &cells, &times));
    Ok(())
}
