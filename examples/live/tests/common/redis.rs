//! A Redis of a test's own.
#![allow(dead_code, reason = "each test program needs a part of it")]

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub struct Redis {
    folder: TempDir,
    port: u16,
    process: Child,
    keeps: bool,
}

impl Redis {
    /// It keeps nothing over a restart.
    pub fn start() -> Self {
        Self::with(false)
    }

    /// It keeps all.
    pub fn that_keeps() -> Self {
        Self::with(true)
    }

    fn with(keeps: bool) -> Self {
        // A port that was free a moment ago.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
        let folder = TempDir::new().unwrap();
        let process = spawn(&folder, port, keeps);
        Self { folder, port, process, keeps }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn restart(&mut self) {
        self.stop();
        self.process = spawn(&self.folder, self.port, self.keeps);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(folder: &TempDir, port: u16, keeps: bool) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    command.args(["--appendonly", if keeps { "yes" } else { "no" }, "--appendfsync", "always"]);
    let process = command.current_dir(folder.path()).stdout(Stdio::null()).spawn();
    let process = process.expect("redis-server is not there; examples/live/install gets it");
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "redis-server does not answer");
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}
