//! stream-rs: its parser is fed lent slices and fills a vector, which is kept.

use stream_rs::sse::{SseEvent, SseParser};

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct StreamRs {
    cut: &'static Cut,
    parser: SseParser,
    events: Vec<SseEvent>,
}

impl Peer for StreamRs {
    const PACKAGE: &'static str = "stream-rs";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, parser: SseParser::new(), events: Vec::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            self.parser.feed(bytes, &mut self.events);
            for event in self.events.drain(..) {
                let event_type = event.event.as_deref().unwrap_or("message");
                let id = event.id.as_deref().unwrap_or_default();
                visit.event(event_type.as_bytes(), event.data.as_bytes(), id.as_bytes());
            }
        }
        Ok(())
    }
}
