//! The end of a stream: what of the open block is still told, and what stays for the next connection.

use crate::decode::decoder::Decoder;
use crate::decode::engine::found::Lent;
use crate::decode::engine::step::Engine;
use crate::decode::event::{End, Event, Truncated};
use crate::decode::owned::EventBuf;
use crate::field::{EventId, EventType};
use crate::limits::SHARE_ID_FROM;
use crate::scan::scanner::Scanner;

/// What becomes of an unfinished event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CutEvent {
    /// The caller sees it, and may use it if the setting takes it.
    Shown,
    /// It is yielded like any other.
    GivenOut,
    /// Another connection follows, which brings it again. Or if none does, no event follows.
    Dropped,
}

impl Decoder {
    /// Ends the stream and resets the decoder like [`Decoder::reconnect`]. If the stream stopped inside a block, returns what
    /// that block held: the standard discards it, but some servers omit the last blank line. [`End::event`] is the event
    /// in it if the setting [`DecoderBuilder::unfinished`](crate::DecoderBuilder::unfinished) takes it.
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder, End};
    ///
    /// let mut decoder = Decoder::new();
    /// assert!(decoder.decode(&mut Chunk::new(b"data: [DONE]\n"))?.is_none());
    /// let End::Truncated(block) = decoder.finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "[DONE]");
    /// assert_eq!(decoder.finish(), End::Clean);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn finish(&mut self) -> End<'_> {
        self.finish_with(CutEvent::Shown)
    }

    pub(crate) fn finish_with(&mut self, cut: CutEvent) -> End<'_> {
        let Engine { scanner, block, last_event_id, id_is_new, lent, ready, .. } = {
            self.engine.take_back();
            &mut self.engine
        };
        let unfinished = self.unfinished;
        let open_line = scanner.open_line();
        let (has_data, has_id) = (block.has_data, block.has_id);
        let holds = has_data || has_id || block.skipping || block.event_type.len() > 0;
        *scanner = Scanner::new();
        block.abandon();
        (*lent, *ready) = (Lent::End, false);
        if !holds && open_line.is_none() {
            return End::Clean;
        }
        let is_news = has_id || *id_is_new;
        // Its id is told with it. An id of its own does not count, so then the next event tells the one that does.
        match cut {
            CutEvent::GivenOut => *id_is_new = has_id,
            CutEvent::Shown => *id_is_new |= has_id && has_data && unfinished.takes(open_line.is_some()),
            CutEvent::Dropped => {}
        }
        let event = has_data.then(|| Event {
            event_type: EventType::decoded(block.event_type.text()),
            data: block.data.text(),
            last_event_id: EventId::decoded(if has_id { block.id.text() } else { last_event_id.as_str() }),
            id_is_new: is_news,
        });
        End::Truncated(Truncated { event, in_line: open_line.is_some(), unfinished })
    }

    /// At the end of an adapter's source, unless `Chunks::have_failed`: the unfinished event, if the setting takes it. If it takes none, the open block stays
    /// for whoever calls `finish`.
    pub(crate) fn finish_event(&mut self, cut: CutEvent) -> Option<Event<'_>> {
        let in_line = self.engine.scanner.open_line().is_some();
        if self.engine.block.has_data && self.unfinished.takes(in_line) {
            self.finish_with(cut).event()
        } else {
            None
        }
    }

    /// The same, owned. Like in other owned events a long id is shared, unless it is an id of the open block, which does not count.
    pub(crate) fn finish_event_buf(&mut self, cut: CutEvent) -> Option<EventBuf> {
        let shares = !self.engine.block.has_id && self.engine.last_event_id.as_str().len() >= SHARE_ID_FROM;
        let event = EventBuf::copy_some(self.finish_event(cut)?, shares);
        self.take_back();
        Some(if shares { event.sharing(None, Some(self.engine.last_event_id.share())) } else { event })
    }

    /// Releases what the last frame, or the last `finish`, has lent.
    pub(crate) fn take_back(&mut self) {
        self.engine.take_back();
    }

    /// Prepares for a new connection: keeps the last event ID and the reconnection time, drops the open block, and allows a
    /// byte order mark again (9.2.3).
    ///
    /// ```
    /// use sse_proto::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.decode(&mut Chunk::new(b"id: 1\n\ndata: lost"))?;
    /// decoder.reconnect();
    /// let mut chunk = Chunk::new(b"\xEF\xBB\xBFdata: x\n\n");
    /// let event = decoder.decode_event(&mut chunk)?.unwrap();
    /// assert_eq!((event.data(), event.last_event_id().as_str()), ("x", "1"));
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn reconnect(&mut self) {
        self.engine.reconnect();
    }
}
