//! sse-proto: events lent by the decoder, and events to keep.

use bytes::Bytes;
use sse_proto::{Chunk, Decoder, FrameBuf, SharedChunk};

use super::LARGE;
use crate::contest::{Peer, Role};
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct Borrowed {
    cut: &'static Cut,
    decoder: Decoder,
}

impl Peer for Borrowed {
    const PACKAGE: &'static str = "sse-proto";
    const NAME: &'static str = "sse-proto, borrowed";
    const ROLE: Role = Role::Ours;

    fn new(cut: &'static Cut) -> Self {
        Self { cut, decoder: Decoder::builder().max_event_size(LARGE).build() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            let mut chunk = Chunk::new(bytes);
            while let Some(event) =
                self.decoder.decode_event(&mut chunk).map_err(|error| error.to_string())?
            {
                let id = event.last_event_id();
                visit.event(
                    event.event_type().as_str().as_bytes(),
                    event.data().as_bytes(),
                    id.as_str().as_bytes(),
                );
            }
        }
        Ok(())
    }
}

/// Data as bytes, which nobody has checked. The rivals check.
pub(crate) struct BytesLent {
    cut: &'static Cut,
    decoder: Decoder,
}

impl Peer for BytesLent {
    const PACKAGE: &'static str = "sse-proto";
    const NAME: &'static str = "sse-proto, bytes";
    const ROLE: Role = Role::Ours;

    fn new(cut: &'static Cut) -> Self {
        Self { cut, decoder: Decoder::builder().max_event_size(LARGE).build() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            let mut chunk = Chunk::new(bytes);
            while let Some(event) =
                self.decoder.decode_bytes(&mut chunk).map_err(|error| error.to_string())?
            {
                let id = event.last_event_id();
                visit.event(event.event_type().as_str().as_bytes(), event.data(), id.as_str().as_bytes());
            }
        }
        Ok(())
    }
}

pub(crate) struct Owned {
    cut: &'static Cut,
    decoder: Decoder,
}

impl Peer for Owned {
    const PACKAGE: &'static str = "sse-proto";
    const NAME: &'static str = "sse-proto, owned";
    const ROLE: Role = Role::Ours;

    fn new(cut: &'static Cut) -> Self {
        Self { cut, decoder: Decoder::builder().max_event_size(LARGE).build() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            let mut chunk = SharedChunk::from(Bytes::from_static(bytes));
            while let Some(frame) =
                self.decoder.decode_shared(&mut chunk).map_err(|error| error.to_string())?
            {
                if let FrameBuf::Event(event) = frame {
                    let id = event.last_event_id();
                    visit.event(
                        event.event_type().as_str().as_bytes(),
                        event.data().as_bytes(),
                        id.as_str().as_bytes(),
                    );
                }
            }
        }
        Ok(())
    }
}
