//! The slow twin: WHATWG HTML 9.2.5 and 9.2.6 step by step over the whole input, as an oracle.
//!
//! It shares no code with the crate. It is written to be compared with the standard's sentences, not to be fast. The
//! stream is first decoded into characters (Encoding Standard, "UTF-8 decode"). Each character remembers its bytes,
//! so that offsets and limits can be computed afterwards.

use std::ops::Range;

/// The reports of a decoder, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// `id_set`: an id was committed since the last event, even if it has the same value as before.
    Event {
        event_type: String,
        data: String,
        last_event_id: String,
        id_set: bool,
    },
    Retry(u64),
    Comment(String),
    EventTooLarge,
    CommentTooLarge,
}

/// A report and its place. For a frame, the place is the number of input bytes after which it is due (a line ends
/// with its CR or LF; an LF after a CR is not awaited). For an error, it is the offset in the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub at: usize,
    pub got: Got,
}

/// What the end of the stream cut off: a line, or a block that was not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The event that a blank line would have dispatched, including an unfinished data line.
    pub event: Option<Got>,
    /// The stream ended inside a line.
    pub in_line: bool,
}

/// Everything that can be observed of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub seen: Vec<Seen>,
    pub last_event_id: String,
    pub retry: Option<u64>,
    /// `None` is a clean end.
    pub cut: Option<Cut>,
}

/// The handling of the id of a block over the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Commit,
    Keep,
}

/// The bytes that count against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charged {
    /// The bytes of values as received, and one for each data line.
    Values,
    /// The text that a decoder with one buffer of this size stores: text as it is delivered, with the last event ID.
    Held,
}

/// The rules to read the stream.
#[derive(Debug, Clone)]
pub struct Rules {
    pub limit: usize,
    pub charged: Charged,
    pub policy: Policy,
    pub comments: bool,
    pub last_event_id: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            limit: usize::MAX,
            charged: Charged::Values,
            policy: Policy::Commit,
            comments: true,
            last_event_id: String::new(),
        }
    }
}

/// The standard, without limits; comments are reported.
pub fn twin(input: &[u8]) -> Outcome {
    twin_with(input, &Rules::default())
}

/// The standard with a limit on the size of one block.
pub fn twin_limited(input: &[u8], limit: usize, policy: Policy) -> Outcome {
    twin_with(input, &Rules { limit, policy, ..Rules::default() })
}

/// The standard by `rules`.
pub fn twin_with(input: &[u8], rules: &Rules) -> Outcome {
    let mut steps = Steps {
        rules,
        seen: Vec::new(),
        data_buffer: String::new(),
        type_buffer: String::new(),
        id_buffer: rules.last_event_id.clone(),
        last_event_id: rules.last_event_id.clone(),
        reconnection_time: None,
        id_in_block: false,
        id_since_event: false,
        charge: 0,
        skipping: false,
    };
    let lines = lines(input);
    let mut unfinished = None;
    for line in &lines {
        match line.end {
            Some(end) => steps.line(line, end),
            None => unfinished = Some(line),
        }
    }
    steps.end(unfinished, input)
}

/// One line of the stream, by character.
pub struct Line {
    pub chars: Vec<Char>,
    /// The byte offset of the end of its text, which is the place of its line end, present or not.
    pub text_end: usize,
    /// The number of bytes after which its end is known; `None` for the unfinished last line.
    pub end: Option<usize>,
}

/// A character and the bytes it was decoded from.
#[derive(Clone)]
pub struct Char {
    pub char: char,
    pub bytes: Range<usize>,
}

/// 9.2.5: lines end with CR LF, CR or LF. An empty unfinished last line is not a line.
pub fn lines(input: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut chars = Vec::new();
    let mut after_cr = false;
    for char in utf8_decode(input) {
        match char.char {
            '\n' if after_cr => after_cr = false,
            '\r' | '\n' => {
                after_cr = char.char == '\r';
                let (text_end, end) = (char.bytes.start, Some(char.bytes.end));
                lines.push(Line { chars: std::mem::take(&mut chars), text_end, end });
            }
            _ => {
                after_cr = false;
                chars.push(char);
            }
        }
    }
    if !chars.is_empty() {
        lines.push(Line { chars, text_end: input.len(), end: None });
    }
    lines
}

/// Encoding Standard, "UTF-8 decode" and the steps of the UTF-8 decoder: one BOM at the start is removed, and each
/// maximal subpart of an ill-formed sequence becomes one U+FFFD.
pub fn utf8_decode(input: &[u8]) -> Vec<Char> {
    let mut chars = Vec::new();
    let mut index = if input.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    while index < input.len() {
        let start = index;
        let lead = u32::from(input[index]);
        index += 1;
        let (needed, mut lower, mut upper, mut code) = match lead {
            0x00..=0x7F => (0, 0x80, 0xBF, lead),
            0xC2..=0xDF => (1, 0x80, 0xBF, lead & 0x1F),
            0xE0 => (2, 0xA0, 0xBF, lead & 0xF),
            0xED => (2, 0x80, 0x9F, lead & 0xF),
            0xE1..=0xEF => (2, 0x80, 0xBF, lead & 0xF),
            0xF0 => (3, 0x90, 0xBF, lead & 0x7),
            0xF4 => (3, 0x80, 0x8F, lead & 0x7),
            0xF1..=0xF3 => (3, 0x80, 0xBF, lead & 0x7),
            _ => (0, 0x80, 0xBF, 0xFFFD),
        };
        for _ in 0..needed {
            // A byte out of range is not consumed: it starts the next character.
            match input.get(index).map(|&byte| u32::from(byte)) {
                Some(byte) if lower <= byte && byte <= upper => code = code << 6 | byte & 0x3F,
                _ => {
                    code = 0xFFFD;
                    break;
                }
            }
            (lower, upper) = (0x80, 0xBF);
            index += 1;
        }
        let char = char::from_u32(code).unwrap_or('\u{FFFD}');
        chars.push(Char { char, bytes: start..index });
    }
    chars
}

/// A parsed line: 9.2.6, "process the field".
pub struct Field {
    pub name: String,
    pub value: String,
    /// The same by character.
    pub chars: Vec<Char>,
    /// The position of the value in the input.
    pub bytes: Range<usize>,
}

/// Collects the characters before the first colon, and those after it without one leading space. Without a colon the
/// whole line is the name, and the value is empty, at the line's end.
pub fn field(line: &Line) -> Field {
    let text = |chars: &[Char]| chars.iter().map(|c| c.char).collect::<String>();
    let Some(colon) = line.chars.iter().position(|c| c.char == ':') else {
        let bytes = line.text_end..line.text_end;
        return Field { name: text(&line.chars), value: String::new(), chars: Vec::new(), bytes };
    };
    let mut value = &line.chars[colon + 1..];
    // In the standard a comment has no value; its text is everything after the colon.
    if colon > 0 && value.first().is_some_and(|c| c.char == ' ') {
        value = &value[1..];
    }
    let start = value.first().map_or(line.text_end, |c| c.bytes.start);
    let (name, bytes) = (text(&line.chars[..colon]), start..line.text_end);
    Field { name, value: text(value), chars: value.to_vec(), bytes }
}

/// The place of the first character that does not fit, if any.
fn first_beyond(chars: &[Char], room: usize) -> Option<usize> {
    let mut held = 0;
    let beyond = chars.iter().find(|c| {
        held += c.char.len_utf8();
        held > room
    });
    beyond.map(|c| c.bytes.start)
}

/// Whether it is the start of a character whose rest is cut off by the end of the input.
fn is_cut(last: &Char, input: &[u8]) -> bool {
    let error = std::str::from_utf8(&input[last.bytes.clone()]).err();
    last.bytes.end == input.len() && error.is_some_and(|error| error.error_len().is_none())
}

struct Steps<'r> {
    rules: &'r Rules,
    seen: Vec<Seen>,
    data_buffer: String,
    type_buffer: String,
    id_buffer: String,
    last_event_id: String,
    reconnection_time: Option<u64>,
    // Not in the standard: these are for `Event::id`, the limit and the end of the stream.
    id_in_block: bool,
    id_since_event: bool,
    charge: usize,
    skipping: bool,
}

impl Steps<'_> {
    fn line(&mut self, line: &Line, at: usize) {
        if line.chars.is_empty() {
            return self.dispatch(at);
        }
        let field = field(line);
        if line.chars[0].char == ':' {
            return self.comment(&field, Some(at));
        }
        self.pay(&field);
        match field.name.as_str() {
            "event" if !self.skipping => self.type_buffer = field.value,
            "data" if !self.skipping => {
                self.data_buffer.push_str(&field.value);
                self.data_buffer.push('\n');
            }
            // Also while a block is skipped, if it fits.
            "id" if !field.value.contains('\0') && self.takes_id(&field) => {
                if self.rules.charged == Charged::Held {
                    self.charge = field.value.len() + if self.skipping { 0 } else { self.charge };
                }
                self.id_buffer = field.value;
                self.id_in_block = true;
            }
            // Beyond u64, or without digits: ignored.
            "retry" if field.value.chars().all(|c| c.is_ascii_digit()) => {
                if let Ok(time) = field.value.parse() {
                    self.reconnection_time = Some(time);
                    self.seen.push(Seen { at, got: Got::Retry(time) });
                }
            }
            _ => {}
        }
    }

    /// `at` is `None` for a line that the end of the stream cut off.
    fn comment(&mut self, field: &Field, at: Option<usize>) {
        if !self.rules.comments {
            return;
        }
        let crossed = match self.rules.charged {
            Charged::Values => {
                (field.bytes.len() > self.rules.limit).then(|| field.bytes.start + self.rules.limit)
            }
            Charged::Held => first_beyond(&field.chars, self.room()),
        };
        if let Some(at) = crossed {
            self.seen.push(Seen { at, got: Got::CommentTooLarge });
        } else if let Some(at) = at {
            self.seen.push(Seen { at, got: Got::Comment(field.value.clone()) });
        }
    }

    /// The crossing is reported once for each block.
    fn pay(&mut self, field: &Field) {
        match self.rules.charged {
            Charged::Values => self.pay_for_values(field),
            Charged::Held => self.pay_for_held(field),
        }
    }

    /// A data line costs one byte (for the LF that it adds) and its value. Other fields cost their value, in bytes as
    /// received.
    fn pay_for_values(&mut self, field: &Field) {
        let line_cost = match field.name.as_str() {
            "data" => 1,
            "event" | "id" => 0,
            _ => return,
        };
        if self.skipping {
            return;
        }
        let left = self.rules.limit - self.charge;
        if line_cost + field.bytes.len() > left {
            self.cross(field.bytes.start + left.saturating_sub(line_cost));
        } else {
            self.charge += line_cost + field.bytes.len();
        }
    }

    /// All data, each event type and each id of the block must fit beside the last event ID: in UTF-8 after the
    /// replacement by U+FFFD, data with an LF between two lines. An id is charged where it is accepted, because one
    /// with U+0000 is not.
    fn pay_for_held(&mut self, field: &Field) {
        if self.skipping || !matches!(field.name.as_str(), "data" | "event" | "id") {
            return;
        }
        let line_cost = usize::from(field.name == "data" && !self.data_buffer.is_empty());
        let room = self.room();
        if line_cost > room {
            self.cross(field.bytes.start);
        } else if let Some(at) = first_beyond(&field.chars, room - line_cost) {
            self.cross(at);
        } else if field.name != "id" {
            self.charge += line_cost + field.chars.iter().map(|c| c.char.len_utf8()).sum::<usize>();
        }
    }

    /// The lines that are not stored in the buffer.
    fn room(&self) -> usize {
        self.rules.limit - self.last_event_id.len() - self.charge
    }

    fn cross(&mut self, at: usize) {
        self.skipping = true;
        self.data_buffer.clear();
        self.type_buffer.clear();
        if self.rules.charged == Charged::Held {
            // Data and event types are dropped, the block's id is kept.
            self.charge = if self.id_in_block { self.id_buffer.len() } else { 0 };
        }
        self.seen.push(Seen { at, got: Got::EventTooLarge });
    }

    /// An id that was charged is accepted; in a skipped block, if it fits.
    fn takes_id(&self, field: &Field) -> bool {
        match self.rules.charged {
            Charged::Values => field.bytes.len() <= self.rules.limit,
            Charged::Held => field.value.len() <= self.room(),
        }
    }

    /// 9.2.6, "dispatch the event".
    fn dispatch(&mut self, at: usize) {
        if self.skipping && self.rules.policy == Policy::Keep {
            self.id_buffer.clone_from(&self.last_event_id);
            self.id_in_block = false;
        }
        self.last_event_id.clone_from(&self.id_buffer);
        self.id_since_event |= self.id_in_block;
        if !self.data_buffer.is_empty() {
            let id_set = std::mem::take(&mut self.id_since_event);
            let got = self.event(self.last_event_id.clone(), id_set);
            self.seen.push(Seen { at, got });
        }
        self.type_buffer.clear();
        (self.id_in_block, self.skipping, self.charge) = (false, false, 0);
    }

    /// Takes the event out of its buffers; one trailing LF of the data is removed.
    fn event(&mut self, last_event_id: String, id_set: bool) -> Got {
        let mut data = std::mem::take(&mut self.data_buffer);
        data.pop();
        let mut event_type = std::mem::take(&mut self.type_buffer);
        if event_type.is_empty() {
            event_type.push_str("message");
        }
        Got::Event { event_type, data, last_event_id, id_set }
    }

    /// The end of the stream discards the open block; this reports its content.
    fn end(mut self, unfinished: Option<&Line>, input: &[u8]) -> Outcome {
        let in_line = unfinished.is_some();
        if let Some(line) = unfinished {
            let mut field = field(line);
            // A character fits or not only when its meaning is known, so this cut one is never reported.
            let cut_char = field.chars.last().is_some_and(|last| is_cut(last, input));
            field.chars.truncate(field.chars.len() - usize::from(cut_char));
            if line.chars[0].char == ':' {
                self.comment(&field, None);
            } else if line.chars.iter().any(|c| c.char == ':') {
                // The part of a value that has arrived counts, as if the rest were still to come. After `data:`
                // nothing has arrived yet: it costs nothing and adds no line.
                if !field.bytes.is_empty() {
                    self.pay(&field);
                    if field.name == "data" && !self.skipping {
                        self.data_buffer.push_str(&field.value);
                        self.data_buffer.push('\n');
                        if self.rules.charged == Charged::Held
                            && cut_char
                            && self.room() < '\u{FFFD}'.len_utf8()
                        {
                            self.data_buffer.clear();
                        }
                    }
                }
            }
        }
        let holds = !self.data_buffer.is_empty() || !self.type_buffer.is_empty();
        let cut = (in_line || holds || self.id_in_block || self.skipping).then(|| {
            let id_set = self.id_since_event || self.id_in_block;
            let event = (!self.data_buffer.is_empty()).then(|| self.event(self.id_buffer.clone(), id_set));
            Cut { event, in_line }
        });
        let Self { seen, last_event_id, reconnection_time: retry, .. } = self;
        Outcome { seen, last_event_id, retry, cut }
    }
}
