//! How a message looks as bytes.
//!
//! ```text
//! message = *( ":" line LF ) [ "event: " text LF ] [ "id: " text LF ] [ "retry: " digits LF ]
//!           *( "data: " line LF ) LF
//! ```
//!
//! This is a subset of the grammar of WHATWG HTML 9.2.5, chosen such that nothing can be lost:
//!
//! * There is always one space after the colon of a field. The reader takes one away, so a value
//!   that begins with a space keeps it. A comment's text begins right after the colon.
//! * Comment and data are cut at LF, CR and CRLF, the line ends of 9.2.5 and no others, and every
//!   line gets its own name. Id and event type cannot hold a line end, retry is digits.
//! * The first byte is `:`, a letter or LF: never U+FEFF, which a reader drops at the very start.
//! * Every message, also one without a field, ends with a blank line: none can join the next.
//!
//! The line end before a further line's name is part of the name's piece, and the last one part of
//! the blank line's: a message with one line of data is three pieces.
//!
//! There are two walks over this, side by side. `emit` pushes everything into a sink: straight code, in which
//! names have constant lengths and are copied without calling `memcpy`. `Pieces` is pulled, for those who stop
//! in between. Pushing through the iterator was tried, and took twice the time on every short message.

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
/// The same names behind the line end of the line before.
const EVENT_BEHIND: &str = "\nevent: ";
const ID_BEHIND: &str = "\nid: ";
const RETRY_BEHIND: &str = "\nretry: ";
/// Before the first line of data, before each further line, and after the last one.
pub(crate) const DATA_NAME: &str = "data: ";
pub(crate) const DATA_AGAIN: &str = "\ndata: ";
pub(crate) const DATA_END: &str = "\n\n";

/// Where bytes go that are all taken at once.
pub(super) trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Message<'_> {
    /// Puts the encoded message into `sink`. Each line ends together with what follows: a message with event type and id
    /// is seven pieces, not nine.
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

    /// The pieces of the encoded message, to be pulled.
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

/// Puts a name, behind the line end of the line that is open, if one is.
#[inline(always)]
fn put_name(sink: &mut impl Sink, open: bool, name: &'static str) {
    let name = name.as_bytes();
    if open {
        sink.put(name);
    } else if let [b'\n', name @ ..] = name {
        sink.put(name);
    }
}

/// Puts a text of one or more lines, which stays open.
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

/// Puts a text whose first line ends at `at`.
#[inline(never)]
fn put_many(sink: &mut impl Sink, text: &[u8], at: usize, again: &'static str) {
    let (mut rest, mut end) = (text, Some(at));
    while let Some(at) = end {
        rest = put_line(sink, rest, at, again);
        end = find_line_end(rest);
    }
    sink.put(rest);
}

/// Puts the line that ends at `at`, and the next one's name. What follows.
#[inline(always)]
fn put_line<'t>(sink: &mut impl Sink, text: &'t [u8], at: usize, again: &'static str) -> &'t [u8] {
    let (line, behind) = split_at_line_end(text, at);
    sink.put(line);
    sink.put(again.as_bytes());
    behind
}

/// Puts a text of any length. Each block is searched and copied before the next one is touched, so that the copy finds it in
/// the cache.
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

/// The line before the line end at `at`, and what follows that line end.
#[inline(always)]
fn split_at_line_end(text: &[u8], at: usize) -> (&[u8], &[u8]) {
    let (line, behind) = text.split_at_checked(at).unwrap_or_default(); // `at` is a place in `text`
    match behind {
        [b'\r', b'\n', behind @ ..] | [_, behind @ ..] => (line, behind),
        [] => (line, behind),
    }
}

/// The first line of `text`, and what follows its line end; `None` if there is no line end.
pub(crate) fn split_line(text: &str) -> (&str, Option<&str>) {
    let Some(at) = find_line_end(text.as_bytes()) else { return (text, None) };
    let (_, behind) = split_at_line_end(text.as_bytes(), at);
    // Both places are beside an ASCII character, so neither `get` can fail.
    (text.get(..at).unwrap_or_default(), text.get(text.len() - behind.len()..))
}

/// The pieces of a message in order. Some are empty: the text of an empty line.
pub(super) type Pieces<'m> = Chain<HeadPieces<'m>, Field<'m>>;

/// The pieces of a message up to its data.
pub(crate) type HeadPieces<'m> = Chain<Chain<Chain<Field<'m>, Field<'m>>, Field<'m>>, Retry<'m>>;

/// What is left of one field, each of its lines with the name of the field.
#[derive(Debug, Clone)]
pub(crate) struct Field<'m> {
    at: At,
    /// What stands before the next line.
    name: &'static str,
    /// What stands before the lines after it, or `None` if the text is known to be one line.
    again: Option<&'static str>,
    /// What stands after the last line.
    end: &'static str,
    /// The lines that were not given yet.
    text: &'m str,
}

/// Which piece of a field comes next.
#[derive(Debug, Clone, Copy)]
enum At {
    Name,
    Line,
    End,
    Done,
}

impl<'m> Field<'m> {
    /// A field that is known to be one line; nothing at all without a text.
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

/// What is left of the retry field: name, digits, line end.
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
