//! sse-frame: its parser is pushed lent slices and returns a vector. It yields raw blocks: the last event ID is
//! kept here.

use sse_frame::Parser;

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct SseFrame {
    cut: &'static Cut,
    parser: Parser,
    last_event_id: String,
}

impl Peer for SseFrame {
    const PACKAGE: &'static str = "sse-frame";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, parser: Parser::new(), last_event_id: String::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            for event in self.parser.push(bytes) {
                if let Some(id) = event.id {
                    self.last_event_id = id;
                }
                let event_type = event.event.as_deref().unwrap_or("message");
                visit.event(event_type.as_bytes(), event.data.as_bytes(), self.last_event_id.as_bytes());
            }
        }
        Ok(())
    }
}
