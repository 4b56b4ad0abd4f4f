//! Settings for choices that the standard leaves open, and for servers that deviate from it.

/// What happens to the `id` of an event that was skipped because it is over the limit.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Chunk, Decoder, OversizedId};
///
/// let stream = b"data: too large\nid: 7\n\n";
/// for (policy, last_event_id) in [(OversizedId::Commit, "7"), (OversizedId::Discard, "")] {
///     let mut decoder = Decoder::builder().max_event_size(4).oversized_id(policy).build();
///     let mut chunk = Chunk::new(stream);
///     assert!(decoder.decode(&mut chunk).is_err());
///     assert!(decoder.decode(&mut chunk).unwrap().is_none());
///     assert_eq!(decoder.last_event_id(), last_event_id);
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OversizedId {
    /// It becomes the last event ID, as in the standard: a reconnect continues after the event.
    #[default]
    Commit,
    /// The id is dropped and the last event ID stays as it was. A reconnect before the next id gets the event again; that id moves
    /// past it. Useful if you reconnect at the error, with a larger limit. Without a larger limit the client loops on the same event.
    Discard,
}

/// What happens to an event whose blank line does not arrive before the stream ends.
///
/// The standard discards it (WHATWG HTML 9.2.6), but some servers leave out the last blank line, or even the last line end.
/// A client that reconnects asks for the event again instead. So an [`EventSource`](crate::driver::EventSource) uses the setting only
/// where it does not connect again: with [`Reconnect::Never`](crate::session::Reconnect::Never), with `IfResumable` and no place to
/// name, or after the last of `max_attempts`.
///
/// The readers and streams obey this setting at the end of their source, [`PushDecoder`](crate::PushDecoder) at
/// [`end`](crate::PushDecoder::end), and after [`Decoder::finish`](crate::Decoder::finish) it is
/// [`End::event`](crate::End::event) that follows it. A source that fails has not ended: then the event is discarded.
///
/// Keep the default if a broken connection is made again: then the whole event comes again.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Decoder, PushDecoder, Unfinished};
///
/// for (setting, seen) in [(Unfinished::Discard, 1), (Unfinished::WholeLines, 1), (Unfinished::Anything, 2)] {
///     let decoder = Decoder::builder().unfinished(setting).build();
///     let mut events = PushDecoder::from(decoder);
///     events.push("data: 1\n\ndata: [DONE]")?;
///     events.end();
///     assert_eq!(events.count(), seen);
/// }
/// # Ok::<(), sse_proto::PendingFull>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unfinished {
    /// It is discarded, as in the standard.
    #[default]
    Discard,
    /// It is yielded if the stream ended with a line end, so that each of its lines is whole.
    WholeLines,
    /// It is yielded, even if the stream ended inside a line: the end of its data may be missing. For data that shows
    /// by itself whether it is complete, such as JSON or `[DONE]`.
    Anything,
}

impl Unfinished {
    /// Whether it yields the event of a stream that ended, inside a line or not.
    pub(crate) const fn takes(self, in_line: bool) -> bool {
        match self {
            Self::Discard => false,
            Self::WholeLines => !in_line,
            Self::Anything => true,
        }
    }
}
