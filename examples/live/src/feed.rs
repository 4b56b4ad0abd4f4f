//! What one client gets: how its connection begins, what it has missed, what comes, and keep-alives in between.

use std::convert::Infallible;
use std::process;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, stream};
use serde_json::json;
use sse_proto::{EventId, EventType, KEEP_ALIVE, Message};
use tokio::sync::watch;

use crate::hub::Hub;
use crate::topic::{Cursor, Next, Signal, Start, Topic};

const HELLO: EventType<'static> = EventType::from_static("hello");
const TROUBLE: EventType<'static> = EventType::from_static("trouble");
const WELL: EventType<'static> = EventType::from_static("well");
/// How long a client is asked to wait before it comes back, in milliseconds, and what is added for some: a browser adds nothing of
/// its own, and when a server ends, all come back.
const RETRY: u64 = 1000;
const SPREAD: u64 = 1000;
/// While the store is away, a client that waits for its start asks again after this time.
const AGAIN: Duration = Duration::from_millis(500);

/// What a client asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Its last event ID, as it came.
    pub after: Option<Box<[u8]>>,
    /// Without an id: nothing of what is held, just what comes.
    pub from_now: bool,
}

struct Feed {
    hub: Arc<Hub>,
    topic: Arc<Topic>,
    signal: watch::Receiver<Signal>,
    keep_alive: Duration,
    /// `Err` until it is known.
    place: Result<Cursor, Asked>,
    retry: Duration,
    is_told_of_trouble: bool,
    /// When something was sent last.
    sent: Instant,
}

/// The body of a response.
pub fn feed(
    hub: Arc<Hub>,
    topic: Arc<Topic>,
    asked: Asked,
    keep_alive: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    // Far from its neighbours in time, by the golden section.
    let retry = RETRY + hub.counts.connections.fetch_add(1, Relaxed).wrapping_mul(618) % SPREAD;
    hub.counts.clients.fetch_add(1, Relaxed);
    let signal = topic.signal().subscribe();
    let (place, sent) = (Err(asked), Instant::now());
    let feed = Feed {
        hub,
        topic,
        signal,
        keep_alive,
        place,
        retry: Duration::from_millis(retry),
        is_told_of_trouble: false,
        sent,
    };
    stream::unfold(feed, |mut feed| async move {
        let bytes = feed.next().await?;
        feed.sent = Instant::now();
        Some((Ok(bytes), feed))
    })
}

impl Feed {
    /// The next bytes; `None` at the end, after which the client comes back.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let (is_over, trouble) = {
                // What changes from here on wakes.
                let signal = self.signal.borrow_and_update();
                (signal.is_over, signal.trouble.clone())
            };
            if is_over {
                return None;
            }
            if let Err(asked) = &self.place {
                let start = self.topic.connect(self.hub.store(), asked.after.as_deref(), asked.from_now);
                let (is_told, quiet) = (self.is_told_of_trouble, self.quiet());
                let interrupted = self.signal.wait_for(|it| it.is_over || (it.trouble.is_some() && !is_told));
                // One asks the store at a time; whoever waits for its turn hears what the others were told.
                // In a box, or each client would keep the room for it as long as it lives.
                let start = Box::pin(async {
                    tokio::select! {
                        biased;
                        start = start => Some(start),
                        _ = interrupted => None,
                        () = tokio::time::sleep(quiet) => None,
                    }
                });
                let start = start.await;
                let is_interrupted = start.is_none();
                match start {
                    Some(Ok(start)) => return Some(self.begin(&start)),
                    Some(Err(error)) => drop(self.hub.heard(Err::<(), _>(error))),
                    None => {}
                }
                if let Some(block) = self.tell_of_trouble(self.hub.trouble().as_deref()) {
                    return Some(block);
                }
                if is_interrupted && !self.quiet().is_zero() {
                    continue;
                }
            } else if let Some(block) = self.tell_of_trouble(trouble.as_deref()) {
                return Some(block);
            }
            if let Ok(cursor) = &mut self.place {
                match self.topic.next(cursor) {
                    Next::Events(bytes, count) => {
                        self.hub.counts.delivered.fetch_add(count as u64, Relaxed);
                        return Some(bytes);
                    }
                    Next::Nothing => {}
                    Next::Gone => {
                        self.hub.counts.dropped.fetch_add(1, Relaxed);
                        return None;
                    }
                }
            }
            let quiet = self.quiet();
            if quiet.is_zero() {
                return Some(Bytes::from_static(KEEP_ALIVE));
            }
            let patience = if self.place.is_ok() { quiet } else { AGAIN.min(quiet) };
            // Whatever ends the wait, all is looked at anew.
            let _ = tokio::time::timeout(patience, self.signal.changed()).await;
        }
    }

    /// How long nothing need be sent yet.
    fn quiet(&self) -> Duration {
        self.keep_alive.saturating_sub(self.sent.elapsed())
    }

    fn begin(&mut self, start: &Start) -> Bytes {
        self.place = Ok(start.cursor);
        self.is_told_of_trouble = false; // by its own start, it has learnt that all is well
        if start.answer == "replay" {
            self.hub.counts.replayed.fetch_add(start.missed as u64, Relaxed);
        }
        let hello = json!({
            "server": process::id().to_string(),
            "topic": self.topic.name().to_string(),
            "answer": start.answer,
            "missed": start.missed,
        });
        let mut bytes: Vec<u8> =
            Message::new().retry(self.retry).event_type(HELLO).data(&hello.to_string()).to_bytes().into();
        if let Some(id) = start.id.as_deref().and_then(|id| EventId::new(id).ok()) {
            bytes.extend_from_slice(&Message::new().id(id).to_bytes());
        }
        bytes.into()
    }

    /// Once, when it begins, and once when it is over.
    fn tell_of_trouble(&mut self, trouble: Option<&str>) -> Option<Bytes> {
        if trouble.is_some() == self.is_told_of_trouble {
            return None;
        }
        self.is_told_of_trouble = trouble.is_some();
        let (kind, data) = match trouble {
            Some(text) => (TROUBLE, json!({ "text": text })),
            None => (WELL, json!({})),
        };
        Some(Message::new().event_type(kind).data(&data.to_string()).to_bytes())
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.counts.clients.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use futures::future::join_all;

    use super::*;
    use crate::clock::Clock;
    use crate::store::{Keep, Store};
    use crate::topic_name::TopicName;

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_silent_store_is_told_so_however_many_wait() {
        // It takes connections and says nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("redis://{}/", silent.local_addr().unwrap());
        let hub = Hub::new(Store::of_url(&url, Keep { events: 1 }, Clock::of_the_system()).unwrap());
        let began = tokio::time::Instant::now();
        let feed = |_| {
            let topic = hub.topic(&TopicName::Board);
            Box::pin(feed(hub.clone(), topic, Asked::default(), Duration::from_secs(15)))
        };
        let mut feeds: Vec<_> = (0..50).map(feed).collect();
        for first in join_all(feeds.iter_mut().map(StreamExt::next)).await {
            let Some(Ok(first)) = first else { panic!("the stream has ended") };
            assert!(first.starts_with(b"event: trouble\n"), "{first:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}
