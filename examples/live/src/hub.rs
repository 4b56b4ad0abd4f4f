//! All topics of a server, and the store behind them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use crate::entry::{Draft, EntryId};
use crate::store::{News, Store, StoreError};
use crate::topic::{Signal, Topic};
use crate::topic_name::TopicName;

/// While the store is away it is asked again after this time.
const AGAIN: Duration = Duration::from_millis(500);
/// How often what is stored is made to outlive a power cut.
const SYNC: Duration = Duration::from_secs(1);

pub struct Hub {
    store: Store,
    /// Those that somebody listens to.
    topics: Mutex<HashMap<TopicName, Weak<Topic>>>,
    signal: Mutex<Signal>,
    pub counts: Counts,
}

/// What a server has done since its start.
#[derive(Debug, Default)]
pub struct Counts {
    pub clients: AtomicU64,
    pub connections: AtomicU64,
    pub published: AtomicU64,
    pub delivered: AtomicU64,
    pub replayed: AtomicU64,
    /// Clients whose place was gone, for they were too slow.
    pub dropped: AtomicU64,
}

impl Hub {
    pub fn new(store: Store) -> Arc<Self> {
        let hub = Arc::new(Self {
            store,
            topics: Mutex::default(),
            signal: Mutex::default(),
            counts: Counts::default(),
        });
        tokio::spawn(follow(Arc::downgrade(&hub)));
        tokio::spawn(synchronise(Arc::downgrade(&hub)));
        hub
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub async fn publish(&self, topic: &TopicName, draft: Draft) -> Result<EntryId, StoreError> {
        let id = self.heard(self.store.append(topic, draft).await)?;
        self.counts.published.fetch_add(1, Relaxed);
        Ok(id)
    }

    /// The topic, which lives as long as somebody holds it.
    pub fn topic(&self, name: &TopicName) -> Arc<Topic> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = topics.get(name).and_then(Weak::upgrade) {
            return topic;
        }
        topics.retain(|_, topic| topic.strong_count() > 0);
        let topic = Arc::new(Topic::new(name.clone(), self.store.retention(name), self.signal().clone()));
        topics.insert(name.clone(), Arc::downgrade(&topic));
        topic
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.tell(|signal| signal.is_over = true);
    }

    /// Passes on what the store has answered; whether it is well is told to all clients.
    pub fn heard<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        let trouble = answer.as_ref().err().map(StoreError::to_string);
        if self.signal().trouble.as_deref() != trouble.as_deref() {
            match &trouble {
                Some(trouble) => tracing::error!("the store: {trouble}"),
                None => tracing::info!("the store is back"),
            }
            self.tell(|signal| signal.trouble = trouble.as_deref().map(Into::into));
        }
        answer
    }

    pub fn trouble(&self) -> Option<Arc<str>> {
        self.signal().trouble.clone()
    }

    fn signal(&self) -> MutexGuard<'_, Signal> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl Fn(&mut Signal)) {
        change(&mut self.signal());
        for topic in self.active() {
            topic.signal().send_modify(&change);
        }
    }

    fn active(&self) -> Vec<Arc<Topic>> {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.values().filter_map(Weak::upgrade).collect()
    }

    async fn catch_up(&self, which: News) {
        for topic in
            self.active().into_iter().filter(|topic| which.as_ref().is_none_or(|it| it == topic.name()))
        {
            if self.heard(topic.catch_up(&self.store).await).is_err() {
                return; // asked again, for all of them
            }
        }
    }
}

/// Reads what is new, as long as there is a hub.
async fn follow(hub: Weak<Hub>) {
    let Some(mut news) = hub.upgrade().map(|hub| hub.store.news()) else { return };
    loop {
        let heard = tokio::time::timeout(AGAIN, news.recv()).await;
        let Some(hub) = hub.upgrade() else { return };
        match heard {
            Ok(Ok(which)) if hub.trouble().is_none() => hub.catch_up(which).await,
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => hub.catch_up(None).await,
            Ok(Err(RecvError::Closed)) => return,
            Err(_) if hub.trouble().is_some() => hub.catch_up(None).await,
            Err(_) => {}
        }
    }
}

async fn synchronise(hub: Weak<Hub>) {
    loop {
        tokio::time::sleep(SYNC).await;
        let Some(hub) = hub.upgrade() else { return };
        // A disk takes its time.
        let done =
            tokio::task::spawn_blocking(move || hub.store.sync().map_err(|error| tracing::error!("{error}")));
        let _ = done.await;
    }
}
