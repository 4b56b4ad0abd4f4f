//! sse-parse: its sans-IO parser is fed lent slices.

use sse_parse::SseParser;

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct SseParse {
    cut: &'static Cut,
    parser: SseParser,
}

impl Peer for SseParse {
    const PACKAGE: &'static str = "sse-parse";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, parser: SseParser::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            self.parser.feed(bytes);
            while let Some(event) = self.parser.next_event() {
                visit.event(event.event.as_bytes(), event.data.as_bytes(), event.id.as_bytes());
            }
        }
        Ok(())
    }
}
