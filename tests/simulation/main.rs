//! A flaky network between a session and a replay log, simulated: no clock, no sleep, all of it from one seed.
//!
//! Connections fail, hang, answer with other statuses and types, are cut anywhere and in the middle of the body; bytes
//! come late and in pieces; either side restarts; some events are larger than the client takes. Then the network is
//! mended. In each of these worlds:
//!
//! - no event is lost and none comes twice as long as the log holds it, and where it does not the client is told;
//! - in no minute are there more attempts than the floor under the waits allows;
//! - log and session hold no more than their bounds say.
//!
//! `SEEDS=10000 cargo test --release --test simulation` runs more worlds; `SEED=7` just that one.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod client;
#[path = "../common/counting.rs"]
mod counting;
mod network;
mod random;
mod server;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use client::{Client, decoder, policy};
use network::{Connection, Input};
use random::Random;
use server::Server;
use sse_proto::session::{Action, Failure, HeadOutcome};
use sse_proto::{EventId, EventType, KEEP_ALIVE};

const GONE: EventType<'static> = EventType::from_static("gone");
const FLOOR: Duration = Duration::from_millis(500);
/// What the client takes; some events are larger.
const MAX_EVENT: usize = 200;
const MAX_EVENTS: usize = 40;
const MAX_BYTES: usize = 6_000;
/// The network is bad, and events are made, for so long; then there is time to catch up.
const BAD: u64 = 600_000;
const END: u64 = BAD + 400_000;

/// What one world came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Came {
    made: usize,
    received: usize,
    told_gone: usize,
    attempts: usize,
    failures: usize,
    large: usize,
    heads: BTreeMap<u16, usize>,
}

/// How bad a world's network is, in percent of connections or of events.
struct Weather {
    refused: u64,
    status: u64,
    hangs: u64,
    cut: u64,
    restarts: u64,
}

fn world(seed: u64) -> Came {
    let random = &mut Random::new(seed);
    let weather = Weather {
        refused: random.below(50),
        status: random.below(30),
        hangs: random.below(10),
        cut: random.below(90),
        restarts: random.below(4),
    };
    let pace = 200 + random.below(4000);
    let mut server = Server::new();
    let mut client = Client {
        session: policy(random).decoder(decoder(EventId::EMPTY)).build(),
        connection: None,
        session_holds: 0,
        next: 0,
        skipped: 0,
        received: 0,
        told_gone: 0,
        attempts: VecDeque::new(),
        all_attempts: 0,
    };
    let mut came = Came::default();
    let mut connection: Option<Connection> = None;
    let mut next_event = random.below(pace);
    let mut next_comment = 15_000;
    let mut now = 0;
    while now < END {
        let bad = now < BAD;
        let at = Duration::from_millis(now);
        // The server: what is due.
        if bad && now >= next_event {
            next_event = now + random.below(2 * pace);
            let (position, event) = server.publish(random);
            if let Some(connection) = &mut connection {
                // Subscribed first, and what was replayed is skipped.
                if connection.live_from.is_some_and(|from| position >= from) {
                    connection.send(now, random, &event);
                }
            }
            if random.percent(weather.restarts) {
                server.restart();
                if let Some(connection) = &mut connection {
                    connection.arrives = None;
                    connection.live_from = None;
                    connection.put(now, random, Input::Error);
                }
            }
            if random.percent(weather.restarts) {
                // The client starts anew with what it has stored; its connection is gone.
                client.restart(random);
                connection = None;
            }
        }
        if now >= next_comment {
            next_comment = now + 15_000;
            if let Some(connection) = &mut connection {
                if connection.live_from.is_some() {
                    connection.send(now, random, &Bytes::from_static(KEEP_ALIVE));
                }
            }
        }
        if let Some(connection) = &mut connection {
            if let Some((_, named)) = connection.arrives.take_if(|(at, _)| *at <= now) {
                let status = match (bad && random.percent(weather.status), random.below(4)) {
                    (true, 0) => Some((500, Some(&b"text/event-stream"[..]))),
                    (true, 1) => Some((200, Some(&b"text/html"[..]))),
                    (true, _) => Some((503, None)),
                    _ => None,
                };
                if let Some((status, content_type)) = status {
                    connection.put(now, random, Input::Head(status, content_type));
                    connection.put(now, random, Input::Bytes(Bytes::from_static(b"data: an error page\n\n")));
                    connection.put(now, random, Input::End);
                } else {
                    connection.put(now, random, Input::Head(200, Some(b"text/event-stream; charset=utf-8")));
                    connection.live_from = Some(server.log.end());
                    if bad && random.percent(weather.cut) {
                        let end = if random.percent(50) { Input::End } else { Input::Error };
                        connection.cut = Some((random.below(2000) as usize, end));
                    }
                    for event in server.replay(named.as_deref()) {
                        connection.send(now, random, &event);
                    }
                }
            }
        }
        // The network: what is due.
        while let Some(input) = connection.as_mut().and_then(|connection| connection.next_due(now)) {
            match input {
                Input::Head(status, content_type) => {
                    *came.heads.entry(status).or_default() += 1;
                    let head =
                        client.session.response(client.connection.unwrap(), status, content_type, at.into());
                    let as_expected = match (status, head) {
                        (503, HeadOutcome::Retry) | (500, HeadOutcome::Failed(Failure::Status(500))) => true,
                        (200, HeadOutcome::Opened) => content_type != Some(b"text/html"),
                        (200, HeadOutcome::Failed(Failure::ContentType)) => {
                            content_type == Some(b"text/html")
                        }
                        _ => false,
                    };
                    assert!(as_expected, "{status} gave {head:?}");
                }
                Input::Bytes(bytes) => client.receive(&server.made, &bytes, at),
                Input::End => drop(client.session.end_of_body(client.connection.unwrap(), at.into())),
                Input::Error => client.session.network_error(client.connection.unwrap(), at.into()),
            }
        }
        // The client: what it does next.
        let wakes = loop {
            match client.session.poll(at.into(), random.next()) {
                Action::Connect(request) => {
                    let named = request.last_event_id().map(<[u8]>::to_vec);
                    client.connection = Some(request.connection());
                    client.connects(at);
                    let mut new = Connection {
                        inputs: VecDeque::new(),
                        arrives: None,
                        live_from: None,
                        cut: None,
                        sent: 0,
                    };
                    if bad && random.percent(weather.refused) {
                        new.put(now, random, Input::Error);
                    } else if !(bad && random.percent(weather.hangs)) {
                        new.arrives = Some((now + random.below(300), named));
                    }
                    connection = Some(new);
                }
                Action::WaitUntil(until) => {
                    assert!(until > at.into(), "to wait for what has been");
                    connection = None;
                    break Some(until);
                }
                Action::Read { until, .. } => break until,
                Action::Failed(_) => {
                    // The user presses the button, after a while.
                    came.failures += 1;
                    client.restart(random);
                    connection = None;
                    break Some((at + Duration::from_secs(5)).into());
                }
                other => panic!("{other:?}"),
            }
        };
        // On to whatever comes first.
        let connection_due = connection.as_ref().and_then(|connection| {
            let input = connection.inputs.front().map(|(at, _)| *at);
            let arrives = connection.arrives.as_ref().map(|(at, _)| *at);
            input.into_iter().chain(arrives).min()
        });
        let wakes =
            wakes.map(|at: sse_proto::session::Time| at.since_start().as_nanos().div_ceil(1_000_000) as u64);
        let event = (now < BAD).then_some(next_event);
        now = [connection_due, wakes, event, Some(next_comment)]
            .into_iter()
            .flatten()
            .min()
            .unwrap()
            .max(now + 1);
    }
    // The network has been good for a while: all there is has come.
    let open = server.made.iter().skip(client.next).filter(|made| !made.large).count();
    assert_eq!(open, 0, "{} of {} events never came", open, server.made.len());
    Came {
        made: server.made.len(),
        received: client.received,
        told_gone: client.told_gone,
        attempts: client.all_attempts,
        large: server.made.iter().filter(|made| made.large).count(),
        ..came
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn no_event_is_lost_or_doubled() {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(300),
    };
    let many = seeds.end - seeds.start >= 300;
    let mut sum = Came::default();
    for seed in seeds {
        let came = std::panic::catch_unwind(|| world(seed)).unwrap_or_else(|_| panic!("SEED={seed} fails"));
        sum.made += came.made;
        sum.received += came.received;
        sum.told_gone += came.told_gone;
        sum.attempts += came.attempts;
        sum.failures += came.failures;
        sum.large += came.large;
        for (status, count) in came.heads {
            *sum.heads.entry(status).or_default() += count;
        }
    }
    println!("{sum:?}");
    // A simulation in which nothing happens proves nothing.
    if many {
        assert!(sum.received > sum.made / 2 && sum.told_gone > 100 && sum.failures > 100 && sum.large > 1000);
        assert!(sum.attempts > 1000 && sum.heads[&503] > 100 && sum.heads[&500] > 50);
    }
}

#[test]
fn a_seed_makes_one_world() {
    for seed in [1, 2, 3] {
        assert_eq!(world(seed), world(seed));
    }
}
