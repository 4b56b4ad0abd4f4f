//! Talks to software that we did not write, over real sockets, compares what arrives with what was sent, and writes
//! the matrix in docs/interop.md. `tests/interop/run` installs the peers first.

mod axum_peer;
mod browsers;
mod case;
mod cases;
mod check;
mod client_log;
mod clients;
mod durable;
mod foreign;
mod grammar;
mod http2;
mod live;
mod many_streams;
mod matrix;
mod mcp;
mod nginx;
mod oracle;
mod peer;
mod process;
mod quirks;
mod rounds;
mod sdk;
mod serve;
mod server_script;
mod servers;
mod web;

use std::env;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use tokio::signal::unix::{SignalKind, signal};

use browsers::Browser;
use matrix::Direction::{Oracle, Request, ToPeer};
use matrix::{Matrix, Row};

/// What stops the whole run; what is wrong with one peer goes into its row.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// For everything; each peer has a limit of its own.
const LIMIT: Duration = Duration::from_secs(720);

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    // The conformance suite starts this program as the client that it tests.
    let arguments: Vec<String> = env::args().collect();
    if let [_, mcp::conformance::CLIENT, url] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return mcp::conformance::client(url).await.map(|()| ExitCode::SUCCESS);
    }
    let mut matrix = Matrix::default();
    // Whatever ends the run, what it has started is dropped, and ends, too.
    let part = env::args().nth(1);
    tokio::select! {
        met = meet(part.as_deref(), &mut matrix) => met?,
        why = stopped() => return Err(why?.into()),
    }
    // A part is not the whole page.
    match part {
        None => matrix.write()?,
        Some(_) => println!("{}", matrix.markdown()?),
    }
    Ok(if matrix.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Meets one part of the peers, or all.
async fn meet(part: Option<&str>, matrix: &mut Matrix) -> Result<(), Error> {
    match part {
        None => meet_all(matrix).await,
        Some("durable") => {
            durable::run(matrix).await;
            Ok(())
        }
        Some("foreign") => {
            foreign::run(matrix).await;
            Ok(())
        }
        Some("sdk") => sdk::run(matrix).await,
        Some("live") => live::run(matrix).await,
        Some("mcp") => mcp::run(matrix).await,
        Some("web") => web::run(matrix).await,
        Some(part) => Err(format!("there is no part {part:?}").into()),
    }
}

async fn meet_all(matrix: &mut Matrix) -> Result<(), Error> {
    let (seed, count) = (setting("SEED", 1)?, setting("N", 2000)?);
    println!("SEED={seed} N={count}");
    let mut random = Rng::with_seed(seed);
    let streams = cases::streams(&mut random)?;
    let all = [streams.clone(), cases::reconnections(&mut random)?].concat();

    for browser in Browser::BOTH {
        let row = patiently(async || browser.row(all.clone()).await).await;
        matrix.add_result(browser.name(), ToPeer, row);
        let row = browser.requests(cases::reconnections(&mut Rng::with_seed(seed))?).await;
        matrix.add_result(browser.name(), Request, row);
    }
    for package in ["eventsource", "undici"] {
        let row = patiently(async || clients::event_source(package, all.clone()).await).await;
        matrix.add_result(package, ToPeer, row);
    }
    matrix.add_result("eventsource-parser", ToPeer, clients::eventsource_parser(streams.clone()).await);
    matrix.add_result("httpx-sse", ToPeer, clients::httpx_sse(streams.clone()).await);
    matrix.add_result("curl", ToPeer, clients::curl(streams).await);

    sdk::run(matrix).await?;

    for browser in Browser::BOTH {
        let row = patiently(async || oracle::row(browser, count, seed).await).await;
        matrix.add_result(browser.name(), Oracle, row);
    }
    for http in many_streams::Http::BOTH {
        matrix.add_result("Chromium", ToPeer, many_streams::row(http).await);
    }
    servers::run(matrix).await?;
    foreign::run(matrix).await;
    durable::run(matrix).await;
    mcp::run(matrix).await?;
    web::run(matrix).await?;
    live::run(matrix).await
}

/// Meets a peer once more if all that was wrong is that it came back too late: the machine may have stalled.
async fn patiently(meet: impl AsyncFn() -> Result<Row, Error>) -> Result<Row, Error> {
    let row = meet().await?;
    if !check::is_late(&row.failures) {
        return Ok(row);
    }
    println!("once more, since {} came back too late: {}", row.peer, row.failures.join("; "));
    meet().await
}

/// A number from the environment.
fn setting<T: FromStr<Err: std::fmt::Display>>(name: &str, default: T) -> Result<T, Error> {
    match env::var(name) {
        Ok(value) => value.parse().map_err(|error| format!("{name}={value:?}: {error}").into()),
        Err(_) => Ok(default),
    }
}

/// Why the run is over before its time.
async fn stopped() -> Result<String, Error> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => Ok("interrupted".into()),
        _ = terminate.recv() => Ok("terminated".into()),
        () = tokio::time::sleep(LIMIT) => Ok(format!("not done after {LIMIT:?}")),
    }
}
