//! Each limit and threshold with its reason. A number that only one loop has stands beside that loop.

#[cfg(feature = "alloc")]
use core::time::Duration;

#[cfg(feature = "alloc")]
/// The default of [`DecoderBuilder::max_event_size`](crate::DecoderBuilder::max_event_size): 16 MiB.
///
/// Tool results and base64 images of several MiB in one event are in daily use, so a limit of 1 MiB
/// breaks real streams; what a stranger can make us hold must still be an amount that any
/// server can spare.
///
/// ```
/// assert_eq!(sse_proto::DEFAULT_MAX_EVENT_SIZE, 16 * 1024 * 1024);
/// ```
pub const DEFAULT_MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

#[cfg(feature = "alloc")]
/// No limit is higher than this: an eighth of what an allocation may have, so that no value, repaired to three times its
/// size, and no sum of two of them is too large to ask for. It matters where a pointer has 32 bits: 256 MiB.
#[cfg(feature = "alloc")]
pub(crate) const MOST_EVENT_SIZE: usize = isize::MAX as usize / 8;

#[cfg(feature = "alloc")]
/// Capacity in bytes that a buffer may keep for good: a usual read of a socket, so that no stream of
/// ordinary events ever gives memory back just to ask for it again.
pub(crate) const KEEP_CAPACITY: usize = 64 * 1024;

#[cfg(feature = "alloc")]
/// So many blocks in a row below `KEEP_CAPACITY` shrink buffers that a larger one has grown. Not after
/// each giant: a fresh 1 MiB buffer costs more in page faults than decoding into it.
pub(crate) const CALM_BLOCKS: u8 = 32;

#[cfg(feature = "alloc")]
/// How far ahead of a value its chunk is checked for UTF-8, in bytes: far enough that the pass
/// runs at full speed, near enough that what it has read is still in the first level cache.
pub(crate) const CHECK_AHEAD: usize = 16 * 1024;

#[cfg(feature = "alloc")]
/// The UTF-8 check may start this many bytes before the value, to cover short fields of the same block. Larger would
/// read bad bytes once more for each value.
pub(crate) const CHECK_BEHIND: usize = 256;

#[cfg(feature = "alloc")]
/// From this size on, in bytes, owned data shares the chunk if it is ASCII, instead of being copied: below it a
/// copy is about as cheap as the count, and a small value must not pin a large chunk.
pub(crate) const SHARE_FROM: usize = 4 * 1024;

/// From this size on, in bytes, an id is shared by the owned events that have it, instead of being copied into each: ids of
/// real streams are shorter, and to copy so much takes about as long as the count.
#[cfg(feature = "alloc")]
pub(crate) const SHARE_ID_FROM: usize = 128;

/// Longer copies are made in pieces of this many bytes. Above about this size some `memcpy`s take another way that is ten
/// times as slow where source and destination have nearly equal offsets in their pages. Shorter copies lose nothing.
#[cfg(feature = "alloc")]
pub(crate) const COPY_AT_ONCE: usize = if cfg!(sse_without = "copy_at_once") { usize::MAX } else { 2048 };

/// Text to send is searched for line ends and copied in blocks of this many bytes: the copy then finds its block in the
/// first level cache, and it is below `COPY_AT_ONCE` for the same reason.
pub(crate) const ENCODE_AT_ONCE: usize = 1024;

/// How much the readers read at a time, in bytes: a usual socket buffer's worth.
#[cfg(feature = "std")]
pub(crate) const READ_SIZE: usize = 16 * 1024;

/// So many frames and chunks a stream takes in a row before it gives others a turn: as many steps as a task has in tokio. A
/// source that is always ready would else keep its thread for itself.
#[cfg(feature = "stream")]
pub(crate) const STREAM_TURNS: u8 = 128;

/// This part of a replay log's bytes may be used, in addition, for the ids of evicted events: an eighth is an id of 20 bytes
/// for each event of 160.
#[cfg(feature = "alloc")]
pub(crate) const REMEMBERED_SHARE: usize = 8;

/// The most events that a replay log holds by default.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_LOG_EVENTS: usize = 10_000;

/// The most bytes that a replay log holds by default: as much as one event may have, so that none evicts itself.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_LOG_BYTES: usize = DEFAULT_MAX_EVENT_SIZE;

/// The longest id that a session sends by default, in bytes: what nginx and Apache take at most for one header, 8 KiB with its
/// name. They refuse a longer one each time, and by the standard that would fail the session for good; other servers may take
/// less, or more. What they take is sent, as in the standard.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_MAX_ID_SIZE: usize = 8 * 1024;

/// The most that a response keeps of `Content-Type`, in bytes: what HTTP servers and clients take at most for one header.
#[cfg(feature = "alloc")]
pub(crate) const MOST_CONTENT_TYPE: usize = 8 * 1024;

/// A session's floor is never lower than this: a wait of nothing at all could not double.
#[cfg(feature = "alloc")]
pub(crate) const LEAST_WAIT: Duration = Duration::from_millis(1);

/// A poll that comes later than it was asked for by more than this proves no silence: the machine was suspended, or its
/// scheduler gave no time. Timers are late by milliseconds.
#[cfg(feature = "alloc")]
pub(crate) const LATE_POLL: Duration = Duration::from_secs(1);

/// How often a driver goes on within one poll with nothing to tell: then others get a turn. So many reads of comments take
/// microseconds.
#[cfg(feature = "alloc")]
pub(crate) const READS_AT_ONCE: usize = 64;
