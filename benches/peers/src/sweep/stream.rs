//! A random cell: its stream and how it is cut.

use super::random::Random;
use crate::cut::Cut;

/// What a cell has drawn, told so that one can see what its number is about.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Traits {
    pub(crate) line_end: &'static str,
    pub(crate) text: &'static str,
    pub(crate) chunks: String,
    pub(crate) one_event_chunks: bool,
    pub(crate) data: String,
    pub(crate) blocks: String,
    pub(crate) colon: &'static str,
}

impl Traits {
    pub(crate) fn line(&self) -> String {
        let Self { line_end, text, chunks, data, blocks, colon, .. } = self;
        format!("{line_end}, {text}, {data}, {blocks}, {colon}, {chunks}")
    }
}

pub(crate) struct Drawn {
    pub(crate) traits: Traits,
    pub(crate) stream: &'static [u8],
    pub(crate) cut: &'static Cut,
}

/// What a block may be. A cell takes some of them, each block one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    EventData,
    IdEventData,
    Lines,
    /// A comment with data, or by itself.
    Comment,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Data, "data"),
    (Kind::EventData, "event+data"),
    (Kind::IdEventData, "id+event+data"),
    (Kind::Lines, "lines"),
    (Kind::Comment, "comments"),
];

/// Sizes of data: 8 bytes to 8 KiB.
const SIZES: (usize, usize) = (8, 10);
/// Sizes of chunks: 128 bytes to 64 KiB.
const CHUNKS: (usize, usize) = (128, 9);
/// So long is a stream at least: two of the largest chunks.
const LENGTH: usize = 128 * 1024;
const FEWEST_EVENTS: usize = 16;

struct Shape {
    line_end: &'static str,
    ascii: bool,
    /// `None`: each line decides.
    space: Option<bool>,
    /// Around which the sizes of data lie; `None`: each event draws from the whole range.
    size: Option<usize>,
    kinds: Vec<Kind>,
}

pub(crate) fn draw(seed: u64, cell: usize) -> Drawn {
    let mut random = Random::new(seed, cell);
    let random = &mut random;
    // LF is what most servers send.
    let (line_end, line_end_name) =
        random.pick(&[("\n", "LF"), ("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")]);
    let ascii = random.one_in(2);
    let space = random.pick(&[Some(true), Some(true), Some(false), None]);
    let size = (!random.one_in(4)).then(|| random.log_uniform(SIZES.0, SIZES.1));
    let mut kinds = KINDS.to_vec();
    kinds.retain(|_| random.one_in(2));
    if kinds.iter().all(|(kind, _)| *kind == Kind::Comment) {
        kinds.push(random.pick(&KINDS[..4]));
    }
    let names: Vec<_> = kinds.iter().map(|(_, name)| *name).collect();
    let shape = Shape { line_end, ascii, space, size, kinds: kinds.iter().map(|(kind, _)| *kind).collect() };

    let mut stream = String::new();
    let mut ends = Vec::new();
    while stream.len() < LENGTH || ends.len() < FEWEST_EVENTS {
        block(&mut stream, &shape, random);
        ends.push(stream.len());
    }
    let stream: &'static [u8] = stream.into_bytes().leak();
    let one_event_chunks = random.one_in(4);
    let (cut, chunks) =
        if one_event_chunks { (at(stream, ends), "one event per chunk".into()) } else { cut(stream, random) };
    let traits = Traits {
        line_end: line_end_name,
        text: if ascii { "ASCII" } else { "non-ASCII" },
        chunks,
        one_event_chunks,
        data: size.map_or("data 8 B to 8 KiB".into(), |size| format!("data about {size} B")),
        blocks: names.join(" "),
        colon: match space {
            Some(true) => "spaces",
            Some(false) => "no spaces",
            None => "some spaces",
        },
    };
    Drawn { traits, stream, cut }
}

/// Chunks of one size, or of sizes around it.
fn cut(stream: &'static [u8], random: &mut Random) -> (&'static Cut, String) {
    let size = random.log_uniform(CHUNKS.0, CHUNKS.1);
    if random.one_in(2) {
        return (Cut::every(stream, size), format!("chunks of {size} B"));
    }
    let mut ends = Vec::new();
    let mut end = 0;
    while end < stream.len() {
        end = stream.len().min(end + size / 2 + random.below(size));
        ends.push(end);
    }
    (at(stream, ends), format!("chunks about {size} B"))
}

fn at(stream: &'static [u8], ends: Vec<usize>) -> &'static Cut {
    let mut start = 0;
    let chunks = ends.into_iter().map(|end| &stream[std::mem::replace(&mut start, end)..end]);
    Cut::leak(chunks.collect())
}

/// One block: its fields in any order, each with all of its lines.
fn block(stream: &mut String, shape: &Shape, random: &mut Random) {
    let kind = random.pick(&shape.kinds);
    let mut fields: Vec<(&str, String)> = Vec::new();
    if kind == Kind::Comment {
        let length = 4 + random.below(28);
        fields.push(("", text(length, true, random)));
    }
    if matches!(kind, Kind::EventData | Kind::IdEventData) {
        let types = ["message", "update", "content_block_delta", "ping", "response.output_text.delta"];
        fields.push(("event", random.pick(&types).to_owned()));
    }
    if kind == Kind::IdEventData {
        fields.push(("id", (random.next() >> random.pick(&[20, 40, 60])).to_string()));
    }
    if random.one_in(64) {
        fields.push(("retry", (1000 + random.below(9000)).to_string()));
    }
    if kind != Kind::Comment || random.one_in(2) {
        fields.push(("data", data(kind, shape, random)));
    }
    random.shuffle(&mut fields);
    for (name, value) in fields {
        for line in value.split('\n') {
            stream.push_str(name);
            stream.push(':');
            if shape.space.unwrap_or_else(|| random.one_in(2)) {
                stream.push(' ');
            }
            stream.push_str(line);
            stream.push_str(shape.line_end);
        }
    }
    stream.push_str(shape.line_end);
}

fn data(kind: Kind, shape: &Shape, random: &mut Random) -> String {
    let size = match shape.size {
        // Half of it to one and a half, within the range.
        Some(size) => (size / 2 + random.below(size)).clamp(SIZES.0, SIZES.0 << SIZES.1),
        None => random.log_uniform(SIZES.0, SIZES.1),
    };
    if kind != Kind::Lines {
        return text(size, shape.ascii, random);
    }
    let lines = 2 + random.below(11);
    let lines: Vec<_> = (0..lines)
        .map(|_| {
            let length = random.below(2 * size / lines + 1);
            text(length, shape.ascii, random)
        })
        .collect();
    lines.join("\n")
}

/// Text of `length` bytes, or up to three more.
fn text(length: usize, ascii: bool, random: &mut Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz {}\":,";
    let mut text = String::with_capacity(length + 3);
    while text.len() < length {
        let scalar = match random.below(8) {
            _ if ascii => u32::from(random.pick(LETTERS)),
            0 => 0x1f600 + random.below(64) as u32, // an emoji, 4 bytes
            1 => 0xe0 + random.below(16) as u32,    // Latin, 2 bytes
            2 => 0x20,
            _ => 0x4e00 + random.below(4096) as u32, // Han, 3 bytes
        };
        text.extend(char::from_u32(scalar));
    }
    text
}
