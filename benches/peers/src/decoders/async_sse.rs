//! async-sse: a stream over a buffered reader, which lends the chunks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_sse::{Decoder, Event};
use futures::io::{AsyncBufRead, AsyncRead};

use crate::contest::Peer;
use crate::cut::{Cut, Feed, drain};
use crate::visit::Visit;

/// The feed as a reader that has each chunk in its buffer already.
pub(crate) struct Reader {
    feed: Feed,
    rest: &'static [u8],
}

impl AsyncBufRead for Reader {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let reader = self.get_mut();
        if reader.rest.is_empty() {
            match reader.feed.take() {
                Some(chunk) => reader.rest = chunk,
                None => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(reader.rest))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.rest = &self.rest[amount..];
    }
}

/// Asked for by the trait above; the decoder does not use it.
impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut [u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}

pub(crate) struct AsyncSse {
    feed: Feed,
    decoder: Decoder<Reader>,
}

impl Peer for AsyncSse {
    const PACKAGE: &'static str = "async-sse";

    fn new(cut: &'static Cut) -> Self {
        let feed = Feed::new(cut);
        Self { decoder: async_sse::decode(Reader { feed: feed.clone(), rest: &[] }), feed }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        self.feed.rewind();
        drain(&mut self.decoder, |event| {
            if let Event::Message(message) = event.map_err(|error| error.to_string())? {
                let id = message.id().as_deref().unwrap_or_default();
                visit.event(message.name().as_bytes(), message.data(), id.as_bytes());
            }
            Ok(())
        })
    }
}
