//! Each limit and threshold with its reason. A number that only one loop uses is beside that loop.

#[cfg(feature = "alloc")]
use core::time::Duration;

/// The default of [`DecoderBuilder::max_event_size`](crate::DecoderBuilder::max_event_size): 16 MiB.
///
/// Tool results and base64 images of several MiB in one event are common, so a limit of 1 MiB breaks real streams.
/// But the memory that an untrusted peer can make us hold must still be an amount that any server can spare.
///
/// ```
/// assert_eq!(sse_proto::DEFAULT_MAX_EVENT_SIZE, 16 * 1024 * 1024);
/// ```
#[cfg(feature = "alloc")]
pub const DEFAULT_MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

/// No limit is higher than this: an eighth of the maximum size of an allocation. So no value, repaired to three times
/// its size, and no sum of two of them is too large to allocate. This matters on targets with 32-bit pointers: 256
/// MiB.
#[cfg(feature = "alloc")]
pub(crate) const MOST_EVENT_SIZE: usize = isize::MAX as usize / 8;

/// Capacity in bytes that a buffer may keep permanently: a usual socket read. So a stream of ordinary events never
/// releases memory only to allocate it again.
#[cfg(feature = "alloc")]
pub(crate) const KEEP_CAPACITY: usize = 64 * 1024;

/// After this many blocks in a row below `KEEP_CAPACITY`, buffers that a larger block has grown are shrunk. Not after
/// each large block: a fresh 1 MiB buffer costs more in page faults than decoding into it.
#[cfg(feature = "alloc")]
pub(crate) const CALM_BLOCKS: u8 = 32;

/// How many bytes ahead of a value its chunk is checked for UTF-8: enough that the pass runs at full speed, and few
/// enough that its bytes are still in the first level cache.
#[cfg(feature = "alloc")]
pub(crate) const CHECK_AHEAD: usize = 16 * 1024;

/// The UTF-8 check may start this many bytes before the value, to cover short fields of the same block. Larger would
/// read bad bytes once more for each value.
#[cfg(feature = "alloc")]
pub(crate) const CHECK_BEHIND: usize = 256;

/// From this size on, in bytes, owned data shares the chunk if it is ASCII, instead of being copied. Below it a copy
/// is about as cheap as the reference count, and a small value must not keep a large chunk in memory.
#[cfg(feature = "alloc")]
pub(crate) const SHARE_FROM: usize = 4 * 1024;

/// From this size on, in bytes, owned events share an id instead of copying it. The ids of real streams are shorter,
/// and a copy of this size takes about as long as the reference count.
#[cfg(feature = "alloc")]
pub(crate) const SHARE_ID_FROM: usize = 128;

/// Longer copies are made in pieces of this many bytes. Above about this size some `memcpy`s switch to a method that
/// is ten times slower if source and destination have nearly equal offsets in their pages. Shorter copies lose
/// nothing.
#[cfg(feature = "alloc")]
pub(crate) const COPY_AT_ONCE: usize = if cfg!(sse_without = "copy_at_once") { usize::MAX } else { 2048 };

/// Text to send is searched for line ends and copied in blocks of this many bytes. So the copy finds its block in the
/// first level cache; the size is also below `COPY_AT_ONCE`.
pub(crate) const ENCODE_AT_ONCE: usize = 1024;

/// The number of bytes that readers read at a time: the size of a usual socket buffer.
#[cfg(feature = "std")]
pub(crate) const READ_SIZE: usize = 16 * 1024;

/// A stream handles this many frames and chunks in a row before it yields to other tasks: as many steps as a task has
/// in tokio. Otherwise a source that is always ready would keep its thread for itself.
#[cfg(feature = "stream")]
pub(crate) const STREAM_TURNS: u8 = 128;

/// This part of a replay log's bytes may be used, in addition, for the ids of evicted events: an eighth is an id of
/// 20 bytes for each event of 160.
#[cfg(feature = "alloc")]
pub(crate) const REMEMBERED_SHARE: usize = 8;

/// The default maximum number of events in a replay log.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_LOG_EVENTS: usize = 10_000;

/// The default maximum number of bytes in a replay log: the maximum size of one event, so that no event evicts
/// itself.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_LOG_BYTES: usize = DEFAULT_MAX_EVENT_SIZE;

/// The longest id that a session sends by default, in bytes: 8 KiB with the header's name, the maximum that nginx and
/// Apache accept for one header. They refuse a longer one each time, and by the standard that would fail the session
/// permanently. Other servers may accept less or more. An id up to this length is sent, as the standard requires.
#[cfg(feature = "alloc")]
pub(crate) const DEFAULT_MAX_ID_SIZE: usize = 8 * 1024;

/// The maximum number of bytes that a response keeps of `Content-Type`: the maximum that HTTP servers and clients
/// accept for one header.
#[cfg(feature = "alloc")]
pub(crate) const MOST_CONTENT_TYPE: usize = 8 * 1024;

/// A session's minimum wait is never lower than this: a wait of zero could not double.
#[cfg(feature = "alloc")]
pub(crate) const LEAST_WAIT: Duration = Duration::from_millis(1);

/// If a poll comes later than requested by more than this, it does not prove silence: the machine was suspended, or
/// its scheduler gave no time. Ordinary timers are late by milliseconds.
#[cfg(feature = "alloc")]
pub(crate) const LATE_POLL: Duration = Duration::from_secs(1);

/// How many times a driver may continue within one poll without an update for the caller; then it yields to other
/// tasks. This many reads of comments take microseconds.
#[cfg(feature = "alloc")]
pub(crate) const READS_AT_ONCE: usize = 64;
