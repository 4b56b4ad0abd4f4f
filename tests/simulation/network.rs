//! The network between them.

use std::collections::VecDeque;

use bytes::Bytes;

use super::random::Random;

/// What the client's side of the network gets, in order of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Head(u16, Option<&'static [u8]>),
    Bytes(Bytes),
    End,
    Error,
}

/// One connection: what is under way to the client. The head is answered when the request has arrived.
pub(crate) struct Connection {
    pub(crate) inputs: VecDeque<(u64, Input)>,
    /// When the request arrives at the server, and what it names; then the connection is subscribed.
    pub(crate) arrives: Option<(u64, Option<Vec<u8>>)>,
    /// The position from which on live events are to be sent; `None` if it gets none.
    pub(crate) live_from: Option<u64>,
    /// After so many bytes of the body the network drops it, by an error or an end.
    pub(crate) cut: Option<(usize, Input)>,
    pub(crate) sent: usize,
}

impl Connection {
    pub(crate) fn put(&mut self, now: u64, random: &mut Random, input: Input) {
        let last = self.inputs.back().map_or(0, |(at, _)| *at);
        let slow = if random.percent(3) { 8000 } else { 60 };
        self.inputs.push_back((last.max(now + random.below(slow)), input));
    }

    pub(crate) fn next_due(&mut self, now: u64) -> Option<Input> {
        let due = self.inputs.front().is_some_and(|(at, _)| *at <= now);
        if due { self.inputs.pop_front().map(|(_, input)| input) } else { None }
    }

    /// Sends bytes of the body, in pieces, as far as the network lets them.
    pub(crate) fn send(&mut self, now: u64, random: &mut Random, bytes: &Bytes) {
        let mut rest = bytes.clone();
        while !rest.is_empty() && self.live_from.is_some() {
            let mut piece =
                if random.percent(80) { rest.len() } else { 1 + random.below(rest.len() as u64) as usize };
            let mut last = None;
            if let Some((cut, input)) = &self.cut {
                if self.sent + piece >= *cut {
                    piece = cut - self.sent;
                    last = Some(input.clone());
                }
            }
            self.sent += piece;
            let piece = rest.split_to(piece);
            self.put(now, random, Input::Bytes(piece));
            if let Some(input) = last {
                self.put(now, random, input);
                self.live_from = None;
            }
        }
    }
}
