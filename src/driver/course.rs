//! What both drivers share: a session, the chunk that is being decoded, and what is to be told.

use bytes::Bytes;

use super::response::Response;
use super::update::{DriverError, Update};
use crate::decode::owned::EventBuf;
use crate::session::{Action, ConnectionId, Failure, HeadOutcome, Request, Session, SharedBodyChunk, Time};

/// What a driver yields.
pub(super) type Item<E> = Result<Update<E>, DriverError<E>>;

pub(super) struct Course<E> {
    pub(super) session: Session,
    /// Bytes that have come, with events that were not told yet.
    chunk: Option<SharedBodyChunk>,
    /// What the transport said when the current connection was lost.
    error: Option<E>,
    /// Whether what becomes of the current connection is still to be told.
    untold: bool,
    /// A loss to tell: until when to wait.
    lost_until: Option<Time>,
    failed: Option<Failure>,
    /// A failure for good was told.
    failure_told: bool,
    /// What the last body left unfinished, if the decoder takes such: told if no other connection will bring it again.
    unfinished: Option<EventBuf>,
}

/// What to do next.
pub(super) enum Turn<'s, E> {
    /// Tell the caller.
    Tell(Item<E>),
    /// Drop what there is of a connection, and ask again.
    Drop,
    /// Drop what there is of a connection, and make this one.
    Connect(Request<'s>),
    /// Go on with this connection, until then.
    Read(ConnectionId, Option<Time>),
    /// Drop what there is of a connection, and wait.
    Wait(Time),
    /// There is nothing more to tell.
    End,
}

impl<E> Course<E> {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            chunk: None,
            error: None,
            untold: true,
            lost_until: None,
            failed: None,
            failure_told: false,
            unfinished: None,
        }
    }

    /// What to do next. Nothing that is held is lost if its answer is not heeded: it is given again.
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
            return Turn::Tell(Err(DriverError::Failed { failure, error: self.error.take() }));
        }
        match self.session.poll(now, random) {
            Action::Connect(request) => {
                (self.untold, self.failure_told) = (true, false);
                (self.error, self.unfinished) = (None, None);
                Turn::Connect(request)
            }
            Action::Read { connection, until } => Turn::Read(connection, until),
            Action::WaitUntil(retry_at) if self.untold => {
                (self.untold, self.lost_until) = (false, Some(retry_at));
                Turn::Drop
            }
            Action::WaitUntil(at) => Turn::Wait(at),
            over @ (Action::Failed(_) | Action::Closed) => {
                if let Some(event) = self.unfinished.take() {
                    return Turn::Tell(Ok(Update::Event(event)));
                }
                match over {
                    Action::Failed(failure) if !self.failure_told => {
                        (self.failure_told, self.failed) = (true, Some(failure));
                        Turn::Drop
                    }
                    _ => Turn::End,
                }
            }
        }
    }

    /// A head has come. The body, if the stream is open.
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

    /// The body has ended.
    pub(super) fn end(&mut self, connection: ConnectionId, now: Time) {
        let event = self.session.end_of_body(connection, now).event();
        self.unfinished = event.map(|event| event.to_buf());
    }

    pub(super) fn error(&mut self, connection: ConnectionId, error: E, now: Time) {
        self.error = Some(error);
        self.session.network_error(connection, now);
    }

    /// The transport has waited long enough: what that means, the session judges. If it would wait on, the connection is gone
    /// all the same.
    #[cfg(feature = "std")]
    pub(super) fn timed_out(&mut self, connection: ConnectionId, error: E, now: Time, random: u64) {
        if matches!(self.session.poll(now, random), Action::Read { .. }) {
            self.error(connection, error, now);
        }
    }

    /// Lets the session judge the time: a head that took too long is no head.
    #[cfg(feature = "std")]
    pub(super) fn judge(&mut self, now: Time, random: u64) {
        let _ = self.session.poll(now, random);
    }

    /// Whether there is nothing to tell of what has come.
    pub(super) const fn is_idle(&self) -> bool {
        self.chunk.is_none() && self.lost_until.is_none() && self.failed.is_none()
    }

    /// Ends it: nothing is told after it.
    pub(super) fn close(&mut self) {
        self.session.close();
        self.drop_untold();
        let _ = self.session.changed_last_event_id();
    }

    pub(super) fn reconnect_now(&mut self) {
        self.session.reconnect_now();
        self.drop_untold();
    }

    /// Drops what has come or happened and was not told, but for the last event ID.
    fn drop_untold(&mut self) {
        (self.chunk, self.unfinished, self.error) = (None, None, None);
        (self.lost_until, self.failed) = (None, None);
    }
}
