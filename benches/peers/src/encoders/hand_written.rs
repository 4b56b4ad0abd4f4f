//! What one writes without a crate: memchr2 and extend_from_slice, and no check of anything.

use std::io::Write as _;

use memchr::memchr2;

use super::{Encode, Sink};
use crate::contest::Role;
use crate::workloads::Sample;

pub(super) struct HandWritten {
    samples: &'static [Sample],
    out: Vec<u8>,
}

impl Encode for HandWritten {
    const PACKAGE: &'static str = "";
    const NAME: &'static str = "hand-written loop, unchecked";
    const ROLE: Role = Role::Baseline;

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, out: Vec::new() }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        self.out.clear();
        for sample in self.samples {
            if let Some(comment) = &sample.comment {
                lines(b":", comment, &mut self.out);
            }
            if let Some(event_type) = &sample.event_type {
                line(b"event: ", event_type.as_bytes(), &mut self.out);
            }
            if let Some(id) = &sample.id {
                line(b"id: ", id.as_bytes(), &mut self.out);
            }
            if let Some(retry_ms) = sample.retry_ms {
                writeln!(self.out, "retry: {retry_ms}").map_err(|error| error.to_string())?;
            }
            if let Some(data) = &sample.data {
                lines(b"data: ", data, &mut self.out);
            }
            self.out.push(b'\n');
        }
        sink.take(&self.out);
        Ok(())
    }
}

fn lines(name: &[u8], text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        line(name, &rest[..at], out);
        let end = if rest[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 };
        rest = &rest[end..];
    }
    line(name, rest, out);
}

fn line(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(value);
    out.push(b'\n');
}
