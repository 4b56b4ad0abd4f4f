//! One world: what is due for the server, the network and the client, in turn, and then on to what comes next.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use sse_proto::session::{Action, Failure, HeadOutcome, ReadyState};
use sse_proto::{KEEP_ALIVE, Message};

use super::HELLO;
use super::client::Client;
use super::network::{Connection, Input};
use super::random::Random;
use super::server::Server;

/// The network is bad, and events are made, for so long; then there is time to catch up.
const BAD: u64 = 600_000;
const END: u64 = BAD + 400_000;

/// What one world came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) made: usize,
    pub(crate) received: usize,
    pub(crate) told_gone: usize,
    pub(crate) attempts: usize,
    pub(crate) failures: usize,
    pub(crate) large: usize,
    pub(crate) heads: BTreeMap<u16, usize>,
    /// News of connections that were given up; handlers and sleeps longer than the idle timeout; greetings of servers that die.
    pub(crate) late: usize,
    pub(crate) worked: usize,
    pub(crate) slept: usize,
    pub(crate) hellos: usize,
    pub(crate) cut_by_proxies: usize,
    /// Connections that the server ended, for their place was gone; heads that never came.
    pub(crate) too_slow: usize,
    pub(crate) silent: usize,
    /// Milliseconds without an open stream, and in all.
    pub(crate) away: u64,
    pub(crate) time: u64,
}

impl Came {
    pub(crate) fn add(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.made, other.made),
            (&mut self.received, other.received),
            (&mut self.told_gone, other.told_gone),
            (&mut self.attempts, other.attempts),
            (&mut self.failures, other.failures),
            (&mut self.large, other.large),
            (&mut self.late, other.late),
            (&mut self.worked, other.worked),
            (&mut self.slept, other.slept),
            (&mut self.hellos, other.hellos),
            (&mut self.cut_by_proxies, other.cut_by_proxies),
            (&mut self.too_slow, other.too_slow),
            (&mut self.silent, other.silent),
        ] {
            *sum += more;
        }
        self.away += other.away;
        self.time += other.time;
        for (status, count) in other.heads {
            *self.heads.entry(status).or_default() += count;
        }
    }
}

/// How bad a world's network is, in percent of connections, of events, or of worlds.
#[derive(Default)]
pub(crate) struct Weather {
    refused: u64,
    status: u64,
    silent_heads: u64,
    cut: u64,
    restarts: u64,
    hello_and_death: u64,
    late_news: u64,
    slow_handlers: u64,
    suspended: u64,
    /// A proxy cuts each connection after so many milliseconds, also when all else is mended.
    proxy: Option<u64>,
    huge_retry: bool,
    pace: u64,
    /// A client of the default reconnection time.
    plain_client: bool,
}

impl Weather {
    pub(crate) fn of(seed: u64) -> Self {
        let random = &mut Random::new(seed ^ 0x5EED);
        Self {
            refused: random.below(50),
            status: random.below(30),
            silent_heads: random.below(10),
            cut: random.below(90),
            restarts: random.below(4),
            hello_and_death: random.below(20),
            late_news: random.below(100),
            slow_handlers: random.below(10),
            suspended: random.below(3),
            proxy: random.percent(40).then(|| [30_000, 60_000][random.below(2) as usize]),
            huge_retry: random.percent(30),
            pace: 200 + random.below(4000),
            plain_client: false,
        }
    }

    /// A load balancer that ends each stream after 30 seconds, and nothing else.
    pub(crate) fn healthy_but_cut() -> Self {
        Self { proxy: Some(30_000), pace: 60_000, plain_client: true, ..Self::default() }
    }
}

pub(crate) fn world(seed: u64, weather: &Weather) -> Came {
    let random = &mut Random::new(seed);
    let mut server = Server::new();
    server.huge_retry = weather.huge_retry;
    let first_wait = if weather.plain_client { 3000 } else { random.below(4000) };
    let mut client = Client::new(Duration::from_millis(first_wait));
    let mut came = Came::default();
    let mut connection: Option<Connection> = None;
    // Connections that the client has given up, and whose news still come.
    let mut given_up: Vec<Connection> = Vec::new();
    let mut next_event = random.below(weather.pace);
    let mut next_comment = 15_000;
    // The client works, or its machine sleeps, until then: it hears and asks nothing.
    let mut busy_until = 0;
    let mut now = 0;
    while now < END {
        let bad = now < BAD;
        let at = Duration::from_millis(now);
        // The server: what is due.
        if bad && now >= next_event {
            next_event = now + random.below(2 * weather.pace);
            server.publish(random);
            if random.percent(weather.restarts) {
                server.restart();
                if let Some(connection) = &mut connection {
                    connection.ends(now, random, Input::Error);
                }
            }
            if random.percent(weather.restarts) {
                // The client starts anew with what it has stored; its connection is gone.
                client.restart();
                (connection, busy_until) = (None, 0);
                given_up.clear(); // numbers begin anew
            }
            if random.percent(weather.suspended) && now >= busy_until {
                busy_until = now + random.below(200_000);
                came.slept += usize::from(busy_until > now + 40_000);
            }
        }
        if let Some(connection) = &mut connection {
            if let Some((_, named)) = connection.arrives.take_if(|(at, _)| *at <= now) {
                arrive(connection, named, &server, weather, now, random);
            }
            if now >= next_comment && connection.position.is_some() && connection.has_room() {
                connection.send(now, random, &Bytes::from_static(KEEP_ALIVE));
            }
            pump(connection, &server, &mut came, now, random);
            if connection.cut_at.is_some_and(|at| at <= now) {
                came.cut_by_proxies += 1;
                connection.ends(now, random, Input::End);
            }
        }
        if now >= next_comment {
            next_comment = now + 15_000;
        }
        // The network: what is due, also of connections that are given up.
        let awake = now >= busy_until;
        for old in given_up.iter_mut().filter(|_| awake) {
            while let Some(input) = old.next_due(now) {
                came.late += 1;
                tell_late(&mut client, old, input, at);
            }
        }
        given_up.retain(|old| !old.inputs.is_empty());
        // A machine that wakes asks first what time it is, or hears first what has come: either may be.
        if awake && client.session.ready_state() == ReadyState::Open && random.percent(50) {
            let _ = client.session.poll(at.into(), random.next());
        }
        while let Some(input) =
            connection.as_mut().filter(|_| now >= busy_until).and_then(|connection| connection.next_due(now))
        {
            let id = connection.as_ref().unwrap().id;
            match input {
                Input::Head(status, content_type, retry_after) => {
                    *came.heads.entry(status).or_default() += 1;
                    let head = client.session.response(id, status, content_type, at.into());
                    let expected = match (status, head) {
                        (429 | 503, HeadOutcome::Retry)
                        | (500, HeadOutcome::Failed(Failure::Status(500))) => true,
                        (200, HeadOutcome::Opened) => content_type != Some(b"text/html"),
                        (200, HeadOutcome::Failed(Failure::ContentType)) => {
                            content_type == Some(b"text/html")
                        }
                        // It came after the client had given it up, and was not polled for it yet.
                        (_, HeadOutcome::Ignored) => client.session.last_loss().is_some(),
                        _ => false,
                    };
                    assert!(expected, "{status} gave {head:?}");
                    if let Some(wait) = retry_after {
                        client.session.retry_after(id, wait);
                    }
                }
                Input::Bytes(bytes) => {
                    if client.receive(id, &server, &bytes, at) && bad && random.percent(weather.slow_handlers)
                    {
                        busy_until = now + random.below(80_000);
                        came.worked += usize::from(busy_until > now + 40_000);
                    }
                }
                Input::End => drop(client.session.end_of_body(id, at.into())),
                Input::Error => client.session.network_error(id, at.into()),
            }
        }
        // The client: what it does next.
        let wakes = loop {
            if now < busy_until {
                break Some(busy_until);
            }
            let until = match client.session.poll(at.into(), random.next()) {
                Action::Connect(request) => {
                    let named = request.last_event_id().map(<[u8]>::to_vec);
                    let mut new = Connection::new(request.connection());
                    client.connects(at);
                    if bad && random.percent(weather.refused) {
                        new.put(now, random, Input::Error);
                    } else if bad && random.percent(weather.silent_heads) {
                        came.silent += 1;
                    } else {
                        new.arrives = Some((now + random.below(300), named));
                    }
                    drop_connection(&mut connection, &mut given_up, weather, now, random);
                    connection = Some(new);
                    continue;
                }
                Action::WaitUntil(until) => {
                    assert!(until > at.into(), "to wait for what has been");
                    drop_connection(&mut connection, &mut given_up, weather, now, random);
                    Some(until)
                }
                Action::Read { until, .. } => until,
                Action::Failed(_) => {
                    // The user presses the button, after a while.
                    came.failures += 1;
                    client.restart();
                    connection = None;
                    given_up.clear();
                    Some((at + Duration::from_secs(5)).into())
                }
                other => panic!("{other:?}"),
            };
            break until.map(|at| at.since_start().as_nanos().div_ceil(1_000_000) as u64);
        };
        // On to whatever comes first.
        let link = connection.iter().chain(&given_up).flat_map(|connection| {
            let input = connection.inputs.front().map(|(at, _)| (*at).max(busy_until));
            let arrives = connection.arrives.as_ref().map(|(at, _)| *at);
            [input, arrives, connection.cut_at].into_iter().flatten()
        });
        let event = (now < BAD).then_some(next_event);
        let next = link.chain(wakes).chain(event).chain([next_comment]).min().unwrap().max(now + 1);
        if client.session.ready_state() != ReadyState::Open {
            came.away += next.min(END) - now;
        }
        now = next;
    }
    // The network has been good for a while: all there is has come.
    let next = client.next.expect("a client that has an id");
    let open = server.made.iter().skip(next).filter(|made| !made.large).count();
    assert_eq!(open, 0, "{} of {} events never came", open, server.made.len());
    Came {
        made: server.made.len(),
        received: client.received,
        told_gone: client.told_gone,
        attempts: client.attempts,
        large: server.made.iter().filter(|made| made.large).count(),
        hellos: client.hellos,
        time: END,
        ..came
    }
}

/// A request has come to the server, or to something before it.
fn arrive(
    connection: &mut Connection,
    named: Option<Vec<u8>>,
    server: &Server,
    weather: &Weather,
    now: u64,
    random: &mut Random,
) {
    let bad = now < BAD;
    let stream = Some(&b"text/event-stream; charset=utf-8"[..]);
    if bad && random.percent(weather.status) {
        let retry_after = random.percent(50).then(|| Duration::from_secs(random.below(60)));
        let head = match random.below(5) {
            0 => Input::Head(500, stream, retry_after),
            1 => Input::Head(200, Some(b"text/html"), None),
            2 => Input::Head(429, None, retry_after),
            _ => Input::Head(503, None, retry_after),
        };
        connection.put(now, random, head);
        connection.put(now, random, Input::Bytes(Bytes::new()));
        connection.put(now, random, Input::End);
        return;
    }
    connection.put(now, random, Input::Head(200, stream, None));
    connection.position = Some(0);
    if bad && random.percent(weather.hello_and_death) {
        let hello = Message::new().event_type(HELLO).data("").retry(Duration::ZERO).to_bytes();
        connection.send(now, random, &hello);
        return connection.ends(now, random, Input::End);
    }
    let (first, position) = server.connect(named.as_deref());
    connection.position = Some(position);
    connection.cut_at = weather.proxy.map(|time| now + time);
    if bad && random.percent(weather.cut) {
        let end = if random.percent(50) { Input::End } else { Input::Error };
        connection.cut = Some((random.below(2000) as usize, end));
    }
    if let Some(first) = first {
        connection.send(now, random, &first);
    }
}

/// The server's task for this connection: what the log has for it, as far as there is room.
fn pump(connection: &mut Connection, server: &Server, came: &mut Came, now: u64, random: &mut Random) {
    while let Some(position) = connection.position.filter(|_| connection.has_room()) {
        let Some(mut events) = server.log.from_position(position).into_events() else {
            came.too_slow += 1;
            return connection.ends(now, random, Input::End);
        };
        let Some(event) = events.next() else { return };
        connection.position = Some(position + 1);
        connection.send(now, random, event.bytes());
    }
}

/// News of a connection that is not the session's any more: nothing comes of it.
fn tell_late(client: &mut Client, old: &Connection, input: Input, at: Duration) {
    match input {
        Input::Head(status, content_type, retry_after) => {
            let head = client.session.response(old.id, status, content_type, at.into());
            assert_eq!(head, HeadOutcome::Ignored);
            client.session.retry_after(old.id, retry_after.unwrap_or_default());
        }
        Input::Bytes(bytes) => {
            let mut chunk = client.session.receive(old.id, &bytes, at.into());
            assert!(chunk.rest().is_empty() && client.session.decode(&mut chunk).unwrap().is_none());
        }
        Input::End => drop(client.session.end_of_body(old.id, at.into())),
        Input::Error => client.session.network_error(old.id, at.into()),
    }
}

/// The client lets go of its connection. Who reads it may not have heard yet.
fn drop_connection(
    connection: &mut Option<Connection>,
    given_up: &mut Vec<Connection>,
    weather: &Weather,
    now: u64,
    random: &mut Random,
) {
    let Some(mut old) = connection.take() else { return };
    if random.percent(weather.late_news) {
        // A head that the client no longer waits for, a piece that lay in a queue.
        if old.inputs.is_empty() && random.percent(50) {
            old.put(now, random, Input::Head(200, Some(b"text/event-stream"), None));
        }
        old.put(now, random, Input::Bytes(Bytes::from_static(b"id: 1-1\ndata: 0\n\n")));
        old.ends(now, random, Input::End);
        let late = random.below(15_000);
        old.inputs.iter_mut().for_each(|(at, _)| *at += late);
        given_up.push(old);
    }
}
