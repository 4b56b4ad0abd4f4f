//! Carries out the effect of each line (WHATWG HTML 9.2.6), over a buffer that may be full.

use core::mem;
use core::time::Duration;

use crate::decode::event::{End, Event, Truncated};
use crate::decode::settings::{OversizedId, Unfinished};
use crate::error::DecodeError;
use crate::field::{EventId, EventType};
use crate::scan::retry::RetryDigits;
use crate::scan::scanner::Scanner;
use crate::scan::token::{LineKind, Piece, Token};
use crate::simd::effort;

use super::cut_character::CutCharacter;
use super::held_text::HeldText;

/// The frame that can be lent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Event,
    Retry(Duration),
    Comment,
}

/// The part of the buffer that the caller may still read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loan {
    Nothing,
    Comment,
    Block,
}

pub(super) struct Interpreter<'b> {
    pub(super) scanner: Scanner,
    pub(super) held: HeldText<'b>,
    /// The cut character of the open line. `NONE` at the start of a line and if the line was dropped.
    cut: CutCharacter,
    /// The digits of the open `retry` line so far.
    digits: RetryDigits,
    /// The open line did not fit: the rest of it is ignored.
    line_dropped: bool,
    has_data: bool,
    /// The open block did not fit: only the ids in the rest of it are read.
    skipping: bool,
    loan: Loan,
    /// An id was committed since the last event.
    id_is_new: bool,
    pub(super) reconnection_time: Option<Duration>,
    comments: bool,
    oversized_id: OversizedId,
}

impl<'b> Interpreter<'b> {
    pub(super) fn new(buffer: &'b mut [u8], comments: bool, oversized_id: OversizedId) -> Self {
        Self {
            scanner: Scanner::new(),
            held: HeldText::new(buffer),
            cut: CutCharacter::NONE,
            digits: RetryDigits::Empty,
            line_dropped: false,
            has_data: false,
            skipping: false,
            loan: Loan::Nothing,
            id_is_new: false,
            reconnection_time: None,
            comments,
            oversized_id,
        }
    }

    /// Reads `input`, and advances it, to the next frame or error; `None` when `input` is used up.
    pub(super) fn step(&mut self, input: &mut &[u8]) -> Result<Option<Made>, DecodeError> {
        self.take_back();
        loop {
            let before = input.len();
            let token = self.scanner.scan(input);
            effort::count(before - input.len());
            let made = match token {
                None => return Ok(None),
                Some(Token::Piece(piece)) => self.piece(piece)?,
                Some(Token::BlankLine { .. }) => self.blank(),
            };
            if made.is_some() {
                return Ok(made);
            }
        }
    }

    /// Reclaims the part of the buffer that was lent.
    fn take_back(&mut self) {
        match mem::replace(&mut self.loan, Loan::Nothing) {
            Loan::Nothing => {}
            Loan::Comment => self.held.drop_line(),
            Loan::Block => self.held.end_block(),
        }
    }

    /// Handles a line or a part of one.
    fn piece(&mut self, piece: Piece<'_>) -> Result<Option<Made>, DecodeError> {
        match piece.kind {
            LineKind::Retry => return Ok(self.retry(piece)),
            LineKind::Unknown => return Ok(None),
            LineKind::Comment if !self.comments => return Ok(None),
            LineKind::Data | LineKind::Event if self.skipping => return Ok(None),
            _ => {}
        }
        let limit = self.held.capacity();
        let crossed = self.collect(piece);
        let made = if piece.last && !self.line_dropped { self.end_line(piece.kind) } else { None };
        match (crossed, piece.kind) {
            (None, _) => Ok(made),
            (Some(offset), LineKind::Comment) => Err(DecodeError::CommentTooLarge { limit, offset }),
            (Some(offset), _) => Err(DecodeError::EventTooLarge { limit, offset }),
        }
    }

    /// Copies the part of a value that has arrived. Returns the place of the first character that does not fit, if
    /// any.
    fn collect(&mut self, piece: Piece<'_>) -> Option<u64> {
        let Piece { kind, bytes, offset, first, last } = piece;
        let mut crossed = None;
        if first {
            self.line_dropped = false;
            if kind == LineKind::Data && mem::replace(&mut self.has_data, true) {
                crossed = self.push(kind, "\n", offset);
            }
        }
        if !self.line_dropped {
            let mut cut = self.cut;
            cut.mend(bytes, offset, last, |text, at| crossed = crossed.or(self.push(kind, text, at)));
            self.cut = if self.line_dropped { CutCharacter::NONE } else { cut };
        }
        if kind == LineKind::Data {
            self.held.end_data();
        }
        crossed
    }

    /// Copies `text`, which starts at `at`. Returns the place of the first character that does not fit, if that must
    /// be reported.
    fn push(&mut self, kind: LineKind, text: &str, at: u64) -> Option<u64> {
        if self.line_dropped {
            return None;
        }
        let fitted = self.held.push(text);
        let rest = text.get(fitted..).unwrap_or_default();
        if rest.is_empty() {
            return None;
        }
        let crossed = at + fitted as u64;
        if kind == LineKind::Id && !self.skipping {
            // `skip` has freed room, so the rest may fit.
            self.skip();
            self.push(kind, rest, crossed);
            return Some(crossed);
        }
        self.held.drop_line();
        self.line_dropped = true;
        match kind {
            LineKind::Id => return None, // this was reported before
            LineKind::Comment => {}
            _ => self.skip(),
        }
        Some(crossed)
    }

    /// Handles an open block that does not fit.
    fn skip(&mut self) {
        (self.skipping, self.has_data) = (true, false);
        self.held.keep_id_only();
    }

    /// Handles the end of a line that was collected.
    fn end_line(&mut self, kind: LineKind) -> Option<Made> {
        match kind {
            LineKind::Event => self.held.end_event_type(),
            LineKind::Id if self.skipping => self.held.replace_id(),
            LineKind::Id => self.held.end_id(),
            LineKind::Comment => {
                self.loan = Loan::Comment;
                return Some(Made::Comment);
            }
            LineKind::Data | LineKind::Retry | LineKind::Unknown => {}
        }
        None
    }

    fn retry(&mut self, piece: Piece<'_>) -> Option<Made> {
        self.digits = self.digits.continued(piece.first, piece.bytes);
        let millis = if piece.last { self.digits.millis() } else { None };
        let time = Duration::from_millis(millis?);
        self.reconnection_time = Some(time);
        Some(Made::Retry(time))
    }

    /// The standard's dispatch.
    fn blank(&mut self) -> Option<Made> {
        if !mem::take(&mut self.skipping) || self.oversized_id == OversizedId::Commit {
            self.id_is_new |= self.held.commit_id();
        }
        if mem::take(&mut self.has_data) {
            self.loan = Loan::Block;
            Some(Made::Event)
        } else {
            self.held.end_block();
            None
        }
    }

    /// The event to lend.
    pub(super) fn event(&mut self) -> Event<'_> {
        let id_is_new = mem::take(&mut self.id_is_new);
        Event {
            event_type: EventType::decoded(self.held.event_type()),
            data: self.held.data(),
            last_event_id: EventId::decoded(self.held.last_id()),
            id_is_new,
        }
    }

    /// Ends the stream and returns what it has cut off.
    pub(super) fn finish(&mut self, unfinished: Unfinished) -> End<'_> {
        self.take_back();
        let open_line = self.scanner.open_line();
        if open_line == Some(LineKind::Data) && self.has_data {
            // The rest of the character never arrives: replace it by U+FFFD, if that fits.
            let mark = self.cut.mark();
            self.has_data = self.held.push(mark) == mark.len();
            self.held.end_data();
        }
        let (has_data, id) = (self.has_data, self.held.id());
        let holds = has_data || id.is_some() || self.skipping || !self.held.event_type().is_empty();
        let is_news = id.is_some() || self.id_is_new;
        // An id of the open block does not count, so after an event with it the next one tells the id that does.
        self.id_is_new |= id.is_some() && has_data && unfinished.takes(open_line.is_some());
        let event = has_data.then(|| Event {
            event_type: EventType::decoded(self.held.event_type()),
            data: self.held.data(),
            last_event_id: EventId::decoded(id.unwrap_or(self.held.last_id())),
            id_is_new: is_news,
        });
        self.scanner = Scanner::new();
        (self.cut, self.has_data, self.skipping) = (CutCharacter::NONE, false, false);
        self.loan = Loan::Block;
        if !holds && open_line.is_none() {
            return End::Clean;
        }
        End::Truncated(Truncated { event, in_line: open_line.is_some(), unfinished })
    }

    /// Starts another stream: drops the open block.
    pub(super) fn reconnect(&mut self) {
        self.finish(Unfinished::Discard);
    }

    /// The same, but continues after the event with this id. Returns whether the id fits; if not, nothing changes.
    pub(super) fn reconnect_after(&mut self, id: EventId<'_>) -> bool {
        if id.as_str().len() > self.held.capacity() {
            return false;
        }
        self.reconnect();
        self.id_is_new = false;
        self.held.set_last_id(id.as_str())
    }
}
