//! The configuration of a decoder without a heap.

use crate::decode::settings::{OversizedId, Unfinished};

use super::interpreter::Interpreter;
use super::slice_decoder::SliceDecoder;

/// The configuration of a [`SliceDecoder`]. Made by [`SliceDecoder::builder`].
///
/// ```
/// use sse_proto::{SliceDecoder, Unfinished};
///
/// let mut buffer = [0; 512];
/// let decoder = SliceDecoder::builder().comments(true).unfinished(Unfinished::WholeLines).build(&mut buffer);
/// assert_eq!(decoder.capacity(), 512);
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[must_use]
pub struct SliceDecoderBuilder {
    comments: bool,
    oversized_id: OversizedId,
    unfinished: Unfinished,
}

impl SliceDecoderBuilder {
    /// Whether comments come as frames. Off by default; then a comment is skipped, and needs no room.
    ///
    /// If they are enabled, a comment needs room beside the open block until the next call.
    ///
    /// ```
    /// use sse_proto::{Chunk, Frame, SliceDecoder};
    ///
    /// let mut buffer = [0; 16];
    /// let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
    /// assert_eq!(decoder.decode(&mut Chunk::new(b":hi\n"))?, Some(Frame::Comment("hi")));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub const fn comments(mut self, yes: bool) -> Self {
        self.comments = yes;
        self
    }

    /// What becomes of the id of an event that does not fit. The default is the standard's: it becomes the last event ID.
    ///
    /// ```
    /// use sse_proto::{OversizedId, SliceDecoder};
    ///
    /// let mut buffer = [0; 512];
    /// let decoder = SliceDecoder::builder().oversized_id(OversizedId::Discard).build(&mut buffer);
    /// ```
    pub const fn oversized_id(mut self, policy: OversizedId) -> Self {
        self.oversized_id = policy;
        self
    }

    /// What becomes of an event whose blank line does not come before the stream ends. The default is the standard's: it is
    /// discarded.
    ///
    /// ```
    /// use sse_proto::{Chunk, SliceDecoder, Unfinished};
    ///
    /// let mut buffer = [0; 512];
    /// let mut decoder = SliceDecoder::builder().unfinished(Unfinished::WholeLines).build(&mut buffer);
    /// assert!(decoder.decode(&mut Chunk::new(b"data: [DONE]\n"))?.is_none());
    /// assert_eq!(decoder.finish().event().unwrap().data(), "[DONE]");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub const fn unfinished(mut self, setting: Unfinished) -> Self {
        self.unfinished = setting;
        self
    }

    /// The decoder, at the start of a stream. What `buffer` holds does not matter.
    ///
    /// ```
    /// let mut buffer = [0; 512];
    /// let decoder = sse_proto::SliceDecoder::builder().build(&mut buffer); // like `SliceDecoder::new`
    /// ```
    #[must_use]
    pub fn build(self, buffer: &mut [u8]) -> SliceDecoder<'_> {
        let interpreter = Interpreter::new(buffer, self.comments, self.oversized_id);
        SliceDecoder { interpreter, unfinished: self.unfinished }
    }
}

impl<'b> SliceDecoder<'b> {
    /// A decoder at the start of a stream, without comments. What `buffer` holds does not matter.
    ///
    /// ```
    /// let mut buffer = [0; 512];
    /// assert!(sse_proto::SliceDecoder::new(&mut buffer).last_event_id().is_empty());
    /// ```
    #[must_use]
    pub fn new(buffer: &'b mut [u8]) -> Self {
        SliceDecoderBuilder::default().build(buffer)
    }
}

impl SliceDecoder<'_> {
    /// A decoder with other settings.
    ///
    /// ```
    /// let mut buffer = [0; 512];
    /// let decoder = sse_proto::SliceDecoder::builder().comments(true).build(&mut buffer);
    /// ```
    pub fn builder() -> SliceDecoderBuilder {
        SliceDecoderBuilder::default()
    }
}
