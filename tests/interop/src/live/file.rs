//! One server over its file, killed three times.

use std::time::Duration;

use tempfile::TempDir;

use super::notifier::Notifier;
use super::server::Live;
use super::{Findings, RATE, ROUNDS, SOME, moved, signed_in};
use crate::Error;
use crate::matrix::Row;

const STEP: Duration = Duration::from_millis(20);

pub async fn row() -> Result<Row, Error> {
    let folder = TempDir::new()?;
    let path = folder.path().join("live.log");
    let arguments = ["--rate", RATE, "--log", path.to_str().ok_or("the path is not UTF-8")?];
    let mut live = Live::start(0, &arguments).await?;
    let (origin, port) = (live.origin(), live.address.port());
    let mut page = signed_in(&origin).await?;
    let mut notifier = Notifier::sign_in(&origin, "grace").await?;
    let mut findings = Findings::default();

    // Back at once: the browser finds it at its first attempt, or its second.
    let before = moved(&mut page, 0, 0).await?.board.received;
    live.kill().await?;
    live = Live::start(port, &arguments).await?;
    notifier.send(&origin, "The server is back").await?;
    let before = moved(&mut page, 1, before).await?.board.received;

    // The page has seen that it is gone.
    live.kill().await?;
    page.until("that the server is gone", |counts| counts.board.state == "waiting").await?;
    live = Live::start(port, &arguments).await?;
    let before = moved(&mut page, 2, before).await?;

    // The page's own network is gone as well, so that the server has a lot to tell when it comes back.
    page.offline(true).await?;
    live.kill().await?;
    live = Live::start(port, &arguments).await?;
    for text in ["Two that were sent", "while you were away"] {
        notifier.send(&origin, text).await?;
    }
    // The notifications count as well.
    while notifier.published(&origin).await? < 2 * SOME {
        tokio::time::sleep(STEP).await;
    }
    page.offline(false).await?;
    let after = moved(&mut page, ROUNDS, before.board.received).await?;
    findings.add("a long break is replayed", true, after.board.replayed >= before.board.replayed + SOME);
    let said = page.send("ada", "From the page itself").await?;
    findings.add("what the form says", "Sent to ada.", &said);
    notifier.sent.push("From the page itself".into());
    findings.look(&mut page, &notifier.sent, ROUNDS, &live.name()?).await?;

    // Nobody looks: the tab is elsewhere, and the server is killed in between. The cookie brings the user back.
    page.go("about:blank").await?;
    notifier.send(&origin, "Sent while no page was open").await?;
    live.kill().await?;
    live = Live::start(port, &arguments).await?;
    notifier.send(&origin, "And this, too").await?;
    page.go(&origin).await?;
    moved(&mut page, 0, 0).await?;
    findings.look(&mut page, &notifier.sent, 0, &live.name()?).await?;
    findings.row(super::chromium().await?, "HTTP/1.1, a file", "")
}
