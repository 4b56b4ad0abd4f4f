//! `live serve` as a program, and a client of it.
#![allow(dead_code, reason = "each test program needs a part of it")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;
use sse_proto::EventStream;

/// For whatever should come soon, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn live() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_live"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server; killed at the end.
pub struct Server {
    process: Child,
    pub address: String,
    pub log: std::sync::Arc<std::sync::Mutex<String>>,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = live();
        command.arg("serve").args(arguments);
        Self::of(command)
    }

    /// At a port of its own, with this file.
    pub fn over(log: &Path, arguments: &[&str]) -> Self {
        let log = log.to_str().unwrap();
        Self::start(&[&["--listen", "127.0.0.1:0", "--log", log], arguments].concat())
    }

    pub fn of(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let (mut line, said) = (String::new(), BufReader::new(process.stderr.take().unwrap()));
        let log = std::sync::Arc::<std::sync::Mutex<String>>::default();
        let written = log.clone();
        std::thread::spawn(move || {
            said.lines().map_while(Result::ok).for_each(|line| *written.lock().unwrap() += &(line + "\n"));
        });
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("{line:?}, {}", log.lock().unwrap())).to_owned();
        Self { process, address, log }
    }

    /// The port alone, for a server that takes its place.
    pub fn listen(&self) -> String {
        self.address.split_once("://").unwrap().1.to_owned()
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn terminate(&mut self) -> Option<i32> {
        signal(self.id(), "TERM");
        self.process.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn signal(process: u32, name: &str) {
    assert!(
        Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().unwrap().success()
    );
}

/// What a program says that ends: its status, its standard error.
pub fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = live().arg("serve").args(arguments).output().unwrap();
    assert_eq!(output.stdout, b"");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct User {
    pub http: reqwest::Client,
    cookie: String,
}

impl User {
    pub async fn sign_in(server: &Server, name: &str) -> Self {
        // The certificate signs itself; and a connection that is kept may be to a server that was killed.
        let http = reqwest::Client::builder().danger_accept_invalid_certs(true).pool_max_idle_per_host(0);
        let http = http.build().unwrap();
        let login = serde_json::json!({ "name": name, "password": name });
        let answer = http.post(format!("{}/login", server.address)).json(&login).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { http, cookie }
    }

    pub fn get(&self, server: &Server, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", server.address)).header("cookie", &self.cookie)
    }

    pub async fn notify(&self, server: &Server, to: &str, text: &str) -> u16 {
        let notice = serde_json::json!({ "to": to, "text": text });
        let request = self.http.post(format!("{}/notify", server.address)).header("cookie", &self.cookie);
        request.json(&notice).send().await.unwrap().status().as_u16()
    }

    /// Opens a stream after an id, the empty one for none.
    pub async fn open(&self, server: &Server, path: &str, id: &str) -> Stream {
        let mut request = self.get(server, path);
        if !id.is_empty() {
            request = request.header("last-event-id", id);
        }
        let body = request.send().await.unwrap().error_for_status().unwrap();
        Stream { events: EventStream::new(body.bytes_stream().boxed()), id: id.to_owned() }
    }
}

/// One connection.
pub struct Stream {
    events: EventStream<BoxStream<'static, reqwest::Result<Bytes>>>,
    /// The last event ID.
    pub id: String,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub kind: String,
    pub data: String,
}

#[derive(Debug, Deserialize)]
pub struct Hello {
    pub answer: String,
    pub missed: u64,
    pub server: String,
}

impl Stream {
    /// The next event; `None` at the end of the connection, however it ends.
    pub async fn next(&mut self) -> Option<Event> {
        let event = tokio::time::timeout(PATIENCE, self.events.next()).await.expect("nothing comes")?.ok()?;
        self.id = event.last_event_id().as_str().to_owned();
        Some(Event { kind: event.event_type().into(), data: event.data().into() })
    }

    pub async fn hello(&mut self) -> Hello {
        let event = self.next().await.unwrap();
        assert_eq!(event.kind, "hello");
        serde_json::from_str(&event.data).unwrap()
    }
}

/// The number of an event of the board.
pub fn number(event: &Event) -> u64 {
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
    data["n"].as_u64().unwrap_or_else(|| panic!("{event:?}"))
}
