//! Commands and queries of the caller, allowed at any time.

use alloc::string::String;
use core::time::Duration;

use super::machine::Session;
use super::outcome::{Loss, ReadyState};
use super::request::ConnectionId;
use super::state::State;
use crate::decode::decoder::Decoder;
use crate::field::EventId;

#[cfg(doc)]
use super::policy::Progress;
#[cfg(doc)]
use super::request::Request;

impl Session {
    /// Sets how long to wait after the loss of this connection, once, in place of the wait by backoff: the server's `Retry-After`
    /// ([`headers::retry_after`](crate::headers::retry_after())), or a wait of your own, longer or shorter.
    ///
    /// Call it while the connection is open or before the next one starts. The last call counts, and there is no
    /// jitter. The wait is bounded like a `retry`, by [`min_wait`](super::SessionBuilder::min_wait) and
    /// [`max_reconnection_time`](super::SessionBuilder::max_reconnection_time), and
    /// [`request_interval`](super::SessionBuilder::request_interval) also applies.
    ///
    /// ```
    /// use sse_proto::session::{Action, HeadOutcome, Session, Time};
    /// use std::time::Duration;
    ///
    /// let mut session = Session::builder().retry_head(|head| head.status == 503).build();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// assert_eq!(session.response(connection, 503, None, now), HeadOutcome::Retry);
    /// session.retry_after(connection, Duration::from_secs(120));
    /// assert_eq!(session.poll(now, 0), Action::WaitUntil(now + Duration::from_secs(120)));
    /// ```
    pub fn retry_after(&mut self, connection: ConnectionId, wait: Duration) {
        if connection != self.connection {
            return;
        }
        match &mut self.state {
            State::Waiting { lived, wait: waits, .. } => *waits = self.policy.chosen_wait(wait, *lived),
            State::Connecting { .. } | State::Open(_) | State::Lost { .. } => self.chosen_wait = Some(wait),
            State::Due { .. } | State::Failed(_) | State::Closed => {}
        }
    }

    /// Connects at the next poll, without a wait. For example: the network is back, the page is visible again, or
    /// there is a new token.
    ///
    /// An open or pending connection is given up, and does not count as lost. Waits that have grown keep their
    /// length, unless that connection was good. A session that has ended stays ended.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.network_error(connection, now);
    /// assert!(matches!(session.poll(now, 0), Action::WaitUntil(_)));
    /// session.reconnect_now();
    /// assert!(matches!(session.poll(now, 0), Action::Connect(_)));
    /// ```
    pub fn reconnect_now(&mut self) {
        let (state, mut since_loss) = (self.state, Duration::ZERO);
        match state {
            State::Due { .. } | State::Failed(_) | State::Closed => return,
            State::Lost { ago, .. } | State::Waiting { ago, .. } => since_loss = ago,
            State::Open(open) if self.is_good(&open) => (self.fruitless, self.failing) = (0, None),
            State::Open(open) => self.fail_for(open.lived(self.now)),
            State::Connecting { lived, .. } => self.fail_for(lived),
        }
        self.decoder.reconnect();
        self.chosen_wait = None;
        self.state = State::Due { ago: since_loss };
    }

    /// Ends the session (9.2.2, `close()`). A failed one stays failed.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// session.close();
    /// assert_eq!(session.poll(Time::START, 0), Action::Closed);
    /// ```
    pub fn close(&mut self) {
        if !matches!(self.state, State::Failed(_)) {
            self.decoder.reconnect();
            self.state = State::Closed;
        }
    }

    /// Sets the place where the next connection continues, for protocols that have it in their payload and not in
    /// `id` fields: a sequence number, an offset. Requests carry it ([`Request::cursor`]) in place of the last event
    /// ID. `None` restores the last event ID.
    ///
    /// A cursor that has changed since the request of its connection is progress, like a new id
    /// ([`Progress::NewId`]).
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// session.set_cursor(Some("42"));
    /// let Action::Connect(request) = session.poll(Time::START, 0) else { unreachable!() };
    /// let url = format!("https://example.org/responses/1?stream=true&starting_after={}", request.cursor().unwrap());
    /// assert!(url.ends_with("starting_after=42"));
    /// assert_eq!(request.last_event_id(), None);
    /// ```
    pub fn set_cursor(&mut self, cursor: Option<&str>) {
        match (&mut self.cursor, cursor) {
            (Some(text), Some(cursor)) => {
                text.clear();
                text.push_str(cursor);
            }
            _ => self.cursor = cursor.map(String::from),
        }
    }

    /// The cursor that was set last.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The state of the session, in the standard's terms.
    #[must_use]
    pub const fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Due { .. } | State::Connecting { .. } | State::Lost { .. } | State::Waiting { .. } => {
                ReadyState::Connecting
            }
            State::Open(_) => ReadyState::Open,
            State::Failed(_) | State::Closed => ReadyState::Closed,
        }
    }

    /// Why the last connection was lost, `None` if none was yet. Also after the last connection of a session that does not
    /// reconnect: [`Loss::Truncated`](super::Loss::Truncated) if its last event was cut.
    ///
    /// ```
    /// use sse_proto::session::{Action, Loss, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// session.end_of_body(connection, now);
    /// assert_eq!(session.last_loss(), Some(Loss::EndOfBody));
    /// ```
    #[must_use]
    pub const fn last_loss(&self) -> Option<Loss> {
        self.last_loss
    }

    /// The last event ID. Store it to continue in a later run ([`DecoderBuilder::last_event_id`]).
    ///
    /// [`DecoderBuilder::last_event_id`]: crate::DecoderBuilder::last_event_id
    #[must_use]
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// The last event ID, if it has changed since the last call. To store it, call this after each chunk.
    ///
    /// An id need not come with an event: a block without data sets it, too (9.2.6), and yields no frame.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// let mut chunk = session.receive(connection, b"id: 7\n\n", now);
    /// assert_eq!(session.decode_event(&mut chunk)?, None);
    /// assert_eq!(session.changed_last_event_id().unwrap(), "7");
    /// assert_eq!(session.changed_last_event_id(), None);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn changed_last_event_id(&mut self) -> Option<EventId<'_>> {
        let fingerprint = self.id_fingerprint();
        let told = core::mem::replace(&mut self.told_id, fingerprint);
        Some(self.decoder.last_event_id()).filter(|_| told != fingerprint)
    }

    /// The current reconnection time: the value of `retry` or of the setting, within the bounds of the settings.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.policy.base(self.decoder.reconnection_time())
    }

    /// The decoder, with its last event ID and reconnection time, for example for another session.
    ///
    /// ```
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// let mut chunk = session.receive(connection, b"id: 7\nretry: 5000\n\n", now);
    /// while session.decode(&mut chunk)?.is_some() {}
    /// assert_eq!(session.reconnection_time().as_secs(), 5);
    /// let same_place = Session::builder().idle_timeout(None).decoder(session.into_decoder()).build();
    /// assert_eq!(same_place.last_event_id(), "7");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }
}
