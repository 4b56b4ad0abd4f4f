//! sse-frame: its parser is pushed lent slices and returns a vector.

use sse_frame::Parser;

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct SseFrame {
    cut: &'static Cut,
    parser: Parser,
}

impl Peer for SseFrame {
    const PACKAGE: &'static str = "sse-frame";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, parser: Parser::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            for event in self.parser.push(bytes) {
                let event_type = event.event.as_deref().unwrap_or("message");
                let id = event.id.as_deref().unwrap_or_default();
                visit.event(event_type.as_bytes(), event.data.as_bytes(), id.as_bytes());
            }
        }
        Ok(())
    }
}
