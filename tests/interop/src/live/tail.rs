//! `sse tail` on the board: the server is killed under it, and it is killed and goes on by its state file.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::notifier::Notifier;
use super::server::{Live, built};
use super::{Findings, RATE, SOME};
use crate::Error;
use crate::matrix::Row;
use crate::process::Group;

pub const PEER: &str = "sse tail on examples/live";
const LIMIT: Duration = Duration::from_secs(40);
const STEP: Duration = Duration::from_millis(50);

pub async fn row() -> Result<Row, Error> {
    let folder = TempDir::new()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (log, state, output) = (path("live.log"), path("last-id"), folder.path().join("output"));
    let arguments = ["--rate", RATE, "--log", &log];
    let mut live = Live::start(0, &arguments).await?;
    let port = live.address.port();
    let user = Notifier::sign_in(&live.origin(), "ada").await?;
    let url = format!("{}/events", live.origin());
    let header = format!("cookie: {}", user.cookie());
    let tail = || -> Result<Group, Error> {
        let file = OpenOptions::new().create(true).append(true).open(&output)?;
        let mut command = Command::new(built("sse")?);
        command.args(["tail", "--state", &state, "--header", &header, &url]);
        Group::start(command.stdout(file).stderr(Stdio::from(File::create(folder.path().join("told"))?)))
    };

    let mut findings = Findings::default();
    let mut tailing = tail()?;
    let mut last = until(&output, SOME).await?;
    for _ in 0..3 {
        live.kill().await?;
        live = Live::start(port, &arguments).await?;
        last = until(&output, last + SOME).await?;
    }
    let (lost, doubled) = counted(&output)?;
    findings.add("events lost while the server was killed three times", 0, lost);
    findings.add("events doubled", 0, doubled);

    // What is printed and not kept yet comes again. None is lost.
    for _ in 0..3 {
        tailing.child.kill().await?;
        live.kill().await?;
        live = Live::start(port, &arguments).await?;
        tailing = tail()?;
        last = until(&output, last + SOME).await?;
    }
    tailing.child.kill().await?;
    live.kill().await?;
    findings.add("events lost while both were killed three times", 0, counted(&output)?.0);
    findings.row((PEER, "of this repository".into()), "HTTP/1.1, a file", "")
}

/// The numbers of the events that were printed.
fn printed(output: &Path) -> Result<Vec<u64>, Error> {
    let text = std::fs::read_to_string(output).unwrap_or_default();
    // Without its end a line may be half of one.
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let number = |line: &str| serde_json::from_str::<Value>(line).ok()?["n"].as_u64();
    Ok(lines.filter_map(number).collect())
}

/// Waits until this event is printed.
async fn until(output: &Path, number: u64) -> Result<u64, Error> {
    let waiting = async {
        loop {
            match printed(output)?.last() {
                Some(&last) if last >= number => return Ok::<u64, Error>(last),
                _ => tokio::time::sleep(STEP).await,
            }
        }
    };
    let waited = tokio::time::timeout(LIMIT, waiting).await;
    waited.map_err(|_| format!("event {number} was not printed after {LIMIT:?}"))?
}

fn counted(output: &Path) -> Result<(u64, usize), Error> {
    let numbers = printed(output)?;
    let steps = || numbers.windows(2).map(|two| (two[0], two[1]));
    let lost = steps().map(|(before, after)| after.saturating_sub(before + 1)).sum();
    Ok((lost, steps().filter(|(before, after)| after <= before).count()))
}
