//! Events in one file, append-only: for one server. Each event is written before anybody hears of it, so a process that is killed
//! loses none. Once a second, and at the end, the file is synchronised with the disk: a power cut may take what was
//! written since, and the ids of that are never given out again, since they hold the time.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use super::record::{self, Record};
use super::{Keep, News, OpenError, Page, StoreError};
use crate::clock::Clock;
use crate::entry::{Draft, Entry, EntryId};
use crate::topic_name::TopicName;

/// A file is written anew when it is more than twice what is held, and this much more.
pub(super) const SLACK: u64 = 4 * 1024 * 1024;

pub struct FileStore {
    path: PathBuf,
    keep: Keep,
    clock: Clock,
    log: Mutex<Log>,
    news: broadcast::Sender<News>,
}

/// The file, and where in it what is held stands.
struct Log {
    file: File,
    /// Where the next record goes. What stands after it was not written whole.
    end: u64,
    is_torn: bool,
    is_dirty: bool,
    topics: HashMap<TopicName, Places>,
    /// The id given out last, of any topic: that of one topic is unknown in the others.
    last: EntryId,
    /// The bytes of what is held.
    live: u64,
    /// Written anew not before it is so long: the last time there was no room for it.
    too_soon: u64,
}

struct Places {
    held: VecDeque<Held>,
    /// How many events there have ever been.
    end: u64,
    last: EntryId,
}

#[derive(Clone, Copy)]
struct Held {
    id: EntryId,
    at: u64,
    len: u64,
}

impl FileStore {
    pub fn open(path: PathBuf, keep: Keep, clock: Clock) -> Result<Self, OpenError> {
        let opened = Log::open(&path, &clock);
        let mut log =
            opened.map_err(|error| OpenError::File { path: path.clone(), what: error.to_string() })?;
        let now = clock.now();
        let topics: Vec<_> = log.topics.keys().cloned().collect();
        for topic in topics {
            log.trim(&topic, keep, now);
        }
        Ok(Self { path, keep, clock, log: Mutex::new(log), news: broadcast::Sender::new(1024) })
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn append(&self, topic: &TopicName, draft: &Draft) -> Result<EntryId, StoreError> {
        let (mut log, now) = (self.log(), self.clock.now());
        let id = log.append(topic, draft, now).map_err(|error| self.error(&error))?;
        log.trim(topic, self.keep, now);
        if log.end > (2 * log.live + SLACK).max(log.too_soon)
            && let Err(error) = log.compact(&self.path)
        {
            log.too_soon = log.end + SLACK;
            // The event is stored; there is only more in the file than has to be.
            tracing::warn!("{}: cannot be written anew, and goes on to grow: {error}", self.path.display());
        }
        drop(log);
        // An error means that nobody listens.
        let _ = self.news.send(Some(topic.clone()));
        Ok(id)
    }

    pub fn read(&self, topic: &TopicName, after: EntryId, count: usize) -> Result<Page, StoreError> {
        let mut log = self.log();
        log.trim(topic, self.keep, self.clock.now());
        log.read(topic, after, count).map_err(|error| self.error(&error))
    }

    pub fn keep(&self) -> Keep {
        self.keep
    }

    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// What was written is on the disk when this returns.
    pub fn sync(&self) -> Result<(), StoreError> {
        let file = {
            let mut log = self.log();
            if !std::mem::take(&mut log.is_dirty) {
                return Ok(());
            }
            log.file.try_clone()
        };
        // Appending goes on meanwhile.
        file.and_then(|file| file.sync_data()).map_err(|error| {
            self.log().is_dirty = true;
            self.error(&error)
        })
    }

    /// In a file beside the log that only its owner may read. It is there whole or not at all, whatever ends the writing.
    pub fn cookie_key(&self) -> Result<[u8; 64], StoreError> {
        let path = beside(&self.path, ".key");
        let read = || -> io::Result<[u8; 64]> {
            match std::fs::read(&path) {
                Ok(key) => key.try_into().map_err(|_| io::Error::other("not a key of 64 bytes; delete it")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let key = super::random_key()?;
                    let new = beside(&path, ".new");
                    let mut file = private().write(true).create(true).truncate(true).open(&new)?;
                    file.write_all(&key)?;
                    file.sync_data()?;
                    std::fs::rename(&new, &path).map(|()| key)
                }
                Err(error) => Err(error),
            }
        };
        read().map_err(|error| StoreError(format!("{}: {error}", path.display())))
    }

    fn error(&self, error: &io::Error) -> StoreError {
        StoreError(format!("{}: {error}", self.path.display()))
    }
}

impl Log {
    fn of(file: File, epoch: u64) -> Self {
        let last = EntryId::start(epoch);
        Self {
            file,
            end: 0,
            is_torn: false,
            is_dirty: true,
            topics: HashMap::new(),
            last,
            live: 0,
            too_soon: 0,
        }
    }

    fn open(path: &Path, clock: &Clock) -> io::Result<Self> {
        let file = private().read(true).write(true).create(true).truncate(false).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a file that events can be read back from"));
        }
        lock(&file)?;
        if file.metadata()?.ino() != std::fs::metadata(path)?.ino() {
            // Written anew by its server since it was opened here.
            return Err(in_use());
        }
        let mut log = Self::of(file.try_clone()?, 0);
        let mut at = 0;
        let end = record::read_all(&file, |record, next| {
            let len = next - at;
            log.learn(record, at, len)?;
            at = next;
            Ok(())
        })?;
        let len = file.metadata()?.len();
        if end == 0 && len > 0 {
            // Nothing of ours: not to be cut away.
            return Err(io::Error::other("not a log of `live serve`; name another file, or delete this one"));
        }
        if end < len {
            tracing::warn!(
                "{}: the last {} bytes are not a whole event, and are cut",
                path.display(),
                len - end
            );
            file.set_len(end)?;
        }
        log.end = end;
        if end == 0 {
            log.last = EntryId::start(clock.now());
            log.write(&Record::Log { epoch: log.last.epoch })?;
        }
        Ok(log)
    }

    /// What a record says that has been read.
    fn learn(&mut self, record: Record, at: u64, len: u64) -> Result<(), String> {
        match record {
            Record::Log { epoch } if at == 0 => self.last = EntryId::start(epoch),
            Record::Log { .. } => return Err("the start of a log in its middle".into()),
            _ if at == 0 => return Err("not the start of a log of `live serve`".into()),
            Record::Event { topic, position, entry } => {
                let places = self.places(&topic);
                if position != places.end || entry.id <= places.last {
                    return Err(format!("event {position} of {topic} after {} others", places.end));
                }
                places.add(Held { id: entry.id, at, len });
                (self.last, self.live) = (self.last.max(entry.id), self.live + len);
            }
            Record::End { topic, position, last } => {
                let places = self.places(&topic);
                (places.end, places.last) = (position, last);
                self.last = self.last.max(last);
            }
        }
        Ok(())
    }

    fn places(&mut self, topic: &TopicName) -> &mut Places {
        let last = EntryId::start(self.last.epoch);
        self.topics.entry(topic.clone()).or_insert_with(|| Places { held: VecDeque::new(), end: 0, last })
    }

    fn append(&mut self, topic: &TopicName, draft: &Draft, now: u64) -> io::Result<EntryId> {
        let (id, position) = (self.last.next(now), self.places(topic).end);
        let entry = Entry { id, kind: draft.kind.as_str().into(), data: draft.data.clone() };
        let (at, len) = self.write(&Record::Event { topic: topic.clone(), position, entry })?;
        self.places(topic).add(Held { id, at, len });
        (self.last, self.live) = (id, self.live + len);
        Ok(id)
    }

    /// Whole, or the file is as before.
    fn write(&mut self, record: &Record) -> io::Result<(u64, u64)> {
        if self.is_torn {
            self.file.set_len(self.end)?;
            self.is_torn = false;
        }
        let bytes = record.encode().map_err(io::Error::other)?;
        let (at, len) = (self.end, bytes.len() as u64);
        if let Err(error) = self.file.write_all_at(&bytes, at) {
            self.is_torn = self.file.set_len(at).is_err();
            return Err(error);
        }
        (self.end, self.is_dirty) = (at + len, true);
        Ok((at, len))
    }

    fn trim(&mut self, topic: &TopicName, keep: Keep, now: u64) {
        let (retention, Some(places)) = (keep.of(topic), self.topics.get_mut(topic)) else { return };
        let oldest = retention.oldest_ms(now);
        while let Some(held) = places.held.front()
            && (places.held.len() > retention.events || held.id.ms < oldest)
        {
            self.live -= held.len;
            places.held.pop_front();
        }
    }

    fn read(&self, topic: &TopicName, after: EntryId, count: usize) -> io::Result<Page> {
        let start = EntryId::start(self.last.epoch);
        let Some(places) = self.topics.get(topic) else {
            return Ok(Page { entries: Vec::new(), oldest: None, last: start, start: 0, end: 0 });
        };
        let from = if after.epoch == self.last.epoch {
            places.held.partition_point(|held| held.id <= after)
        } else {
            0
        };
        let mut entries = Vec::new();
        for held in places.held.range(from..).take(count) {
            let mut bytes = vec![0; held.len as usize];
            self.file.read_exact_at(&mut bytes, held.at)?;
            match record::read_one(&bytes)? {
                Record::Event { entry, .. } if entry.id == held.id => entries.push(entry),
                _ => {
                    return Err(io::Error::other(format!(
                        "byte {}: not the event that was written",
                        held.at
                    )));
                }
            }
        }
        let oldest = places.held.front().map(|held| held.id);
        Ok(Page { entries, oldest, last: places.last, start: places.start(), end: places.end })
    }

    /// Writes what is held into a file beside this one, which then takes its place.
    fn compact(&mut self, path: &Path) -> io::Result<()> {
        let new = beside(path, ".new");
        match self.write_anew(&new).and_then(|log| std::fs::rename(&new, path).map(|()| log)) {
            Ok(log) => *self = log,
            Err(error) => {
                // It would take the room that the next events need.
                let _ = std::fs::remove_file(&new);
                return Err(error);
            }
        }
        // Or a power cut could bring back the old file, without what comes now.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn write_anew(&self, path: &Path) -> io::Result<Self> {
        let file = private().read(true).write(true).create(true).truncate(true).open(path)?;
        // Who may read it stays.
        file.set_permissions(self.file.metadata()?.permissions())?;
        lock(&file)?;
        let mut new = Self::of(file, self.last.epoch);
        new.write(&Record::Log { epoch: new.last.epoch })?;
        for (topic, places) in &self.topics {
            // The last id is asked for only where no event is held that says it.
            let is_empty = places.held.is_empty();
            let before = if is_empty { places.last } else { EntryId::start(self.last.epoch) };
            new.write(&Record::End { topic: topic.clone(), position: places.start(), last: before })?;
            *new.places(topic) = Places { held: VecDeque::new(), end: places.start(), last: before };
            for held in &places.held {
                let mut bytes = vec![0; held.len as usize];
                self.file.read_exact_at(&mut bytes, held.at)?;
                new.file.write_all_at(&bytes, new.end)?;
                let at = new.end;
                new.places(topic).add(Held { at, ..*held });
                new.end += held.len;
                new.live += held.len;
            }
        }
        new.last = self.last;
        new.file.sync_data()?;
        Ok(new)
    }
}

impl Places {
    fn add(&mut self, held: Held) {
        self.last = held.id;
        self.held.push_back(held);
        self.end += 1;
    }

    fn start(&self) -> u64 {
        self.end - self.held.len() as u64
    }
}

fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => in_use(),
        TryLockError::Error(error) => error,
    })
}

fn in_use() -> io::Error {
    io::Error::other("another server uses it; several servers share a store by --store redis://...")
}

/// What is made is its owner's alone: notifications are in it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
