//! What a session knows of the last event ID. It is found once for each ID that arrives: an ID may have many megabytes, and a
//! server may end each connection at once.

use core::ops::Range;

use super::request::{LeftOut, ResumePoint};
use crate::decode::decoder::Decoder;
use crate::simd::effort;

/// Detects that a text has changed, without a copy of it.
///
/// Two different texts have the same fingerprint with a probability of 1 in 2^64. A server that finds such a pair can
/// only hide a change of its own id from its own client, so a plain hash is enough (FNV-1a, 64 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        effort::count(text.len());
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }
}

#[derive(Debug, Clone)]
pub(super) struct KnownId {
    /// How many times the decoder had set an ID then.
    times: u64,
    pub(super) fingerprint: Fingerprint,
    /// The place of the header's value in the ID, or the reason why it is not sent.
    value: Result<Range<usize>, LeftOut>,
}

impl KnownId {
    pub(super) fn of(decoder: &Decoder, max_id_size: usize) -> Self {
        let id = decoder.last_event_id();
        effort::count(id.as_str().len());
        Self {
            times: decoder.times_id_was_set(),
            fingerprint: Fingerprint::of(id.as_str()),
            value: LeftOut::or_value(id, max_id_size),
        }
    }

    /// Reads the ID again if another one was set.
    #[inline]
    pub(super) fn update(&mut self, decoder: &Decoder, max_id_size: usize) {
        if decoder.times_id_was_set() != self.times {
            *self = Self::of(decoder, max_id_size);
        }
    }

    /// The place where `decoder` continues; its ID is the one that was read.
    pub(super) fn resume_point<'d>(&self, decoder: &'d Decoder) -> ResumePoint<'d> {
        match &self.value {
            Ok(value) if value.is_empty() => ResumePoint::Unknown,
            Ok(value) => {
                let id = decoder.last_event_id().as_str().as_bytes();
                ResumePoint::LastEventId(id.get(value.clone()).unwrap_or_default())
            }
            Err(left_out) => ResumePoint::LeftOut(*left_out),
        }
    }
}
