//! Where events are kept. The contract is that on the page of [`sse_proto::replay`]: one order, ids that name places for good,
//! reading strictly after a place, trimming that can be seen, foreign ids told apart, one scope. `contract.rs` holds every store
//! to it.

#[cfg(test)]
pub(crate) mod contract;
mod file;
#[cfg(test)]
mod file_tests;
mod record;
mod redis;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum_extra::extract::cookie::Key;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::entry::{Draft, Entry, EntryId};
use crate::topic_name::TopicName;

/// What a topic's oldest events give way to.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    pub events: usize,
    pub age: Option<Duration>,
}

impl Retention {
    /// Of the ids before this one nothing is held, by their age.
    fn oldest_ms(&self, now: u64) -> u64 {
        self.age.map_or(0, |age| now.saturating_sub(age.as_millis() as u64))
    }
}

/// How much is kept of each topic.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Of the board and of the topic for load.
    pub events: usize,
}

impl Keep {
    const USER_EVENTS: usize = 1_000;
    const USER_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

    pub fn of(&self, topic: &TopicName) -> Retention {
        match topic {
            TopicName::Board | TopicName::Load => Retention { events: self.events, age: None },
            TopicName::User(_) => Retention { events: Self::USER_EVENTS, age: Some(Self::USER_AGE) },
        }
    }
}

/// A piece of a topic, and what was true of the topic at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Strictly after the place that was asked for, and all of them if there are fewer than asked for.
    pub entries: Vec<Entry>,
    /// The oldest that was held.
    pub oldest: Option<EntryId>,
    /// The id given out last, trimmed or not; the start if there was none.
    pub last: EntryId,
    /// How many events have been trimmed.
    pub start: u64,
    /// How many there have ever been.
    pub end: u64,
}

/// What can be wrong with a store, for those who wait for it to come back.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{}: {what}", .path.display())]
    File { path: PathBuf, what: String },
    #[error("{what}")]
    Url { what: String },
}

fn random_key() -> io::Result<[u8; 64]> {
    let key = Key::try_generate().ok_or_else(|| io::Error::other("the system has no random bytes"))?;
    key.master().try_into().map_err(io::Error::other)
}

/// What has news. `None`: any topic may, for some were perhaps not heard.
pub type News = Option<TopicName>;

pub enum Store {
    File(file::FileStore),
    Redis(redis::RedisStore),
}

impl Store {
    pub fn of_file(path: PathBuf, keep: Keep, clock: Clock) -> Result<Self, OpenError> {
        file::FileStore::open(path, keep, clock).map(Self::File)
    }

    /// Redis may be away yet.
    pub fn of_url(url: &str, keep: Keep, clock: Clock) -> Result<Self, OpenError> {
        redis::RedisStore::open(url, keep, clock).map(Self::Redis)
    }

    /// How much is kept of a topic.
    pub fn retention(&self, topic: &TopicName) -> Retention {
        match self {
            Self::File(store) => store.keep(),
            Self::Redis(store) => store.keep(),
        }
        .of(topic)
    }

    /// Adds an event at the end. When this returns, the event outlives this process, and only then its readers hear of it.
    pub async fn append(&self, topic: &TopicName, draft: Draft) -> Result<EntryId, StoreError> {
        match self {
            Self::File(store) => store.append(topic, &draft),
            Self::Redis(store) => store.append(topic, &draft).await,
        }
    }

    /// At most `count` events strictly after a place; those of the whole topic after [`EntryId::start`]. `after` of another epoch
    /// gives what is held from the start.
    pub async fn read(&self, topic: &TopicName, after: EntryId, count: usize) -> Result<Page, StoreError> {
        match self {
            Self::File(store) => store.read(topic, after, count),
            Self::Redis(store) => store.read(topic, after, count).await,
        }
    }

    /// Rings for each event, in this process or in others. The events are to be read.
    pub fn news(&self) -> broadcast::Receiver<News> {
        match self {
            Self::File(store) => store.news(),
            Self::Redis(store) => store.news(),
        }
    }

    /// Whether this process is the one to make the board's events, for the next few seconds.
    pub async fn lead(&self) -> Result<bool, StoreError> {
        match self {
            Self::File(_) => Ok(true),
            Self::Redis(store) => store.lead().await,
        }
    }

    /// What is stored will outlive a power cut when this returns, as far as that is this process's to say.
    pub fn sync(&self) -> Result<(), StoreError> {
        match self {
            Self::File(store) => store.sync(),
            Self::Redis(_) => Ok(()), // its own `appendfsync` says when
        }
    }

    /// The key that signs the cookies: the same for all servers of this store, and after a restart.
    pub async fn cookie_key(&self) -> Result<[u8; 64], StoreError> {
        match self {
            Self::File(store) => store.cookie_key(),
            Self::Redis(store) => store.cookie_key().await,
        }
    }
}
