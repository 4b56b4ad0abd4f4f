//! The workers, as their parent sees them: started, ordered, added up.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::count::Tally;
use super::orders::{Answer, Opening, Order, Progress};
use super::{Failure, failure};

/// How often the parent looks.
const LOOK: Duration = Duration::from_millis(20);
/// How often it says on standard error where it stands.
const SAY: Duration = Duration::from_secs(2);
/// A report comes when the worker has done what lies before it.
const REPORT: Duration = Duration::from_secs(60);

pub(super) struct Crew(Vec<Hand>);

struct Hand {
    _child: Child,
    pid: u32,
    orders: ChildStdin,
    news: Arc<Mutex<News>>,
    reports: mpsc::Receiver<Tally>,
}

#[derive(Default)]
struct News {
    progress: Progress,
    /// Why the worker has ended.
    failed: Option<String>,
}

impl Crew {
    pub(super) fn start(count: usize) -> Result<Self, Failure> {
        (0..count).map(|_| Hand::start()).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        self.0.iter().map(|hand| hand.pid).collect()
    }

    /// Each worker opens its share.
    pub(super) async fn open(&mut self, all: &Opening) -> Result<(), Failure> {
        let (workers, connections) = (self.0.len(), all.connections);
        for (index, hand) in self.0.iter_mut().enumerate() {
            let share = connections / workers + usize::from(index < connections % workers);
            let at_once = all.at_once.div_ceil(workers);
            hand.order(&Order::Open(Opening { connections: share, at_once, ..all.clone() })).await?;
        }
        Ok(())
    }

    pub(super) async fn order(&mut self, order: &Order) -> Result<(), Failure> {
        for hand in &mut self.0 {
            hand.order(order).await?;
        }
        Ok(())
    }

    /// Where all of them stand.
    pub(super) fn progress(&self) -> Result<Progress, Failure> {
        let mut sum = Progress::default();
        for hand in &self.0 {
            let news = hand.news.lock().expect("nobody panics with it");
            if let Some(why) = &news.failed {
                return Err(failure(why.clone()));
            }
            sum.add(&news.progress);
        }
        Ok(sum)
    }

    /// Until `done` of `total` are, or `patience` is over in which there was not one more. How many they are.
    pub(super) async fn wait(
        &mut self,
        what: &str,
        total: usize,
        patience: Duration,
        done: impl Fn(Progress) -> usize,
    ) -> Result<usize, Failure> {
        let (mut last, mut moved, mut told) = (0, Instant::now(), Instant::now());
        loop {
            let now = done(self.progress()?);
            if now >= total || moved.elapsed() >= patience {
                return Ok(now);
            }
            if now > last {
                (last, moved) = (now, Instant::now());
            }
            if told.elapsed() >= SAY {
                eprintln!("{what}: {now} of {total}");
                told = Instant::now();
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What all have seen, if the event of this number was the last one.
    pub(super) async fn report(&mut self, last: u64) -> Result<Tally, Failure> {
        self.order(&Order::Report(last)).await?;
        let mut sum = Tally::default();
        for hand in &mut self.0 {
            match tokio::time::timeout(REPORT, hand.reports.recv()).await {
                Ok(Some(tally)) => sum.add(&tally),
                _ => {
                    let news = hand.news.lock().expect("nobody panics with it");
                    return Err(failure(
                        news.failed.clone().unwrap_or_else(|| "a worker does not report".to_owned()),
                    ));
                }
            }
        }
        Ok(sum)
    }
}

impl Hand {
    fn start() -> Result<Self, Failure> {
        let program =
            std::env::current_exe().map_err(|error| failure(format!("no path to this program: {error}")))?;
        let mut child = Command::new(program)
            .args(["load", "worker"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failure(format!("a worker cannot be started: {error}")))?;
        let (Some(orders), Some(answers), Some(pid)) = (child.stdin.take(), child.stdout.take(), child.id())
        else {
            return Err(failure("a worker has ended at once".to_owned()));
        };
        let news = Arc::<Mutex<News>>::default();
        let (tell, reports) = mpsc::channel(1);
        tokio::spawn(listen(answers, Arc::clone(&news), tell));
        Ok(Self { _child: child, pid, orders, news, reports })
    }

    async fn order(&mut self, order: &Order) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(order).map_err(|error| failure(error.to_string()))?;
        line.push(b'\n');
        if let Err(error) = self.orders.write_all(&line).await {
            let news = self.news.lock().expect("nobody panics with it");
            return Err(failure(
                news.failed.clone().unwrap_or_else(|| format!("a worker does not listen: {error}")),
            ));
        }
        Ok(())
    }
}

async fn listen(answers: ChildStdout, news: Arc<Mutex<News>>, reports: mpsc::Sender<Tally>) {
    let mut answers = BufReader::new(answers).lines();
    let why = loop {
        let line = match answers.next_line().await {
            Ok(Some(line)) => line,
            Ok(None) => break "a worker has ended".to_owned(),
            Err(error) => break format!("a worker cannot be heard: {error}"),
        };
        match serde_json::from_str(&line) {
            Ok(Answer::Progress(progress)) => news.lock().expect("nobody panics with it").progress = progress,
            Ok(Answer::Report(tally)) => drop(reports.send(*tally).await),
            Ok(Answer::Failed(why)) => break why,
            Err(error) => break format!("a worker says what nobody understands: {error}"),
        }
    };
    news.lock().expect("nobody panics with it").failed.get_or_insert(why);
}
