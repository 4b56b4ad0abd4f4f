//! Events in Redis Streams (Redis 7), for any number of servers. Each topic is a stream, whose entries' ids are the second half of
//! ours; the first is an epoch that is kept beside it, so that a store made anew is told apart. A message on a channel says that a
//! topic has news; it may be lost, the entry is not.
//!
//! The keys of a topic hold its name in braces, so that a Redis cluster keeps them together. Epochs are microseconds, so that no two
//! topics have the same, and the id of one is unknown in the others.
//!
//! Scripts, so that an answer is of one moment: a page, and what was oldest when it was read.

use std::error::Error;
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, RedisError, Script, Value};
use futures::StreamExt;
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::{Keep, News, OpenError, Page, StoreError};
use crate::clock::Clock;
use crate::entry::{Draft, Entry, EntryId};
use crate::topic_name::TopicName;

/// For an answer, and for a connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// After this time without a word of the server that makes the board's events, another one does.
const LEASE: Duration = Duration::from_secs(3);
const CHANNEL: &str = "live:news";

/// What both scripts begin with.
const EPOCH: &str = "
local epoch = redis.call('GET', KEYS[2])
if not epoch then
    local time = redis.call('TIME')
    epoch = time[1] .. string.format('%06d', time[2])
    redis.call('SET', KEYS[2], epoch)
end";

/// Of the topic's stream and its epoch: the event, how many to keep, the oldest time to keep, the topic's name.
const APPEND: &str = "
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[3], '*', 'kind', ARGV[1], 'data', ARGV[2])
if ARGV[4] ~= '0' then redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[4]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return {epoch, id}";

/// Of the same keys: the epoch of the place, the place, how many, the oldest time to keep.
const READ: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return {epoch, '0-0', 0, 0, false, {}} end
if ARGV[4] ~= '0' then redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[4]) end
local info = {}
local reply = redis.call('XINFO', 'STREAM', KEYS[1])
for at = 1, #reply, 2 do info[reply[at]] = reply[at + 1] end
local from = '-'
if ARGV[1] == epoch then from = '(' .. ARGV[2] end
local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3])
local first = info['first-entry']
return {epoch, info['last-generated-id'], info['entries-added'], info['length'], first and first[1], entries}";

pub struct RedisStore {
    /// Where it is, without the password that a URL may hold.
    place: String,
    keep: Keep,
    clock: Clock,
    connection: ConnectionManager,
    append: Script,
    read: Script,
    news: broadcast::Sender<News>,
    /// Who this process is to the others.
    name: String,
}

impl RedisStore {
    /// It connects when it is first asked, and again by itself.
    pub fn open(url: &str, keep: Keep, clock: Clock) -> Result<Self, OpenError> {
        let not_a_url = |_| OpenError::Url {
            what: "not an address like redis://127.0.0.1:6379/ (TLS, rediss://, is not supported)".into(),
        };
        let client = Client::open(url).map_err(not_a_url)?;
        let place = format!("redis://{}", client.get_connection_info().addr());
        let error = |what: &dyn std::fmt::Display| OpenError::Url { what: format!("{place}: {what}") };
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(PATIENCE))
            .set_connection_timeout(Some(PATIENCE))
            .set_max_delay(Duration::from_secs(1))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)
            .map_err(|problem| error(&problem))?;
        let news = broadcast::Sender::new(1024);
        tokio::spawn(listen(client, news.clone()));
        let key = super::random_key().map_err(|problem| error(&problem))?;
        let name = key[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let (append, read) =
            (Script::new(&format!("{EPOCH}{APPEND}")), Script::new(&format!("{EPOCH}{READ}")));
        Ok(Self { place, keep, clock, connection, append, read, news, name })
    }

    pub async fn append(&self, topic: &TopicName, draft: &Draft) -> Result<EntryId, StoreError> {
        let retention = self.keep.of(topic);
        let mut call = self.append.key(key_of(topic, "events"));
        call.key(key_of(topic, "epoch")).arg(draft.kind.as_str()).arg(&draft.data).arg(retention.events);
        call.arg(retention.oldest_ms(self.clock.now())).arg(CHANNEL).arg(topic.to_string());
        let reply = call.invoke_async(&mut self.connection.clone()).await;
        let (epoch, id): (u64, String) = reply.map_err(|error| self.error(&error))?;
        entry_id(epoch, &id)
    }

    pub async fn read(&self, topic: &TopicName, after: EntryId, count: usize) -> Result<Page, StoreError> {
        let retention = self.keep.of(topic);
        let mut call = self.read.key(key_of(topic, "events"));
        call.key(key_of(topic, "epoch"))
            .arg(after.epoch)
            .arg(format!("{}-{}", after.ms, after.seq))
            .arg(count);
        call.arg(retention.oldest_ms(self.clock.now()));
        let reply = call.invoke_async(&mut self.connection.clone()).await;
        let (epoch, last, end, length, oldest, found): Reply = reply.map_err(|error| self.error(&error))?;
        let mut entries = Vec::with_capacity(found.len());
        for (id, fields) in found {
            let [_, kind, _, data] = fields.try_into().map_err(|_| self.foreign(topic))?;
            entries.push(Entry { id: entry_id(epoch, &id)?, kind, data });
        }
        let oldest = match oldest {
            Value::BulkString(id) => Some(entry_id(epoch, &String::from_utf8_lossy(&id))?),
            _ => None,
        };
        Ok(Page { entries, oldest, last: entry_id(epoch, &last)?, start: end.saturating_sub(length), end })
    }

    pub fn keep(&self) -> Keep {
        self.keep
    }

    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    pub async fn lead(&self) -> Result<bool, StoreError> {
        let script = Script::new(
            "local leader = redis.call('GET', KEYS[1])
            if leader and leader ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1",
        );
        let mut call = script.key("live:leader");
        call.arg(&self.name).arg(LEASE.as_millis() as u64);
        call.invoke_async(&mut self.connection.clone()).await.map_err(|error| self.error(&error))
    }

    pub async fn cookie_key(&self) -> Result<[u8; 64], StoreError> {
        let new = super::random_key().map_err(|error| StoreError(error.to_string()))?;
        let mut connection = self.connection.clone();
        let mut both = ::redis::pipe();
        both.atomic().cmd("SET").arg("live:key").arg(&new[..]).arg("NX").ignore().cmd("GET").arg("live:key");
        let (key,): (Vec<u8>,) =
            both.query_async(&mut connection).await.map_err(|error| self.error(&error))?;
        key.try_into().map_err(|_| StoreError(format!("{}: live:key is not a key of 64 bytes", self.place)))
    }

    fn error(&self, error: &RedisError) -> StoreError {
        StoreError(format!("{}: {error}", self.place))
    }

    fn foreign(&self, topic: &TopicName) -> StoreError {
        StoreError(format!(
            "{}: {} holds what no `live serve` has written",
            self.place,
            key_of(topic, "events")
        ))
    }
}

/// What `READ` returns: the epoch, the last id, how many events ever, how many held, the oldest of them, the page.
type Reply = (u64, String, u64, u64, Value, Vec<(String, Vec<String>)>);

fn key_of(topic: &TopicName, what: &str) -> String {
    format!("live:{{{topic}}}:{what}")
}

/// Redis's half of an id, made whole.
fn entry_id(epoch: u64, id: &str) -> Result<EntryId, StoreError> {
    format!("{epoch}-{id}").parse().map_err(|error| StoreError(format!("{id:?} of Redis: {error}")))
}

/// Passes on which topics have news. After each time that it was not connected, all may have.
async fn listen(client: Client, news: broadcast::Sender<News>) {
    loop {
        // Why it ended is what the next call of the store will say, too.
        let _ = hear(&client, &news).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn hear(client: &Client, news: &broadcast::Sender<News>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (mut channel, mut messages) = timeout(PATIENCE, client.get_async_pubsub()).await??.split();
    timeout(PATIENCE, channel.subscribe(CHANNEL)).await??;
    // An error of `send` means that nobody listens.
    let _ = news.send(None);
    loop {
        match timeout(PATIENCE, messages.next()).await {
            Ok(Some(message)) => {
                let topic = message.get_payload::<String>().ok().and_then(|name| name.parse().ok());
                let _ = news.send(topic);
            }
            Ok(None) => return Ok(()),
            // Quiet; or the other end is gone without a word.
            Err(_) => timeout(PATIENCE, channel.ping::<()>()).await??,
        }
    }
}
