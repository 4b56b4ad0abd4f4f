//! `live serve` and Redis as processes of a test's own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{ChildStdout, Command};

use crate::Error;
use crate::process::{Group, here};

/// For a start on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(20);

pub struct Live {
    pub address: SocketAddr,
    group: Group,
    // Whoever reads what it prints has to stay.
    _stdout: BufReader<ChildStdout>,
}

impl Live {
    /// Waits until it listens. Port 0 takes one that is free.
    pub async fn start(port: u16, arguments: &[&str]) -> Result<Self, Error> {
        let mut command = Command::new(built("live")?);
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).args(arguments);
        let mut group = Group::start(command.stdout(Stdio::piped()))?;
        let mut stdout = BufReader::new(group.child.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        tokio::time::timeout(LIMIT, stdout.read_line(&mut line))
            .await
            .map_err(|_| format!("live serve does not listen after {LIMIT:?}"))??;
        let address =
            line.trim_end().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| format!("live serve said {line:?}"))?;
        Ok(Self { address, group, _stdout: stdout })
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the page calls the server.
    pub fn name(&self) -> Result<String, Error> {
        Ok(self.group.child.id().ok_or("live serve has ended by itself")?.to_string())
    }

    /// Whether the page calls it so.
    pub fn is(&self, name: &str) -> bool {
        self.name().is_ok_and(|own| own == name)
    }

    /// SIGKILL, and the end.
    pub async fn kill(mut self) -> Result<(), Error> {
        Ok(self.group.child.kill().await?)
    }
}

/// What `live/install` has built.
pub fn built(program: &str) -> Result<PathBuf, Error> {
    let path = here().join("../../target/debug").join(program);
    path.canonicalize().map_err(|error| format!("{}: {error}", path.display()).into())
}

pub struct Redis {
    port: u16,
    group: Group,
    _folder: TempDir,
}

impl Redis {
    /// One that keeps nothing on disk, at a port that was free a moment ago.
    pub async fn start() -> Result<Self, Error> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let folder = TempDir::new()?;
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        let group = Group::start(command.current_dir(folder.path()).stdout(Stdio::null()))?;
        let answers = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                tokio::time::sleep(STEP).await;
            }
        };
        tokio::time::timeout(LIMIT, answers)
            .await
            .map_err(|_| format!("redis-server does not answer after {LIMIT:?}"))?;
        Ok(Self { port, group, _folder: folder })
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// It answers nobody, and its connections stay.
    pub fn pause(&self) -> Result<(), Error> {
        self.group.signal(Signal::SIGSTOP)
    }

    pub fn go_on(&self) -> Result<(), Error> {
        self.group.signal(Signal::SIGCONT)
    }
}
