//! axum: an `Event` gives its bytes only through the body of an `Sse` response, so that is polled.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, Sse};
use futures::stream;

use super::{Encode, Sink, comment_text};
use crate::workloads::Sample;

pub(super) struct Axum {
    samples: &'static [Sample],
    body: Body,
}

impl Encode for Axum {
    const PACKAGE: &'static str = "axum";

    fn new(samples: &'static [Sample]) -> Self {
        Self { samples, body: Body::empty() }
    }

    const PREPARES: bool = true;

    fn prepare(&mut self) {
        let events = self.samples.iter().map(|sample| Ok::<_, Infallible>(event(sample)));
        self.body = Sse::new(stream::iter(events)).into_response().into_body();
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(frame)) = Pin::new(&mut self.body).poll_frame(&mut context) {
            let frame = frame.map_err(|error| error.to_string())?;
            sink.take(frame.data_ref().ok_or("a frame without data")?);
        }
        Ok(())
    }
}

/// Runs while the body is polled: axum writes the fields as they are set.
fn event(sample: &Sample) -> Event {
    let mut event = Event::default();
    if let Some(comment) = &sample.comment {
        event = event.comment(comment_text(comment));
    }
    if let Some(event_type) = &sample.event_type {
        event = event.event(event_type);
    }
    if let Some(id) = &sample.id {
        event = event.id(id);
    }
    if let Some(retry_ms) = sample.retry_ms {
        event = event.retry(Duration::from_millis(retry_ms));
    }
    if let Some(data) = &sample.data {
        event = event.data(data);
    }
    event
}
