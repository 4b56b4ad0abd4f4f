//! The common part of both drivers: a session, the chunk that is being decoded, and the updates that the caller has
//! not got yet.

use bytes::Bytes;

use super::response::Response;
use super::update::{DriverError, Update};
use crate::decode::owned::EventBuf;
use crate::session::{
    Action, ConnectionId, Failure, HeadOutcome, ReadyState, Request, Session, SharedBodyChunk, Time,
};

/// The item that a driver yields.
pub(super) type Item<E> = Result<Update<E>, DriverError<E>>;

pub(super) struct Course<E> {
    pub(super) session: Session,
    /// Bytes that have arrived and may contain events that were not yielded yet.
    chunk: Option<SharedBodyChunk>,
    /// The error of the transport when the current connection was lost.
    error: Option<E>,
    /// Whether the outcome of the current connection must still be reported.
    owes_outcome: bool,
    /// A loss to report: the end of the wait.
    lost_until: Option<Time>,
    /// A permanent failure to report.
    failed: Option<Failure>,
    /// The permanent failure was reported.
    failure_told: bool,
    /// The unfinished event of the last body, if the decoder accepts it. It is dropped when the session connects again, and yielded
    /// if the session ends before that.
    unfinished: Option<EventBuf>,
}

/// What to do next.
pub(super) enum Turn<'s, E> {
    /// Tell the caller.
    Tell(Item<E>),
    /// Drop the connection, if any, and ask again.
    Drop,
    /// Drop the connection, if any, and make this one.
    Connect(Request<'s>),
    /// Continue with this connection until this time.
    Read(ConnectionId, Option<Time>),
    /// Drop the connection, if any, and wait.
    Wait(Time),
    /// There are no more updates.
    End,
}

impl<E> Course<E> {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            chunk: None,
            error: None,
            owes_outcome: true,
            lost_until: None,
            failed: None,
            failure_told: false,
            unfinished: None,
        }
    }

    /// The next step. If the caller ignores the result, nothing is lost: the same result is returned again.
    pub(super) fn turn(&mut self, now: Time, random: u64) -> Turn<'_, E> {
        if let Some(chunk) = &mut self.chunk {
            match self.session.decode_shared(chunk) {
                Ok(Some(frame)) => return Turn::Tell(Ok(frame.into())),
                Err(error) => return Turn::Tell(Err(error.into())),
                Ok(None) => self.chunk = None,
            }
        }
        if let Some(id) = self.session.changed_last_event_id() {
            return Turn::Tell(Ok(Update::LastEventId(id.into())));
        }
        if let (Some(retry_at), Some(loss)) = (self.lost_until.take(), self.session.last_loss()) {
            return Turn::Tell(Ok(Update::Lost { loss, error: self.error.take(), retry_at }));
        }
        if let Some(failure) = self.failed.take() {
            self.failure_told = true;
            return Turn::Tell(Err(DriverError::Failed { failure, error: self.error.take() }));
        }
        // Before `poll`: if the wait is over when the caller comes back, `poll` connects at once, and the loss would not be told.
        if self.owes_outcome {
            if let Some(retry_at) = self.session.end_of_wait(now, random) {
                (self.owes_outcome, self.lost_until) = (false, Some(retry_at));
                return Turn::Drop;
            }
        }
        match self.session.poll(now, random) {
            Action::Connect(request) => {
                // After a failure there is a connection only if the caller has put in another session.
                (self.owes_outcome, self.failure_told) = (true, false);
                (self.error, self.unfinished) = (None, None);
                Turn::Connect(request)
            }
            Action::Read { connection, until } => Turn::Read(connection, until),
            Action::WaitUntil(at) => Turn::Wait(at),
            over @ (Action::Failed(_) | Action::Closed) => {
                if let Some(event) = self.unfinished.take() {
                    return Turn::Tell(Ok(Update::Event(event)));
                }
                match over {
                    Action::Failed(failure) if !self.failure_told => {
                        self.failed = Some(failure);
                        Turn::Drop
                    }
                    _ => Turn::End,
                }
            }
        }
    }

    /// Handles a response head. Returns the body if the stream is open.
    pub(super) fn head<B>(
        &mut self,
        connection: ConnectionId,
        response: Response<B>,
        now: Time,
    ) -> Option<B> {
        let (status, content_type) = (response.status(), response.content_type());
        match self.session.response(connection, status, content_type, now) {
            HeadOutcome::Opened => Some(response.body),
            outcome => {
                if let (HeadOutcome::Retry, Some(wait)) = (outcome, response.retry_after()) {
                    self.session.retry_after(connection, wait);
                }
                None
            }
        }
    }

    pub(super) fn bytes(&mut self, connection: ConnectionId, bytes: Bytes, now: Time) {
        self.chunk = Some(self.session.receive_shared(connection, bytes, now));
    }

    /// Handles the end of the body.
    pub(super) fn end(&mut self, connection: ConnectionId, now: Time) {
        self.unfinished = self.session.end_of_body_owned(connection, now);
    }

    pub(super) fn error(&mut self, connection: ConnectionId, error: E, now: Time) {
        self.error = Some(error);
        self.session.network_error(connection, now);
    }

    /// Handles a timeout of the transport. The session decides what it means. If the session would still wait, the
    /// connection is lost all the same.
    #[cfg(feature = "std")]
    pub(super) fn timed_out(&mut self, connection: ConnectionId, error: E, now: Time, random: u64) {
        // If the session has judged, the transport has only kept the time that it was given: the loss says so.
        if !self.judge(now, random) {
            self.error(connection, error, now);
        }
    }

    /// Lets the session check the time: a head that took too long does not count. Returns whether the connection is lost.
    #[cfg(feature = "std")]
    pub(super) fn judge(&mut self, now: Time, random: u64) -> bool {
        // Not by `poll`, which may connect.
        self.session.end_of_wait(now, random).is_some() || self.session.ready_state() == ReadyState::Closed
    }

    /// Whether everything that has arrived was yielded.
    pub(super) const fn is_idle(&self) -> bool {
        self.chunk.is_none() && self.lost_until.is_none() && self.failed.is_none()
    }

    /// Ends the source: nothing is yielded after it.
    pub(super) fn close(&mut self) {
        self.session.close();
        self.drop_unyielded();
        // A session that has failed stays failed.
        self.failure_told = true;
        let _ = self.session.changed_last_event_id();
    }

    pub(super) fn reconnect_now(&mut self) {
        // A session that is over stays so, and what there is to tell of its end is told.
        if self.session.ready_state() != ReadyState::Closed {
            self.session.reconnect_now();
            self.drop_unyielded();
        }
    }

    /// Drops everything that was not yielded yet, except the last event ID.
    fn drop_unyielded(&mut self) {
        // Each field by name, so that a new one is not forgotten here.
        let Self {
            session: _,
            owes_outcome: _,
            failure_told: _,
            chunk,
            error,
            lost_until,
            failed,
            unfinished,
        } = self;
        (*chunk, *unfinished, *error) = (None, None, None);
        (*lost_until, *failed) = (None, None);
    }
}
