//! Two servers over one Redis, at the same port: whichever answers the page is killed, and another one goes on.

use super::notifier::Notifier;
use super::server::{Live, Redis};
use super::{Findings, RATE, ROUNDS, moved, signed_in};
use crate::Error;
use crate::matrix::Row;
use crate::process;

pub async fn row() -> Result<Row, Error> {
    let redis = Redis::start().await?;
    let url = redis.url();
    let arguments = ["--rate", RATE, "--reuse-port", "--store", &url];
    let first = Live::start(0, &arguments).await?;
    let (origin, port) = (first.origin(), first.address.port());
    let mut servers = vec![first, Live::start(port, &arguments).await?];
    let mut page = signed_in(&origin).await?;
    let mut notifier = Notifier::sign_in(&origin, "grace").await?;
    let mut findings = Findings::default();

    // The other one is there already.
    for round in 1..ROUNDS {
        let before = moved(&mut page, round - 1, 0).await?.board;
        let (answering, others) = servers.into_iter().partition::<Vec<_>, _>(|live| live.is(&before.server));
        findings.add("servers of the name that the page shows", 1, answering.len());
        for live in answering {
            live.kill().await?;
        }
        notifier.send(&origin, &format!("Sent in round {round}, by the server that is left")).await?;
        let after = moved(&mut page, round, before.received).await?.board;
        findings.add("the other server answers", true, others.iter().any(|live| live.is(&after.server)));
        servers = others;
        servers.push(Live::start(port, &arguments).await?);
    }

    // None is left, then there is one that was never there before.
    let before = moved(&mut page, ROUNDS - 1, 0).await?.board.received;
    for live in servers {
        live.kill().await?;
    }
    page.until("that the servers are gone", |counts| counts.board.state == "waiting").await?;
    let live = Live::start(port, &arguments).await?;
    notifier.send(&origin, "Sent by a server that is new").await?;
    let before = moved(&mut page, ROUNDS, before).await?.board.received;

    // The store itself says nothing for a while: the page is told, its connection stays, and all comes in the end.
    redis.pause()?;
    page.until("trouble at the store", |counts| counts.board.state == "trouble").await?;
    redis.go_on()?;
    moved(&mut page, ROUNDS, before).await?;
    findings.look(&mut page, &notifier.sent, ROUNDS, &live.name()?).await?;
    let version = process::version("redis-server", &["--version"]).await?;
    findings.row(
        super::chromium().await?,
        &format!("HTTP/1.1, Redis {}", version.trim_start_matches("v=")),
        "",
    )
}
