//! `live serve` is a dashboard whose viewers lose nothing; `live load` measures it.

mod load;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A live dashboard over Server-Sent Events, and the load that measures it
#[derive(Parser)]
#[command(name = "live", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Load(load::Args),
}

fn main() -> ExitCode {
    match Args::parse().command {
        Command::Load(args) => load::run(args),
    }
}
