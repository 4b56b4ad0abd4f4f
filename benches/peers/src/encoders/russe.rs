//! russe: its codec consumes events into a buffer that is kept. The events share their text, so that a clone
//! of them, made before the clock starts, copies nothing.

use std::time::Duration;

use bytes::BytesMut;
use russe::{Encoder, Event, Message};
use tokio_util::codec::Encoder as _;

use super::{Encode, Sink, comment_text};
use crate::workloads::Sample;

pub(super) struct Russe {
    events: Vec<Event>,
    clones: Vec<Event>,
    encoder: Encoder,
    out: BytesMut,
}

impl Encode for Russe {
    const PACKAGE: &'static str = "russe";
    const PREPARES: bool = true;

    fn new(samples: &'static [Sample]) -> Self {
        let mut events = Vec::new();
        for sample in samples {
            if let Some(comment) = &sample.comment {
                events.push(Event::Comment(comment_text(comment).into()));
            }
            events.push(Event::Message(Message {
                data: sample.data.as_deref().unwrap_or_default().into(),
                event: sample.event_type.as_deref().map(Into::into),
                retry: sample.retry_ms.map(Duration::from_millis),
                id: sample.id.as_deref().map(Into::into),
            }));
        }
        Self { events, clones: Vec::new(), encoder: Encoder::default(), out: BytesMut::new() }
    }

    fn prepare(&mut self) {
        self.clones.clone_from(&self.events);
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for event in self.clones.drain(..) {
            self.encoder.encode(event, &mut self.out).map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}
