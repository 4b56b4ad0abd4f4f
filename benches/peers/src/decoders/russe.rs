//! russe: its codec is driven over one buffer, without a reader in between. It yields raw blocks: the last event
//! ID is kept here.

use bytes::BytesMut;
use bytestring::ByteString;
use russe::{Decoder, Event};
use tokio_util::codec::Decoder as _;

use crate::contest::Peer;
use crate::cut::Cut;
use crate::visit::Visit;

pub(crate) struct Russe {
    cut: &'static Cut,
    decoder: Decoder,
    buffer: BytesMut,
    last_event_id: ByteString,
}

impl Peer for Russe {
    const PACKAGE: &'static str = "russe";

    fn new(cut: &'static Cut) -> Self {
        Self { cut, decoder: Decoder::default(), buffer: BytesMut::new(), last_event_id: ByteString::new() }
    }

    fn pass<V: Visit>(&mut self, visit: &mut V) -> Result<(), String> {
        for bytes in &self.cut.chunks {
            self.buffer.extend_from_slice(bytes);
            while let Some(event) =
                self.decoder.decode(&mut self.buffer).map_err(|error| error.to_string())?
            {
                if let Event::Message(message) = event {
                    if let Some(id) = message.id {
                        self.last_event_id = id;
                    }
                    let event_type = message.event.as_deref().unwrap_or("message");
                    let id = self.last_event_id.as_bytes();
                    visit.event(event_type.as_bytes(), message.data.as_bytes(), id);
                }
            }
        }
        Ok(())
    }
}
