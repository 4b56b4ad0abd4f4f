//! sse-codec: its codec is driven over one buffer, without a reader in between.

use futures_codec::{BytesMut, Decoder as _};
use sse_codec::{Event, SSECodec};

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct SseCodec {
    cut: &'static Cut,
    codec: SSECodec,
    buffer: BytesMut,
}

impl Peer for SseCodec {
    const PACKAGE: &'static str = "sse-codec";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, codec: SSECodec::default(), buffer: BytesMut::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            self.buffer.extend_from_slice(bytes);
            while let Some(event) = self.codec.decode(&mut self.buffer).map_err(|error| error.to_string())? {
                if let Event::Message { id, event, data } = event {
                    let id = id.as_deref().unwrap_or_default();
                    visit.event(event.as_bytes(), data.as_bytes(), id.as_bytes());
                }
            }
        }
        Ok(())
    }
}
