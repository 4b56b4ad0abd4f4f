//! A server that we did not write: its process, and how it is known to speak.

use std::path::Path;
use std::process::Stdio;

use reqwest::Version;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::Error;
use crate::process::{Group, here};
use crate::server_script::{Message, Told};

/// How a peer puts on the wire what it is told.
#[derive(Debug, Clone, Copy)]
pub struct Speech {
    pub http: Version,
    /// What goes behind the `?` of a talk's URL.
    pub query: &'static str,
    /// The line ends it can be asked for.
    pub ends: &'static [&'static str],
    /// Whether it can write given bytes.
    pub raw: bool,
    /// In pieces of how many bytes, 0 for all at once; large streams come in larger ones.
    pub cuts: &'static [usize],
    /// What it makes of a message, where that is not the message.
    pub says: fn(&mut Message),
    /// The same in words, for the matrix.
    pub quirk: Option<&'static str>,
}

/// A server that is listening.
#[derive(Debug, Clone)]
pub struct Peer {
    pub name: String,
    pub version: String,
    /// `http://127.0.0.1:PORT`
    pub base: String,
    pub speech: Speech,
}

/// The processes of the peers, and the file that tells them what to send. Dropped, it ends them.
#[derive(Debug)]
pub struct Processes {
    directory: TempDir,
    groups: Vec<Group>,
}

/// What a server prints when it listens.
#[derive(Debug, Deserialize)]
pub struct Listening {
    pub version: String,
    pub ports: Vec<u16>,
}

impl Peer {
    /// Who listens at the port of this index.
    pub fn new(name: &str, listening: &Listening, port: usize, speech: Speech) -> Result<Self, Error> {
        let port =
            listening.ports.get(port).ok_or_else(|| format!("{name}: no port {port}: {listening:?}"))?;
        let base = format!("http://127.0.0.1:{port}");
        Ok(Self { name: name.into(), version: listening.version.clone(), base, speech })
    }
}

impl Processes {
    pub fn new(told: &Told) -> Result<Self, Error> {
        let directory = TempDir::with_prefix("sse-proto-servers-")?;
        std::fs::write(directory.path().join("told.json"), serde_json::to_vec(told)?)?;
        Ok(Self { directory, groups: Vec::new() })
    }

    /// Starts `servers/SCRIPT` and waits until it says that it listens.
    pub async fn start(&mut self, interpreter: &Path, script: &str) -> Result<Listening, Error> {
        let mut command = Command::new(interpreter);
        command.arg(here().join("servers").join(script)).arg(self.directory.path().join("told.json"));
        // better-sse sends a header that HTTP/2 has not; Node.js drops it and warns.
        let mut group = Group::start(command.env("NODE_NO_WARNINGS", "1").stdout(Stdio::piped()))?;
        let output = group.child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        self.groups.push(group);
        serde_json::from_str(&line).map_err(|_| format!("{script} did not start, it says {line:?}").into())
    }
}
