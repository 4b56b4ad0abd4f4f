//! The streams that each SDK is sent: an answer of three texts, and what servers put around and between them.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{EventId, EventType, IdText, KEEP_ALIVE, Message};

use super::api::{Api, Event};
use crate::Error;

/// The texts of the answer. The spaces show who trims.
pub const TEXTS: [&str; 3] = ["Hello", " wörld ", "!"];

/// So many characters of JSON are lost where it is cut.
const CUT: usize = 7;

const RETRY: Duration = Duration::from_secs(3);

/// The comment of a keep-alive that has one.
pub const TEXT: &str = " keep-alive";

/// How a keep-alive is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A comment and a blank line.
    Block,
    /// A comment line in front of what comes next.
    Line,
    /// A blank line.
    Blank,
    /// Two of them: what is split at blank lines stays in step.
    Blanks,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    First,
    /// After the first text.
    Between,
    /// Before the event that closes the stream.
    Last,
    After,
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As the provider sends it.
    Plain,
    /// All events without types.
    Untyped,
    /// All events that have none with the type `message`.
    Typed,
    /// Each event with an id of its own.
    Ids,
    KeepAlive {
        form: Form,
        text: &'static str,
        place: Place,
        ids: bool,
    },
    /// A message of `retry` alone.
    Retry(Place),
    /// A message of an id alone.
    Id(Place),
    /// `retry` in the first event.
    RetryInside,
    /// Data of several lines.
    Pretty,
    /// An event with empty data, after the first text.
    Empty,
    /// An event of a type that nobody knows, after the first text.
    Unknown,
    /// After the first text the provider says that it cannot go on, and the stream ends.
    Failing,
    /// The closing event does not come.
    Endless,
    /// The stream ends in the event of the last text: before its blank line.
    CutBlock,
    /// The same, in the middle of its JSON.
    CutJson,
    Crlf,
    /// No space after the colons.
    Tight,
    ByteOrderMark,
    /// The event of the second text comes in two pieces, the second one once the first text was shown.
    Split,
    /// The same, with CRLF, and in the middle of the one after its data.
    SplitCrlf,
}

/// One stream.
#[derive(Debug, Clone)]
pub struct Case {
    pub api: Api,
    pub kind: Kind,
    /// As they are written to the socket. Each but the first is held back until the client has shown the first text.
    pub chunks: Vec<Bytes>,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Seen {
    pub texts: Vec<String>,
    /// The type and the message of what was raised, if the stream did not end normally.
    pub ended: Option<String>,
}

impl Form {
    /// All, without and with a text, for those that can have one.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Block, ""),
        (Self::Line, ""),
        (Self::Blank, ""),
        (Self::Blanks, ""),
        (Self::Block, TEXT),
        (Self::Line, TEXT),
    ];

    /// The bytes of a keep-alive.
    pub fn bytes(self, text: &str) -> Vec<u8> {
        let block = Message::new().comment(text).to_bytes();
        match self {
            Self::Block => block.to_vec(),
            Self::Line => block[..block.len() - 1].to_vec(),
            Self::Blank => Message::new().to_bytes().to_vec(),
            Self::Blanks => Message::new().to_bytes().repeat(2),
        }
    }

    /// Whether it is the crate's own constant.
    pub fn is_ours(self, text: &str) -> bool {
        self.bytes(text) == KEEP_ALIVE
    }
}

impl Place {
    pub const ALL: [Self; 4] = [Self::First, Self::Between, Self::Last, Self::After];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "before the first",
            Self::Between => "between",
            Self::Last => "before the closing",
            Self::After => "after the closing",
        }
    }

    /// So many texts stand before it.
    pub fn texts_before(self, api: Api) -> usize {
        match self {
            Self::First => 0,
            Self::Between => 1,
            Self::Last => TEXTS.len() - usize::from(api.ends_with_text()),
            Self::After => TEXTS.len(),
        }
    }
}

impl Seen {
    /// The texts with these numbers, and a normal end.
    pub fn texts(which: impl IntoIterator<Item = usize>) -> Self {
        Self { texts: which.into_iter().map(|at| TEXTS[at].to_owned()).collect(), ended: None }
    }

    pub fn all() -> Self {
        Self::texts(0..TEXTS.len())
    }

    /// Instead of the normal end.
    pub fn raised(mut self, error: impl Into<String>) -> Self {
        self.ended = Some(error.into());
        self
    }
}

/// All cases in the shape of `api`.
pub fn all(api: Api) -> Result<Vec<Case>, Error> {
    let mut kinds = vec![Kind::Plain, Kind::Untyped, Kind::Typed, Kind::Ids];
    for (form, text) in Form::ALL {
        for ids in [false, true] {
            kinds.extend(Place::ALL.map(|place| Kind::KeepAlive { form, text, place, ids }));
        }
    }
    kinds.extend(Place::ALL.map(Kind::Retry));
    kinds.extend(Place::ALL.map(Kind::Id));
    kinds.extend([Kind::RetryInside, Kind::Pretty, Kind::Empty, Kind::Unknown, Kind::Failing, Kind::Endless]);
    kinds.extend([Kind::CutBlock, Kind::CutJson, Kind::Crlf, Kind::Tight, Kind::ByteOrderMark]);
    kinds.extend([Kind::Split, Kind::SplitCrlf]);
    kinds.into_iter().map(|kind| Ok(Case { api, kind, chunks: chunks(kind, api)? })).collect()
}

impl Case {
    /// The data that is left of the event of the last text when it is cut in its JSON.
    pub fn cut_data(&self) -> String {
        let data = self.api.last_text(TEXTS[2]).data;
        data[..data.len() - CUT].to_owned()
    }

    /// What the standard makes of it: the events by 9.2.6, their texts in order, and the end of the body as the end.
    pub fn expected(&self) -> Seen {
        match self.kind {
            Kind::Failing => Seen::texts(0..1),
            Kind::Endless => Seen::texts(0..Place::Last.texts_before(self.api)),
            // The block without its blank line is dropped.
            Kind::CutBlock | Kind::CutJson => Seen::texts(0..2),
            _ => Seen::all(),
        }
    }
}

fn chunks(kind: Kind, api: Api) -> Result<Vec<Bytes>, Error> {
    let [first, second, last] = TEXTS;
    let texts = vec![api.text(first), api.text(second), api.last_text(last)];
    let mut events = [api.opening(), texts, api.closing()].concat();
    // Where the second text is.
    let between = api.opening().len() + 1;
    match kind {
        Kind::Empty => events.insert(between, Event { event_type: None, data: String::new() }),
        Kind::Unknown => events.insert(between, api.unknown()),
        Kind::Failing => {
            events.truncate(between);
            events.push(api.error());
        }
        Kind::Endless => events.truncate(events.len() - 1),
        Kind::CutBlock | Kind::CutJson => events.truncate(between + 2),
        _ => {}
    }
    let position = |place| match place {
        Place::First => 0,
        Place::Between => between,
        Place::Last => events.len() - 1,
        Place::After => events.len(),
    };
    let mut blocks = Vec::new();
    for (at, event) in events.iter().enumerate() {
        blocks.push(block(kind, at, event)?);
    }
    match kind {
        Kind::KeepAlive { form, text, place, .. } => blocks.insert(position(place), form.bytes(text)),
        Kind::Retry(place) => blocks.insert(position(place), Message::new().retry(RETRY).to_bytes().to_vec()),
        Kind::Id(place) => {
            blocks.insert(position(place), Message::new().id(EventId::new("7")?).to_bytes().to_vec());
        }
        _ => {}
    }
    let before = blocks[..between].concat();
    let mut bytes = blocks.concat();
    let mut cut = None;
    match kind {
        Kind::CutBlock => bytes.truncate(bytes.len() - 1),
        Kind::CutJson => bytes.truncate(bytes.len() - CUT - 2),
        Kind::Crlf => bytes = with_crlf(&bytes),
        Kind::Tight => {
            bytes = String::from_utf8(bytes)?.replace("data: ", "data:").replace("event: ", "event:").into()
        }
        Kind::ByteOrderMark => bytes.splice(..0, *b"\xEF\xBB\xBF").for_each(drop),
        Kind::Split => cut = Some(before.len() + blocks[between].len() / 2),
        Kind::SplitCrlf => {
            bytes = with_crlf(&bytes);
            // The block ends with LF LF, each of which is two bytes now.
            cut = Some(with_crlf(&[before, blocks[between].clone()].concat()).len() - 3);
        }
        _ => {}
    }
    let bytes = Bytes::from(bytes);
    Ok(match cut {
        Some(at) => vec![bytes.slice(..at), bytes.slice(at..)],
        None => vec![bytes],
    })
}

/// An event as our encoder writes it.
fn block(kind: Kind, at: usize, event: &Event) -> Result<Vec<u8>, Error> {
    let id = IdText::from(at as u64 + 1);
    let pretty;
    let mut data = &event.data;
    let mut event_type = event.event_type.as_deref();
    let mut message = Message::new();
    match kind {
        Kind::Untyped => event_type = None,
        Kind::Typed => event_type = event_type.or(Some("message")),
        Kind::Ids | Kind::KeepAlive { ids: true, .. } => message = message.id(id.as_event_id()),
        Kind::RetryInside if at == 0 => message = message.retry(RETRY),
        // What is not JSON has one line.
        Kind::Pretty => {
            if let Ok(json) = serde_json::from_str::<serde_json::Value>(data) {
                pretty = serde_json::to_string_pretty(&json)?;
                data = &pretty;
            }
        }
        _ => {}
    }
    if let Some(event_type) = event_type {
        message = message.event_type(EventType::new(event_type)?);
    }
    Ok(message.data(data).to_bytes().to_vec())
}

fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut ended = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        ended.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        ended.extend_from_slice(if line.ends_with(b"\n") { b"\r\n" } else { b"" });
    }
    ended
}
