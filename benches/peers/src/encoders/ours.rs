//! sse-proto: a message built and checked from text each time, and one that was kept.

use std::time::Duration;

use sse_proto::{EventId, EventType, Message};

use super::{Encode, Sink};
use crate::contest::Role;
use crate::workloads::Sample;

/// The whole job, as a server does it: the values are checked, the message built and encoded.
pub(super) struct Built {
    samples: &'static [Sample],
    out: Vec<u8>,
}

impl Encode for Built {
    const PACKAGE: &'static str = "sse-proto";
    const NAME: &'static str = "sse-proto, built and encoded";
    const ROLE: Role = Role::Ours;

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, out: Vec::new() }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for sample in self.samples {
            message(sample)?.encode(&mut self.out).map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}

/// Only what `encode` does.
pub(super) struct Kept {
    messages: Result<Vec<Message<'static>>, String>,
    out: Vec<u8>,
}

impl Encode for Kept {
    const PACKAGE: &'static str = "sse-proto";
    const NAME: &'static str = "sse-proto, encoded";
    const ROLE: Role = Role::Ours;

    fn new(samples: &'static [Sample]) -> Self {
        Self { messages: samples.iter().map(message).collect(), out: Vec::new() }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for message in self.messages.as_ref().map_err(|error| error.clone())? {
            message.encode(&mut self.out).map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}

#[inline(always)]
fn message(sample: &Sample) -> Result<Message<'_>, String> {
    let mut message = Message::new();
    if let Some(comment) = &sample.comment {
        message = message.comment(comment);
    }
    if let Some(event_type) = &sample.event_type {
        message = message.event_type(EventType::new(event_type).map_err(|error| error.to_string())?);
    }
    if let Some(id) = &sample.id {
        message = message.id(EventId::new(id).map_err(|error| error.to_string())?);
    }
    if let Some(retry_ms) = sample.retry_ms {
        message = message.retry(Duration::from_millis(retry_ms));
    }
    if let Some(data) = &sample.data {
        message = message.data(data);
    }
    Ok(message)
}
