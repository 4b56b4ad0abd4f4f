//! Sends keep-alives while nothing else is sent.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::encode::message::{KEEP_ALIVE, KEEP_ALIVE_LINE, Message};
use crate::scan::scanner::{BOM, Scanner};
use crate::scan::token::{LineKind, Token};

pin_project! {
    /// Forwards the chunks of a stream, and sends a keep-alive whenever nothing has arrived for a while. So proxies
    /// leave the connection open, and a server notices that its client is gone. For the body of a response.
    ///
    /// The caller provides the clock: `sleep` starts a wait, with any runtime's timer. It is called when the stream
    /// has no chunk, and its future is dropped when the stream has one.
    ///
    /// A chunk may end anywhere, also in the middle of an event: then no keep-alive is inserted before the event has
    /// ended. If a keep-alive was sent before the first chunk, a byte order mark at the start of the stream is removed: clients
    /// expect it only as the very first bytes, and would not understand the first line after it.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, future, stream};
    /// use sse_proto::{KeepAlive, Message, bytes::Bytes};
    ///
    /// let first = stream::iter([Ok::<_, std::io::Error>(Message::new().data("x").to_bytes())]);
    /// let quiet = first.chain(stream::pending());
    /// // With tokio: `|| tokio::time::sleep(Duration::from_secs(15))`
    /// let body = KeepAlive::new(quiet, || future::ready(()));
    /// let sent: Vec<Bytes> = block_on(body.take(3).map(Result::unwrap).collect());
    /// assert_eq!(sent, [&b"data: x\n\n"[..], sse_proto::KEEP_ALIVE, sse_proto::KEEP_ALIVE]);
    /// ```
    #[derive(Debug)]
    pub struct KeepAlive<S, F, W> {
        #[pin]
        source: S,
        sleep: F,
        #[pin]
        wait: Option<W>,
        keep_alive: Bytes,
        sent: Sent,
        omission: Omission,
        ended: bool,
    }
}

impl<S, F, W> KeepAlive<S, F, W>
where
    F: FnMut() -> W,
    W: Future<Output = ()>,
{
    /// Forwards `source`, and sends [`KEEP_ALIVE`] whenever a wait that `sleep` has started ends and nothing has
    /// arrived.
    pub const fn new(source: S, sleep: F) -> Self {
        let keep_alive = Bytes::from_static(KEEP_ALIVE);
        Self {
            source,
            sleep,
            wait: None,
            keep_alive,
            sent: Sent { lines: Scanner::new(), in_block: false },
            omission: Omission::NothingOfFirst,
            ended: false,
        }
    }

    /// Sends [`KEEP_ALIVE_LINE`] instead, for clients that treat each blank line as an event.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, future, stream};
    /// use sse_proto::{KeepAlive, bytes::Bytes};
    ///
    /// let quiet = stream::pending::<std::io::Result<Bytes>>();
    /// let mut body = KeepAlive::new(quiet, || future::ready(())).line();
    /// assert_eq!(block_on(body.next()).unwrap().unwrap(), ":\n");
    /// ```
    #[must_use]
    pub fn line(mut self) -> Self {
        self.keep_alive = Bytes::from_static(KEEP_ALIVE_LINE);
        self
    }

    /// Sends `message` instead: a comment with a text, or an event for clients that watch events.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, future, stream};
    /// use sse_proto::{KeepAlive, Message, bytes::Bytes};
    ///
    /// let quiet = stream::pending::<std::io::Result<Bytes>>();
    /// let mut body = KeepAlive::new(quiet, || future::ready(())).sending(&Message::new().comment(" ping"));
    /// assert_eq!(block_on(body.next()).unwrap().unwrap(), ": ping\n\n");
    /// ```
    #[must_use]
    pub fn sending(mut self, message: &Message<'_>) -> Self {
        self.keep_alive = message.to_bytes();
        self
    }
}

impl<S, F, W, E> Stream for KeepAlive<S, F, W>
where
    S: Stream<Item = Result<Bytes, E>>,
    F: FnMut() -> W,
    W: Future<Output = ()>,
{
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        while let Poll::Ready(item) = this.source.as_mut().poll_next(context) {
            this.wait.set(None);
            let item = match item {
                Some(Ok(bytes)) => match this.omission.take(bytes) {
                    Some(bytes) => Some(Ok(bytes)),
                    None => continue,
                },
                item => item,
            };
            match &item {
                Some(Ok(bytes)) => this.sent.add(bytes),
                Some(Err(_)) => {}
                None => *this.ended = true,
            }
            return Poll::Ready(item);
        }
        if this.wait.is_none() {
            this.wait.set(Some((this.sleep)()));
        }
        let over = this.wait.as_mut().as_pin_mut().is_some_and(|wait| wait.poll(context).is_ready());
        if !over {
            return Poll::Pending;
        }
        this.wait.set(None);
        // In the middle of an event no keep-alive is due: the chunk that ends the event also shows that the
        // connection is alive.
        if this.sent.is_between_events() {
            this.omission.after_keep_alive(this.sent.lines.swallows_lf());
            this.sent.add(this.keep_alive);
            Poll::Ready(Some(Ok(this.keep_alive.clone())))
        } else {
            Poll::Pending
        }
    }
}

/// What is left out of the source's next bytes, because a keep-alive stands before them.
#[derive(Debug)]
enum Omission {
    /// Nothing, and they are the first: nothing was sent.
    NothingOfFirst,
    /// A byte order mark. So many bytes of it came and are held back.
    Mark(usize),
    /// An LF: it belongs to a CR before the keep-alive, which has ended its line.
    Lf,
    Nothing,
}

impl Omission {
    /// A keep-alive is sent, after a CR if `after_cr`.
    fn after_keep_alive(&mut self, after_cr: bool) {
        match self {
            Self::NothingOfFirst => *self = Self::Mark(0),
            Self::Nothing if after_cr => *self = Self::Lf,
            _ => {}
        }
    }

    /// The bytes to send; `None` if there are none of these yet. If the source ends inside a mark, that part is not sent: it is a line
    /// without an end.
    fn take(&mut self, mut bytes: Bytes) -> Option<Bytes> {
        if bytes.is_empty() {
            return Some(bytes);
        }
        let omission = core::mem::replace(self, Self::Nothing);
        let Self::Mark(held) = omission else {
            if matches!(omission, Self::Lf) && bytes.first() == Some(&b'\n') {
                bytes.advance(1);
                return Some(bytes).filter(|bytes| !bytes.is_empty());
            }
            return Some(bytes);
        };
        let (came, missing) = BOM.split_at_checked(held).unwrap_or_default();
        let of_mark = bytes.iter().zip(missing).take_while(|(byte, of_mark)| byte == of_mark).count();
        if of_mark == bytes.len() {
            *self = Self::Mark(held + of_mark);
            return None;
        }
        if of_mark == missing.len() {
            bytes.advance(of_mark);
            return Some(bytes);
        }
        // No mark after all.
        Some(if came.is_empty() { bytes } else { [came, &bytes].concat().into() })
    }
}

/// What was sent so far, keep-alives included.
#[derive(Debug)]
struct Sent {
    lines: Scanner,
    /// There was a field since the last blank line. Comments alone are not the start of an event.
    in_block: bool,
}

impl Sent {
    fn add(&mut self, mut bytes: &[u8]) {
        while let Some(token) = self.lines.scan(&mut bytes) {
            match token {
                Token::BlankLine { .. } => self.in_block = false,
                Token::Piece(piece) => self.in_block |= piece.kind != LineKind::Comment,
            }
        }
    }

    fn is_between_events(&self) -> bool {
        !self.in_block && self.lines.open_line().is_none()
    }
}
