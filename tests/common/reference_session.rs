//! A model of the session, and the check of the one against the other under a list of inputs. Shared by the property
//! test and the fuzz target.
use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use sse_proto::session::{Action, Failure, HeadOutcome, ReadyState, Session, Time};
use sse_proto::{Decoder, End, Frame};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// With a random number.
    Poll(u64),
    /// The clock goes on, or back, by milliseconds; the next input tells.
    Forward(u64),
    Back(u64),
    /// The clock goes to the end of what the last poll named.
    ToTheEnd,
    /// A status, and which of the content types.
    Head(u16, u8),
    /// Which of the pieces of a body.
    Bytes(u8),
    End,
    Error,
    Close,
}

/// A policy in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub first: u64,
    pub floor: u64,
    pub cap: u64,
    pub stable: u64,
    pub idle: Option<u64>,
    pub attempts: Option<u64>,
    pub busy: bool,
    pub untyped: bool,
    pub reconnect: bool,
    pub jitter: u8,
}

/// What a fuzzer's bytes mean: a header for the policy, then an input for each byte, some with bytes of their own.
#[derive(Debug, Clone)]
pub struct Script {
    pub settings: Settings,
    pub inputs: Vec<Input>,
}

impl<'a> Arbitrary<'a> for Script {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut header = [0; 8];
        u.fill_buffer(&mut header)?;
        let [flags, first, floor, cap, stable, idle, attempts, jitter] = header;
        // From nothing to three minutes.
        let time = |byte: u8| u64::from(byte) * u64::from(byte) * 3;
        let settings = Settings {
            first: time(first),
            floor: time(floor),
            cap: time(cap),
            stable: time(stable),
            idle: (flags & 1 != 0).then(|| time(idle)),
            attempts: (flags & 2 != 0).then(|| u64::from(attempts % 8)),
            busy: flags & 4 != 0,
            untyped: flags & 8 != 0,
            reconnect: flags & 0x30 != 0,
            jitter,
        };
        let mut inputs = Vec::new();
        while !u.is_empty() {
            let byte: u8 = u.arbitrary()?;
            let status = |which: u8| match which {
                0..8 => 200,
                8..12 => 503,
                which => [204, 404, 0, u16::MAX][usize::from(which % 4)],
            };
            inputs.push(match byte {
                0..64 => Input::Poll(u64::from(byte) << 58),
                64..96 => Input::Forward(time(u.arbitrary()?)),
                96..104 => Input::Back(time(u.arbitrary()?)),
                104..120 => Input::ToTheEnd,
                120..168 => Input::Head(status(byte % 16), (byte / 16) % 3),
                168..228 => Input::Bytes(byte % 10),
                228..242 => Input::End,
                242..254 => Input::Error,
                254.. => Input::Close,
            });
        }
        Ok(Self { settings, inputs })
    }
}

const TYPES: [Option<&[u8]>; 3] = [Some(b"text/event-stream"), Some(b"text/html"), None];

/// A piece of a body, and what is new when it has been decoded at the start of a line and of a block.
struct Piece {
    bytes: &'static str,
    events: usize,
    errors: usize,
    id: Option<&'static str>,
    retry: Option<u64>,
    /// It leaves a block open, whose data would be this.
    open: Option<&'static str>,
}

const fn piece(bytes: &'static str) -> Piece {
    Piece { bytes, events: 0, errors: 0, id: None, retry: None, open: None }
}

/// Each is whole blocks, but for the two last.
const PIECES: [Piece; 10] = [
    piece(""),
    piece(": hi\n\n"),
    Piece { events: 1, ..piece("data: x\n\n") },
    Piece { events: 2, id: Some("2"), ..piece("id: 1\ndata: x\n\nid: 2\ndata: y\n\n") },
    Piece { id: Some(""), ..piece("id\n\n") },
    Piece { id: Some("\u{1}"), ..piece("id: \u{1}\n\n") },
    Piece { retry: Some(0), ..piece("retry: 0\n\n") },
    Piece { retry: Some(7000), ..piece("retry: 7000\r\r") },
    Piece { errors: 1, id: Some("big"), ..piece("id: big\ndata: larger than this client takes\n\n") },
    Piece { open: Some("half"), ..piece("data: half\n") },
];

/// What the client takes: the last piece but one is more.
const LIMIT: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Due,
    Connecting,
    Open,
    Lost,
    Waiting,
    Failed(Failure),
    Closed,
}

/// Times are in nanoseconds since the start, on a clock that does not go back.
struct Model {
    settings: Settings,
    at: At,
    clock: u128,
    /// When something was heard last, when it opened, when it was lost, until when to wait.
    heard: u128,
    opened: u128,
    lost: u128,
    wake: u128,
    proven: bool,
    fruitless: u32,
    id: &'static str,
    retry: Option<u64>,
    open_block: Option<&'static str>,
}

const MS: u128 = 1_000_000;

impl Model {
    fn base(&self) -> u128 {
        u128::from(self.retry.unwrap_or(self.settings.first).max(self.settings.floor).max(1)) * MS
    }

    fn lose(&mut self, failure: Failure) {
        self.open_block = None;
        let good = match self.at {
            At::Connecting => false,
            At::Open => self.proven || self.clock - self.opened >= u128::from(self.settings.stable) * MS,
            _ => return,
        };
        self.fruitless = if good { 0 } else { self.fruitless + 1 };
        self.lost = self.clock;
        self.at = match self.settings.attempts {
            _ if !self.settings.reconnect => At::Failed(failure),
            Some(most) if u64::from(self.fruitless) >= most => {
                At::Failed(Failure::TooManyAttempts(self.fruitless))
            }
            _ => At::Lost,
        };
    }

    fn head(&mut self, status: u16, content_type: u8) -> HeadOutcome {
        if self.at != At::Connecting {
            return HeadOutcome::Ignored;
        }
        let failure = match (status, content_type) {
            (200, 0) => None,
            (200, 1) => Some(Failure::ContentType),
            (200, _) if self.settings.untyped => None,
            (200, _) => Some(Failure::NoContentType),
            _ => Some(Failure::Status(status)),
        };
        match failure {
            None => {
                (self.at, self.heard, self.opened) = (At::Open, self.clock, self.clock);
                self.proven = false;
                return HeadOutcome::Opened;
            }
            Some(failure) if status == 503 && self.settings.busy => self.lose(failure),
            Some(failure) => self.at = At::Failed(failure),
        }
        match self.at {
            At::Failed(failure) => HeadOutcome::Failed(failure),
            _ => HeadOutcome::Retry,
        }
    }
}

fn nanos(time: Duration) -> u128 {
    time.as_nanos()
}

/// Runs a session through `inputs` and asserts that it does what the model says.
pub fn check(settings: &Settings, inputs: &[Input]) {
    let ms = Duration::from_millis;
    let policy = Session::builder()
        .reconnection_time(ms(settings.first))
        .floor(ms(settings.floor))
        .backoff_cap(ms(settings.cap))
        .stable_after(ms(settings.stable))
        .idle_timeout(settings.idle.map(ms))
        .max_attempts(settings.attempts.map(|attempts| attempts as u32))
        .retry_status(if settings.busy { |status| status == 503 } else { |_| false })
        .accept_missing_content_type(settings.untyped)
        .reconnect(settings.reconnect)
        .jitter_percent(settings.jitter);
    let mut session = policy.decoder(Decoder::builder().max_event_size(LIMIT).build()).build();
    let mut model = Model {
        settings: *settings,
        at: At::Due,
        clock: 0,
        heard: 0,
        opened: 0,
        lost: 0,
        wake: 0,
        proven: false,
        fruitless: 0,
        id: "",
        retry: None,
        open_block: None,
    };
    // The caller's clock, what it showed at the last input that told, and what the last poll named.
    let mut now = ms(50_000);
    let mut told = Duration::ZERO;
    let mut named = now;
    for input in inputs {
        if matches!(input, Input::Poll(_) | Input::Head(..) | Input::Bytes(_) | Input::End | Input::Error) {
            model.clock += nanos(now.saturating_sub(told));
            told = now;
        }
        match *input {
            Input::Forward(by) => now += ms(by),
            Input::Back(by) => now = now.saturating_sub(ms(by)),
            Input::ToTheEnd => now = now.max(named),
            Input::Poll(random) => {
                if let Some(until) = poll(&mut session, &mut model, now, random) {
                    named = until.min(now + ms(1_000_000));
                }
            }
            Input::Head(status, content_type) => {
                let expected = model.head(status, content_type);
                let got = session.response(status, TYPES[usize::from(content_type)], now.into());
                assert_eq!(got, expected, "{status} {content_type}");
            }
            Input::Bytes(which) => bytes(&mut session, &mut model, now, &PIECES[usize::from(which)]),
            Input::End => {
                let open = model.open_block;
                if model.at == At::Open && !settings.reconnect {
                    model.open_block = None;
                    model.at = At::Closed;
                } else {
                    model.lose(Failure::NetworkError);
                }
                let end = match session.end_of_body(now.into()) {
                    End::Truncated(block) => block.event().map(|event| event.data().to_owned()),
                    _ => None,
                };
                assert_eq!(end.as_deref(), open);
            }
            Input::Error => {
                model.lose(Failure::NetworkError);
                session.network_error(now.into());
            }
            Input::Close => {
                if !matches!(model.at, At::Failed(_)) {
                    model.at = At::Closed;
                }
                model.open_block = None;
                session.close();
            }
        }
        let ready = match model.at {
            At::Due | At::Connecting | At::Lost | At::Waiting => ReadyState::Connecting,
            At::Open => ReadyState::Open,
            At::Failed(_) | At::Closed => ReadyState::Closed,
        };
        assert_eq!(session.ready_state(), ready, "after {input:?}");
        assert_eq!(session.last_event_id(), model.id);
        assert_eq!(nanos(session.reconnection_time()), model.base());
    }
}

/// Polls both; what the session says to wait for.
fn poll(session: &mut Session, model: &mut Model, now: Duration, random: u64) -> Option<Duration> {
    let idle = model.settings.idle.map(|idle| u128::from(idle) * MS);
    if matches!(model.at, At::Connecting | At::Open)
        && idle.is_some_and(|idle| model.clock - model.heard >= idle)
    {
        model.lose(Failure::IdleTimeout);
    }
    let said = session.poll(now.into(), random);
    if model.at == At::Lost {
        // What it is to wait for is known but for the jitter: take that from what it says, if it may be.
        let cap = u128::from(model.settings.cap) * MS;
        let grown = model.base() << model.fruitless.saturating_sub(1).min(31);
        let shortest = grown.min(cap).max(model.base());
        let longest = shortest + shortest * u128::from(model.settings.jitter) / 100;
        let since = model.clock - model.lost;
        model.wake = match said {
            Action::WaitUntil(at) => {
                let wait = nanos(at.since_start()) - nanos(now) + since;
                assert!(wait >= shortest && wait <= longest, "{wait} is not in {shortest}..={longest}");
                model.lost + wait
            }
            Action::Connect(_) => {
                assert!(since >= shortest, "connects after {since} of {shortest}");
                model.clock
            }
            other => panic!("lost, and {other:?}"),
        };
        model.at = At::Waiting;
    }
    match model.at {
        At::Due if model.settings.attempts == Some(0) => {
            model.at = At::Failed(Failure::TooManyAttempts(0));
            assert_eq!(said, Action::Failed(Failure::TooManyAttempts(0)));
        }
        At::Due | At::Waiting if model.at == At::Due || model.clock >= model.wake => {
            model.at = At::Connecting;
            model.heard = model.clock;
            let Action::Connect(request) = said else { panic!("due, and {said:?}") };
            let sent = Some(model.id.as_bytes()).filter(|id| !matches!(*id, b"" | b"\x01"));
            assert_eq!(request.last_event_id(), sent);
            assert_eq!(request.attempt(), model.fruitless + 1);
        }
        At::Waiting => {
            let at = now + Duration::from_nanos((model.wake - model.clock) as u64);
            assert_eq!(said, Action::WaitUntil(at.into()));
            return Some(at);
        }
        At::Connecting | At::Open => {
            let until =
                idle.map(|idle| now + Duration::from_nanos((model.heard + idle - model.clock) as u64));
            assert!(
                matches!(said, Action::Read { until: said, .. } if said == until.map(Time::from)),
                "{said:?}"
            );
            return until;
        }
        At::Failed(failure) => assert_eq!(said, Action::Failed(failure)),
        At::Closed => assert_eq!(said, Action::Closed),
        At::Due | At::Lost => unreachable!(),
    }
    None
}

fn bytes(session: &mut Session, model: &mut Model, now: Duration, piece: &Piece) {
    // A block that is open takes what comes: end it first, in one chunk with the rest.
    let blank = model.at == At::Open && model.open_block.take().is_some();
    let whole = [if blank { "\n" } else { "" }, piece.bytes].concat();
    let mut chunk = session.receive(whole.as_bytes(), now.into());
    let (mut events, mut errors) = (0, 0);
    loop {
        match session.decode(&mut chunk) {
            Ok(Some(Frame::Event(_))) => events += 1,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    if model.at == At::Open {
        assert_eq!((events, errors), (piece.events + usize::from(blank), piece.errors));
        if !whole.is_empty() {
            model.heard = model.clock;
        }
        model.proven |= events > 0;
        model.id = piece.id.unwrap_or(model.id);
        model.retry = piece.retry.or(model.retry);
        model.open_block = piece.open;
    } else {
        assert_eq!((events, errors), (0, 0));
    }
}
