//! `live load`: as many clients as asked for, in processes of their own, who count what they get.
//!
//! The parent plans (`plan`), starts servers (`servers`) and workers (`crew`), opens the connections (`stage`), publishes
//! (`publish`), and adds up (`count`, `spread`) what it shows (`report`, `chart`). A worker (`worker`) holds clients (`client`) whose
//! responses it reads by hand (`response`, `chunked`). They talk by `orders`.

mod chart;
mod chunked;
mod client;
mod clock;
mod count;
mod crew;
mod fan_out;
mod idle;
mod orders;
mod plan;
mod proc;
mod publish;
mod report;
mod response;
mod servers;
mod spread;
mod stage;
mod storm;
mod worker;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use count::Tally;
use publish::Published;
use report::Report;
use spread::Spread;

/// What ends a run before its end, and how a run with wrong arguments ends.
const FAILED: u8 = 2;
/// Events were lost or doubled.
const FAULTS: u8 = 1;

const EXIT_STATUS: &str = "\
Exit status:
  0  done, and nothing was lost
  1  done, and events were lost or doubled, or connections
  2  wrong use, or it could not be done: what is missing is said on standard error";

const EXAMPLES: &str = "\
Examples:
  live load idle --connections 100000
  live load fan-out --connections 1000 --rate 50 --seconds 20 --chart fan-out.svg
  live load storm --connections 10000
  live load storm --connections 50000 --store redis://127.0.0.1:6379/ -- --hold 100000

What stands after `--` goes to each server.";

/// Opens connections to `live serve`, and counts what comes
#[derive(Parser)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_STATUS}"))]
pub(crate) struct Args {
    #[command(subcommand)]
    run: Run,
}

#[derive(Subcommand)]
enum Run {
    Idle(Idle),
    FanOut(FanOut),
    Storm(Storm),
    /// A share of the clients, told what to do on standard input
    #[command(hide = true)]
    Worker,
}

/// What connections cost that only wait: memory, and the time to open them
#[derive(Parser)]
struct Idle {
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    connections: usize,
    /// How long to hold them
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    seconds: f64,
    #[command(flatten)]
    url: UrlArgs,
    #[command(flatten)]
    servers: ServerArgs,
    #[command(flatten)]
    clients: ClientArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// One publisher, many clients: how late events are, and how many go out a second
#[derive(Parser)]
struct FanOut {
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    connections: usize,
    /// How long to publish
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    seconds: f64,
    /// Events a second
    #[arg(long, value_name = "EVENTS", default_value = "50", value_parser = rate)]
    rate: f64,
    /// Bytes of data in each event
    #[arg(long, value_name = "BYTES", default_value = "200")]
    size: usize,
    #[command(flatten)]
    url: UrlArgs,
    #[command(flatten)]
    servers: ServerArgs,
    #[command(flatten)]
    clients: ClientArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// All connections cut at once: servers are killed and started anew while events are published, and all clients come back
#[derive(Parser)]
struct Storm {
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    connections: usize,
    /// How long to publish before the cut, and after all are back
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    seconds: f64,
    /// How long the servers stay away
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    down: f64,
    /// Events a second
    #[arg(long, value_name = "EVENTS", default_value = "2", value_parser = rate)]
    rate: f64,
    /// Bytes of data in each event
    #[arg(long, value_name = "BYTES", default_value = "200")]
    size: usize,
    #[command(flatten)]
    servers: ServerArgs,
    #[command(flatten)]
    clients: ClientArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Parser)]
struct UrlArgs {
    /// Use a server that runs, `live serve --load`, instead of starting some
    #[arg(long, value_name = "URL", conflicts_with_all = ["servers", "store", "log", "server_args"])]
    url: Option<String>,
    /// Connect to 127.0.0.1, 127.0.0.2 and so on, that many of them, with the port of the URL
    #[arg(long, value_name = "K", requires = "url")]
    addresses: Option<usize>,
    /// The process of such a server, for its memory and processor time; may be repeated
    #[arg(long = "pid", value_name = "PID", requires = "url")]
    pids: Vec<u32>,
}

#[derive(Parser)]
struct ServerArgs {
    /// Server processes, all on one port [default: as many as the limit of open files asks for]
    #[arg(long, value_name = "K", value_parser = at_least_one)]
    servers: Option<usize>,
    /// The store that they share: several servers need one for fan-out and storm
    #[arg(long, value_name = "URL", conflicts_with = "log")]
    store: Option<String>,
    /// The log of one server [default: a temporary file for each]
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// More arguments for each server
    #[arg(last = true, value_name = "ARGS")]
    server_args: Vec<String>,
}

#[derive(Parser)]
struct ClientArgs {
    /// Worker processes [default: as many as the limit of open files asks for]
    #[arg(long, value_name = "P", value_parser = at_least_one)]
    clients: Option<usize>,
    /// So many connections are under way at a time when they are opened first
    #[arg(long, value_name = "N", default_value = "256", value_parser = at_least_one)]
    at_once: usize,
    /// How much longer than the server asks a client waits after a loss, at most, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50")]
    jitter: u8,
}

#[derive(Parser)]
struct OutputArgs {
    /// Print JSON in place of the table
    #[arg(long)]
    json: bool,
    /// Draw the times into this file, as SVG
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

/// Why a run could not be done.
#[derive(Debug)]
struct Failure(String);

fn failure(why: String) -> Failure {
    Failure(why)
}

/// What a run has found.
struct Found {
    report: Report,
    /// Something was lost or doubled.
    faults: bool,
    /// What the chart shows.
    spreads: Vec<(&'static str, Spread)>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("one is the least".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    if (0.0..=86_400.0).contains(&seconds) { Ok(seconds) } else { Err("from 0 to 86400 seconds".to_owned()) }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().map_err(|error| error.to_string())?;
    if (0.001..=1e6).contains(&rate) {
        Ok(rate)
    } else {
        Err("from 0.001 to 1000000 events a second".to_owned())
    }
}

pub(crate) fn run(args: Args) -> ExitCode {
    let output = match &args.run {
        Run::Worker => return worker::run(),
        Run::Idle(Idle { output, .. })
        | Run::FanOut(FanOut { output, .. })
        | Run::Storm(Storm { output, .. }) => output,
    };
    let found = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failure(format!("no runtime: {error}")))
        .and_then(|runtime| runtime.block_on(attempt(&args.run)));
    let shown = found.and_then(|found| {
        show(&found, output)?;
        Ok(found.faults)
    });
    match shown {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(FAULTS),
        Err(Failure(why)) => {
            eprintln!("live load: {why}");
            ExitCode::from(FAILED)
        }
    }
}

/// Until it is done or a signal ends it; then servers and workers end, and what they wrote is removed.
async fn attempt(run: &Run) -> Result<Found, Failure> {
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    let [Ok(mut interrupt), Ok(mut terminate)] = signals else {
        return Err(failure("signals cannot be waited for".to_owned()));
    };
    let work = async {
        match run {
            Run::Idle(args) => idle::run(args).await,
            Run::FanOut(args) => fan_out::run(args).await,
            Run::Storm(args) => storm::run(args).await,
            Run::Worker => Err(failure("a worker has no work of its own".to_owned())),
        }
    };
    tokio::select! {
        found = work => found,
        _ = interrupt.recv() => Err(failure("interrupted".to_owned())),
        _ = terminate.recv() => Err(failure("terminated".to_owned())),
    }
}

fn show(found: &Found, output: &OutputArgs) -> Result<(), Failure> {
    let text = if output.json { found.report.json() } else { found.report.table() };
    if let Err(error) = std::io::stdout().write_all(text.as_bytes()) {
        return Err(failure(format!("the table cannot be written: {error}")));
    }
    let Some(file) = &output.chart else { return Ok(()) };
    let spreads: Vec<_> = found.spreads.iter().map(|(name, spread)| (*name, spread)).collect();
    chart::write(file, found.report.title(), &spreads)
        .map_err(|error| failure(format!("{} cannot be written: {error}", file.display())))
}

/// The rows on which a run is judged. Whether anything is wrong.
fn verdict(report: &mut Report, connections: usize, published: &Published, tally: &Tally) -> bool {
    let lost = tally.lost(connections as u64, &published.doubtful);
    report.count("published", "events published", published.stored);
    report.count(
        "doubtful",
        "events of which nobody knows whether they were stored",
        published.doubtful.len() as u64,
    );
    report.count("delivered", "events delivered", tally.events);
    report.count("lost", "events lost", lost);
    report.count("doubled", "events doubled", tally.doubled);
    report.count("malformed", "events malformed", tally.malformed);
    lost + tally.doubled + tally.malformed > 0
}
