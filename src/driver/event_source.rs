//! The driver for async programs.

use alloc::boxed::Box;
use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::course::{Course, Item, Turn};
use super::transport::Transport;
use super::update::{DriverError, Update};
use crate::decode::owned::EventBuf;
use crate::limits::READS_AT_ONCE;
use crate::session::{ConnectionId, ReadyState, Session, Time};

/// An `EventSource` over any HTTP client and any runtime: connects, decodes, waits, and reconnects, as its
/// [`Session`] decides. See the [module's page](crate::driver) for a whole client.
///
/// [`next_event`](EventSource::next_event) yields events, [`next_update`](EventSource::next_update) everything that
/// happens. With the feature `stream` it is a `Stream` of events, with `next`, `map` and all of `StreamExt`.
///
/// **Cancel-safe**: if a `next_update` or `next_event` is dropped while it waits, nothing is lost; the next call
/// continues from there. So it can be used in a `select!`. Nothing happens in the background: the source works only
/// while you await it.
///
/// `Send` is not required: the source is `Send` if the transport, its body, its futures and its error are.
///
/// ```
/// use sse_proto::driver::{EventSource, Transport, Update};
///
/// /// Follows a stream until the server says `bye`.
/// async fn follow<T: Transport<Error: std::fmt::Display>>(source: &mut EventSource<T>) {
///     while let Some(update) = source.next_update().await {
///         match update {
///             Ok(Update::Event(event)) if event.data() == "bye" => source.close(),
///             Ok(Update::Event(event)) if event.data() == "login" => {
///                 let _transport = source.transport_mut(); // here it gets its new token
///                 source.reconnect_now();
///             }
///             Ok(Update::Event(event)) => source.session_mut().set_cursor(Some(event.data())),
///             Ok(Update::Lost { loss, .. }) => eprintln!("{loss}"),
///             Ok(_) => {}
///             Err(error) => eprintln!("{error}"),
///         }
///     }
/// }
/// ```
pub struct EventSource<T: Transport> {
    course: Course<T::Error>,
    transport: T,
    link: Link<T>,
    /// A timer, and the time when it fires: not later than needed.
    timer: Option<(Time, Pin<Box<T::Sleep>>)>,
}

/// The state of the connection.
enum Link<T: Transport> {
    Down,
    Connecting(ConnectionId, Pin<Box<T::Connect>>),
    Up(ConnectionId, T::Body),
}

/// Nothing in it is pinned, except boxed values.
impl<T: Transport> Unpin for EventSource<T> {}

impl<T: Transport> EventSource<T> {
    /// A source that connects at the first call.
    pub fn new(session: Session, transport: T) -> Self {
        Self { course: Course::new(session), transport, link: Link::Down, timer: None }
    }

    /// Returns the next update; `None` after the last one: the session was closed, or has failed and returned its
    /// error.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    ///
    /// [`DriverError`]: a permanent failure, after which the source returns `None`; or an event over the limit, after
    /// which it continues.
    pub async fn next_update(&mut self) -> Option<Result<Update<T::Error>, DriverError<T::Error>>> {
        poll_fn(|cx| self.poll_next_update(cx)).await
    }

    /// Returns the next event. All other updates are handled and not returned.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    ///
    /// Like [`EventSource::next_update`].
    pub async fn next_event(&mut self) -> Option<Result<EventBuf, DriverError<T::Error>>> {
        poll_fn(|cx| self.poll_next_event(cx)).await
    }

    /// The poll form of [`EventSource::next_update`].
    ///
    /// ```
    /// use sse_proto::driver::{EventSource, Transport, Update};
    /// use std::task::{Context, Poll, ready};
    ///
    /// fn poll_is_open<T: Transport>(source: &mut EventSource<T>, cx: &mut Context<'_>) -> Poll<bool> {
    ///     Poll::Ready(matches!(ready!(source.poll_next_update(cx)), Some(Ok(Update::Open))))
    /// }
    /// ```
    pub fn poll_next_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item<T::Error>>> {
        // Bytes that arrived between two polls end the silence: read the connection before the session checks the
        // time.
        if self.course.is_idle() && self.course.session.ready_state() != ReadyState::Closed {
            let connection = match &self.link {
                Link::Connecting(id, _) | Link::Up(id, _) => Some(*id),
                Link::Down => None,
            };
            if let Some(connection) = connection {
                if let Poll::Ready(Some(update)) = self.poll_link(connection, cx) {
                    return Poll::Ready(Some(Ok(update)));
                }
            }
        }
        for _ in 0..READS_AT_ONCE {
            let (now, random) = (self.transport.now(), self.transport.random());
            let until = match self.course.turn(now, random) {
                Turn::Tell(item) => return Poll::Ready(Some(item)),
                Turn::End => {
                    (self.link, self.timer) = (Link::Down, None);
                    return Poll::Ready(None);
                }
                Turn::Drop => {
                    self.link = Link::Down;
                    continue;
                }
                Turn::Connect(request) => {
                    // Drop the old connection before the new one exists.
                    self.link = Link::Down;
                    let connection = request.connection();
                    self.link = Link::Connecting(connection, Box::pin(self.transport.connect(request)));
                    continue;
                }
                Turn::Wait(at) => {
                    self.link = Link::Down;
                    Some(at)
                }
                Turn::Read(connection, until) => match self.poll_link(connection, cx) {
                    Poll::Ready(Some(update)) => return Poll::Ready(Some(Ok(update))),
                    Poll::Ready(None) => continue,
                    Poll::Pending => until,
                },
            };
            if self.poll_timer(until, cx).is_pending() {
                return Poll::Pending;
            }
        }
        // A socket that always has bytes must not keep the thread from other tasks.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The poll form of [`EventSource::next_event`].
    ///
    /// ```
    /// use sse_proto::driver::{EventSource, Transport};
    /// use std::task::{Context, Poll, ready};
    ///
    /// /// For a future or a stream that is written by hand.
    /// fn poll_data<T: Transport>(source: &mut EventSource<T>, cx: &mut Context<'_>) -> Poll<Option<String>> {
    ///     while let Some(event) = ready!(source.poll_next_event(cx)) {
    ///         if let Ok(event) = event {
    ///             return Poll::Ready(Some(event.data().to_owned()));
    ///         }
    ///     }
    ///     Poll::Ready(None)
    /// }
    /// ```
    pub fn poll_next_event(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<EventBuf, DriverError<T::Error>>>> {
        for _ in 0..READS_AT_ONCE {
            match core::task::ready!(self.poll_next_update(cx)) {
                Some(Ok(Update::Event(event))) => return Poll::Ready(Some(Ok(event))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Advances the connection as far as possible now. Ready if there is an update, or if the session must be asked
    /// again.
    fn poll_link(
        &mut self,
        connection: ConnectionId,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Update<T::Error>>> {
        match &mut self.link {
            Link::Connecting(id, connect) if *id == connection => {
                let head = core::task::ready!(connect.as_mut().poll(cx));
                self.link = Link::Down;
                let now = self.transport.now();
                match head {
                    Ok(response) => {
                        if let Some(body) = self.course.head(connection, response, now) {
                            self.link = Link::Up(connection, body);
                            return Poll::Ready(Some(Update::Open));
                        }
                    }
                    Err(error) => self.course.error(connection, error, now),
                }
                Poll::Ready(None)
            }
            Link::Up(id, body) if *id == connection => {
                let read = core::task::ready!(self.transport.poll_read(body, cx));
                let now = self.transport.now();
                let over = !matches!(read, Some(Ok(_)));
                match read {
                    Some(Ok(bytes)) => self.course.bytes(connection, bytes, now),
                    Some(Err(error)) => self.course.error(connection, error, now),
                    None => self.course.end(connection, now),
                }
                if over {
                    // It is not polled again, whenever the session is asked.
                    self.link = Link::Down;
                }
                Poll::Ready(None)
            }
            // Another caller polled the session and got its connection, so there is none here.
            _ => {
                self.course.session.network_error(connection, self.transport.now());
                Poll::Ready(None)
            }
        }
    }

    /// Ready when the session must be asked again. A timer that fires too early is kept, so there is one timer for
    /// each timeout, not one for each chunk.
    fn poll_timer(&mut self, until: Option<Time>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(until) = until else {
            self.timer = None;
            return Poll::Pending;
        };
        if self.timer.as_ref().is_none_or(|(at, _)| *at > until) {
            self.timer = Some((until, Box::pin(self.transport.sleep_until(until))));
        }
        if let Some((_, sleep)) = &mut self.timer {
            core::task::ready!(sleep.as_mut().poll(cx));
        }
        self.timer = None;
        Poll::Ready(())
    }

    /// Ends the session and drops the connection. Nothing is returned after it.
    pub fn close(&mut self) {
        self.course.close();
        (self.link, self.timer) = (Link::Down, None);
    }

    /// Connects again at the next call, without a wait: see [`Session::reconnect_now`]. What has arrived and was not yielded yet
    /// is dropped; if the server replays by id, the next connection brings it again.
    pub fn reconnect_now(&mut self) {
        self.course.reconnect_now();
        (self.link, self.timer) = (Link::Down, None);
    }

    /// The session: its state, its last event ID.
    pub const fn session(&self) -> &Session {
        &self.course.session
    }

    /// The session, for example to set a cursor. Do not report connection events to it; the source does that.
    pub const fn session_mut(&mut self) -> &mut Session {
        &mut self.course.session
    }

    /// The transport.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, for example to give it a new token.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }
}

impl<T: Transport> fmt::Debug for EventSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource").field("session", &self.course.session).finish_non_exhaustive()
    }
}

/// A stream of events, like [`EventSource::next_event`].
#[cfg(feature = "stream")]
impl<T: Transport> futures_core::Stream for EventSource<T> {
    type Item = Result<EventBuf, DriverError<T::Error>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_next_event(cx)
    }
}
