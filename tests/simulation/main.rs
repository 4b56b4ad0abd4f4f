//! A flaky network between a session and a replay log, simulated: no clock, no sleep, all of it from one seed.
//!
//! Connections fail, hang, answer with other statuses and types, ask to come again later, are cut anywhere and in the middle of the
//! body, by proxies each half minute, or after a greeting; bytes come late and in pieces, also after their connection was given up;
//! servers ask for a reconnection time of 68 years; clients work longer than their idle timeout, are suspended, and read slowly;
//! either side restarts; some events are larger than the client takes. Then the network is mended. In each of these worlds:
//!
//! - from the moment that a client has an id no event is lost and none comes twice as long as the log holds it, and where it does not
//!   the client is told;
//! - no two requests come within three seconds;
//! - log, session and what waits for a client hold no more than their bounds say.
//!
//! And a session is away from a healthy server that is cut each half minute for at most 12 % of the time.
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
mod world;

use std::time::Duration;

use sse_proto::EventType;
use world::{Came, Weather, world};

const GONE: EventType<'static> = EventType::from_static("gone");
const HELLO: EventType<'static> = EventType::from_static("hello");
/// The default of `request_interval`.
const INTERVAL: Duration = Duration::from_secs(3);
/// What the client takes; some events are larger.
const MAX_EVENT: usize = 200;
const MAX_EVENTS: usize = 40;
const MAX_BYTES: usize = 6_000;
/// So many bytes are under way to a client; then its server waits.
const WINDOW: usize = 2_000;
/// 68 years.
const HUGE_RETRY: u64 = 2_147_483_648_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs the worlds of all seeds, and adds up what they came to.
fn worlds(weather: impl Fn(u64) -> Weather) -> (Came, u64) {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(300),
    };
    let count = seeds.end - seeds.start;
    let mut sum = Came::default();
    for seed in seeds {
        let weather = weather(seed);
        let came = std::panic::catch_unwind(|| world(seed, &weather))
            .unwrap_or_else(|_| panic!("SEED={seed} fails"));
        sum.add(came);
    }
    println!("{sum:?}");
    (sum, count)
}

#[test]
fn no_event_is_lost_or_doubled() {
    let (sum, count) = worlds(Weather::of);
    // A simulation in which nothing happens proves nothing.
    if count >= 300 {
        assert!(sum.received > sum.made / 3 && sum.told_gone > 100 && sum.failures > 100 && sum.large > 1000);
        assert!(
            sum.attempts > 1000 && sum.heads[&503] > 100 && sum.heads[&429] > 100 && sum.heads[&500] > 50
        );
        assert!(sum.late > 1000 && sum.worked > 1000 && sum.slept > 300 && sum.hellos > 100);
        assert!(sum.cut_by_proxies > 1000 && sum.too_slow > 50 && sum.silent > 100);
    }
}

#[test]
fn a_server_that_is_cut_each_half_minute_is_hardly_missed() {
    let (sum, _) = worlds(|_| Weather::healthy_but_cut());
    let away = sum.away as f64 / sum.time as f64;
    println!("away {:.2} %", away * 100.0);
    assert!(away <= 0.12, "{away}");
    assert_eq!(sum.failures, 0);
}

#[test]
fn a_seed_makes_one_world() {
    for seed in [1, 2, 3] {
        assert_eq!(world(seed, &Weather::of(seed)), world(seed, &Weather::of(seed)));
    }
}
