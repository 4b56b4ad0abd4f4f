//! sse-codec: its codec consumes events, made before the clock starts, into a buffer that is kept.

use futures_codec::{BytesMut, Encoder as _};
use sse_codec::{Event, SSECodec};

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct SseCodec {
    samples: &'static [Sample],
    events: Vec<Event>,
    codec: SSECodec,
    out: BytesMut,
}

impl Encode for SseCodec {
    const PACKAGE: &'static str = "sse-codec";
    const PREPARES: bool = true;

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, events: Vec::new(), codec: SSECodec::default(), out: BytesMut::new() }
    }

    fn prepare(&mut self) {
        self.events.clear();
        for sample in self.samples {
            if let Some(retry) = sample.retry_ms {
                self.events.push(Event::Retry { retry });
            }
            self.events.push(Event::Message {
                id: sample.id.clone(),
                event: sample.event_type.clone().unwrap_or_else(|| "message".into()),
                data: sample.data.clone().unwrap_or_default(),
            });
        }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for event in self.events.drain(..) {
            self.codec.encode(event, &mut self.out).map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}
