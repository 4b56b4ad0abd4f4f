//! A worker: a process that holds a share of the clients, all on one thread, and does what its parent orders.

use std::cell::RefCell;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use sse_proto::Event;
use sse_proto::session::{Session, SessionBuilder};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::Semaphore;
use tokio::time::MissedTickBehavior;

use super::client;
use super::count::{Expected, Tally};
use super::orders::{Answer, Opening, Order, Progress};

/// How often a worker says where it stands.
const TICK: Duration = Duration::from_millis(50);
/// What one read takes at most.
const READ_SIZE: usize = 64 * 1024;

/// What all clients of a worker share.
pub(super) struct Job {
    addresses: Vec<SocketAddr>,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) session: SessionBuilder,
    pub(super) gate: Semaphore,
    pub(super) buffer: RefCell<Vec<u8>>,
    pub(super) books: RefCell<Books>,
}

/// What a worker knows of its clients.
pub(super) struct Books {
    pub(super) tally: Tally,
    clients: Vec<ClientPage>,
    marks: u32,
    progress: Progress,
    until: Option<u64>,
    fatal: Option<String>,
}

#[derive(Clone, Copy, Default)]
struct ClientPage {
    expected: Expected,
    /// The marks that had been set when it came up last.
    marks: u32,
}

impl Job {
    fn new(opening: Opening) -> Self {
        // A server that comes back may refuse for a while; the settings are else those of any client of the crate.
        let session = Session::builder()
            .jitter_percent(opening.jitter)
            .retry_head(|head| head.is_reconnection || matches!(head.status, 429 | 500..=599));
        Self {
            addresses: opening.addresses,
            host: opening.host,
            path: opening.path,
            session,
            gate: Semaphore::new(opening.at_once),
            buffer: RefCell::new(vec![0; READ_SIZE]),
            books: RefCell::new(Books {
                tally: Tally::default(),
                clients: vec![ClientPage::default(); opening.connections],
                marks: 0,
                progress: Progress::default(),
                until: None,
                fatal: None,
            }),
        }
    }

    pub(super) fn address(&self, client: usize) -> SocketAddr {
        self.addresses[client % self.addresses.len()]
    }
}

impl Books {
    pub(super) fn event(&mut self, client: usize, event: Event<'_>, now: u64) {
        let expected = &mut self.clients[client].expected;
        let had = self.until.is_none_or(|last| expected.is_after(last));
        self.tally.event(expected, event, now);
        self.progress.events += 1;
        if !had && self.until.is_some_and(|last| expected.is_after(last)) {
            self.progress.reached += 1;
        }
    }

    /// A client is up, after so long.
    pub(super) fn up(&mut self, client: usize, now: u64, took: u64, again: bool) {
        let spread = if again { &mut self.tally.back } else { &mut self.tally.opening };
        spread.record(took);
        self.tally.last_up = now;
        self.progress.up += 1;
        let page = &mut self.clients[client];
        if page.marks < self.marks {
            page.marks = self.marks;
            self.progress.back += 1;
        }
    }

    /// A client has lost its connection, or could not make one.
    pub(super) fn down(&mut self, was_up: bool, why: &str) {
        self.progress.up -= usize::from(was_up);
        self.progress.losses += 1;
        self.tally.loss(why);
    }

    /// What ends the run.
    pub(super) fn fatal(&mut self, why: String) {
        self.fatal.get_or_insert(why);
    }

    /// Does what the parent orders; the answer, if there is one.
    fn obey(&mut self, order: Order) -> Option<Answer> {
        match order {
            Order::Mark => {
                self.marks += 1;
                self.progress.back = 0;
            }
            Order::Until(last) => {
                self.until = Some(last);
                self.progress.reached =
                    self.clients.iter().filter(|page| page.expected.is_after(last)).count();
            }
            Order::Report(last) => {
                for page in &mut self.clients {
                    self.tally.end(&mut page.expected, last);
                }
                return Some(Answer::Report(Box::new(self.tally.clone())));
            }
            Order::Open(_) => return Some(Answer::Failed("told to open twice".to_owned())),
        }
        None
    }
}

/// Until standard input ends, or what is to be done cannot be done.
pub(super) fn run() -> ExitCode {
    let done =
        Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).and_then(|runtime| {
            let done = runtime.block_on(serve());
            // Who still waits for an order keeps nobody from the end.
            runtime.shutdown_background();
            done
        });
    let Err(error) = done else { return ExitCode::SUCCESS };
    // Where the parent is gone nobody reads this.
    let _ = say(&Answer::Failed(error.to_string()));
    ExitCode::FAILURE
}

async fn serve() -> io::Result<()> {
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let Some(first) = orders.next_line().await? else { return Ok(()) };
    let Order::Open(opening) = serde_json::from_str(&first)? else {
        return Err(io::Error::other("the first order has to be to open"));
    };
    let connections = opening.connections;
    let job = Rc::new(Job::new(opening));
    for index in 0..connections {
        tokio::task::spawn_local(client::run(index, Rc::clone(&job)));
    }
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = Progress::default();
    loop {
        tokio::select! {
            line = orders.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                if let Some(answer) = job.books.borrow_mut().obey(serde_json::from_str(&line)?) {
                    say(&answer)?;
                }
            }
            _ = ticks.tick() => {
                let books = job.books.borrow();
                if let Some(why) = &books.fatal {
                    return Err(io::Error::other(why.clone()));
                }
                if books.progress != told {
                    told = books.progress;
                    say(&Answer::Progress(told))?;
                }
            }
        }
    }
}

/// One line, at once.
fn say(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use sse_proto::{EventId, EventType};

    use super::*;

    fn books(connections: usize) -> RefCell<Books> {
        let (addresses, host, path) = (Vec::new(), String::new(), String::new());
        Job::new(Opening { addresses, host, path, connections, at_once: 1, jitter: 0 }).books
    }

    #[test]
    fn who_is_up_and_who_is_back_is_counted() {
        let books = books(3);
        let mut books = books.borrow_mut();
        (0..3).for_each(|client| books.up(client, 5, 5, false));
        assert!(books.obey(Order::Mark).is_none());
        books.down(true, "cut");
        books.down(false, "refused");
        assert_eq!((books.progress.up, books.progress.back, books.progress.losses), (2, 0, 2));
        books.up(1, 9, 4, true);
        // Once more, since the same mark.
        books.down(true, "cut");
        books.up(1, 9, 4, true);
        assert_eq!((books.progress.up, books.progress.back), (3, 1));
        assert_eq!((books.tally.opening.count(), books.tally.back.count(), books.tally.last_up), (3, 2, 9));
    }

    #[test]
    fn who_has_the_last_event_is_counted_whenever_it_came() {
        let books = books(2);
        let mut books = books.borrow_mut();
        let event = |n: u64| format!("{{\"n\":{n},\"t\":0}}");
        let get = |books: &mut Books, client, n| {
            let data = event(n);
            let event = Event::new(EventType::MESSAGE, &data).with_id(EventId::from_static("1"));
            books.event(client, event, 1);
        };
        get(&mut books, 0, 1);
        get(&mut books, 0, 2);
        get(&mut books, 1, 1);
        assert!(books.obey(Order::Until(2)).is_none());
        assert_eq!(books.progress.reached, 1);
        get(&mut books, 1, 2);
        get(&mut books, 1, 2);
        assert_eq!((books.progress.reached, books.progress.events), (2, 5));
        let Some(Answer::Report(tally)) = books.obey(Order::Report(3)) else { panic!("no report") };
        assert_eq!((tally.doubled, tally.lost(2, &[])), (1, 2));
    }
}
