//! `live load idle`: what connections cost that only wait.

use std::time::Duration;

use super::report::Report;
use super::stage::Stage;
use super::{Failure, Found, Idle};

pub(super) async fn run(args: &Idle) -> Result<Found, Failure> {
    let mut stage = match &args.url.url {
        Some(url) => Stage::at(args.connections, &args.clients, url, &args.url).await?,
        // Nothing is published, so servers need no store in common.
        None => Stage::start(args.connections, &args.clients, &args.servers, false).await?,
    };
    let before = stage.before().await;
    let opened = stage.open().await?;
    let work = stage.work();
    eprintln!("all {} connections are open; held for {} s", args.connections, args.seconds);
    tokio::time::sleep(Duration::from_secs_f64(args.seconds)).await;
    let work_now = stage.work();
    let mut report = Report::new("idle");
    stage.head(&mut report, opened);
    stage.memory_since(&before, &mut report).await;
    report.figure("held_s", "held for", Some(args.seconds), 1, "s");
    work_now.show_since(&work, &mut report);
    let open = stage.crew.progress()?.up;
    report.count("open_at_the_end", "open at the end", open as u64);
    let tally = stage.crew.report(0).await?;
    report.spread("opening_ms", "connect to hello", &tally.opening);
    report.counts("losses", "connections lost or not made", &tally.losses);
    let faults = open < args.connections || !tally.losses.is_empty();
    Ok(Found { report, faults, spreads: vec![("connect to hello", tally.opening)] })
}
