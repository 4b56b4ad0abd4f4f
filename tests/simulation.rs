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

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use sse_proto::replay::{EpochId, Replay, ReplayLog};
use sse_proto::session::{Action, Failure, Head, Policy, Session};
use sse_proto::{Decoder, EventId, EventType, Frame, KEEP_ALIVE, Message, http};

const GONE: EventType<'static> = EventType::from_static("gone");
const FLOOR: Duration = Duration::from_millis(500);
/// What the client takes; some events are larger.
const MAX_EVENT: usize = 200;
const MAX_EVENTS: usize = 40;
const MAX_BYTES: usize = 6_000;
/// The network is bad, and events are made, for so long; then there is time to catch up.
const BAD: u64 = 600_000;
const END: u64 = BAD + 400_000;

/// Marsaglia's xorshift, 64 bits: enough to make worlds differ.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// An event as it was made: its number counts over all lives of the server.
struct Made {
    id: EpochId,
    large: bool,
}

/// The server: one topic, one log, one life after the other.
struct Server {
    epoch: u64,
    log: ReplayLog,
    made: Vec<Made>,
    /// The number of each event that the log holds, kept apart from it.
    held: VecDeque<(usize, Bytes)>,
}

impl Server {
    fn new() -> Self {
        Self { epoch: 1, log: ReplayLog::new(MAX_EVENTS, MAX_BYTES), made: Vec::new(), held: VecDeque::new() }
    }

    /// All that it held is gone.
    fn restart(&mut self) {
        self.epoch += 1;
        self.log = ReplayLog::new(MAX_EVENTS, MAX_BYTES);
        self.held.clear();
    }

    fn publish(&mut self, random: &mut Random) -> (u64, Bytes) {
        let number = self.made.len();
        let position = self.log.end();
        let id = EpochId::new(self.epoch, position);
        let large = random.percent(5);
        let length = if large { MAX_EVENT as u64 + 1 } else { 0 } + random.below(100);
        let data = format!("{number}\n{}", "x".repeat(length as usize));
        let text = id.text();
        let mut message = Message::new().id(text.as_event_id()).data(&data);
        if random.percent(3) {
            message = message.retry(Duration::from_millis(random.below(4000)));
        }
        let event = message.to_bytes();
        self.made.push(Made { id, large });
        self.held.push_back((number, event.clone()));
        for evicted in self.log.push(text.as_event_id(), event.clone()) {
            let (number, _) = self.held.pop_front().unwrap();
            assert_eq!(evicted.id(), self.made[number].id.text().as_event_id());
        }
        assert!(self.log.len() <= MAX_EVENTS && self.log.bytes() <= MAX_BYTES);
        assert!(self.log.remembered() <= MAX_EVENTS);
        assert_eq!(self.log.len(), self.held.len());
        (position, event)
    }

    /// What a connection that names `id` begins with, checked against the list of all that was made.
    fn replay(&self, named: Option<&[u8]>) -> Vec<Bytes> {
        let id = http::parse_last_event_id(named.unwrap_or_default()).unwrap();
        let from = self.made.iter().position(|made| made.id.text().as_event_id() == id);
        let missed = |from: usize| -> Vec<Bytes> {
            self.held.iter().filter(|(number, _)| *number >= from).map(|(_, event)| event.clone()).collect()
        };
        // Whether all that follows the named one is held.
        let whole = from.is_some_and(|from| {
            let mut next = from + 1..self.made.len();
            self.made[from].id.epoch() == self.epoch
                && next.all(|number| self.held.iter().any(|(held, _)| *held == number))
        });
        let gone = || {
            let number = self.held.front().map_or(self.made.len(), |(number, _)| *number);
            let gone = Message::new().event_type(GONE).data(&number.to_string()).to_bytes();
            [vec![gone], missed(0)].concat()
        };
        match self.log.after(id) {
            Replay::FromStart(events) => {
                assert!(id.is_empty());
                assert_eq!(events.map(|event| event.bytes().clone()).collect::<Vec<_>>(), missed(0));
                if self.log.start() == 0 && self.epoch == 1 { missed(0) } else { gone() }
            }
            Replay::Events(events) => {
                assert!(whole, "events, though some are gone");
                let events: Vec<Bytes> = events.map(|event| event.bytes().clone()).collect();
                assert_eq!(events, missed(from.unwrap() + 1));
                assert!(!events.is_empty());
                events
            }
            Replay::UpToDate => {
                assert!(whole && missed(from.unwrap() + 1).is_empty());
                Vec::new()
            }
            Replay::TooOld { oldest } => {
                assert!(!whole, "too old, though all is held");
                assert_eq!(oldest, self.log.events().next().map(|event| event.id()));
                gone()
            }
            Replay::Unknown => {
                assert!(!whole, "unknown, though all is held");
                gone()
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What the client's side of the network gets, in order of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Input {
    Head(u16, Option<&'static [u8]>),
    Bytes(Bytes),
    End,
    Error,
}

/// One connection: what is under way to the client. The head is answered when the request has arrived.
struct Connection {
    inputs: VecDeque<(u64, Input)>,
    /// When the request arrives at the server, and what it names; then the connection is subscribed.
    arrives: Option<(u64, Option<Vec<u8>>)>,
    /// The position from which on live events are to be sent; `None` if it gets none.
    live_from: Option<u64>,
    /// After so many bytes of the body the network drops it, by an error or an end.
    cut: Option<(usize, Input)>,
    sent: usize,
}

impl Connection {
    fn put(&mut self, now: u64, random: &mut Random, input: Input) {
        let last = self.inputs.back().map_or(0, |(at, _)| *at);
        let slow = if random.percent(3) { 8000 } else { 60 };
        self.inputs.push_back((last.max(now + random.below(slow)), input));
    }

    fn next_due(&mut self, now: u64) -> Option<Input> {
        let due = self.inputs.front().is_some_and(|(at, _)| *at <= now);
        if due { self.inputs.pop_front().map(|(_, input)| input) } else { None }
    }

    /// Sends bytes of the body, in pieces, as far as the network lets them.
    fn send(&mut self, now: u64, random: &mut Random, bytes: &Bytes) {
        let mut rest = bytes.clone();
        while !rest.is_empty() && self.live_from.is_some() {
            let mut piece =
                if random.percent(80) { rest.len() } else { 1 + random.below(rest.len() as u64) as usize };
            let mut last = None;
            if let Some((cut, input)) = &self.cut {
                if self.sent + piece >= *cut {
                    piece = cut - self.sent;
                    last = Some(input.clone());
                }
            }
            self.sent += piece;
            let piece = rest.split_to(piece);
            self.put(now, random, Input::Bytes(piece));
            if let Some(input) = last {
                self.put(now, random, input);
                self.live_from = None;
            }
        }
    }
}

/// The client: what it knows outlives its session.
struct Client {
    session: Session,
    /// The number of the event that is to come next.
    next: usize,
    /// An error has told of an event that is not taken.
    skipped: usize,
    received: usize,
    told_gone: usize,
    attempts: VecDeque<Duration>,
    all_attempts: usize,
}

fn policy(random: &mut Random) -> Policy {
    Policy::new()
        .reconnection_time(Duration::from_millis(random.below(4000)))
        .floor(FLOOR)
        .backoff_cap(Duration::from_secs(20))
        .stable_after(Duration::from_secs(30))
        .idle_timeout(Some(Duration::from_secs(40)))
        .retry_status(|status| status == 503)
}

fn decoder(id: EventId<'_>) -> Decoder {
    Decoder::builder().max_event_size(MAX_EVENT).last_event_id(id).build()
}

impl Client {
    fn receive(&mut self, made: &[Made], bytes: &[u8], now: Duration) {
        let mut chunk = self.session.receive(bytes, now);
        loop {
            match self.session.decode(&mut chunk) {
                Ok(Some(Frame::Event(event))) => {
                    if event.event_type() == GONE.as_str() {
                        let oldest: usize = event.data().parse().unwrap();
                        assert!(oldest >= self.next, "told of events as gone that were received");
                        self.next = oldest;
                        self.told_gone += 1;
                        continue;
                    }
                    let number: usize = event.data().split('\n').next().unwrap().parse().unwrap();
                    assert!(number >= self.next, "event {number} came twice, {} was next", self.next);
                    // What was skipped on the way was too large, and was told of.
                    for lost in self.next..number {
                        assert!(made[lost].large, "event {lost} was lost, {number} came");
                        assert!(self.skipped > 0, "no error told of event {lost}");
                    }
                    assert_eq!(event.last_event_id(), made[number].id.text().as_event_id());
                    self.skipped = 0;
                    self.next = number + 1;
                    self.received += 1;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => self.skipped += 1,
            }
        }
    }

    fn connects(&mut self, now: Duration) {
        self.attempts.push_back(now);
        self.all_attempts += 1;
        while self.attempts.front().is_some_and(|at| now - *at > Duration::from_secs(60)) {
            self.attempts.pop_front();
        }
        let most = Duration::from_secs(60).as_millis() / FLOOR.as_millis() + 1;
        assert!(self.attempts.len() as u128 <= most, "a storm: {} attempts in a minute", self.attempts.len());
    }
}

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
        session: Session::with_decoder(policy(random), decoder(EventId::EMPTY)),
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
                let id = client.session.last_event_id().to_string();
                client.session = Session::with_decoder(policy(random), decoder(EventId::new(&id).unwrap()));
                connection = None;
                client.attempts.clear();
            }
        }
        if now >= next_comment {
            next_comment = now + 15_000;
            if let Some(connection) = &mut connection {
                if connection.live_from.is_some() {
                    connection.send(now, random, &Bytes::from_static(KEEP_ALIVE.as_bytes()));
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
                    let head = client.session.response(status, content_type, at);
                    let as_expected = match (status, head) {
                        (503, Head::Retry) | (500, Head::Failed(Failure::Status(500))) => true,
                        (200, Head::Opened) => content_type != Some(b"text/html"),
                        (200, Head::Failed(Failure::ContentType)) => content_type == Some(b"text/html"),
                        _ => false,
                    };
                    assert!(as_expected, "{status} gave {head:?}");
                }
                Input::Bytes(bytes) => client.receive(&server.made, &bytes, at),
                Input::End => drop(client.session.end_of_body(at)),
                Input::Error => client.session.network_error(at),
            }
        }
        // The client: what it does next.
        let wakes = loop {
            match client.session.poll(at, random.next()) {
                Action::Connect(request) => {
                    let named = request.last_event_id().map(<[u8]>::to_vec);
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
                    assert!(until > at, "to wait for what has been");
                    connection = None;
                    break Some(until);
                }
                Action::Read { until } => break until,
                Action::Failed(_) => {
                    // The user presses the button, after a while.
                    came.failures += 1;
                    let id = client.session.last_event_id().to_string();
                    client.session =
                        Session::with_decoder(policy(random), decoder(EventId::new(&id).unwrap()));
                    client.attempts.clear();
                    connection = None;
                    break Some(at + Duration::from_secs(5));
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
        let wakes = wakes.map(|at| at.as_nanos().div_ceil(1_000_000) as u64);
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
