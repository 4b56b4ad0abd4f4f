//! Turns places into text: the last step of each view. The engine returns the places of a frame's values, in the
//! chunk or in a buffer. This module checks the values, repairs them if necessary, and lends them.

use core::ops::Range;

use crate::field::{EventId, EventType};
use crate::limits::CHECK_BEHIND;

use super::bytes_event::BytesEvent;
use super::chunk::Chunk;
use super::decoder::Decoder;
use super::engine::found::{Found, Lent};
use super::engine::step::Engine;
use super::event::Event;
use super::place::Place;
use super::value_buf::ValueBuf;

impl Decoder {
    /// An event that has only data.
    #[inline(always)]
    pub(super) fn data_event<'d, 'i: 'd>(
        &'d mut self,
        data: Range<usize>,
        chunk: &mut Chunk<'i>,
    ) -> Event<'d> {
        let Engine { block, lent, ready, last_event_id, .. } = &mut self.engine;
        Event {
            event_type: EventType::decoded(""),
            data: text_in(data.clone(), data.start, chunk, &mut block.data, (lent, ready), Lent::Event),
            last_event_id: EventId::decoded(last_event_id.as_str()),
            id_is_new: false,
        }
    }

    /// The event whose values are at the places of `found`.
    #[inline(always)]
    pub(super) fn found_event<'d, 'i: 'd>(&'d mut self, found: Found, chunk: &mut Chunk<'i>) -> Event<'d> {
        let Found { first, event_type, data, id, id_is_new } = found;
        let Engine { block, lent, ready, last_event_id, .. } = &mut self.engine;
        // The last value is checked first: if the chunk ends with the block, nothing is left to check after it.
        let data = text_at(data, first, chunk, &mut block.data, (lent, ready), Lent::Event);
        if let Some(range) = id.in_chunk() {
            match chunk.text(range.clone(), first) {
                Some(text) => last_event_id.set(text),
                None => last_event_id.decode(chunk.bytes(range)),
            }
        }
        let event_type = text_at(event_type, first, chunk, &mut block.event_type, (lent, ready), Lent::Event);
        Event {
            event_type: EventType::decoded(event_type),
            data,
            last_event_id: EventId::decoded(last_event_id.as_str()),
            id_is_new,
        }
    }

    /// An event that has only data, which is not checked.
    #[inline(always)]
    pub(super) fn data_bytes_event<'d, 'i: 'd>(
        &'d mut self,
        data: Range<usize>,
        chunk: &mut Chunk<'i>,
    ) -> BytesEvent<'d> {
        BytesEvent {
            event_type: EventType::decoded(""),
            data: chunk.bytes(data),
            last_event_id: self.last_event_id(),
            id_is_new: false,
        }
    }

    /// An event whose data is not checked.
    #[inline(always)]
    pub(super) fn found_bytes_event<'d, 'i: 'd>(
        &'d mut self,
        found: Found,
        chunk: &mut Chunk<'i>,
    ) -> BytesEvent<'d> {
        let Found { first, event_type, data, id, id_is_new } = found;
        let Engine { block, lent, ready, last_event_id, .. } = &mut self.engine;
        // Short data is checked together with the type and the id: separate checks of these two take longer.
        if data.in_chunk().is_some_and(|range| range.end - first <= CHECK_BEHIND) {
            let _ = data.in_chunk().and_then(|range| chunk.text(range, first));
        }
        if let Some(range) = id.in_chunk() {
            match chunk.text_alone(range.clone()) {
                Some(text) => last_event_id.set(text),
                None => last_event_id.decode(chunk.bytes(range)),
            }
        }
        let event_type = match event_type.in_chunk() {
            None => block.event_type.text(),
            Some(range) => match chunk.text_alone(range.clone()) {
                Some(text) => text,
                None => {
                    (*lent, *ready) = (Lent::Event, false);
                    block.event_type.repair(chunk.bytes(range))
                }
            },
        };
        BytesEvent {
            event_type: EventType::decoded(event_type),
            data: data.in_chunk().map_or(block.data.bytes(), |range| chunk.bytes(range)),
            last_event_id: EventId::decoded(last_event_id.as_str()),
            id_is_new,
        }
    }

    pub(super) fn comment<'d, 'i: 'd>(&'d mut self, chunk: &mut Chunk<'i>) -> &'d str {
        let Engine { block, found, lent, ready, .. } = &mut self.engine;
        text_at(found.data, found.data.start_or_max(), chunk, &mut block.line, (lent, ready), Lent::Comment)
    }
}

/// The text at `place`: the chunk's own if it is UTF-8 there, otherwise the value in `buffer` or its repaired copy.
#[inline(always)]
fn text_at<'d, 'i: 'd>(
    place: Place,
    first: usize,
    chunk: &mut Chunk<'i>,
    buffer: &'d mut ValueBuf,
    lent: (&mut Lent, &mut bool),
    lends: Lent,
) -> &'d str {
    match place.in_chunk() {
        Some(range) => text_in(range, first, chunk, buffer, lent, lends),
        None => buffer.text(),
    }
}

/// The text at `range` of the chunk.
#[inline(always)]
fn text_in<'d, 'i: 'd>(
    range: Range<usize>,
    first: usize,
    chunk: &mut Chunk<'i>,
    buffer: &'d mut ValueBuf,
    lent: (&mut Lent, &mut bool),
    lends: Lent,
) -> &'d str {
    match chunk.text(range.clone(), first) {
        Some(text) => text,
        None => {
            (*lent.0, *lent.1) = (lends, false);
            buffer.repair(chunk.bytes(range))
        }
    }
}
