//! The configuration of a decoder.

use crate::decode::decoder::Decoder;
use crate::decode::engine::step::Engine;
use crate::decode::settings::{OversizedId, Unfinished};
use crate::field::EventId;
use crate::limits::MOST_EVENT_SIZE;

/// The configuration of a [`Decoder`]. Made by [`Decoder::builder`].
///
/// ```
/// use sse_proto::{Decoder, EventId};
///
/// let decoder = Decoder::builder()
///     .max_event_size(1024 * 1024)
///     .comments(true)
///     .last_event_id(EventId::new("41")?)
///     .build();
/// assert_eq!(decoder.last_event_id(), "41");
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct DecoderBuilder {
    engine: Engine,
    unfinished: Unfinished,
}

impl Default for DecoderBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl DecoderBuilder {
    pub(crate) fn new() -> Self {
        Self { engine: Engine::new(), unfinished: Unfinished::default() }
    }

    /// The maximum size of the values of one block, in bytes: each data line counts as 1 and its value, each event
    /// type and id as its value. The default is [`DEFAULT_MAX_EVENT_SIZE`](crate::DEFAULT_MAX_EVENT_SIZE).
    ///
    /// A larger block gives one [`DecodeError`](crate::DecodeError) and is skipped. Names, line ends, unknown fields
    /// and comments do not count; if comments are enabled, each comment has the same limit separately. The decoder
    /// never holds more than ten times the limit and 1 MiB, and much less on ordinary streams.
    ///
    /// The default is enough for an image of 12 MiB in base64; a stream of larger ones needs a larger limit. No limit is higher
    /// than an eighth of `isize::MAX`: 256 MiB where a pointer has 32 bits.
    ///
    /// ```
    /// let decoder = sse_proto::Decoder::builder().max_event_size(1024 * 1024).build(); // 1 MiB
    /// ```
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.engine.block.set_limit(bytes.min(MOST_EVENT_SIZE));
        self
    }

    /// Whether comments come as frames. Off by default; then a comment is skipped at the cost of finding its end.
    ///
    /// To detect whether a connection is alive, watch its bytes instead: keep-alives are also bytes.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, Frame};
    ///
    /// let mut decoder = Decoder::builder().comments(true).build();
    /// assert_eq!(decoder.decode(&mut Chunk::new(b":hi\n"))?, Some(Frame::Comment("hi")));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn comments(mut self, yes: bool) -> Self {
        self.engine.comments = yes;
        self
    }

    /// What happens to the id of an event that is over the limit. The default is the standard's.
    ///
    /// ```
    /// use sse_proto::{Decoder, OversizedId};
    ///
    /// let decoder = Decoder::builder().oversized_id(OversizedId::Discard).build();
    /// ```
    pub fn oversized_id(mut self, policy: OversizedId) -> Self {
        self.engine.oversized_id = policy;
        self
    }

    /// What happens to an event whose blank line does not arrive before the stream ends. The default is the
    /// standard's: it is discarded.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, Unfinished};
    ///
    /// let mut decoder = Decoder::builder().unfinished(Unfinished::WholeLines).build();
    /// assert!(decoder.decode(&mut Chunk::new(b"data: [DONE]\n"))?.is_none());
    /// assert_eq!(decoder.finish().event().unwrap().data(), "[DONE]");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn unfinished(mut self, setting: Unfinished) -> Self {
        self.unfinished = setting;
        self
    }

    /// The initial last event ID, for example one saved by an earlier run.
    ///
    /// ```
    /// use sse_proto::{Decoder, EventId};
    ///
    /// let decoder = Decoder::builder().last_event_id(EventId::from_static("41")).build();
    /// assert_eq!(decoder.last_event_id(), "41");
    /// ```
    pub fn last_event_id(mut self, id: EventId<'_>) -> Self {
        self.engine.last_event_id.set(id.as_str());
        self
    }

    /// The decoder, at the start of a stream.
    ///
    /// ```
    /// let decoder = sse_proto::Decoder::builder().build(); // as `Decoder::new()`
    /// ```
    #[must_use]
    pub fn build(self) -> Decoder {
        Decoder { engine: self.engine, unfinished: self.unfinished }
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a stream: no comments, at most [`DEFAULT_MAX_EVENT_SIZE`](crate::DEFAULT_MAX_EVENT_SIZE) bytes an event.
    ///
    /// ```
    /// assert!(sse_proto::Decoder::new().last_event_id().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A decoder with other settings.
    ///
    /// ```
    /// let decoder = sse_proto::Decoder::builder().comments(true).build();
    /// ```
    pub fn builder() -> DecoderBuilder {
        DecoderBuilder::new()
    }
}
