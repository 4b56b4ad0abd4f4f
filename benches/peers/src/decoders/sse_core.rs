//! sse-core: its decoder is pulled from a lent slice. Its limit of 512 KiB is raised.

use std::num::NonZeroUsize;

use sse_core::{SseDecoder, SseEvent};

use super::LARGE;
use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct SseCore {
    cut: &'static Cut,
    decoder: SseDecoder,
}

impl Peer for SseCore {
    const PACKAGE: &'static str = "sse-core";

    fn new(cut: &'static Cut) -> Self {
        let limit = NonZeroUsize::new(LARGE).unwrap_or(NonZeroUsize::MAX);
        Self { cut, decoder: SseDecoder::with_limit(limit) }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for &bytes in &self.cut.chunks {
            let mut rest = bytes;
            while let Some(event) = self.decoder.next(&mut rest) {
                if let SseEvent::Message(event) = event.map_err(|error| error.to_string())? {
                    let id = event.last_event_id.as_deref().unwrap_or_default();
                    visit.event(event.event.as_bytes(), event.data.as_bytes(), id.as_bytes());
                }
            }
        }
        Ok(())
    }
}
