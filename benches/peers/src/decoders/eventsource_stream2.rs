//! eventsource-stream2: a stream over lent slices.

use eventsource_stream2::EventStream;

use crate::contest::Peer;
use crate::cut::{Cut, Feed, drain};
use crate::visit::Visit;

pub(crate) struct EventsourceStream2 {
    feed: Feed,
    stream: EventStream<Feed>,
}

impl Peer for EventsourceStream2 {
    const PACKAGE: &'static str = "eventsource-stream2";

    fn new(cut: &'static Cut) -> Self {
        let feed = Feed::new(cut);
        Self { stream: EventStream::new(feed.clone()), feed }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        self.feed.rewind();
        drain(&mut self.stream, |event| {
            let event = event.map_err(|error| error.to_string())?;
            visit.event(event.event.as_bytes(), event.data.as_bytes(), event.id.as_bytes());
            Ok(())
        })
    }
}
