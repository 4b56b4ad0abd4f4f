//! `live load fan-out`: one publisher, many clients, and how late events are.

use std::time::Duration;

use tokio::sync::watch;

use super::orders::Order;
use super::report::Report;
use super::stage::{PATIENCE, Stage};
use super::{Failure, FanOut, Found, verdict};

pub(super) async fn run(args: &FanOut) -> Result<Found, Failure> {
    let mut stage = match &args.url.url {
        Some(url) => Stage::at(args.connections, &args.clients, url, &args.url).await?,
        None => Stage::start(args.connections, &args.clients, &args.servers, true).await?,
    };
    let opened = stage.open().await?;
    let before = stage.work();
    let (stop, stopped) = watch::channel(false);
    let publisher = tokio::spawn(stage.publisher(args.rate, args.size).run(stopped));
    eprintln!("all {} connections are open; publishing for {} s", args.connections, args.seconds);
    tokio::time::sleep(Duration::from_secs_f64(args.seconds)).await;
    stop.send_replace(true);
    let published = publisher.await.map_err(|error| super::failure(error.to_string()))??;
    stage.crew.order(&Order::Until(published.last)).await?;
    stage.crew.wait("clients that have all", args.connections, PATIENCE, |progress| progress.reached).await?;
    let work = stage.work();
    let tally = stage.crew.report(published.last).await?;

    let mut report = Report::new("fan-out");
    stage.head(&mut report, opened);
    let faults = verdict(&mut report, args.connections, &published, &tally);
    let seconds = published.last_at.saturating_sub(published.first_at) as f64 / 1e9;
    report.figure("published_per_s", "published", Some(published.stored as f64 / seconds), 1, "a second");
    let delivered_in = tally.last_event.saturating_sub(published.first_at) as f64 / 1e9;
    report.figure("delivered_in_s", "all delivered after", Some(delivered_in), 2, "s");
    report.figure("deliveries_per_s", "deliveries", Some(tally.events as f64 / delivered_in), 0, "a second");
    report.spread("latency_ms", "due to client", &tally.lateness);
    report.spread("post_ms", "POST to its answer", &published.posts);
    work.show_since(&before, &mut report);
    report.counts("answers", "hello", &tally.answers);
    report.counts("losses", "connections lost or not made", &tally.losses);
    Ok(Found { report, faults, spreads: vec![("due to client", tally.lateness)] })
}
