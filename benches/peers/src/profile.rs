//! The profiles of cargo that are measured: which one this is, and how to run others.

use std::io;
use std::process::Command;

use crate::options::Profile;

const RELEASE: &str = "release";
const RELEASE_LTO: &str = "release-lto";

/// The profile that this program was built with: cargo names the folder after it.
pub(crate) fn this() -> String {
    let exe = std::env::current_exe().unwrap_or_default();
    let folder = exe.parent().and_then(|folder| folder.file_name());
    folder.map_or_else(|| "unknown".into(), |name| name.to_string_lossy().into_owned())
}

/// What a profile means.
pub(crate) fn settings(profile: &str) -> &'static str {
    match profile {
        RELEASE => "cargo's defaults",
        RELEASE_LTO => "LTO over all crates, one codegen unit",
        _ => "settings unknown",
    }
}

/// What is put after the names of a profile's files; nothing for the one that users have.
pub(crate) fn suffix(profile: &str) -> String {
    match profile {
        RELEASE => String::new(),
        RELEASE_LTO => "-lto".into(),
        other => format!("-{other}"),
    }
}

/// Builds this program with `profile`, or with each, then runs what was built with the other options.
pub(crate) fn run(profile: Profile) -> io::Result<()> {
    let profiles: &[&str] = match profile {
        Profile::Release => &[RELEASE],
        Profile::ReleaseLto => &[RELEASE_LTO],
        Profile::Both => &[RELEASE, RELEASE_LTO],
    };
    // All is built before the first clock runs: the machine is then as warm for one as for the other.
    profiles.iter().try_for_each(|profile| cargo("build", profile, &[]))?;
    let options = other_options();
    profiles.iter().try_for_each(|profile| cargo("run", profile, &options))
}

fn cargo(command: &str, profile: &str, options: &[String]) -> io::Result<()> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command_line = Command::new(cargo);
    command_line.args([command, "--profile", profile, "--manifest-path", manifest]);
    if command == "run" {
        command_line.arg("--").args(options);
    }
    let status = command_line.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo {command}: {status}"))) }
}

/// The command line without `--profile`, which would start all over.
fn other_options() -> Vec<String> {
    let mut others = Vec::new();
    let mut options = std::env::args().skip(1);
    while let Some(option) = options.next() {
        match option.as_str() {
            "--profile" => drop(options.next()),
            _ if option.starts_with("--profile=") => {}
            _ => others.push(option),
        }
    }
    others
}
