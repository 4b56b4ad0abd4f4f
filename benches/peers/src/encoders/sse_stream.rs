//! sse-stream: a block is consumed and gives `Bytes`. The blocks are made before the clock starts.

use sse_stream::Sse;

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct SseStream {
    samples: &'static [Sample],
    blocks: Vec<Sse>,
}

impl Encode for SseStream {
    const PACKAGE: &'static str = "sse-stream";
    const PREPARES: bool = true;

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, blocks: Vec::new() }
    }

    fn prepare(&mut self) {
        self.blocks.clear();
        self.blocks.extend(self.samples.iter().map(|sample| Sse {
            event: sample.event_type.clone(),
            data: sample.data.clone(),
            id: sample.id.clone(),
            retry: sample.retry_ms,
        }));
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        for block in self.blocks.drain(..) {
            sink.take(&block.encode().map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}
