//! The body of a connection as it passes through the session: bytes in, frames out.

use core::fmt;

use bytes::Bytes;

use super::machine::Session;
use super::request::ConnectionId;
use super::state::{OpenState, State};
use super::time::Time;
use crate::decode::chunk::{Chunk, SharedChunk};
use crate::decode::event::{Event, Frame};
use crate::decode::owned::FrameBuf;
use crate::error::DecodeError;

/// A piece of the body of one connection. Made by [`Session::receive`], read by [`Session::decode`], which moves its cursor.
///
/// After its connection is lost or replaced, the rest of the chunk gives no frames.
///
/// ```
/// use sse_proto::session::{Action, Session, Time};
///
/// let mut session = Session::new();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let connection = request.connection();
/// session.response(connection, 200, Some(b"text/event-stream"), now);
/// let mut chunk = session.receive(connection, b"data: 1\n\ndata: 2\n\n", now);
/// assert_eq!(session.decode_event(&mut chunk)?.unwrap().data(), "1");
/// assert_eq!((chunk.connection(), chunk.rest()), (connection, &b"data: 2\n\n"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
#[must_use = "a chunk is read by its session, which moves its cursor"]
pub struct BodyChunk<'i> {
    connection: ConnectionId,
    chunk: Chunk<'i>,
}

/// Like [`BodyChunk`], but it owns its bytes. Made by [`Session::receive_shared`], read by [`Session::decode_shared`].
///
/// ```
/// use sse_proto::bytes::Bytes;
/// use sse_proto::session::{Action, Session, Time};
///
/// let mut session = Session::new();
/// let now = Time::START;
/// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
/// let connection = request.connection();
/// session.response(connection, 200, Some(b"text/event-stream"), now);
/// let mut chunk = session.receive_shared(connection, Bytes::from_static(b"data: 1\n\n:\n"), now);
/// assert!(session.decode_shared(&mut chunk)?.is_some());
/// assert_eq!((chunk.connection(), chunk.rest()), (connection, &b":\n"[..]));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
#[must_use = "a chunk is read by its session, which moves its cursor"]
pub struct SharedBodyChunk {
    connection: ConnectionId,
    chunk: SharedChunk,
}

impl<'i> BodyChunk<'i> {
    /// The bytes that the session has not taken yet.
    #[must_use]
    pub fn rest(&self) -> &'i [u8] {
        self.chunk.rest()
    }

    /// Which connection it came from.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }
}

impl SharedBodyChunk {
    /// The bytes that the session has not taken yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.chunk.rest()
    }

    /// Which connection it came from.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }
}

impl fmt::Debug for BodyChunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyChunk").field("connection", &self.connection.0).finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedBodyChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedBodyChunk").field("connection", &self.connection.0).finish_non_exhaustive()
    }
}

impl Session {
    /// Reports that bytes of the body have arrived. Returns the chunk to hand to [`Session::decode`] until that returns `None`.
    /// Any bytes restart the idle timeout. If that connection is not open, the chunk is empty.
    #[inline]
    pub fn receive<'i>(&mut self, connection: ConnectionId, bytes: &'i [u8], now: Time) -> BodyChunk<'i> {
        let chunk = Chunk::new(if self.heard(connection, bytes.len(), now) { bytes } else { &[] });
        BodyChunk { connection, chunk }
    }

    /// Like [`Session::receive`], for [`Session::decode_shared`].
    ///
    /// ```
    /// use sse_proto::FrameBuf;
    /// use sse_proto::bytes::Bytes;
    /// use sse_proto::session::{Action, Session, Time};
    ///
    /// let mut session = Session::new();
    /// let now = Time::START;
    /// let Action::Connect(request) = session.poll(now, 0) else { unreachable!() };
    /// let connection = request.connection();
    /// session.response(connection, 200, Some(b"text/event-stream"), now);
    /// let mut chunk = session.receive_shared(connection, Bytes::from_static(b"data: 1\n\n"), now);
    /// let mut kept = Vec::new();
    /// while let Some(frame) = session.decode_shared(&mut chunk)? {
    ///     kept.push(frame);
    /// }
    /// assert!(matches!(&kept[..], [FrameBuf::Event(event)] if event.data() == "1"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[inline]
    pub fn receive_shared(&mut self, connection: ConnectionId, bytes: Bytes, now: Time) -> SharedBodyChunk {
        let bytes = if self.heard(connection, bytes.len(), now) { bytes } else { Bytes::new() };
        SharedBodyChunk { connection, chunk: SharedChunk::from(bytes) }
    }

    /// The next frame of `chunk`, like [`Decoder::decode`](crate::Decoder::decode). If its connection is not open any more, the
    /// rest of the chunk is dropped.
    ///
    /// # Errors
    ///
    /// Like [`Decoder::decode`](crate::Decoder::decode): an event over the limit, which is skipped. The session goes on, and
    /// so may the caller.
    #[inline(always)]
    pub fn decode<'s, 'i: 's>(
        &'s mut self,
        chunk: &mut BodyChunk<'i>,
    ) -> Result<Option<Frame<'s>>, DecodeError> {
        let event = match &mut self.state {
            State::Open(OpenState { event, .. }) if chunk.connection == self.connection => event,
            _ => return Ok(chunk.chunk.drop_rest()),
        };
        let frame = self.decoder.decode(&mut chunk.chunk);
        if let Ok(Some(Frame::Event(_))) = frame {
            *event = true;
        }
        frame
    }

    /// Like [`Session::decode`], but yields events only.
    ///
    /// # Errors
    ///
    /// Like [`Session::decode`].
    #[inline(always)]
    pub fn decode_event<'s, 'i: 's>(
        &'s mut self,
        chunk: &mut BodyChunk<'i>,
    ) -> Result<Option<Event<'s>>, DecodeError> {
        let event = match &mut self.state {
            State::Open(OpenState { event, .. }) if chunk.connection == self.connection => event,
            _ => return Ok(chunk.chunk.drop_rest()),
        };
        let found = self.decoder.decode_event(&mut chunk.chunk);
        if let Ok(Some(_)) = found {
            *event = true;
        }
        found
    }

    /// Like [`Session::decode`], with owned frames: see [`Decoder::decode_shared`](crate::Decoder::decode_shared).
    ///
    /// # Errors
    ///
    /// Like [`Session::decode`].
    #[inline(always)]
    pub fn decode_shared(&mut self, chunk: &mut SharedBodyChunk) -> Result<Option<FrameBuf>, DecodeError> {
        let event = match &mut self.state {
            State::Open(OpenState { event, .. }) if chunk.connection == self.connection => event,
            _ => return Ok(chunk.chunk.drop_rest()),
        };
        let frame = self.decoder.decode_shared(&mut chunk.chunk);
        if let Ok(Some(FrameBuf::Event(_))) = frame {
            *event = true;
        }
        frame
    }

    /// Whether bytes that arrived now belong to the open connection. If so, they end its silence.
    #[inline]
    fn heard(&mut self, connection: ConnectionId, bytes: usize, now: Time) -> bool {
        if let State::Open(open) = &mut self.state {
            if bytes > 0 && now >= self.now && connection == self.connection {
                open.silence.hear();
                self.now = now;
                return true;
            }
        }
        self.heard_otherwise(connection, bytes, now)
    }

    /// The other cases: no bytes, a state without a body, another connection, or a clock that has gone back.
    #[cold]
    fn heard_otherwise(&mut self, connection: ConnectionId, bytes: usize, now: Time) -> bool {
        self.advance(now);
        let State::Open(open) = &mut self.state else {
            return false;
        };
        if connection != self.connection {
            return false;
        }
        if bytes > 0 {
            open.silence.hear();
        }
        true
    }
}
