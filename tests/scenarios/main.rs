//! What other people's suites demand of a client, as a table: each row over a session on a clock of the test, and over both
//! drivers and real sockets; with the waits of browsers, and with the defaults, which may wait longer.
//!
//! `scenarios.json` restates the browser vendors' tests, the contract tests of a client vendor, and eight client libraries in our own
//! words: what the server sends, what the client shows, what its requests name. Where a suite and the standard differ, it is
//! the standard's row.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod features;
mod over_async;
mod over_session;
mod over_sockets;
mod readable_stream;
mod script;
mod waits;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use script::{Scenario, Shows, scenarios};
use sse_proto::session::{Failure, Reconnect, Session, SessionBuilder};
use sse_proto::{Decoder, EventId};

/// What a client shows next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    Open,
    Event(String, String, String),
    Comment(String),
    /// And how long it waits then.
    Lost(Duration),
    Fatal(Failure),
}

/// A client under test.
pub(crate) trait Client {
    /// `None` when it is over.
    fn next(&mut self) -> Option<Shown>;
    /// Sends the first request and does not wait for its head, if it can do that.
    fn begin(&mut self) -> bool;
    fn close(&mut self);
    fn restart(&mut self);
    /// The `Last-Event-ID` of each request, until now.
    fn requests(&self) -> Vec<Option<String>>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Exactly as the standard says: those of browsers.
    AsBrowsers,
    /// Not shorter than that.
    ByDefault,
}

pub(crate) fn session(scenario: &Scenario, waits: Waits) -> Session {
    let id = scenario.initial_id.clone().unwrap_or_default();
    let decoder =
        Decoder::builder().comments(scenario.comments).last_event_id(EventId::new(&id).unwrap()).build();
    let mut builder: SessionBuilder = Session::builder().decoder(decoder);
    if waits == Waits::AsBrowsers {
        builder = builder.browser();
    }
    if let Some(time) = scenario.reconnection_ms {
        builder = builder.reconnection_time(Duration::from_millis(time));
    }
    if scenario.once {
        builder = builder.reconnect(Reconnect::Never);
    }
    if scenario.retry_status.is_some() {
        builder = builder.retry_head(|head| head.status == 500);
    }
    builder.idle_timeout(scenario.idle_ms.map(Duration::from_millis)).build()
}

/// Asks the client for all that the row says it shows.
pub(crate) fn check(scenario: &Scenario, client: &mut impl Client, waits: Waits) {
    let mut is_over = false;
    let mut wait = None;
    for (at, expected) in scenario.shows.iter().enumerate() {
        let name = format!("{}, {waits:?}, {at}: {expected:?}", scenario.name);
        match expected {
            Shows::Close => {
                // Before the head has come; a client that waits for it cannot be closed then.
                if at == 0 && !client.begin() {
                    return;
                }
                client.close();
                assert_eq!(client.next(), None, "{name}");
                is_over = true;
            }
            Shows::Restart => client.restart(),
            Shows::Closed => {
                assert_eq!(client.next(), None, "{name}");
                is_over = true;
            }
            Shows::Wait(least) => {
                let wait: Duration = wait.take().expect("a loss before it");
                let least = Duration::from_millis(*least);
                assert!(wait >= least, "{name}: {wait:?}");
                assert!(waits == Waits::ByDefault || wait == least, "{name}: {wait:?}");
            }
            Shows::Lost => match client.next() {
                Some(Shown::Lost(time)) => wait = Some(time),
                other => panic!("{name}: {other:?}"),
            },
            Shows::Fatal(reason) => {
                let Some(Shown::Fatal(failure)) = client.next() else { panic!("{name}") };
                assert_eq!(&format!("{failure:?}"), reason, "{name}");
                assert_eq!(client.next(), None, "{name}");
                is_over = true;
            }
            Shows::Open => assert_eq!(client.next(), Some(Shown::Open), "{name}"),
            Shows::Event(kind, data, id) => {
                let event = Shown::Event(kind.clone(), data.clone(), id.clone());
                let shown = client.next();
                assert!(shown == Some(event), "{name}: {:.300}", format!("{shown:?}"));
            }
            Shows::Comment(text) => assert_eq!(client.next(), Some(Shown::Comment(text.clone())), "{name}"),
        }
    }
    // A request that follows the last thing shown.
    while !is_over && client.requests().len() < scenario.requests.len() {
        let _ = client.next();
    }
    let made = client.requests();
    assert!(made.len() == scenario.requests.len() || !is_over, "{}: {made:?}", scenario.name);
    assert_eq!(made[..scenario.requests.len()], scenario.requests, "{}", scenario.name);
}

fn each_row(run: impl Fn(&Scenario, Waits) + Sync) {
    let rows = scenarios();
    assert_eq!(rows.len(), 132);
    // They wait for each other's sockets, not for the processor.
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for waits in [Waits::AsBrowsers, Waits::ByDefault] {
                        run(row, waits);
                    }
                }
            });
        }
    });
}

#[test]
fn every_row_over_a_session() {
    each_row(|row, waits| {
        for cut in if row.every_cut { &[usize::MAX, 1, 2][..] } else { &[usize::MAX] } {
            check(row, &mut over_session::Simulated::new(row, waits, *cut), waits);
        }
    });
}

#[test]
fn every_row_over_a_blocking_driver_and_sockets() {
    each_row(|row, waits| {
        for cut in if row.every_cut { &[usize::MAX, 1][..] } else { &[usize::MAX] } {
            check(row, &mut over_sockets::Connected::new(row, waits, *cut), waits);
        }
    });
}

#[test]
fn every_row_over_an_async_driver_and_sockets() {
    each_row(|row, waits| {
        for cut in if row.every_cut { &[usize::MAX, 1][..] } else { &[usize::MAX] } {
            check(row, &mut over_async::Polled::new(row, waits, *cut), waits);
        }
    });
}
