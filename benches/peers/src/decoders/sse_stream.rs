//! sse-stream: a stream over lent slices. It yields raw blocks: those without data are no events, and the last
//! event ID is kept here, as a caller does who wants it.

use sse_stream::SseByteStream;

use crate::contest::Peer;
use crate::cut::{Cut, Feed, drain};
use crate::visit::Visit;

pub(crate) struct SseStream {
    feed: Feed,
    stream: SseByteStream<Feed>,
    last_event_id: String,
}

impl Peer for SseStream {
    const PACKAGE: &'static str = "sse-stream";

    fn new(cut: &'static Cut) -> Self {
        let feed = Feed::new(cut);
        Self { stream: SseByteStream::new(feed.clone()), feed, last_event_id: String::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        self.feed.rewind();
        drain(&mut self.stream, |block| {
            let block = block.map_err(|error| error.to_string())?;
            if let Some(id) = block.id {
                self.last_event_id = id;
            }
            if let Some(data) = &block.data {
                let event_type = block.event.as_deref().unwrap_or("message");
                visit.event(event_type.as_bytes(), data.as_bytes(), self.last_event_id.as_bytes());
            }
            Ok(())
        })
    }
}
