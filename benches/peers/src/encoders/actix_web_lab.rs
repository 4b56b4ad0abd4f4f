//! actix-web-lab: an `Event` gives its bytes only through an `Sse` body, so that is polled. The events, and
//! the text which they share, are made before the clock starts. It encodes by russe.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use actix_web::body::MessageBody as _;
use actix_web_lab::sse::{Data, Event, Sse};
use futures::stream;

use super::{Encode, Sink, comment_text};
use crate::workloads::Sample;

/// What a body is made of: events that are there.
type Ready = stream::Iter<std::vec::IntoIter<Result<Event, Infallible>>>;

pub(super) struct ActixWebLab {
    events: Vec<Event>,
    body: Sse<Ready>,
}

impl Encode for ActixWebLab {
    const PACKAGE: &'static str = "actix-web-lab";
    const PREPARES: bool = true;

    fn new(samples: &'static [Sample]) -> Self {
        let mut events = Vec::new();
        for sample in samples {
            events.extend(sample.comment.as_deref().map(|text| Event::Comment(comment_text(text).into())));
            // There is no retry time but that of the whole response.
            let mut data = Data::new(sample.data.as_deref().unwrap_or_default());
            if let Some(event_type) = &sample.event_type {
                data.set_event(event_type.as_str());
            }
            if let Some(id) = &sample.id {
                data.set_id(id.as_str());
            }
            events.push(data.into());
        }
        Self { events, body: body(Vec::new()) }
    }

    fn prepare(&mut self) {
        self.body = body(self.events.iter().cloned().map(Ok).collect());
    }

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String> {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(bytes)) = Pin::new(&mut self.body).poll_next(&mut context) {
            sink.take(&bytes.map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}

fn body(events: Vec<Result<Event, Infallible>>) -> Sse<Ready> {
    Sse::from_stream(stream::iter(events))
}
