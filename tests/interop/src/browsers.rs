//! Browsers without a window and without a driver: they are started with the address of a page, and the page reports.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use sse_proto::headers;
use tempfile::TempDir;
use tokio::process::Command;

use crate::Error;
use crate::case::Case;
use crate::check;
use crate::matrix::{Direction, Row};
use crate::process::{self, Group};
use crate::quirks;
use crate::serve::{Outcome, Server, Visit};

/// A start on a busy machine included.
const LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browser {
    Chromium,
    Firefox,
}

/// Neither asks the network for anything, nor the user.
pub const CHROMIUM: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The server over TLS signs for itself.
    "--ignore-certificate-errors",
];
const FIREFOX: &str = r#"
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.region.network.url", "");
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
"#;

impl Browser {
    pub const BOTH: [Self; 2] = [Self::Chromium, Self::Firefox];

    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox-esr",
        }
    }

    pub async fn version(self) -> Result<String, Error> {
        process::version(self.program(), &["--version"]).await
    }

    /// Opens `address`. The profile has to live as long as the browser.
    pub fn open(self, address: &str, profile: &TempDir) -> Result<Group, Error> {
        let mut command = Command::new(self.program());
        match self {
            Self::Chromium => {
                let profile = format!("--user-data-dir={}", profile.path().display());
                command.args(CHROMIUM).arg(profile).arg(address);
            }
            Self::Firefox => {
                fs::write(profile.path().join("user.js"), FIREFOX)?;
                command.args(["--headless", "--no-remote", "--profile"]).arg(profile.path()).arg(address);
            }
        }
        Group::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// What the browser's EventSource makes of all cases.
    pub async fn run(self, cases: Vec<Case>) -> Result<(Server, Vec<Outcome>), Error> {
        let mut server = Server::start(cases).await?;
        let profile = TempDir::new()?;
        let mut browser = self.open(&server.origin, &profile)?;
        let outcomes = tokio::select! {
            outcomes = server.outcomes(LIMIT) => outcomes?,
            status = browser.child.wait() => return Err(format!("the browser ended by itself: {}", status?).into()),
        };
        Ok((server, outcomes))
    }

    /// What this browser asks with, beside what our session would: the first request of each case, and those that follow
    /// a broken connection, which name the last event ID as well (that is compared in the rows of the encoder).
    pub async fn requests(self, cases: Vec<Case>) -> Result<Row, Error> {
        let (server, _) = self.run(cases).await?;
        let ours = headers::REQUEST_HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let visits: Vec<_> = server.visits().into_iter().flatten().collect();
        let differs = |visit: &&Visit| visit.asked != ours;
        let failures = visits
            .iter()
            .filter(differs)
            .map(|visit| format!("asked with {:?}, ours is {ours:?}", visit.asked));
        Ok(Row {
            peer: format!("{} EventSource, headers of its requests", self.name()),
            version: self.version().await?,
            direction: Direction::Request,
            over: "HTTP/1.1".into(),
            cases: visits.len(),
            failures: failures.collect(),
            note: String::new(),
        })
    }

    /// Our encoder to this browser.
    pub async fn row(self, cases: Vec<Case>) -> Result<Row, Error> {
        let (server, outcomes) = self.run(cases).await?;
        let (as_seen, note): (fn(&Case) -> Case, _) = match self {
            Self::Chromium => (Case::clone, ""),
            Self::Firefox => (quirks::firefox, quirks::FIREFOX),
        };
        Ok(Row {
            peer: format!("{} EventSource", self.name()),
            version: self.version().await?,
            direction: Direction::ToPeer,
            over: "HTTP/1.1, chunked".into(),
            cases: server.cases().len(),
            failures: check::failures(&server, &outcomes, &server.cases_as(as_seen)),
            note: note.into(),
        })
    }
}
