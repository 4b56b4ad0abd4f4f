//! The network between them.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use sse_proto::session::ConnectionId;

use super::WINDOW;
use super::random::Random;

/// What the client's side of the network gets, in order of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// Status, content type, and a `Retry-After`.
    Head(u16, Option<&'static [u8]>, Option<Duration>),
    Bytes(Bytes),
    End,
    Error,
}

/// One connection: what is under way to the client. The head is answered when the request has arrived.
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    pub(crate) inputs: VecDeque<(u64, Input)>,
    /// When the request arrives at the server, and what it names.
    pub(crate) arrives: Option<(u64, Option<Vec<u8>>)>,
    /// The position in the log of the next event for it; `None` if it gets none.
    pub(crate) position: Option<u64>,
    /// After so many bytes of the body the network drops it, by an error or an end.
    pub(crate) cut: Option<(usize, Input)>,
    /// A proxy ends it then.
    pub(crate) cut_at: Option<u64>,
    sent: usize,
    /// Bytes that are under way: a server that sends more has to wait.
    in_flight: usize,
}

impl Connection {
    pub(crate) fn new(id: ConnectionId) -> Self {
        Self {
            id,
            inputs: VecDeque::new(),
            arrives: None,
            position: None,
            cut: None,
            cut_at: None,
            sent: 0,
            in_flight: 0,
        }
    }

    pub(crate) fn put(&mut self, now: u64, random: &mut Random, input: Input) {
        let last = self.inputs.back().map_or(0, |(at, _)| *at);
        let slow = if random.percent(3) { 8000 } else { 60 };
        self.inputs.push_back((last.max(now + random.below(slow)), input));
    }

    pub(crate) fn next_due(&mut self, now: u64) -> Option<Input> {
        self.inputs.front().filter(|(at, _)| *at <= now)?;
        let (_, input) = self.inputs.pop_front()?;
        if let Input::Bytes(bytes) = &input {
            self.in_flight = self.in_flight.saturating_sub(bytes.len());
        }
        Some(input)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.in_flight < WINDOW
    }

    /// Nothing more comes from the server.
    pub(crate) fn ends(&mut self, now: u64, random: &mut Random, input: Input) {
        (self.arrives, self.position, self.cut_at) = (None, None, None);
        self.put(now, random, input);
    }

    /// Sends bytes of the body, in pieces, as far as the network lets them.
    pub(crate) fn send(&mut self, now: u64, random: &mut Random, bytes: &Bytes) {
        let mut rest = bytes.clone();
        while !rest.is_empty() && self.position.is_some() {
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
            self.in_flight += piece;
            let piece = rest.split_to(piece);
            self.put(now, random, Input::Bytes(piece));
            if let Some(input) = last {
                self.ends(now, random, input);
            }
        }
        assert!(self.in_flight <= WINDOW + 1024, "{} bytes wait for a client", self.in_flight);
    }
}
