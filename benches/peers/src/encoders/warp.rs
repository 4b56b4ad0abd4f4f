//! warp: an `Event` is displayed, here straight into a buffer that is kept; so are the events.

use std::io::Write as _;
use std::time::Duration;

use warp::sse::Event;

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct Warp {
    events: Vec<Event>,
    out: Vec<u8>,
}

impl Encode for Warp {
    const PACKAGE: &'static str = "warp";

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

fn event(sample: &Sample) -> Event {
    let mut event = Event::default();
    if let Some(comment) = &sample.comment {
        event = event.comment(comment.as_str());
    }
    if let Some(event_type) = &sample.event_type {
        event = event.event(event_type.as_str());
    }
    if let Some(id) = &sample.id {
        event = event.id(id.as_str());
    }
    if let Some(retry_ms) = sample.retry_ms {
        event = event.retry(Duration::from_millis(retry_ms));
    }
    if let Some(data) = &sample.data {
        event = event.data(data.as_str());
    }
    event
}
