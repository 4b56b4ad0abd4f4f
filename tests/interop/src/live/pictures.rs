//! The pictures that README shows, on request: `LIVE_PICTURES=1 tests/interop/run live`.

use std::env;
use std::fs;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::sleep;

use super::notifier::Notifier;
use super::page::Page;
use super::server::Live;
use crate::Error;
use crate::process::here;

/// Until the chart is full.
const FILL: Duration = Duration::from_secs(100);
const BREAK: Duration = Duration::from_secs(9);
const AFTER: Duration = Duration::from_secs(13);
/// A picture is in the repository for good.
const LARGEST: u64 = 250 * 1000;

pub async fn take_if_asked() -> Result<(), Error> {
    if env::var_os("LIVE_PICTURES").is_none() {
        return Ok(());
    }
    let folder = TempDir::new()?;
    let log = folder.path().join("live.log");
    let arguments = ["--log", log.to_str().ok_or("the path is not UTF-8")?];
    let live = Live::start(0, &arguments).await?;
    let (origin, port) = (live.origin(), live.address.port());
    let mut shown = Vec::new();
    for (name, width, height, scale, dark) in
        [("live-wide.png", 1440, 940, 1, false), ("live-phone.png", 390, 844, 2, true)]
    {
        let mut page = Page::start().await?;
        page.view(width, height, scale, dark).await?;
        page.go(&origin).await?;
        page.sign_in("ada").await?;
        shown.push((name, page));
    }
    let [mut grace, mut linus] =
        [Notifier::sign_in(&origin, "grace").await?, Notifier::sign_in(&origin, "linus").await?];
    println!("the chart of the pictures fills for {FILL:?}");
    sleep(FILL).await;
    grace
        .send(&origin, "The new decoder is out. Latency went down by a third, have a look at the board.")
        .await?;
    for (_, page) in &mut shown {
        page.offline(true).await?;
    }
    live.kill().await?;
    let _live = Live::start(port, &arguments).await?;
    linus.send(&origin, "This one waited for you while your train was in the tunnel.").await?;
    sleep(BREAK).await;
    for (_, page) in &mut shown {
        page.offline(false).await?;
    }
    sleep(AFTER).await;
    for (name, page) in &mut shown {
        let path = here().join("../../docs").join(*name);
        page.picture(&path).await?;
        let packed = Command::new("optipng").args(["-quiet", "-o2"]).arg(&path).status().await;
        if !packed.map_err(|error| format!("cannot start optipng: {error}"))?.success() {
            return Err(format!("optipng could not pack {name}").into());
        }
        let size = fs::metadata(&path)?.len();
        if size > LARGEST {
            return Err(format!("{name} has {size} bytes, more than {LARGEST}").into());
        }
    }
    Ok(())
}
