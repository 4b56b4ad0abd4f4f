//! The state machine: the effect of each input and each poll in each state.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use super::action::Action;
use super::known_id::{Fingerprint, KnownId};
use super::outcome::{Failure, HeadOutcome, Loss, RefusedHead};
use super::policy::{Policy, Progress, Reconnect};
use super::request::{ConnectionId, Request, ResumePoint};
use super::state::{OpenState, Silence, State};
use super::time::Time;
use crate::decode::decoder::Decoder;
use crate::decode::event::End;
use crate::decode::finish::CutEvent;
use crate::decode::owned::EventBuf;
use crate::headers;

/// An `EventSource` without IO: see the [module's page](crate::session) for states, rules and whole clients.
///
/// It contains a [`Decoder`], whose last event ID and reconnection time persist across connections. The open block
/// does not persist, and each connection may start with a byte order mark (WHATWG HTML 9.2.3).
///
/// ```
/// use sse_proto::session::{Action, HeadOutcome, Session, Time};
/// use sse_proto::Frame;
/// use std::time::Duration;
///
/// let seconds = |n| Time::from(Duration::from_secs(n));
/// let mut session = Session::builder().jitter_percent(0).build();
/// let Action::Connect(request) = session.poll(seconds(0), 0) else { unreachable!() };
/// let connection = request.connection();
/// let head = session.response(connection, 200, Some(b"text/event-stream"), seconds(1));
/// assert_eq!(head, HeadOutcome::Opened);
///
/// let mut chunk = session.receive(connection, b"retry: 5000\nid: 7\ndata: x\n\ndata: los", seconds(2));
/// while let Some(frame) = session.decode(&mut chunk)? {
///     if let Frame::Event(event) = frame {
///         assert_eq!(event.data(), "x");
///     }
/// }
/// session.network_error(connection, seconds(3));
/// assert_eq!(session.poll(seconds(3), 0), Action::WaitUntil(seconds(8)));
/// let Action::Connect(request) = session.poll(seconds(8), 0) else { unreachable!() };
/// assert_eq!(request.last_event_id(), Some(&b"7"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Session {
    pub(super) decoder: Decoder,
    pub(super) policy: Policy,
    pub(super) state: State,
    /// The number of the last connection. Before the first one it is a number that is never given out.
    pub(super) connection: ConnectionId,
    /// The last time of the caller's clock.
    pub(super) now: Time,
    /// The number of connections in a row without progress.
    pub(super) fruitless: u32,
    /// The time from the loss of the first of these connections, or of the good one before them, to the loss of the
    /// last; `None` before the first loss.
    pub(super) failing: Option<Duration>,
    pub(super) last_loss: Option<Loss>,
    /// Whether a connection was open before the current one.
    opened: bool,
    /// The next wait, if the caller has set it.
    pub(super) chosen_wait: Option<Duration>,
    pub(super) cursor: Option<String>,
    /// The place from which the current connection was requested to continue.
    asked_from: Fingerprint,
    /// The last event ID that was reported to the caller.
    pub(super) told_id: Fingerprint,
    known_id: KnownId,
}

impl Session {
    /// A session that is ready to connect with `decoder`. Only the parts of `decoder` that persist across connections
    /// are used.
    pub(super) fn with(policy: Policy, mut decoder: Decoder) -> Self {
        decoder.reconnect();
        let known_id = KnownId::of(&decoder, policy.max_id_size);
        Self {
            decoder,
            policy,
            state: State::Due { ago: Duration::ZERO },
            connection: ConnectionId(0),
            now: Time::START,
            fruitless: 0,
            failing: None,
            last_loss: None,
            opened: false,
            chosen_wait: None,
            cursor: None,
            asked_from: known_id.fingerprint,
            told_id: known_id.fingerprint,
            known_id,
        }
    }

    /// Returns what to do next. Call it after every input, and at the time that an earlier answer named.
    ///
    /// `random` is any number, ideally uniformly distributed. It is used to choose a wait; 0 chooses the shortest. At
    /// the same time and without an input in between, `poll` returns the same result again, except that
    /// [`Action::Connect`] is returned once.
    #[must_use]
    pub fn poll(&mut self, now: Time, random: u64) -> Action<'_> {
        self.begin_turn(now, random);
        match self.state {
            State::Due { .. } if self.policy.max_attempts == Some(0) => {
                let failure = Failure::TooManyAttempts { attempts: 0, last: None };
                self.state = State::Failed(failure);
                Action::Failed(failure)
            }
            State::Due { ago } => self.connect(ago),
            State::Waiting { ago, wait, .. } if ago >= wait => self.connect(ago),
            State::Connecting { silence, .. } => {
                let left = silence.left(self.policy.head_limit());
                Action::Read { connection: self.connection, until: left.map(|left| now + left) }
            }
            State::Open(OpenState { silence, .. }) => {
                let left = silence.left(self.policy.idle_timeout);
                Action::Read { connection: self.connection, until: left.map(|left| now + left) }
            }
            // The state `Lost` was handled above. If it were not, the next poll would continue.
            State::Lost { .. } => Action::WaitUntil(now),
            State::Waiting { ago, wait, .. } => Action::WaitUntil(now + wait.saturating_sub(ago)),
            State::Failed(failure) => Action::Failed(failure),
            State::Closed => Action::Closed,
        }
    }

    /// The end of the wait after a loss, whether or not it is over. `None` if the session does not wait.
    ///
    /// For the drivers, which tell each loss, also when they are asked so late that [`Session::poll`] connects.
    pub(crate) fn end_of_wait(&mut self, now: Time, random: u64) -> Option<Time> {
        self.begin_turn(now, random);
        match self.state {
            State::Waiting { ago, wait, .. } => Some(now + wait.saturating_sub(ago)),
            _ => None,
        }
    }

    fn begin_turn(&mut self, now: Time, random: u64) {
        self.advance(now);
        // The server may choose a wait of years: what it has sent is not kept for that long.
        self.decoder.take_back();
        self.look_for_silence();
        self.choose_wait(random);
    }

    /// Reports the head of the response: its final status, and the value of its `Content-Type` if there is one
    /// (9.2.3). If the result is [`HeadOutcome::Opened`], the idle timeout starts again.
    pub fn response(
        &mut self,
        connection: ConnectionId,
        status: u16,
        content_type: Option<&[u8]>,
        now: Time,
    ) -> HeadOutcome {
        self.advance(now);
        let State::Connecting { lived, .. } = self.state else {
            return HeadOutcome::Ignored;
        };
        if connection != self.connection {
            return HeadOutcome::Ignored;
        }
        let loss = match (status, content_type) {
            (200, Some(value)) if headers::is_event_stream(value) => None,
            (200, Some(_)) => Some(Loss::ContentType),
            (200, None) => Some(Loss::NoContentType).filter(|_| !self.policy.missing_content_type),
            _ => Some(Loss::Status(status)),
        };
        let Some(loss) = loss else {
            self.opened = true;
            self.state = State::Open(OpenState::new(lived, now));
            return HeadOutcome::Opened;
        };
        let head = RefusedHead { status, loss, is_reconnection: self.opened };
        if self.policy.retries(head) {
            self.lose(loss);
        } else {
            self.last_loss = Some(loss);
            self.state = State::Failed(loss.into());
        }
        match self.state {
            State::Failed(failure) => HeadOutcome::Failed(failure),
            _ => HeadOutcome::Retry,
        }
    }

    /// Reports that the body has ended (9.2.3). The connection is lost: the session reconnects after the reconnection
    /// time, or is closed if it may not reconnect. Before the head this is a network error.
    ///
    /// Returns the content of the open block. The standard discards it, and a reconnect requests the event again. Use
    /// it only if no reconnect follows: [`End::event`] is the event if the decoder's setting
    /// [`unfinished`](crate::DecoderBuilder::unfinished) accepts it.
    pub fn end_of_body(&mut self, connection: ConnectionId, now: Time) -> End<'_> {
        if !self.body_ends(connection, now) {
            return End::Clean;
        }
        let is_over = matches!(self.state, State::Failed(_) | State::Closed);
        self.decoder.finish_with(if is_over { CutEvent::Shown } else { CutEvent::Dropped })
    }

    /// The same for the drivers: the unfinished event, if the decoder's setting takes it. They drop it if a reconnect follows.
    pub(crate) fn end_of_body_owned(&mut self, connection: ConnectionId, now: Time) -> Option<EventBuf> {
        if !self.body_ends(connection, now) {
            return None;
        }
        let event = self.decoder.finish_event_buf(CutEvent::Dropped);
        self.decoder.reconnect();
        event
    }

    /// Returns whether the body is that of the current connection.
    fn body_ends(&mut self, connection: ConnectionId, now: Time) -> bool {
        self.advance(now);
        if connection != self.connection {
            return false;
        }
        let loss = if self.decoder.is_open() { Loss::Truncated } else { Loss::EndOfBody };
        if !matches!(self.state, State::Open(_)) {
            self.lose(Loss::NetworkError);
        } else if self.may_reconnect() {
            self.lose(loss);
        } else {
            self.last_loss = Some(loss);
            self.state = State::Closed;
        }
        true
    }

    /// Reports that the connection failed or broke (9.2.3).
    pub fn network_error(&mut self, connection: ConnectionId, now: Time) {
        self.advance(now);
        if connection == self.connection {
            self.decoder.reconnect();
            self.lose(Loss::NetworkError);
        }
    }

    /// Adds the time since the last input to the durations of the state.
    #[inline]
    pub(super) fn advance(&mut self, now: Time) {
        let before = core::mem::replace(&mut self.now, now);
        self.state.advance(before, now);
    }

    fn place(&mut self) -> ResumePoint<'_> {
        self.known_id.update(&self.decoder, self.policy.max_id_size);
        match &self.cursor {
            Some(cursor) => ResumePoint::Cursor(cursor),
            None => self.known_id.resume_point(&self.decoder),
        }
    }

    fn place_fingerprint(&mut self) -> Fingerprint {
        self.cursor.as_deref().map(Fingerprint::of).unwrap_or_else(|| self.id_fingerprint())
    }

    pub(super) fn id_fingerprint(&mut self) -> Fingerprint {
        self.known_id.update(&self.decoder, self.policy.max_id_size);
        self.known_id.fingerprint
    }

    /// Starts a connection, `ago` after the last loss.
    fn connect(&mut self, ago: Duration) -> Action<'_> {
        self.fail_for(ago);
        self.state = State::Connecting { lived: Duration::ZERO, silence: Silence::BEGINS };
        self.connection.0 = self.connection.0.wrapping_add(1);
        self.asked_from = self.place_fingerprint();
        Action::Connect(Request {
            connection: self.connection,
            deadline: self.policy.head_limit().map(|limit| self.now + limit),
            cache_headers: self.policy.send_cache_headers,
            attempt: self.fruitless.saturating_add(1),
            place: self.place(),
        })
    }

    /// Ends a connection that was silent for too long.
    fn look_for_silence(&mut self) {
        let (is_over, loss) = match &mut self.state {
            State::Connecting { silence, .. } => {
                (silence.is_over(self.policy.head_limit()), Loss::HeadTimeout)
            }
            State::Open(open) => (open.silence.is_over(self.policy.idle_timeout), Loss::IdleTimeout),
            _ => return,
        };
        if is_over {
            self.decoder.reconnect();
            self.lose(loss);
        }
    }

    /// Chooses the wait after a loss. Fails if the wait would end too late.
    fn choose_wait(&mut self, random: u64) {
        if let State::Lost { lived, ago } = self.state {
            let due = self.policy.due(self.decoder.reconnection_time(), self.fruitless);
            let wait = match self.chosen_wait.take() {
                Some(chosen) => self.policy.chosen_wait(chosen, lived),
                None => self.policy.wait(due, lived, random),
            };
            self.state = State::Waiting { lived, ago, wait };
        }
        if let (State::Waiting { wait, .. }, Some(limit)) = (self.state, self.policy.max_elapsed_time) {
            if self.failing.unwrap_or_default().saturating_add(wait) > limit {
                self.state = State::Failed(Failure::OutOfTime { limit, last: self.last_loss });
            }
        }
    }

    /// Fails because `time` has passed without a good connection.
    pub(super) fn fail_for(&mut self, time: Duration) {
        self.failing = self.failing.map(|failing| failing.saturating_add(time));
    }

    /// Whether an open connection has brought progress as the settings define it.
    pub(super) fn is_good(&mut self, open: &OpenState) -> bool {
        let due = self.policy.due(self.decoder.reconnection_time(), self.fruitless.saturating_add(1));
        self.policy.has_lasted(open.lasted(self.now), due)
            || (self.policy.progress != Progress::Time && self.place_fingerprint() != self.asked_from)
            || (self.policy.progress == Progress::Event && open.event)
    }

    fn may_reconnect(&mut self) -> bool {
        match self.policy.reconnect {
            Reconnect::Always => true,
            Reconnect::IfResumable => self.place().is_known(),
            Reconnect::Never => false,
        }
    }

    /// Handles the loss of the connection, if there was one.
    fn lose(&mut self, loss: Loss) {
        let (good, lived) = match self.state {
            State::Connecting { lived, .. } => (false, lived),
            State::Open(open) => (self.is_good(&open), open.lived(self.now)),
            _ => return,
        };
        self.last_loss = Some(loss);
        if good {
            (self.fruitless, self.failing) = (0, Some(Duration::ZERO));
        } else {
            self.fail_for(lived);
            self.failing.get_or_insert(Duration::ZERO);
            self.fruitless = self.fruitless.saturating_add(1);
        }
        self.state = if !self.may_reconnect() {
            State::Failed(loss.into())
        } else if self.policy.max_attempts.is_some_and(|most| self.fruitless >= most) {
            State::Failed(Failure::TooManyAttempts { attempts: self.fruitless, last: self.last_loss })
        } else {
            State::Lost { lived, ago: Duration::ZERO }
        };
    }
}

/// Fits on one line of a log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("connection", &self.connection.0)
            .field("fruitless", &self.fruitless)
            .field("decoder", &self.decoder)
            .finish_non_exhaustive()
    }
}
