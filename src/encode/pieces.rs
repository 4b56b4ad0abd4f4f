//! The byte form of a message.
//!
//! ```text
//! message = *( ":" line LF ) [ "event: " text LF ] [ "id: " text LF ] [ "retry: " digits LF ]
//!           *( "data: " line LF ) LF
//! ```
//!
//! This is a subset of the grammar of WHATWG HTML 9.2.5. It is chosen so that nothing can be lost:
//!
//! * There is always one space after the colon of a field. The reader removes one, so a value that begins with a
//!   space keeps it. A comment's text begins directly after the colon.
//! * Comment and data are split at LF, CR and CRLF, the only line ends of 9.2.5, and every line gets the name. Id and
//!   event type cannot contain a line end; retry is digits.
//! * The first byte is `:`, a letter or LF, never U+FEFF, which a reader removes at the very start.
//! * Every message ends with a blank line, even one without a field, so it cannot merge with the next one.
//!
//! The line end before the name of a further line is part of that name's piece, and the last line end is part of the
//! blank line's piece. So a message with one line of data is three pieces.
//!
//! Two functions walk over these pieces. `emit` pushes everything into a sink: straight code, in which names have
//! constant lengths and are copied without calling `memcpy`. `Pieces` is an iterator, for callers that stop in
//! between. Pushing through the iterator was tried, and took twice the time for every short message.

use core::iter::Chain;

use crate::limits::ENCODE_AT_ONCE;

use super::digits::{Digits, LentDigits};
use super::first_line_end::find_line_end;
use super::message::Message;

const COMMENT_NAME: &str = ":";
const COMMENT_AGAIN: &str = "\n:";
const EVENT_NAME: &str = "event: ";
const ID_NAME: &str = "id: ";
const RETRY_NAME: &str = "retry: ";
const LINE_END: &str = "\n";
/// The same names after the line end of the previous line.
const EVENT_BEHIND: &str = "\nevent: ";
const ID_BEHIND: &str = "\nid: ";
const RETRY_BEHIND: &str = "\nretry: ";
/// The pieces before the first line of data, before each further line, and after the last one.
pub(crate) const DATA_NAME: &str = "data: ";
pub(crate) const DATA_AGAIN: &str = "\ndata: ";
pub(crate) const DATA_END: &str = "\n\n";

/// A destination that accepts all bytes at once.
pub(super) trait Sink {
    /// Accepts the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Message<'_> {
    /// Writes the encoded message to `sink`. Each line end is written together with the text after it: a message with
    /// event type and id is seven pieces, not nine.
    #[inline(always)]
    pub(super) fn emit(&self, sink: &mut impl Sink) {
        let mut open = false;
        if let Some(comment) = self.comment {
            put_comment(sink, comment);
            open = true;
        }
        if let Some(event_type) = self.event_type {
            put_name(sink, open, EVENT_BEHIND);
            sink.put(event_type.as_str().as_bytes());
            open = true;
        }
        if let Some(id) = self.id {
            put_name(sink, open, ID_BEHIND);
            sink.put(id.as_str().as_bytes());
            open = true;
        }
        if let Some(retry) = self.retry {
            put_retry(sink, open, retry);
            open = true;
        }
        if let Some(data) = self.data {
            put_name(sink, open, DATA_AGAIN);
            put_lines(sink, data, DATA_AGAIN);
            open = true;
        }
        put_name(sink, open, DATA_END);
    }

    /// The pieces of the encoded message, as an iterator.
    pub(super) fn pieces(&self) -> Pieces<'_> {
        self.head_pieces().chain(match self.data {
            Some(data) => Field::new(DATA_NAME, Some(DATA_AGAIN), DATA_END, Some(data)),
            // Only the blank line is left.
            None => Field { at: At::End, name: "", again: None, end: LINE_END, text: "" },
        })
    }

    /// The pieces before the data and the blank line.
    pub(crate) fn head_pieces(&self) -> HeadPieces<'_> {
        Field::new(COMMENT_NAME, Some(COMMENT_AGAIN), LINE_END, self.comment)
            .chain(Field::line(EVENT_NAME, self.event_type.map(|value| value.as_str())))
            .chain(Field::line(ID_NAME, self.id.map(|value| value.as_str())))
            .chain(Retry::new(self.retry))
    }
}

/// Writes a name, after the line end of the open line, if there is one.
#[inline(always)]
fn put_name(sink: &mut impl Sink, open: bool, name: &'static str) {
    let name = name.as_bytes();
    if open {
        sink.put(name);
    } else if let [b'\n', name @ ..] = name {
        sink.put(name);
    }
}

/// Writes a text of one or more lines, and leaves the last line open.
#[inline(always)]
fn put_lines(sink: &mut impl Sink, text: &str, again: &'static str) {
    let text = text.as_bytes();
    if text.len() > ENCODE_AT_ONCE {
        return put_long(sink, text, again);
    }
    match find_line_end(text) {
        None => sink.put(text),
        Some(at) => put_many(sink, text, at, again),
    }
}

/// Writes a text whose first line ends at `at`.
#[inline(never)]
fn put_many(sink: &mut impl Sink, text: &[u8], at: usize, again: &'static str) {
    let (mut rest, mut end) = (text, Some(at));
    while let Some(at) = end {
        rest = put_line(sink, rest, at, again);
        end = find_line_end(rest);
    }
    sink.put(rest);
}

/// Writes the line that ends at `at`, and the name of the next one. Returns the rest of the text.
#[inline(always)]
fn put_line<'t>(sink: &mut impl Sink, text: &'t [u8], at: usize, again: &'static str) -> &'t [u8] {
    let (line, behind) = split_at_line_end(text, at);
    sink.put(line);
    sink.put(again.as_bytes());
    behind
}

/// Writes a text of any length. Each block is searched and copied before the next one, so the copy finds it in the
/// cache.
#[inline(never)]
fn put_long(sink: &mut impl Sink, text: &[u8], again: &'static str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (block, behind_block) = rest.split_at_checked(ENCODE_AT_ONCE).unwrap_or((rest, &[]));
        rest = match find_line_end(block) {
            Some(at) => put_line(sink, rest, at, again),
            None => {
                sink.put(block);
                behind_block
            }
        };
    }
}

#[inline(never)]
fn put_comment(sink: &mut impl Sink, comment: &str) {
    sink.put(COMMENT_NAME.as_bytes());
    put_lines(sink, comment, COMMENT_AGAIN);
}

#[cold]
fn put_retry(sink: &mut impl Sink, open: bool, milliseconds: u64) {
    put_name(sink, open, RETRY_BEHIND);
    sink.put(Digits::new(milliseconds).as_bytes());
}

/// The line before the line end at `at`, and the text after that line end.
#[inline(always)]
fn split_at_line_end(text: &[u8], at: usize) -> (&[u8], &[u8]) {
    let (line, behind) = text.split_at_checked(at).unwrap_or_default(); // `at` is a place in `text`
    match behind {
        [b'\r', b'\n', behind @ ..] | [_, behind @ ..] => (line, behind),
        [] => (line, behind),
    }
}

/// The first line of `text`, and the text after its line end; `None` if there is no line end.
pub(crate) fn split_line(text: &str) -> (&str, Option<&str>) {
    let Some(at) = find_line_end(text.as_bytes()) else { return (text, None) };
    let (_, behind) = split_at_line_end(text.as_bytes(), at);
    // Both places are next to an ASCII character, so neither `get` can fail.
    (text.get(..at).unwrap_or_default(), text.get(text.len() - behind.len()..))
}

/// The pieces of a message in order. A piece is empty if it is the text of an empty line.
pub(super) type Pieces<'m> = Chain<HeadPieces<'m>, Field<'m>>;

/// The pieces of a message up to its data.
pub(crate) type HeadPieces<'m> = Chain<Chain<Chain<Field<'m>, Field<'m>>, Field<'m>>, Retry<'m>>;

/// The rest of one field; each of its lines has the name of the field.
#[derive(Debug, Clone)]
pub(crate) struct Field<'m> {
    at: At,
    /// The piece before the next line.
    name: &'static str,
    /// The piece before the lines after it, or `None` if the text is known to be one line.
    again: Option<&'static str>,
    /// The piece after the last line.
    end: &'static str,
    /// The lines that were not returned yet.
    text: &'m str,
}

/// The next piece of a field.
#[derive(Debug, Clone, Copy)]
enum At {
    Name,
    Line,
    End,
    Done,
}

impl<'m> Field<'m> {
    /// A field that is known to be one line; no pieces without a text.
    fn line(name: &'static str, text: Option<&'m str>) -> Self {
        Self::new(name, None, LINE_END, text)
    }

    fn new(
        name: &'static str,
        again: Option<&'static str>,
        end: &'static str,
        text: Option<&'m str>,
    ) -> Self {
        let at = if text.is_some() { At::Name } else { At::Done };
        Self { at, name, again, end, text: text.unwrap_or_default() }
    }
}

impl<'m> Iterator for Field<'m> {
    type Item = &'m str;

    fn next(&mut self) -> Option<&'m str> {
        match self.at {
            At::Name => {
                self.at = At::Line;
                Some(self.name)
            }
            At::Line => {
                self.at = At::End;
                let Some(again) = self.again else { return Some(self.text) };
                let (line, rest) = split_line(self.text);
                if let Some(rest) = rest {
                    (self.at, self.name, self.text) = (At::Name, again, rest);
                }
                Some(line)
            }
            At::End => {
                self.at = At::Done;
                Some(self.end)
            }
            At::Done => None,
        }
    }
}

/// The rest of the retry field: name, digits, line end.
#[derive(Debug, Clone)]
pub(crate) struct Retry<'m> {
    name: Option<&'m str>,
    digits: Option<LentDigits>,
}

impl Retry<'_> {
    fn new(milliseconds: Option<u64>) -> Self {
        let digits = milliseconds.map(LentDigits::new);
        Self { name: digits.as_ref().map(|_| RETRY_NAME), digits }
    }
}

impl<'m> Iterator for Retry<'m> {
    type Item = &'m str;

    fn next(&mut self) -> Option<&'m str> {
        if let Some(name) = self.name.take() {
            return Some(name);
        }
        let digit = self.digits.as_mut()?.next();
        digit.or_else(|| self.digits.take().map(|_| LINE_END))
    }
}
