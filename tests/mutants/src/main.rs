//! Puts faults into a copy of the library, one `if` each, builds its tests once, and runs them for every fault. One that no test
//! sees is a rule that nothing guards, or changes nothing that can be seen: then `equivalent.tsv` says why.
//!
//! ```text
//! cargo run --release --manifest-path tests/mutants/Cargo.toml                    all, hours; goes on where it was stopped
//! cargo run --release --manifest-path tests/mutants/Cargo.toml -- --only src/replay
//! cargo run --release --manifest-path tests/mutants/Cargo.toml -- --only src/simd/line_ends/by_memchr.rs --without simd
//! cargo run --release --manifest-path tests/mutants/Cargo.toml -- --report        writes docs/campaign/mutants.md
//! ```

mod build;
mod copy;
mod known;
mod report;
mod run;
mod sites;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Puts faults into the library, and asks which of them its tests see
#[derive(Parser)]
struct Args {
    /// The files whose path begins so
    #[arg(long, value_name = "PATH", default_value = "src")]
    only: String,
    /// Of every N faults one, the same each time
    #[arg(long, value_name = "N", default_value_t = 1)]
    one_of: usize,
    /// So many at a time
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Ask again about those that nobody saw, but for those with a reason in `equivalent.tsv`
    #[arg(long)]
    again: bool,
    /// Build with all features but this one, for a file that only such a build has
    #[arg(long, value_name = "FEATURE")]
    without: Option<String>,
    /// Write the page from what is known, and run nothing
    #[arg(long)]
    report: bool,
}

fn main() -> Result<()> {
    let (args, root) = (Args::parse(), root());
    let folder = root.join("target/mutants");
    let sites = sites::of_all(&root, &args.only)?;
    let reasons = known::reasons(&root)?;
    let mut known = known::Known::read(&root.join("docs/campaign/mutants.tsv"))?;
    if args.report {
        known.tidy(&sites)?;
        return report::write(&root, &sites, &known, &reasons);
    }
    // The numbers are those of this run; what is kept is by name.
    let wanted: Vec<_> = sites
        .iter()
        .enumerate()
        .filter(|(at, site)| at % args.one_of == 0 && known.asks(&site.name, args.again, &reasons))
        .map(|(_, site)| site.clone())
        .collect();
    println!("{} places for a fault, {} to ask about", sites.len(), wanted.len());
    let built = build::build(&root, &folder, &wanted, args.without.as_deref())?;
    for name in &built.impossible {
        known.add(name, "does not compile", "")?;
    }
    run::run(&built, args.jobs, &mut known)?;
    report::summary(&sites, &known);
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_default()
}
