//! `live serve` is a dashboard whose viewers lose nothing; `live load` measures it.

mod clock;
mod demo;
mod entry;
mod feed;
mod hub;
mod load;
#[cfg(test)]
#[path = "../tests/common/redis.rs"]
mod redis_for_tests;
mod serve;
mod store;
mod topic;
mod topic_name;

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
    Serve(serve::ServeArgs),
    Load(load::Args),
}

fn main() -> ExitCode {
    match Args::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Load(args) => load::run(args),
    }
}
