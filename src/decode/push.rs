//! A decoder that owns its bytes: the caller pushes bytes and takes frames.

use alloc::collections::VecDeque;
use core::fmt;

use bytes::Bytes;

use crate::error::DecodeError;
use crate::limits::{KEEP_CAPACITY, SHARE_FROM};

use super::chunk::SharedChunk;
use super::decoder::Decoder;
use super::finish::CutEvent;
use super::owned::FrameBuf;

/// A decoder that owns the bytes it was given: push bytes, then take frames until there are none.
///
/// For bindings, callbacks and channels, where no chunk can stay on the stack. `?` in the middle of the loop loses
/// nothing: the next call continues after the oversized event. Frames are owned ([`FrameBuf`]); large data shares the
/// memory of the pushed bytes.
///
/// ```
/// use sse_proto::{DecodeError, FrameBuf, PushDecoder};
///
/// struct Client {
///     decoder: PushDecoder,
///     seen: Vec<String>,
/// }
///
/// impl Client {
///     fn on_bytes(&mut self, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
///         self.decoder.push_slice(bytes)?;
///         while let Some(frame) = self.decoder.next_frame()? {
///             if let FrameBuf::Event(event) = frame {
///                 self.seen.push(event.data().to_owned());
///             }
///         }
///         Ok(())
///     }
/// }
///
/// let decoder = sse_proto::Decoder::builder().max_event_size(8).build();
/// let mut client = Client { decoder: decoder.into(), seen: Vec::new() };
/// assert!(client.on_bytes(b"data: 1\n\ndata: too large\n\ndata: 2\n\nda").is_err());
/// client.on_bytes(b"ta: 3\n\n")?;
/// assert_eq!(client.seen, ["1", "2", "3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is also an [`Iterator`], which ends when everything that was pushed is decoded, and continues after the next
/// push:
///
/// ```
/// use sse_proto::PushDecoder;
///
/// let mut decoder = PushDecoder::new();
/// decoder.push("data: 1\n\ndata: 2\n\n")?;
/// let frames = decoder.by_ref().collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(frames.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Bounds
///
/// Pushed bytes are kept until they are decoded. A push is always accepted if no bytes are waiting, because its size is
/// the caller's choice. Further pushes are accepted up to [`max_event_size`](crate::DecoderBuilder::max_event_size),
/// or 64 KiB if that is more; each costs 64 bytes in addition to its bytes, and what was pushed after an end that is
/// not reached yet counts from the first byte on. Beyond that, [`PendingFull`] returns the bytes. This also stops a
/// caller that stops at errors and continues to push. Bytes from 4 KiB on that are part of a larger buffer, for
/// example a `Vec` with spare capacity, keep that whole buffer in memory; smaller ones are copied if they must wait.
#[derive(Clone)]
pub struct PushDecoder {
    decoder: Decoder,
    /// The chunk that is being decoded.
    chunk: SharedChunk,
    /// The following chunks; `None` is an end of the stream.
    waiting: VecDeque<Option<Bytes>>,
    /// The cost of `waiting`: at most `most_waiting`, or what was pushed when nothing but an end was waiting.
    cost: usize,
}

/// The cost of an entry of the queue in addition to its bytes: its slot, and the allocation with which `Bytes` is
/// shared.
const ENTRY: usize = 64;

impl Default for PushDecoder {
    fn default() -> Self {
        Self::new()
    }
}

/// A decoder with settings, or one that knows the connection before. A block that was left open there is dropped.
impl From<Decoder> for PushDecoder {
    fn from(mut decoder: Decoder) -> Self {
        decoder.reconnect();
        Self { decoder, chunk: SharedChunk::default(), waiting: VecDeque::new(), cost: 0 }
    }
}

impl PushDecoder {
    /// At the start of a stream, with the settings of [`Decoder::new`]. For others use `From<Decoder>`.
    #[must_use]
    pub fn new() -> Self {
        Decoder::new().into()
    }

    /// Gives it the next bytes of the stream, without a copy: `Bytes`, a `Vec<u8>`, a `String`, something `'static`. For
    /// borrowed bytes take [`PushDecoder::push_slice`].
    ///
    /// # Errors
    ///
    /// [`PendingFull`], with the bytes in it, if too much is waiting to be decoded. Take the frames, then push them again.
    pub fn push(&mut self, bytes: impl Into<Bytes>) -> Result<(), PendingFull> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Ok(());
        }
        let pending = self.pending();
        if pending == 0 && self.waiting.is_empty() {
            self.chunk = SharedChunk::new(bytes);
            return Ok(());
        }
        if pending == 0 {
            self.chunk = SharedChunk::default(); // decoded, but not kept while other bytes wait
        }
        let (limit, wanted) = (self.most_waiting(), bytes.len().saturating_add(ENTRY));
        // If nothing but an end waits, the size is the caller's choice, too.
        if pending > 0 && wanted > limit.saturating_sub(self.cost) {
            return Err(PendingFull { bytes, pending, limit });
        }
        self.cost = self.cost.saturating_add(wanted);
        // Small bytes may be part of a large buffer, or a `Vec` with spare capacity.
        let bytes = if bytes.len() < SHARE_FROM { Bytes::copy_from_slice(&bytes) } else { bytes };
        self.waiting.push_back(Some(bytes));
        Ok(())
    }

    /// Like [`PushDecoder::push`], with a copy of `bytes`.
    ///
    /// # Errors
    ///
    /// Like [`PushDecoder::push`].
    pub fn push_slice(&mut self, bytes: &[u8]) -> Result<(), PendingFull> {
        self.push(Bytes::copy_from_slice(bytes))
    }

    /// Marks the end of the stream after the pushed bytes. When they are decoded, the setting
    /// [`unfinished`](crate::DecoderBuilder::unfinished) decides whether an unfinished event is yielded or discarded.
    /// Bytes that are pushed afterwards belong to the next connection.
    ///
    /// ```
    /// use sse_proto::{Decoder, FrameBuf, PushDecoder, Unfinished};
    ///
    /// let mut decoder = PushDecoder::from(Decoder::builder().unfinished(Unfinished::Anything).build());
    /// decoder.push("data: [DONE]")?;
    /// assert_eq!(decoder.next_frame()?, None);
    /// decoder.end();
    /// assert!(matches!(decoder.next_frame()?, Some(FrameBuf::Event(event)) if event.data() == "[DONE]"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end(&mut self) {
        // Two ends without bytes between them count as one.
        if self.waiting.back() != Some(&None) {
            self.cost = self.cost.saturating_add(ENTRY);
            self.waiting.push_back(None);
        }
    }

    /// The next frame of what was pushed; `None` when all of it is decoded.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] when an event, or a comment that was asked for, is larger than the limit. The next call goes on after
    /// it.
    pub fn next_frame(&mut self) -> Result<Option<FrameBuf>, DecodeError> {
        loop {
            if let Some(frame) = self.decoder.decode_shared(&mut self.chunk)? {
                return Ok(Some(frame));
            }
            let Some(next) = self.waiting.pop_front() else {
                self.let_go();
                return Ok(None);
            };
            self.cost -= ENTRY + next.as_ref().map_or(0, Bytes::len);
            match next {
                Some(bytes) => self.chunk = SharedChunk::new(bytes),
                None => {
                    let last = self.decoder.finish_event_buf(CutEvent::GivenOut).map(FrameBuf::from);
                    self.decoder.reconnect();
                    if last.is_some() {
                        return Ok(last);
                    }
                }
            }
        }
    }

    /// A new connection, at once: drops what was pushed and not decoded yet, and the open block. Keeps the last event ID and the
    /// reconnection time ([`Decoder::reconnect`]).
    ///
    /// ```
    /// use sse_proto::PushDecoder;
    ///
    /// let mut decoder = PushDecoder::new();
    /// decoder.push("id: 7\n\ndata: cut")?;
    /// assert_eq!(decoder.next_frame()?, None);
    /// decoder.reconnect();
    /// decoder.push("data: x\n\n")?;
    /// assert!(decoder.next_frame()?.is_some());
    /// assert_eq!(decoder.into_decoder().last_event_id(), "7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reconnect(&mut self) {
        self.decoder.reconnect();
        self.waiting.clear();
        self.cost = 0;
        self.let_go();
    }

    /// Nothing is waiting: releases the last chunk and the capacity of a long queue.
    fn let_go(&mut self) {
        self.chunk = SharedChunk::default();
        self.waiting.shrink_to(KEEP_CAPACITY / ENTRY);
    }

    /// The number of bytes that were pushed and are not decoded yet.
    ///
    /// ```
    /// let mut decoder = sse_proto::PushDecoder::new();
    /// decoder.push("data: 1\n")?;
    /// assert_eq!(decoder.pending(), 8);
    /// assert_eq!(decoder.next_frame()?, None);
    /// assert_eq!(decoder.pending(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pending(&self) -> usize {
        self.chunk.rest().len() + (self.cost - ENTRY * self.waiting.len())
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder. What was pushed and is not decoded yet is dropped.
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }

    fn most_waiting(&self) -> usize {
        self.decoder.max_event_size().max(KEEP_CAPACITY)
    }
}

/// Ends when all that was pushed is decoded; goes on after the next push.
impl Iterator for PushDecoder {
    type Item = Result<FrameBuf, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_frame().transpose()
    }
}

impl fmt::Debug for PushDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushDecoder")
            .field("decoder", &self.decoder)
            .field("pending", &self.pending())
            .finish()
    }
}

/// Too many bytes are waiting to be decoded. Returned by [`PushDecoder::push`], which has accepted nothing.
///
/// ```
/// use sse_proto::PushDecoder;
///
/// let mut decoder = PushDecoder::from(sse_proto::Decoder::builder().max_event_size(8).build());
/// decoder.push(vec![b'\n'; 10])?;
/// let full = decoder.push(vec![b'\n'; 100_000]).unwrap_err();
/// assert_eq!(
///     full.to_string(),
///     "100000 bytes do not fit beside 10 that are not decoded yet (at most 65536 may wait); take frames until there are none"
/// );
/// while let Some(_frame) = decoder.next_frame()? {}
/// decoder.push(full.into_bytes())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "{} bytes do not fit beside {pending} that are not decoded yet (at most {limit} may wait); take frames until there are none",
    .bytes.len()
)]
pub struct PendingFull {
    bytes: Bytes,
    pending: usize,
    limit: usize,
}

impl PendingFull {
    /// The bytes that were not accepted.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}
