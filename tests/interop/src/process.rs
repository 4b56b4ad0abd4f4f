//! Peers as processes of their own: none outlives the run, and what they say is kept for the row.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Error;

/// A process and all that it has started, which end when this is dropped.
#[derive(Debug)]
pub struct Group {
    pub child: Child,
    group: Option<Pid>,
}

impl Group {
    /// Starts `command` in a process group of its own.
    pub fn start(command: &mut Command) -> Result<Self, Error> {
        Self::spawn(command.stdin(Stdio::null()))
    }

    /// Starts `command` in a process group of its own; what it reads is written to the child's `stdin`.
    pub fn start_with_input(command: &mut Command) -> Result<Self, Error> {
        Self::spawn(command.stdin(Stdio::piped()))
    }

    fn spawn(command: &mut Command) -> Result<Self, Error> {
        let named = command.as_std().get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).kill_on_drop(true).spawn();
        let child = child.map_err(|error| format!("cannot start {named}: {error}"))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        Ok(Self { child, group })
    }
}

impl Group {
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        let group = self.group.ok_or("it has ended by itself")?;
        Ok(killpg(group, signal)?)
    }

    /// Runs `command`, whose output is piped, to its end.
    pub async fn output(command: &mut Command) -> Result<Output, Error> {
        let mut group = Self::start(command)?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (out, err) = (group.child.stdout.take(), group.child.stderr.take());
        let (out, err) = (out.ok_or("no standard output")?, err.ok_or("no standard error")?);
        let (mut out, mut err) = (BufReader::new(out), BufReader::new(err));
        tokio::try_join!(out.read_to_end(&mut stdout), err.read_to_end(&mut stderr))?;
        Ok(Output { status: group.child.wait().await?, stdout, stderr })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // An error means that nobody is left.
            killpg(group, Signal::SIGKILL).unwrap_or_default();
        }
    }
}

/// tests/interop.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Node.js that `package-lock.json` brings.
pub fn node() -> PathBuf {
    here().join("node_modules/.bin/node")
}

/// The Python of the virtual environment.
pub fn python() -> PathBuf {
    here().join(".venv/bin/python")
}

/// The version of an installed npm package.
pub fn npm_version(package: &str) -> Result<String, Error> {
    npm_version_in(here(), package)
}

/// The version of an npm package that is installed in a folder.
pub fn npm_version_in(folder: &Path, package: &str) -> Result<String, Error> {
    let path = folder.join("node_modules").join(package).join("package.json");
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let package: serde_json::Value = serde_json::from_slice(&text)?;
    let version = package["version"].as_str();
    Ok(version.ok_or_else(|| format!("{}: no version", path.display()))?.to_owned())
}

/// The version of a Python package in the virtual environment.
pub async fn python_version(package: &str) -> Result<String, Error> {
    python_version_in(python(), package).await
}

/// The version of a package in the environment of this Python.
pub async fn python_version_in(python: PathBuf, package: &str) -> Result<String, Error> {
    let script = "import importlib.metadata as m, sys; print('version', m.version(sys.argv[1]))";
    version(python, &["-c", script, package]).await
}

/// The first word with a digit that a program says.
pub async fn version(program: impl AsRef<OsStr>, arguments: &[&str]) -> Result<String, Error> {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).output().await;
    let output = output.map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    // nginx says its version on standard error.
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let version = text.split_whitespace().find(|word| word.contains(|c: char| c.is_ascii_digit()));
    Ok(version.ok_or_else(|| format!("{} says no version: {text}", program.display()))?.to_owned())
}
