//! `live load storm`: all connections cut at once, and everybody comes back.

use std::time::Duration;

use tokio::sync::watch;

use super::orders::Order;
use super::report::Report;
use super::stage::{PATIENCE, Stage};
use super::{Failure, Found, Storm, clock, failure, proc, verdict};

pub(super) async fn run(args: &Storm) -> Result<Found, Failure> {
    let mut stage = Stage::start(args.connections, &args.clients, &args.servers, true).await?;
    let opened = stage.open().await?;
    let (stop, stopped) = watch::channel(false);
    let publisher = tokio::spawn(stage.publisher(args.rate, args.size).run(stopped));
    eprintln!(
        "all {} connections are open; publishing, and the cut comes in {} s",
        args.connections, args.seconds
    );
    tokio::time::sleep(Duration::from_secs_f64(args.seconds)).await;

    stage.crew.order(&Order::Mark).await?;
    let drops = proc::listen_drops();
    let cut = clock::nanos();
    let Some(servers) = &mut stage.servers else {
        return Err(failure("there are no servers to kill".to_owned()));
    };
    servers.kill().await?;
    let killed = clock::nanos();
    tokio::time::sleep(Duration::from_secs_f64(args.down)).await;
    servers.run().await?;
    let listening = clock::nanos();
    eprintln!("the servers were killed, and listen again");
    let (total, wait) = (args.connections, PATIENCE);
    let back =
        stage.crew.wait("clients back", total, wait, |progress| progress.back.min(progress.up)).await?;
    if back < total {
        eprintln!("{back} of {total} clients are back, and for {PATIENCE:?} there was not one more");
    }
    tokio::time::sleep(Duration::from_secs_f64(args.seconds)).await;
    stop.send_replace(true);
    let published = publisher.await.map_err(|error| failure(error.to_string()))??;
    stage.crew.order(&Order::Until(published.last)).await?;
    stage.crew.wait("clients that have all", total, PATIENCE, |progress| progress.reached).await?;
    let tally = stage.crew.report(published.last).await?;

    let mut report = Report::new("storm");
    stage.head(&mut report, opened);
    let faults = verdict(&mut report, total, &published, &tally);
    let since_cut = |at: u64| Some(at.saturating_sub(cut) as f64 / 1e9);
    report.figure("killed_s", "killed after", since_cut(killed), 3, "s");
    report.figure("listening_s", "listening again after", since_cut(listening), 3, "s");
    report.count("back", "clients back", back as u64);
    report.figure("all_back_s", "all back after", since_cut(tally.last_up).filter(|_| back == total), 2, "s");
    let requests = tally.heads_since(cut);
    report.count(
        "requests_per_s_peak",
        "requests a second at the peak",
        requests.iter().max().copied().unwrap_or(0),
    );
    report.series("requests_per_s", &requests);
    report.spread("back_ms", "loss to hello", &tally.back);
    report.spread("latency_ms", "due to client", &tally.lateness);
    let dropped = proc::listen_drops().zip(drops).map(|(now, then)| now.saturating_sub(then) as f64);
    report.figure("listen_drops", "connects that the listeners dropped", dropped, 0, "");
    report.counts("answers", "hello", &tally.answers);
    report.counts("losses", "connections lost or not made", &tally.losses);
    let spreads = vec![("loss to hello", tally.back), ("due to client", tally.lateness)];
    Ok(Found { report, faults: faults || back < total, spreads })
}
