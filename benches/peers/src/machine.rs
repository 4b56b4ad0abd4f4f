//! Where it was measured, and what.

use std::process::Command;

use crate::profile;

#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) rustc: String,
    /// Of cargo, with which this was built.
    pub(crate) profile: String,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo
            .lines()
            .find(|line| line.starts_with("model name"))
            .and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()));
        let rustc = Command::new("rustc").arg("--version").output().ok();
        Self {
            cpu: model.unwrap_or_else(|| "unknown CPU".into()),
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            rustc: rustc.map_or_else(
                || "unknown rustc".into(),
                |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            ),
            profile: profile::this(),
        }
    }

    pub(crate) fn line(&self) -> String {
        let settings = profile::settings(&self.profile);
        format!("{}, {} cores, {}, profile {}: {settings}", self.cpu, self.cores, self.rustc, self.profile)
    }

    /// What tells the files of this profile from those of others.
    pub(crate) fn suffix(&self) -> String {
        profile::suffix(&self.profile)
    }
}

/// The version of `package` that was built; of our own crate too.
pub(crate) fn version(package: &str) -> &'static str {
    let mut lines = include_str!("../Cargo.lock").lines();
    let name = format!("name = \"{package}\"");
    lines
        .find(|line| *line == name)
        .and_then(|_| lines.next())
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .unwrap_or_default()
}
