//! A model of the session, and the comparison of both under a list of inputs. Shared by the property test and the
//! fuzz target.
use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use sse_proto::session::{
    Action, BodyChunk, ConnectionId, Failure, HeadOutcome, Loss, Progress, ReadyState, Reconnect, Session,
    Time,
};
use sse_proto::{Decoder, End, Frame};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// With a random number.
    Poll(u64),
    /// The clock moves forward, or back, by milliseconds; the session sees it at the next input.
    Forward(u64),
    Back(u64),
    /// The clock moves to the end of the wait that the last poll returned.
    ToTheEnd,
    News(News),
    /// The same for the previous connection.
    Late(News),
    /// Bytes are received and decoded later.
    Keep(u8),
    Kept,
    /// The index of the cursor.
    Cursor(u8),
    /// Asks for the last event ID, if it is new.
    Ask,
    Now,
    Close,
}

/// An input about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A status, and the index of the content type.
    Head(u16, u8),
    /// The index of the piece of a body.
    Bytes(u8),
    End,
    Error,
    /// In milliseconds.
    RetryAfter(u64),
}

/// A policy in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub first: u64,
    pub ceiling: Option<u64>,
    pub floor: u64,
    pub interval: u64,
    pub cap: u64,
    pub stable: u64,
    pub idle: Option<u64>,
    pub head: Option<u64>,
    pub attempts: Option<u64>,
    pub elapsed: Option<u64>,
    pub progress: Progress,
    /// Whether to retry 503, and any head of a reconnection.
    pub busy: bool,
    pub again: bool,
    pub untyped: bool,
    pub reconnect: Reconnect,
    pub jitter: u8,
}

/// Converts a fuzzer's bytes: a header for the policy, then an input for each byte; some inputs have further bytes.
#[derive(Debug, Clone)]
pub struct Script {
    pub settings: Settings,
    pub inputs: Vec<Input>,
}

impl<'a> Arbitrary<'a> for Script {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut header = [0; 13];
        u.fill_buffer(&mut header)?;
        let [
            flags,
            kinds,
            first,
            floor,
            cap,
            stable,
            idle,
            attempts,
            jitter,
            interval,
            ceiling,
            head,
            elapsed,
        ] = header;
        // From nothing to three minutes.
        let time = |byte: u8| u64::from(byte) * u64::from(byte) * 3;
        let settings = Settings {
            first: time(first),
            ceiling: (flags & 64 != 0).then(|| time(ceiling)),
            floor: time(floor),
            interval: time(interval),
            cap: time(cap),
            stable: time(stable),
            idle: (flags & 1 != 0).then(|| time(idle)),
            head: (kinds & 1 != 0).then(|| time(head)),
            attempts: (flags & 2 != 0).then(|| u64::from(attempts % 8)),
            elapsed: (kinds & 2 != 0).then(|| 20 * time(elapsed)),
            progress: [Progress::Time, Progress::NewId, Progress::Event][usize::from(kinds / 4 % 3)],
            busy: flags & 4 != 0,
            again: flags & 128 != 0,
            untyped: flags & 8 != 0,
            reconnect: match flags & 0x30 {
                0 => Reconnect::Never,
                0x10 => Reconnect::IfResumable,
                _ => Reconnect::Always,
            },
            jitter,
        };
        let mut inputs = Vec::new();
        while !u.is_empty() {
            let byte: u8 = u.arbitrary()?;
            inputs.push(match byte {
                0..56 => Input::Poll(u64::from(byte) << 58),
                56..84 => Input::Forward(time(u.arbitrary()?)),
                84..92 => Input::Back(time(u.arbitrary()?)),
                92..108 => Input::ToTheEnd,
                108..220 => Input::News(News::of(byte, u)?),
                220..236 => Input::Late(News::of(u.arbitrary()?, u)?),
                236..241 => Input::Keep(byte % 9),
                241..245 => Input::Kept,
                245..249 => Input::Cursor(byte % 4),
                249..252 => Input::Ask,
                252..254 => Input::Now,
                254.. => Input::Close,
            });
        }
        Ok(Self { settings, inputs })
    }
}

impl News {
    fn of(byte: u8, u: &mut Unstructured<'_>) -> Result<Self> {
        let status = |which: u8| match which {
            0..8 => 200,
            8..12 => 503,
            which => [204, 404, 0, u16::MAX][usize::from(which % 4)],
        };
        Ok(match byte {
            0..156 => Self::Head(status(byte % 16), (byte / 16) % 3),
            156..200 => Self::Bytes(byte % 10),
            200..208 => Self::End,
            208..214 => Self::Error,
            _ => Self::RetryAfter(u64::from(u.arbitrary::<u8>()?) * 97),
        })
    }
}

const TYPES: [Option<&[u8]>; 3] = [Some(b"text/event-stream"), Some(b"text/html"), None];

/// A piece of a body, and what it adds if it is decoded at the start of a line and of a block.
struct Piece {
    bytes: &'static str,
    events: usize,
    errors: usize,
    id: Option<&'static str>,
    retry: Option<u64>,
    /// It leaves a block open, with this data.
    open: Option<&'static str>,
}

const fn piece(bytes: &'static str) -> Piece {
    Piece { bytes, events: 0, errors: 0, id: None, retry: None, open: None }
}

/// Each piece is whole blocks, except the last two.
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

/// The maximum that the client accepts: the last piece but one is larger.
const LIMIT: usize = 16;

const CURSORS: [Option<&str>; 4] = [None, Some(""), Some("7"), Some("offset\n8")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Due,
    Connecting,
    Open,
    Lost,
    Waiting,
    Failed(Why),
    Closed,
}

/// A failure; only the crate can create those with fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Lost(Loss),
    TooMany(u32),
    OutOfTime,
}

impl Why {
    fn of(failure: Failure, last_loss: Option<Loss>) -> Self {
        match failure {
            Failure::TooManyAttempts { attempts, last, .. } => {
                assert_eq!(last, last_loss);
                Self::TooMany(attempts)
            }
            Failure::OutOfTime { last, .. } => {
                assert_eq!(last, last_loss);
                Self::OutOfTime
            }
            other => {
                // If an end of the body is a failure, it came before the head, and that is a network error.
                let loss = last_loss.unwrap();
                assert_eq!(other, loss.into());
                Self::Lost(loss)
            }
        }
    }
}

/// Times are in nanoseconds since the start, on a clock that does not go back.
struct Model {
    settings: Settings,
    at: At,
    clock: u128,
    /// The start of the silence; whether bytes arrived since the last poll; whether a late poll was forgiven since.
    silent_from: u128,
    heard: bool,
    forgiven: bool,
    /// The times of the request, of the opening and of the loss, and the end of the wait.
    asked: u128,
    opened: u128,
    lost: u128,
    wake: u128,
    /// The time of the first loss in the current series.
    failing_from: Option<u128>,
    chosen: Option<u64>,
    event: bool,
    /// A connection was open before.
    again: bool,
    fruitless: u32,
    last_loss: Option<Loss>,
    id: &'static str,
    told: &'static str,
    cursor: Option<&'static str>,
    asked_from: &'static str,
    retry: Option<u64>,
    open_block: Option<&'static str>,
}

const MS: u128 = 1_000_000;

fn nanos(millis: u64) -> u128 {
    u128::from(millis) * MS
}

impl Model {
    fn lowest(&self) -> u128 {
        nanos(self.settings.floor.max(1))
    }

    fn allowed(&self, asked: u64) -> u64 {
        asked.min(self.settings.ceiling.unwrap_or(u64::MAX))
    }

    fn base(&self) -> u128 {
        nanos(self.retry.map_or(self.settings.first, |retry| self.allowed(retry))).max(self.lowest())
    }

    /// The wait after this many fruitless connections, by growth alone.
    fn due(&self, fruitless: u32) -> u128 {
        let grown = self.base() << fruitless.saturating_sub(1).min(31);
        grown.min(nanos(self.settings.cap)).max(self.base())
    }

    /// The rest of the interval from the last request to the next, at the loss of the connection.
    fn interval_left(&self) -> u128 {
        nanos(self.settings.interval).saturating_sub(self.lost - self.asked)
    }

    fn chosen_wait(&self, chosen: u64) -> u128 {
        nanos(self.allowed(chosen)).max(self.lowest()).max(self.interval_left())
    }

    fn place(&self) -> &'static str {
        self.cursor.unwrap_or(self.id)
    }

    /// The value of the header.
    fn sent_id(&self) -> Option<&'static str> {
        Some(self.id).filter(|id| self.cursor.is_none() && !matches!(*id, "" | "\u{1}"))
    }

    fn may_reconnect(&self) -> bool {
        match self.settings.reconnect {
            Reconnect::Never => false,
            Reconnect::IfResumable => self.cursor.is_some() || self.sent_id().is_some(),
            _ => true,
        }
    }

    fn is_good(&self) -> bool {
        let enough = self.due(self.fruitless + 1).min(nanos(self.settings.stable));
        let new_id = self.place() != self.asked_from;
        self.clock - self.opened >= enough
            || match self.settings.progress {
                Progress::Time => false,
                Progress::NewId => new_id,
                _ => new_id || self.event,
            }
    }

    fn lose(&mut self, loss: Loss) {
        let good = match self.at {
            At::Connecting => false,
            At::Open => self.is_good(),
            _ => return,
        };
        self.open_block = None;
        if good {
            (self.fruitless, self.failing_from) = (0, Some(self.clock));
        } else {
            self.fruitless += 1;
            self.failing_from.get_or_insert(self.clock);
        }
        self.lost = self.clock;
        self.last_loss = Some(loss);
        self.at = match self.settings.attempts {
            _ if !self.may_reconnect() => At::Failed(Why::Lost(loss)),
            Some(most) if u64::from(self.fruitless) >= most => At::Failed(Why::TooMany(self.fruitless)),
            _ => At::Lost,
        };
    }

    fn head(&mut self, status: u16, content_type: u8) -> HeadOutcome {
        if self.at != At::Connecting {
            return HeadOutcome::Ignored;
        }
        let loss = match (status, content_type) {
            (200, 0) => None,
            (200, 1) => Some(Loss::ContentType),
            (200, _) if self.settings.untyped => None,
            (200, _) => Some(Loss::NoContentType),
            _ => Some(Loss::Status(status)),
        };
        let Some(loss) = loss else {
            (self.at, self.heard, self.opened) = (At::Open, true, self.clock);
            (self.event, self.again) = (false, true);
            return HeadOutcome::Opened;
        };
        if status != 204 && (status == 503 && self.settings.busy || self.again && self.settings.again) {
            self.lose(loss);
        } else {
            self.last_loss = Some(loss);
            self.at = At::Failed(Why::Lost(loss));
        }
        if matches!(self.at, At::Failed(_)) { HeadOutcome::Failed(loss.into()) } else { HeadOutcome::Retry }
    }

    fn limit(&self) -> Option<u128> {
        let head = self.settings.head.filter(|_| self.at == At::Connecting);
        head.or(self.settings.idle).map(nanos)
    }

    fn is_silent(&mut self) -> bool {
        if self.heard {
            (self.heard, self.forgiven, self.silent_from) = (false, false, self.clock);
        }
        let quiet = self.clock - self.silent_from;
        match self.limit() {
            Some(limit) if quiet >= limit => {
                let forgives = quiet > limit + 1000 * MS && limit > 0 && !self.forgiven;
                if forgives {
                    (self.silent_from, self.forgiven) = (self.clock, true);
                }
                !forgives
            }
            _ => false,
        }
    }
}

/// The session, the model, and the caller between them.
struct Pair {
    session: Session,
    model: Model,
    now: Duration,
    current: ConnectionId,
    before: Option<ConnectionId>,
    kept: Option<(BodyChunk<'static>, usize)>,
}

/// A number that no connection of the tested session has, before its first one.
fn foreign() -> ConnectionId {
    match Session::new().poll(Time::START, 0) {
        Action::Connect(request) => request.connection(),
        other => panic!("{other:?}"),
    }
}

fn session(settings: &Settings) -> Session {
    let ms = Duration::from_millis;
    let builder = Session::builder()
        .reconnection_time(ms(settings.first))
        .max_reconnection_time(settings.ceiling.map(ms))
        .min_wait(ms(settings.floor))
        .request_interval(ms(settings.interval))
        .max_backoff(ms(settings.cap))
        .progress(settings.progress)
        .stable_after(ms(settings.stable))
        .idle_timeout(settings.idle.map(ms))
        .head_timeout(settings.head.map(ms))
        .max_attempts(settings.attempts.map(|attempts| attempts as u32))
        .max_elapsed_time(settings.elapsed.map(ms))
        .retry_head(match (settings.busy, settings.again) {
            (false, false) => |_| false,
            (true, false) => |head| head.status == 503,
            (false, true) => |head| head.is_reconnection,
            (true, true) => |head| head.status == 503 || head.is_reconnection,
        })
        .accept_missing_content_type(settings.untyped)
        .reconnect(settings.reconnect)
        .jitter_percent(settings.jitter);
    builder.decoder(Decoder::builder().max_event_size(LIMIT).build()).build()
}

/// Runs a session through `inputs` and asserts that it does the same as the model.
pub fn check(settings: &Settings, inputs: &[Input]) {
    let ms = Duration::from_millis;
    let model = Model {
        settings: *settings,
        at: At::Due,
        clock: 0,
        silent_from: 0,
        heard: false,
        forgiven: false,
        asked: 0,
        opened: 0,
        lost: 0,
        wake: 0,
        failing_from: None,
        chosen: None,
        event: false,
        again: false,
        fruitless: 0,
        last_loss: None,
        id: "",
        told: "",
        cursor: None,
        asked_from: "",
        retry: None,
        open_block: None,
    };
    let session = session(settings);
    let mut pair = Pair { session, model, now: ms(50_000), current: foreign(), before: None, kept: None };
    // The time of the caller's clock at the last input, and the time that the last poll named.
    let mut told = Duration::ZERO;
    let mut named = pair.now;
    for input in inputs {
        let tells = match input {
            Input::Poll(_) | Input::Keep(_) => true,
            Input::News(news) | Input::Late(news) => !matches!(news, News::RetryAfter(_)),
            _ => false,
        };
        if tells && (!matches!(input, Input::Late(_)) || pair.before.is_some()) {
            pair.model.clock += pair.now.saturating_sub(told).as_nanos();
            told = pair.now;
        }
        match *input {
            Input::Forward(by) => pair.now += ms(by),
            Input::Back(by) => pair.now = pair.now.saturating_sub(ms(by)),
            Input::ToTheEnd => pair.now = pair.now.max(named),
            Input::Poll(random) => {
                if let Some(until) = pair.poll(random) {
                    named = until.min(pair.now + ms(1_000_000));
                }
            }
            Input::News(news) => pair.news(news),
            Input::Late(news) => pair.late(news),
            Input::Keep(which) => pair.keep(which),
            Input::Kept => pair.decode_kept(),
            Input::Cursor(which) => {
                pair.model.cursor = CURSORS[usize::from(which)];
                pair.session.set_cursor(pair.model.cursor);
                assert_eq!(pair.session.cursor(), pair.model.cursor);
            }
            Input::Ask => {
                let new = Some(pair.model.id).filter(|id| *id != pair.model.told);
                pair.model.told = pair.model.id;
                assert_eq!(pair.session.changed_last_event_id().map(|id| id.to_string()).as_deref(), new);
            }
            Input::Now => pair.reconnect_now(),
            Input::Close => {
                if !matches!(pair.model.at, At::Failed(_)) {
                    pair.model.at = At::Closed;
                }
                pair.model.open_block = None;
                pair.session.close();
            }
        }
        let ready = match pair.model.at {
            At::Due | At::Connecting | At::Lost | At::Waiting => ReadyState::Connecting,
            At::Open => ReadyState::Open,
            At::Failed(_) | At::Closed => ReadyState::Closed,
        };
        assert_eq!(pair.session.ready_state(), ready, "after {input:?}");
        assert_eq!(pair.session.last_event_id(), pair.model.id);
        assert_eq!(pair.session.last_loss(), pair.model.last_loss);
        assert_eq!(pair.session.reconnection_time().as_nanos(), pair.model.base());
    }
}

impl Pair {
    /// Polls both. Returns the time that the session names.
    fn poll(&mut self, random: u64) -> Option<Duration> {
        let (model, now) = (&mut self.model, self.now);
        if matches!(model.at, At::Connecting | At::Open) && model.is_silent() {
            model.lose(if model.at == At::Open { Loss::IdleTimeout } else { Loss::HeadTimeout });
        }
        let said = self.session.poll(now.into(), random);
        let elapsed = model.settings.elapsed.map(nanos);
        if model.at == At::Lost {
            // The wait is known except for the jitter: take that from the session's result, if it is allowed.
            let (shortest, longest) = match model.chosen.take() {
                Some(chosen) => (model.chosen_wait(chosen), model.chosen_wait(chosen)),
                None => {
                    let shortest = model.due(model.fruitless).max(model.interval_left());
                    (shortest, shortest + shortest * u128::from(model.settings.jitter) / 100)
                }
            };
            let since = model.clock - model.lost;
            model.at = At::Waiting;
            model.wake = match said {
                Action::WaitUntil(at) => {
                    let wait = at.since_start().as_nanos() - now.as_nanos() + since;
                    assert!(wait >= shortest && wait <= longest, "{wait} is not in {shortest}..={longest}");
                    model.lost + wait
                }
                Action::Connect(_) => {
                    assert!(since >= shortest, "connects after {since} of {shortest}");
                    model.clock
                }
                Action::Failed(Failure::OutOfTime { .. }) => model.lost + longest,
                ref other => panic!("lost, and {other:?}"),
            };
            // If it connects at once, it has waited for a time between the shortest wait and this one.
            if let (Action::Connect(_), Some(elapsed)) = (&said, elapsed) {
                assert!(model.lost + shortest - model.failing_from.unwrap() <= elapsed);
                model.wake = model.lost + shortest;
            }
        }
        if model.at == At::Waiting
            && elapsed.is_some_and(|most| model.wake - model.failing_from.unwrap() > most)
        {
            model.at = At::Failed(Why::OutOfTime);
        }
        match model.at {
            At::Due if model.settings.attempts == Some(0) => {
                model.at = At::Failed(Why::TooMany(0));
                let Action::Failed(failure) = said else { panic!("{said:?}") };
                assert!(matches!(failure, Failure::TooManyAttempts { attempts: 0, last: None, .. }));
            }
            At::Due | At::Waiting if model.at == At::Due || model.clock >= model.wake => {
                let limit = model.settings.head.or(model.settings.idle);
                let Action::Connect(request) = said else { panic!("due, and {said:?}") };
                assert_eq!(request.last_event_id(), model.sent_id().map(str::as_bytes));
                assert_eq!(request.cursor(), model.cursor);
                assert_eq!(request.attempt(), model.fruitless + 1);
                assert_eq!(request.deadline(), limit.map(|ms| (now + Duration::from_millis(ms)).into()));
                if self.before.is_some() || self.current == request.connection() {
                    assert!(self.current <= request.connection());
                }
                // The first number may be that of the foreign connection.
                self.before = Some(self.current).filter(|id| *id != request.connection());
                self.current = request.connection();
                model.at = At::Connecting;
                (model.asked, model.asked_from) = (model.clock, model.place());
                (model.silent_from, model.heard, model.forgiven) = (model.clock, false, false);
            }
            At::Waiting => {
                let at = now + Duration::from_nanos((model.wake - model.clock) as u64);
                assert_eq!(said, Action::WaitUntil(at.into()));
                return Some(at);
            }
            At::Connecting | At::Open => {
                let left = model.limit().map(|limit| model.silent_from + limit - model.clock);
                let until = left.map(|left| now + Duration::from_nanos(left as u64));
                let Action::Read { connection, until: said, .. } = said else { panic!("{said:?}") };
                assert_eq!((connection, said), (self.current, until.map(Time::from)));
                return until;
            }
            At::Failed(why) => {
                let Action::Failed(failure) = said else { panic!("{said:?}") };
                assert_eq!(Why::of(failure, model.last_loss), why);
            }
            At::Closed => assert_eq!(said, Action::Closed),
            At::Due | At::Lost => unreachable!(),
        }
        None
    }

    fn news(&mut self, news: News) {
        let (session, model, now) = (&mut self.session, &mut self.model, self.now.into());
        match news {
            News::Head(status, content_type) => {
                let expected = model.head(status, content_type);
                let got = session.response(self.current, status, TYPES[usize::from(content_type)], now);
                match (got, model.at) {
                    (HeadOutcome::Failed(failure), At::Failed(why)) => {
                        assert_eq!(Why::of(failure, model.last_loss), why);
                    }
                    _ => assert_eq!(got, expected, "{status} {content_type}"),
                }
            }
            News::Bytes(which) => self.bytes(&PIECES[usize::from(which)]),
            News::End => {
                let open = model.open_block.take();
                let loss = if open.is_some() { Loss::Truncated } else { Loss::EndOfBody };
                match model.at {
                    At::Open if !model.may_reconnect() => {
                        (model.at, model.last_loss) = (At::Closed, Some(loss));
                    }
                    At::Open => model.lose(loss),
                    _ => model.lose(Loss::NetworkError),
                }
                let end = match session.end_of_body(self.current, now) {
                    End::Truncated(block) => block.event().map(|event| event.data().to_owned()),
                    _ => None,
                };
                assert_eq!(end.as_deref(), open);
            }
            News::Error => {
                model.lose(Loss::NetworkError);
                session.network_error(self.current, now);
            }
            News::RetryAfter(wait) => {
                match model.at {
                    At::Connecting | At::Open | At::Lost => model.chosen = Some(wait),
                    At::Waiting => model.wake = model.lost + model.chosen_wait(wait),
                    At::Due | At::Failed(_) | At::Closed => {}
                }
                session.retry_after(self.current, Duration::from_millis(wait));
            }
        }
    }

    /// The model has no such input: a late input only updates the time.
    fn late(&mut self, news: News) {
        let Some(connection) = self.before else { return };
        let (session, now) = (&mut self.session, self.now.into());
        match news {
            News::Head(status, which) => {
                let head = session.response(connection, status, TYPES[usize::from(which)], now);
                assert_eq!(head, HeadOutcome::Ignored);
            }
            News::Bytes(which) => {
                let mut chunk = session.receive(connection, PIECES[usize::from(which)].bytes.as_bytes(), now);
                assert!(chunk.rest().is_empty() && session.decode(&mut chunk).unwrap().is_none());
            }
            News::End => assert_eq!(session.end_of_body(connection, now), End::Clean),
            News::Error => session.network_error(connection, now),
            News::RetryAfter(wait) => session.retry_after(connection, Duration::from_millis(wait)),
        }
    }

    fn reconnect_now(&mut self) {
        let model = &mut self.model;
        self.session.reconnect_now();
        match model.at {
            At::Due | At::Failed(_) | At::Closed => return,
            At::Open if model.is_good() => (model.fruitless, model.failing_from) = (0, None),
            _ => {}
        }
        (model.at, model.chosen, model.open_block) = (At::Due, None, None);
    }

    fn bytes(&mut self, piece: &'static Piece) {
        // An open block takes the following lines: end it first, in one chunk with the rest.
        let blank = self.model.at == At::Open && self.model.open_block.take().is_some();
        let whole = [if blank { "\n" } else { "" }, piece.bytes].concat();
        let mut chunk = self.session.receive(self.current, whole.as_bytes(), self.now.into());
        let (events, errors) = decode(&mut self.session, &mut chunk);
        let model = &mut self.model;
        if model.at != At::Open {
            assert_eq!((events, errors), (0, 0));
            return;
        }
        assert_eq!((events, errors), (piece.events + usize::from(blank), piece.errors));
        model.heard |= !whole.is_empty();
        model.event |= events > 0;
        model.id = piece.id.unwrap_or(model.id);
        model.retry = piece.retry.or(model.retry);
        model.open_block = piece.open;
    }

    /// Receives a piece that is whole blocks, and leaves it undecoded.
    fn keep(&mut self, which: u8) {
        let bytes = PIECES[usize::from(which)].bytes.as_bytes();
        let chunk = self.session.receive(self.current, bytes, self.now.into());
        let is_open = self.model.at == At::Open;
        self.model.heard |= is_open && !bytes.is_empty();
        self.kept = is_open.then_some((chunk, usize::from(which)));
    }

    fn decode_kept(&mut self) {
        let Some((mut chunk, which)) = self.kept.take() else { return };
        // In an open block it would be read as its next lines, which the model does not know.
        let is_current = self.model.at == At::Open && chunk.connection() == self.current;
        if is_current && self.model.open_block.is_some() {
            return;
        }
        let (events, errors) = decode(&mut self.session, &mut chunk);
        assert!(chunk.rest().is_empty());
        let (piece, model) = (&PIECES[which], &mut self.model);
        if is_current {
            assert_eq!((events, errors), (piece.events, piece.errors));
            model.event |= events > 0;
            model.id = piece.id.unwrap_or(model.id);
            model.retry = piece.retry.or(model.retry);
        } else {
            assert_eq!((events, errors), (0, 0));
        }
    }
}

/// The number of events and errors.
fn decode(session: &mut Session, chunk: &mut BodyChunk<'_>) -> (usize, usize) {
    let (mut events, mut errors) = (0, 0);
    loop {
        match session.decode(chunk) {
            Ok(Some(Frame::Event(_))) => events += 1,
            Ok(Some(_)) => {}
            Ok(None) => return (events, errors),
            Err(_) => errors += 1,
        }
    }
}
