//! Where a peer is known to differ from the standard. Each function says what that peer makes of a case or a stream, so
//! that nothing is left out of the comparison; its text, for the matrix, says which clause is broken.

use std::borrow::Cow;

use crate::case::{Case, Event};

pub const EVENTSOURCE_PARSER: &str = "`onComment` shows a comment without one leading space (9.2.5 gives comments no \
    value, so both ways conform)";

pub fn eventsource_parser(case: &Case) -> Case {
    let mut case = case.clone();
    for sent in case.streams.iter_mut().flat_map(|stream| &mut stream.sent) {
        let lines: Vec<_> = sent.comments_seen();
        let lines = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line));
        sent.comment = sent.comment.as_ref().map(|_| lines.collect::<Vec<_>>().join("\n"));
    }
    case
}

pub const HTTPX_SSE: &str = "a block without data becomes an event with empty data if it has a type or a retry, or \
    if there is a last event ID; after the first id, this includes every comment (9.2.6, dispatch, step 2: it is not \
    an event)";

pub fn httpx_sse(case: &Case) -> Case {
    let mut case = case.clone();
    for stream in &mut case.streams {
        let mut id = String::new();
        stream.events.clear();
        for sent in &stream.sent {
            id = sent.id.clone().unwrap_or(id);
            let data = sent.data_seen();
            if data.is_some() || sent.event_type.is_some() || sent.retry.is_some() || !id.is_empty() {
                let event_type = sent.event_type.clone().unwrap_or_else(|| "message".into());
                stream.events.push(Event { event_type, data: data.unwrap_or_default(), id: id.clone() });
            }
        }
    }
    case
}

pub const CHROMIUM: &str = "a CR or LF directly after the byte order mark is not a line end but the first character \
    of the next line (9.2.5, stream and end-of-line); an empty `retry` restores the default of 3 s (9.2.6 allows \
    both readings)";

/// The stream that means by the standard what this one means to Chromium.
pub fn chromium(stream: &[u8]) -> Vec<u8> {
    let mut stream = stream.to_vec();
    if let [0xEF, 0xBB, 0xBF, end @ (b'\r' | b'\n'), ..] = &mut stream[..] {
        *end = b'x';
    }
    Line::all(&stream).iter().flat_map(|line| line.with_retry("3000")).collect()
}

pub const FIREFOX: &str = "U+0000 is removed from data and types, except when it is the first character after a \
    colon; an id in a block without data is lost (9.2.6, dispatch, step 1)";
pub const FIREFOX_STREAMS: &str = "an id with U+0000 hides the next field, or is accepted (9.2.6, field \"id\"), so \
    the test sends none; an empty `retry` sets the minimum of 500 ms (9.2.6 allows both readings)";

/// For messages of our encoder, which always has a space behind the colon.
pub fn firefox(case: &Case) -> Case {
    let mut case = case.clone();
    for sent in case.streams.iter_mut().flat_map(|stream| &mut stream.sent) {
        for text in [&mut sent.data, &mut sent.event_type].into_iter().flatten() {
            *text = text.replace('\0', "");
        }
        sent.event_type.take_if(|event_type| event_type.is_empty());
        sent.id.take_if(|_| sent.data.is_none());
    }
    case.expect_sent();
    case
}

/// The stream that means by the standard what this one means to Firefox.
pub fn firefox_stream(stream: &[u8]) -> Vec<u8> {
    let lines = Line::all(stream);
    let blocks = lines.split_inclusive(|line| line.text.is_empty());
    let seen = blocks.flat_map(|block| {
        let data = block.iter().any(|line| line.name() == b"data");
        // Not without the line, whose end may part a CR from an LF.
        block.iter().map(move |line| match line.name() {
            b"id" if !data => Line { text: b":"[..].into(), ..line.clone() },
            _ => line.without_nul(),
        })
    });
    seen.flat_map(|line| line.with_retry("500")).collect()
}

/// The stream without U+0000 in ids.
pub fn without_nul_in_ids(stream: &[u8]) -> Vec<u8> {
    let line = |line: Line<'_>| {
        let dropped = if line.name() == b"id" { Some(0) } else { None };
        let text: Vec<_> = line.text.iter().copied().filter(|&byte| Some(byte) != dropped).collect();
        [line.mark, &text, line.end].concat()
    };
    Line::all(stream).into_iter().flat_map(line).collect()
}

/// A line by 9.2.5, found without our decoder.
#[derive(Debug, Clone)]
struct Line<'s> {
    /// The byte order mark, before the first line.
    mark: &'s [u8],
    text: Cow<'s, [u8]>,
    /// CR, LF, CRLF, or nothing at the end of the stream.
    end: &'s [u8],
}

impl<'s> Line<'s> {
    fn all(stream: &'s [u8]) -> Vec<Self> {
        let start = if stream.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let (mut mark, mut rest) = stream.split_at(start);
        let mut lines = Vec::new();
        while !rest.is_empty() || !mark.is_empty() {
            let len = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
            let (text, behind) = rest.split_at(len);
            let (end, behind) = behind.split_at(match behind {
                [b'\r', b'\n', ..] => 2,
                [] => 0,
                _ => 1,
            });
            lines.push(Self { mark, text: text.into(), end });
            (mark, rest) = (&[], behind);
        }
        lines
    }

    fn name(&self) -> &[u8] {
        self.text.split(|&byte| byte == b':').next().unwrap_or_default()
    }

    /// The text in which U+0000 stays in the name, and as the first character behind the colon.
    fn without_nul(&self) -> Self {
        let (name, value) = self.text.split_at((self.name().len() + 1).min(self.text.len()));
        if !value.contains(&0) {
            return self.clone();
        }
        // As text: the bytes at both sides of it are not to become one character.
        let value = String::from_utf8_lossy(value);
        let (first, rest) = value.split_at(value.chars().next().map_or(0, char::len_utf8));
        let text = [name, first.as_bytes(), rest.replace('\0', "").as_bytes()].concat();
        Self { text: text.into(), ..self.clone() }
    }

    /// The bytes, with this number in an empty `retry`.
    fn with_retry(&self, number: &str) -> Vec<u8> {
        match &self.text[..] {
            b"retry" | b"retry:" | b"retry: " => [self.mark, b"retry:", number.as_bytes(), self.end].concat(),
            text => [self.mark, text, self.end].concat(),
        }
    }
}
