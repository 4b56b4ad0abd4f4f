//! async-sse: a sender and a reader joined by a channel; both are polled in turn.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_sse::{Encoder, Sender};
use futures::io::AsyncBufRead;

use super::{Encode, Sink};
use crate::workloads::Sample;

pub(super) struct AsyncSse {
    samples: &'static [Sample],
    sender: Sender,
    encoder: Encoder,
}

impl Encode for AsyncSse {
    const PACKAGE: &'static str = "async-sse";

    fn new(samples: &'static [Sample]) -> Self {
        let (sender, encoder) = async_sse::encode();
        Self { samples, sender, encoder }
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        let mut encoder = Pin::new(&mut self.encoder);
        for sample in self.samples {
            if let Some(retry_ms) = sample.retry_ms {
                let retry = self.sender.send_retry(Duration::from_millis(retry_ms), None);
                join(retry, encoder.as_mut(), sink)?;
            }
            let data = sample.data.as_deref().unwrap_or_default();
            let message = self.sender.send(sample.event_type.as_deref(), data, sample.id.as_deref());
            join(message, encoder.as_mut(), sink)?;
        }
        Ok(())
    }
}

/// Polls the sender, and reads what it has sent, until it is done and everything is read.
fn join<S: Sink>(
    sending: impl Future<Output = io::Result<()>>,
    mut encoder: Pin<&mut Encoder>,
    sink: &mut S,
) -> Result<(), String> {
    let mut context = Context::from_waker(Waker::noop());
    let mut sending = pin!(sending);
    loop {
        let sent = sending.as_mut().poll(&mut context);
        while let Poll::Ready(bytes) = encoder.as_mut().poll_fill_buf(&mut context) {
            let bytes = bytes.map_err(|error| error.to_string())?;
            sink.take(bytes);
            let read = bytes.len();
            encoder.as_mut().consume(read);
        }
        if let Poll::Ready(result) = sent {
            return result.map_err(|error| error.to_string());
        }
    }
}
