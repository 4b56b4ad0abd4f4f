//! sse-stream: a stream over lent slices. It yields raw blocks; those without data are no events.

use sse_stream::SseByteStream;

use crate::contest::Peer;
use crate::cut::{Cut, Feed, drain};
use crate::visit::Visit;

pub(crate) struct SseStream {
    feed: Feed,
    stream: SseByteStream<Feed>,
}

impl Peer for SseStream {
    const PACKAGE: &'static str = "sse-stream";

    fn new(cut: &'static Cut) -> Self {
        let feed = Feed::new(cut);
        Self { stream: SseByteStream::new(feed.clone()), feed }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        self.feed.rewind();
        drain(&mut self.stream, |block| {
            let block = block.map_err(|error| error.to_string())?;
            if let Some(data) = &block.data {
                let event_type = block.event.as_deref().unwrap_or("message");
                let id = block.id.as_deref().unwrap_or_default();
                visit.event(event_type.as_bytes(), data.as_bytes(), id.as_bytes());
            }
            Ok(())
        })
    }
}
