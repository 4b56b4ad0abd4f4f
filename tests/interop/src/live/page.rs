//! The page in Chromium, driven by `live/page.mjs`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::folder;
use crate::Error;
use crate::browsers::CHROMIUM;
use crate::process::{Group, node};

/// For each order and each thing that is waited for, a start on a busy machine included.
const LIMIT: Duration = Duration::from_secs(40);
const STEP: Duration = Duration::from_millis(50);

pub struct Page {
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _group: Group,
}

/// What the page counts.
#[derive(Debug, Deserialize)]
pub struct Counts {
    pub board: Stream,
    pub mine: Stream,
    /// The texts of its notifications, the oldest first.
    pub shown: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    pub state: String,
    pub server: String,
    pub received: u64,
    pub replayed: u64,
    pub lost: u64,
    pub doubled: u64,
    pub reconnections: u64,
    pub started_anew: u64,
}

impl Page {
    pub async fn start() -> Result<Self, Error> {
        let mut command = Command::new(node());
        command.arg(folder().join("page.mjs")).args(CHROMIUM).stdout(Stdio::piped());
        let mut group = Group::start_with_input(&mut command)?;
        let (orders, answers) = (group.child.stdin.take(), group.child.stdout.take());
        let (orders, answers) = (orders.ok_or("no standard input")?, answers.ok_or("no standard output")?);
        Ok(Self { orders, answers: BufReader::new(answers).lines(), _group: group })
    }

    /// A window of this size, which begins with no cookies.
    pub async fn view(&mut self, width: u32, height: u32, scale: u32, dark: bool) -> Result<(), Error> {
        self.order(json!(["view", { "width": width, "height": height, "scale": scale, "dark": dark }])).await
    }

    pub async fn go(&mut self, address: &str) -> Result<(), Error> {
        self.order(json!(["go", address])).await
    }

    /// By the form. The password is the name.
    pub async fn sign_in(&mut self, name: &str) -> Result<(), Error> {
        self.order(json!(["signIn", name, name])).await
    }

    /// Sends a notification by the form, and returns what the page said.
    pub async fn send(&mut self, to: &str, text: &str) -> Result<String, Error> {
        self.order(json!(["send", to, text])).await
    }

    /// The texts in the list of notifications, from the top.
    pub async fn listed(&mut self) -> Result<Vec<String>, Error> {
        self.order(json!(["listed"])).await
    }

    /// What the panel of the connection shows, by the names of its parts.
    pub async fn panel(&mut self) -> Result<BTreeMap<String, String>, Error> {
        self.order(json!(["panel"])).await
    }

    /// Takes the network away, or gives it back.
    pub async fn offline(&mut self, is_offline: bool) -> Result<(), Error> {
        self.order(json!(["offline", is_offline])).await
    }

    pub async fn picture(&mut self, path: &Path) -> Result<(), Error> {
        self.order(json!(["picture", path])).await
    }

    /// Waits for the page to count what is waited for.
    pub async fn until(&mut self, what: &str, is_it: impl Fn(&Counts) -> bool) -> Result<Counts, Error> {
        let started = tokio::time::Instant::now();
        loop {
            let counts: Option<Counts> = self.order(json!(["counts"])).await?;
            match counts {
                Some(counts) if is_it(&counts) => return Ok(counts),
                counts if started.elapsed() > LIMIT => {
                    return Err(format!("after {LIMIT:?} the page has not seen {what}: {counts:?}").into());
                }
                _ => tokio::time::sleep(STEP).await,
            }
        }
    }

    async fn order<T: DeserializeOwned>(&mut self, order: Value) -> Result<T, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Answer {
            Ok(Value),
            Error(String),
        }
        self.orders.write_all(format!("{order}\n").as_bytes()).await?;
        let answer = tokio::time::timeout(LIMIT, self.answers.next_line()).await;
        let answer = answer.map_err(|_| format!("nothing came of {order} in {LIMIT:?}"))??;
        match serde_json::from_str(&answer.ok_or("the browser's driver is gone")?)? {
            Answer::Ok(value) => Ok(serde_json::from_value(value)?),
            Answer::Error(error) => Err(format!("{order}: {error}").into()),
        }
    }
}
