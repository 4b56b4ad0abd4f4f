//! The machine itself: one state, few transitions, and time that only runs forward.
//!
//! States hold how long something has lasted or is still to last, never a moment. That is why a clock that goes back
//! does no harm: `advance` adds the time that has passed, and then none has.

use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use super::action::{Action, Failure, HeadOutcome, ReadyState, Request};
use super::policy::Policy;
use super::time::Time;
use crate::decode::chunk::{Chunk, SharedChunk};
use crate::decode::decoder::Decoder;
use crate::decode::event::{End, Event, Frame};
use crate::decode::owned::FrameBuf;
use crate::error::DecodeError;
use crate::field::EventId;
use crate::headers;

/// An `EventSource` without IO: see the [module's page](crate::session) for states, rules and whole clients.
///
/// It decodes by a [`Decoder`] of its own, whose last event ID and reconnection time last from connection to
/// connection; the open block does not, and a byte order mark may come again (WHATWG HTML 9.2.3).
///
/// ```
/// use sse_proto::session::{Action, HeadOutcome, Session, Time};
/// use sse_proto::Frame;
/// use std::time::Duration;
///
/// let seconds = |n| Time::from(Duration::from_secs(n));
/// let mut session = Session::new();
/// assert!(matches!(session.poll(seconds(0), 0), Action::Connect(_)));
/// assert_eq!(session.response(200, Some(b"text/event-stream"), seconds(1)), HeadOutcome::Opened);
///
/// let mut chunk = session.receive(b"retry: 5000\nid: 7\ndata: x\n\ndata: los", seconds(2));
/// while let Some(frame) = session.decode(&mut chunk)? {
///     if let Frame::Event(event) = frame {
///         assert_eq!(event.data(), "x");
///     }
/// }
/// session.network_error(seconds(3));
/// assert_eq!(session.poll(seconds(3), 0), Action::WaitUntil(seconds(8)));
/// let Action::Connect(request) = session.poll(seconds(8), 0) else { unreachable!() };
/// assert_eq!(request.last_event_id(), Some(&b"7"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Session {
    decoder: Decoder,
    policy: Policy,
    state: State,
    /// What the caller's clock showed last.
    now: Time,
    /// Connections in a row without an event, or time, that would prove them good.
    fruitless: u32,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// To connect at the next poll.
    Due,
    /// The request is out; `quiet` is how long nothing has been heard.
    Connecting {
        quiet: Duration,
    },
    /// The head was good; `event` says whether one has come. It has lasted for `lasted` and since `from`, on the clock of
    /// the caller, which has not gone back since then: so that bytes need no sum of times, just a comparison.
    Open {
        quiet: Duration,
        lasted: Duration,
        from: Time,
        event: bool,
    },
    /// The connection is gone for so long; poll has yet to choose the wait, for it has the random number.
    Lost {
        ago: Duration,
    },
    /// To connect when nothing is left.
    Waiting {
        left: Duration,
    },
    Failed(Failure),
    Closed,
}

impl Session {
    /// A session due to connect, by `decoder`, of which only what lasts from connection to connection counts.
    pub(super) fn with(policy: Policy, mut decoder: Decoder) -> Self {
        decoder.reconnect();
        Self { decoder, policy, state: State::Due, now: Time::START, fruitless: 0 }
    }

    /// What to do next. Ask after every input, and when the time has come that an earlier answer named.
    ///
    /// `random` is any number, best evenly spread; it is used when a wait is chosen, and 0 chooses the shortest.
    /// What a poll at the same time says does not change but by inputs, except that [`Action::Connect`] comes once.
    #[must_use]
    pub fn poll(&mut self, now: Time, random: u64) -> Action<'_> {
        self.advance(now);
        if let (State::Connecting { quiet } | State::Open { quiet, .. }, Some(limit)) =
            (self.state, self.policy.idle_timeout)
        {
            if quiet >= limit {
                self.decoder.reconnect();
                self.lose(Failure::IdleTimeout);
            }
        }
        if let State::Lost { ago } = self.state {
            let wait = self.policy.wait(self.decoder.reconnection_time(), self.fruitless, random);
            self.state = State::Waiting { left: wait.saturating_sub(ago) };
        }
        match self.state {
            State::Due if self.policy.max_attempts == Some(0) => {
                self.state = State::Failed(Failure::TooManyAttempts(0));
                Action::Failed(Failure::TooManyAttempts(0))
            }
            State::Due | State::Waiting { left: Duration::ZERO } => {
                self.state = State::Connecting { quiet: Duration::ZERO };
                let attempt = self.fruitless.saturating_add(1);
                Action::Connect(Request::new(&self.policy, self.decoder.last_event_id(), attempt))
            }
            State::Connecting { quiet } | State::Open { quiet, .. } => {
                let left = self.policy.idle_timeout.map(|limit| limit.saturating_sub(quiet));
                Action::Read { until: left.map(|left| now + left) }
            }
            // `Lost` was left above; were it not, the next poll would go on.
            State::Lost { .. } => Action::WaitUntil(now),
            State::Waiting { left } => Action::WaitUntil(now + left),
            State::Failed(failure) => Action::Failed(failure),
            State::Closed => Action::Closed,
        }
    }

    /// The head of the response has come: its final status, and the value of its `Content-Type` if there is one
    /// (9.2.3). When it says [`HeadOutcome::Opened`], what the idle timeout counts begins anew.
    pub fn response(&mut self, status: u16, content_type: Option<&[u8]>, now: Time) -> HeadOutcome {
        self.advance(now);
        let State::Connecting { .. } = self.state else {
            return HeadOutcome::Ignored;
        };
        let failure = match (status, content_type) {
            (200, Some(value)) if headers::is_event_stream(value) => None,
            (200, Some(_)) => Some(Failure::ContentType),
            (200, None) => Some(Failure::NoContentType).filter(|_| !self.policy.missing_content_type),
            _ => Some(Failure::Status(status)),
        };
        let Some(failure) = failure else {
            let zero = Duration::ZERO;
            self.state = State::Open { quiet: zero, lasted: zero, from: now, event: false };
            return HeadOutcome::Opened;
        };
        if !matches!(status, 200 | 204) && (self.policy.retry_status)(status) {
            self.lose(failure);
        } else {
            self.state = State::Failed(failure);
        }
        match self.state {
            State::Failed(failure) => HeadOutcome::Failed(failure),
            _ => HeadOutcome::Retry,
        }
    }

    /// Bytes of the body have come: the chunk to hand to [`Session::decode`] until it says `None`. They feed the idle
    /// timeout, whatever they are. Without an open connection the chunk is empty.
    #[inline]
    pub fn receive<'i>(&mut self, bytes: &'i [u8], now: Time) -> Chunk<'i> {
        Chunk::new(if self.heard(bytes.len(), now) { bytes } else { &[] })
    }

    /// As [`Session::receive`], for [`Session::decode_shared`].
    #[inline]
    pub fn receive_shared(&mut self, bytes: Bytes, now: Time) -> SharedChunk {
        SharedChunk::from(if self.heard(bytes.len(), now) { bytes } else { Bytes::new() })
    }

    /// The next frame of `chunk`, as [`Decoder::decode`]. Without an open connection the rest of the chunk is dropped.
    ///
    /// # Errors
    ///
    /// As [`Decoder::decode`]: an event over the limit, which is skipped. The session goes on, and so may the caller.
    #[inline(always)]
    pub fn decode<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        let State::Open { event, .. } = &mut self.state else {
            return Ok(chunk.drop_rest());
        };
        let frame = self.decoder.decode(chunk);
        if let Ok(Some(Frame::Event(_))) = frame {
            *event = true;
        }
        frame
    }

    /// As [`Session::decode`], for those who only want events.
    ///
    /// # Errors
    ///
    /// As [`Session::decode`].
    #[inline(always)]
    pub fn decode_event<'s, 'i: 's>(
        &'s mut self,
        chunk: &mut Chunk<'i>,
    ) -> Result<Option<Event<'s>>, DecodeError> {
        let State::Open { event, .. } = &mut self.state else {
            return Ok(chunk.drop_rest());
        };
        let found = self.decoder.decode_event(chunk);
        if let Ok(Some(_)) = found {
            *event = true;
        }
        found
    }

    /// As [`Session::decode`], with owned frames: see [`Decoder::decode_shared`].
    ///
    /// # Errors
    ///
    /// As [`Session::decode`].
    #[inline(always)]
    pub fn decode_shared(&mut self, chunk: &mut SharedChunk) -> Result<Option<FrameBuf>, DecodeError> {
        let State::Open { event, .. } = &mut self.state else {
            return Ok(chunk.drop_rest());
        };
        let frame = self.decoder.decode_shared(chunk);
        if let Ok(Some(FrameBuf::Event(_))) = frame {
            *event = true;
        }
        frame
    }

    /// The body has ended (9.2.3): the connection is lost, to be made again after the reconnection time, or the session
    /// is closed if it is not to reconnect. Before the head it is a network error.
    ///
    /// Lends what the open block held. The standard discards it, and a reconnect asks for the event again; take it only
    /// where there is none: [`End::event`] is the event if the decoder's setting
    /// [`unfinished`](crate::DecoderBuilder::unfinished) takes it.
    pub fn end_of_body(&mut self, now: Time) -> End<'_> {
        self.advance(now);
        if matches!(self.state, State::Open { .. }) && !self.policy.reconnect {
            self.state = State::Closed;
        } else {
            self.lose(Failure::NetworkError);
        }
        self.decoder.finish()
    }

    /// The connection could not be made, or has broken (9.2.3).
    pub fn network_error(&mut self, now: Time) {
        self.advance(now);
        self.decoder.reconnect();
        self.lose(Failure::NetworkError);
    }

    /// Ends the session (9.2.2, `close()`). A failed one stays failed.
    pub fn close(&mut self) {
        if !matches!(self.state, State::Failed(_)) {
            self.decoder.reconnect();
            self.state = State::Closed;
        }
    }

    /// Where the session stands, in the standard's terms.
    #[must_use]
    pub const fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Due | State::Connecting { .. } | State::Lost { .. } | State::Waiting { .. } => {
                ReadyState::Connecting
            }
            State::Open { .. } => ReadyState::Open,
            State::Failed(_) | State::Closed => ReadyState::Closed,
        }
    }

    /// The last event ID: what to store to go on in a later run ([`DecoderBuilder::last_event_id`]).
    ///
    /// [`DecoderBuilder::last_event_id`]: crate::DecoderBuilder::last_event_id
    #[must_use]
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// The reconnection time in force: what `retry` or the setting says, and not below the floor.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.policy.base(self.decoder.reconnection_time())
    }

    /// The decoder, with its last event ID and reconnection time, say for another session.
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }

    /// Adds the time since the last input to what the state counts.
    #[inline]
    fn advance(&mut self, now: Time) {
        let before = core::mem::replace(&mut self.now, now);
        let passed = now.saturating_since(before);
        let add = |to: &mut Duration| *to = to.saturating_add(passed);
        match &mut self.state {
            State::Connecting { quiet } => add(quiet),
            State::Open { quiet, lasted, from, .. } => {
                add(quiet);
                if now < before {
                    *lasted = lasted.saturating_add(before.saturating_since(*from));
                    *from = now;
                }
            }
            State::Lost { ago } => add(ago),
            State::Waiting { left } => *left = left.saturating_sub(passed),
            State::Due | State::Failed(_) | State::Closed => {}
        }
    }

    /// Whether bytes that came now are of an open connection; then they end its silence.
    #[inline]
    fn heard(&mut self, bytes: usize, now: Time) -> bool {
        if let State::Open { quiet, .. } = &mut self.state {
            if bytes > 0 && now >= self.now {
                *quiet = Duration::ZERO;
                self.now = now;
                return true;
            }
        }
        self.heard_otherwise(bytes, now)
    }

    /// No bytes, at no time for them, or on a clock that has gone back.
    #[cold]
    fn heard_otherwise(&mut self, bytes: usize, now: Time) -> bool {
        self.advance(now);
        let State::Open { quiet, .. } = &mut self.state else {
            return false;
        };
        if bytes > 0 {
            *quiet = Duration::ZERO;
        }
        true
    }

    /// The connection is gone, if there was one. `failure` is what that means where there is to be no other.
    fn lose(&mut self, failure: Failure) {
        let good = match self.state {
            State::Connecting { .. } => false,
            State::Open { lasted, from, event, .. } => {
                event || lasted.saturating_add(self.now.saturating_since(from)) >= self.policy.stable_after
            }
            _ => return,
        };
        self.fruitless = if good { 0 } else { self.fruitless.saturating_add(1) };
        self.state = if !self.policy.reconnect {
            State::Failed(failure)
        } else if self.policy.max_attempts.is_some_and(|most| self.fruitless >= most) {
            State::Failed(Failure::TooManyAttempts(self.fruitless))
        } else {
            State::Lost { ago: Duration::ZERO }
        };
    }
}

/// Fits on a line of a log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("fruitless", &self.fruitless)
            .field("decoder", &self.decoder)
            .finish_non_exhaustive()
    }
}
