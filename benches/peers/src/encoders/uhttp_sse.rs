//! uhttp_sse: fields are written into a buffer that is kept. Lines are left to the caller, so they are cut here.

use std::io::{self, Write as _};

use memchr::memchr2;
use uhttp_sse::SseMessage;

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct UhttpSse {
    samples: &'static [Sample],
    out: Vec<u8>,
}

impl Encode for UhttpSse {
    const PACKAGE: &'static str = "uhttp_sse";

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, out: Vec::new() }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for sample in self.samples {
            encode(sample, &mut self.out).map_err(|error| error.to_string())?;
        }
        sink.take(&self.out);
        Ok(())
    }
}

fn encode(sample: &Sample, out: &mut Vec<u8>) -> io::Result<()> {
    let mut message = SseMessage::new(out);
    if let Some(event_type) = &sample.event_type {
        message.event()?.write_all(event_type.as_bytes())?;
    }
    if let Some(id) = &sample.id {
        message.id()?.write_all(id.as_bytes())?;
    }
    if let Some(retry_ms) = sample.retry_ms {
        write!(message.retry()?, "{retry_ms}")?;
    }
    if let Some(data) = &sample.data {
        let mut rest = data.as_bytes();
        while let Some(at) = memchr2(b'\n', b'\r', rest) {
            message.data()?.write_all(&rest[..at])?;
            rest = &rest[if rest[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 }..];
        }
        message.data()?.write_all(rest)?;
    }
    Ok(())
}
