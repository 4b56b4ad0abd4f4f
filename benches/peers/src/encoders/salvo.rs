//! salvo: an `SseEvent` is displayed, as for its responses, here straight into a buffer that is kept; so are
//! the events.

use std::io::Write as _;
use std::time::Duration;

use salvo_extra::sse::SseEvent;

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct Salvo {
    events: Vec<SseEvent>,
    out: Vec<u8>,
}

impl Encode for Salvo {
    const PACKAGE: &'static str = "salvo_extra";
    const NAME: &'static str = "salvo";

    fn new(samples: &'static [Sample]) -> Self {
        Self { events: samples.iter().map(event).collect(), out: Vec::new() }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for event in &self.events {
            write!(self.out, "{event}").map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}

fn event(sample: &Sample) -> SseEvent {
    let mut event = SseEvent::default();
    if let Some(comment) = &sample.comment {
        event = event.comment(comment);
    }
    if let Some(event_type) = &sample.event_type {
        event = event.name(event_type);
    }
    if let Some(id) = &sample.id {
        event = event.id(id);
    }
    if let Some(retry_ms) = sample.retry_ms {
        event = event.retry(Duration::from_millis(retry_ms));
    }
    if let Some(data) = &sample.data {
        event = event.text(data);
    }
    event
}
