//! The servers of a run: child processes of this executable, on one port.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{Failure, ServerArgs, failure};

/// A server reads its log before it says that it listens.
const START: Duration = Duration::from_secs(60);
/// So many lines that a server writes on standard error are shown; it may have one for each of thousands of clients.
const SHOWN: usize = 20;

pub(super) struct Servers {
    running: Vec<Running>,
    /// The arguments of each, with the port once it is known.
    args: Vec<Vec<String>>,
    port: u16,
    /// Holds the logs, if nobody named another place.
    _logs: Option<TempDir>,
}

struct Running {
    child: Child,
    pid: u32,
    lines: Lines,
}

/// What a server has written on standard error.
type Lines = Arc<Mutex<Written>>;

#[derive(Default)]
struct Written {
    lines: usize,
    last: Option<String>,
}

impl Servers {
    /// Starts so many of them; all listen when this returns.
    pub(super) async fn start(count: usize, args: &ServerArgs) -> Result<Self, Failure> {
        let own_log = args.store.is_none() && args.log.is_none();
        let logs = if own_log {
            Some(tempfile::tempdir().map_err(|error| failure(format!("no folder for the log: {error}")))?)
        } else {
            None
        };
        let args = (0..count).map(|server| {
            let (option, value) = match (&args.store, &args.log, &logs) {
                (Some(store), ..) => ("--store", store.clone()),
                (None, Some(log), _) => ("--log", log.display().to_string()),
                (None, None, Some(logs)) => {
                    ("--log", logs.path().join(format!("{server}.log")).display().to_string())
                }
                (None, None, None) => ("--rate", "0".to_owned()),
            };
            let fixed = ["serve", "--load", "--rate", "0", "--reuse-port", option, &value].map(str::to_owned);
            fixed.into_iter().chain(args.server_args.iter().cloned()).collect()
        });
        let mut servers = Self { running: Vec::new(), args: args.collect(), port: 0, _logs: logs };
        servers.run().await?;
        Ok(servers)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        self.running.iter().map(|server| server.pid).collect()
    }

    /// Kills all of them at once (SIGKILL), and waits until the kernel has cut their connections.
    pub(super) async fn kill(&mut self) -> Result<(), Failure> {
        for server in &mut self.running {
            server
                .child
                .start_kill()
                .map_err(|error| failure(format!("a server cannot be killed: {error}")))?;
        }
        for mut server in self.running.drain(..) {
            let _ = server.child.wait().await;
        }
        Ok(())
    }

    /// Starts them on the same port with the same stores. The first one chooses the port, if there is none.
    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        // All at once, so that none is alone with the connections of all; but the port is needed first.
        let first = usize::from(self.port == 0);
        for server in 0..first {
            self.spawn(server)?;
            self.port = ready(&mut self.running[server]).await?.port();
        }
        for server in first..self.args.len() {
            self.spawn(server)?;
        }
        for server in first..self.args.len() {
            ready(&mut self.running[server]).await?;
        }
        Ok(())
    }

    /// An error if one of them has ended by itself.
    pub(super) fn check(&mut self) -> Result<(), Failure> {
        for server in &mut self.running {
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(failure(format!("a server has ended ({status}){}", said(&server.lines))));
            }
        }
        Ok(())
    }

    fn spawn(&mut self, server: usize) -> Result<(), Failure> {
        let program =
            std::env::current_exe().map_err(|error| failure(format!("no path to this program: {error}")))?;
        let mut child = Command::new(program)
            .args(&self.args[server])
            .arg(format!("--listen=0.0.0.0:{}", self.port))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failure(format!("a server cannot be started: {error}")))?;
        let lines = Lines::default();
        if let Some(stderr) = child.stderr.take() {
            let lines = Arc::clone(&lines);
            tokio::spawn(async move {
                let mut read = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = read.next_line().await {
                    let mut lines = lines.lock().expect("nobody panics with it");
                    lines.lines += 1;
                    if lines.lines <= SHOWN {
                        eprintln!("server {}: {line}", server + 1);
                    }
                    lines.last = Some(line);
                }
            });
        }
        let pid = child.id().unwrap_or_default();
        self.running.push(Running { child, pid, lines });
        Ok(())
    }
}

/// Waits for the line that a server prints when it listens; its address.
async fn ready(server: &mut Running) -> Result<SocketAddr, Failure> {
    let mut line = String::new();
    if let Some(stdout) = server.child.stdout.as_mut() {
        let mut stdout = BufReader::new(stdout);
        if timeout(START, stdout.read_line(&mut line)).await.is_err() {
            return Err(failure(format!("a server has not started in {START:?}{}", said(&server.lines))));
        }
    }
    let address =
        line.trim_end().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
    if let Some(address) = address {
        return Ok(address);
    }
    if !line.is_empty() {
        return Err(failure(format!("a server did not say where it listens, but {line:?}")));
    }
    let status = server.child.wait().await.map(|status| status.to_string());
    // Its last words may still be on their way.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let status = status.unwrap_or_default();
    Err(failure(format!("a server did not start ({status}){}", said(&server.lines))))
}

/// Its last words.
fn said(lines: &Lines) -> String {
    let lines = lines.lock().expect("nobody panics with it");
    lines.last.as_ref().map(|line| format!(": {line}")).unwrap_or_default()
}
