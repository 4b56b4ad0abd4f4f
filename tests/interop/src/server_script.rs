//! What the servers are told to send, and what a reader should see of it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// One message, in the words of the server's own interface.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

/// Messages that make one stream.
#[derive(Debug, Serialize)]
pub struct Talk {
    pub name: &'static str,
    pub messages: Vec<Message>,
}

/// A stream byte by byte, for servers that write what they are given.
#[derive(Debug, Serialize)]
pub struct Raw {
    pub name: String,
    pub hex: String,
    #[serde(skip)]
    pub expected: Outcome,
}

/// The file that each server gets.
#[derive(Debug, Serialize)]
pub struct Told {
    pub talks: Vec<Talk>,
    pub raws: Vec<Raw>,
    /// Sent two to a connection; a `Last-Event-ID` asks for those behind it.
    pub resume: Vec<Message>,
}

/// What a reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Event { event_type: String, data: String, id: Option<String>, last_event_id: String },
    Retry(u64),
    Comment(String),
}

/// All that a reader sees of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub seen: Vec<Seen>,
    pub last_event_id: String,
}

impl Message {
    fn data(data: impl Into<String>) -> Self {
        Self { data: Some(data.into()), ..Self::default() }
    }

    fn id(self, id: &str) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    fn event(self, event: &str) -> Self {
        Self { event: Some(event.into()), ..self }
    }

    fn retry(self, retry: u64) -> Self {
        Self { retry: Some(retry), ..self }
    }

    fn comment(self, comment: &str) -> Self {
        Self { comment: Some(comment.into()), ..self }
    }
}

impl Told {
    pub fn new() -> Result<Self, Error> {
        let ids = ["1", "2", "drei-é-😀", "4", "5"];
        let resume = ids.iter().map(|id| Message::data(format!("with the id {id}")).id(id)).collect();
        Ok(Self { talks: talks(), raws: vectors()?, resume })
    }

    /// How many bytes the data of the talk at `index` have, about what goes over the wire.
    pub fn size(&self, index: usize) -> usize {
        self.talks[index].messages.iter().filter_map(|message| message.data.as_ref()).map(String::len).sum()
    }
}

impl Outcome {
    /// WHATWG HTML 9.2.6, from messages instead of lines.
    pub fn of(messages: &[Message]) -> Self {
        let (mut outcome, mut new_id) = (Self::default(), None);
        for message in messages {
            outcome.seen.extend(message.comment.clone().map(Seen::Comment));
            outcome.seen.extend(message.retry.map(Seen::Retry));
            if let Some(id) = &message.id {
                outcome.last_event_id.clone_from(id);
                new_id = Some(id.clone());
            }
            let Some(data) = &message.data else { continue };
            let event_type = message.event.clone().filter(|event| !event.is_empty());
            outcome.seen.push(Seen::Event {
                event_type: event_type.unwrap_or_else(|| "message".into()),
                data: data.replace("\r\n", "\n").replace('\r', "\n"),
                id: new_id.take(),
                last_event_id: outcome.last_event_id.clone(),
            });
        }
        outcome
    }

    /// Leaves out which event brought its id: the vectors do not tell.
    pub fn without_ids(mut self) -> Self {
        for seen in &mut self.seen {
            if let Seen::Event { id, .. } = seen {
                *id = None;
            }
        }
        self
    }

    /// Where `got` is something else, in one line.
    pub fn difference(&self, got: &Self) -> Option<String> {
        if self == got {
            return None;
        }
        let length = self.seen.len().max(got.seen.len());
        if let Some(at) = (0..length).find(|at| self.seen.get(*at) != got.seen.get(*at)) {
            let (sent, came) = (shown(self.seen.get(at)), shown(got.seen.get(at)));
            return Some(format!("frame {at} of {length}: sent {sent}, arrived {came}"));
        }
        Some(format!(
            "last event ID at the end: sent {:?}, arrived {:?}",
            self.last_event_id, got.last_event_id
        ))
    }
}

fn shown(seen: Option<&Seen>) -> String {
    let Some(seen) = seen else { return "nothing".into() };
    let text = format!("{seen:?}");
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn talks() -> Vec<Talk> {
    let talk = |name, messages: Vec<Message>| Talk { name, messages };
    let each = |name, data: &[&str]| talk(name, data.iter().map(|data| Message::data(*data)).collect());
    let none = Message::default;
    let full = Message::data("x").comment("hello").retry(1500).event("add").id("7");
    vec![
        each("data", &["first", "second"]),
        talk("every field", vec![full, Message::data("y")]),
        each("lines", &["a\nb", "a\n\nb\n\n\nc", "\na"]),
        each("CR and CRLF in the data", &["a\rb\rc", "a\r\nb", "a\r\r\n\nb"]),
        each("a line end at the end", &["a\n", "\n", "a\n\n", "a\r", "a\r\n"]),
        each("empty data", &["", "a", ""]),
        each("blanks", &[" a", "  a", "\ta", "a ", " ", "a\n b\n  c"]),
        talk(
            "blanks elsewhere",
            vec![Message::data("a").event(" b").id(" c"), Message::data("d").event("\te ").id("f ")],
        ),
        each("like fields", &["data: x", "x\nid: 9\nevent: no\nretry: 1\n\ndata: y", ":x", "data"]),
        each("not ASCII", &["grüße", "漢字かな交じり文", "😀😀\n😀", "e\u{301}\u{200d}\u{202e}"]),
        // What Python and JavaScript call line ends, and the standard does not.
        each("no line ends", &["a\u{2028}b\u{2029}c", "a\u{85}b", "a\u{b}b\u{c}c\u{1c}d\u{1d}e\u{1e}f"]),
        each("controls", &["a\0b", "\u{feff}a", "\u{7f}\u{1b}[0m", "\u{fffd}\u{ffff}"]),
        each("JSON", &[r#"{"a": "b\n\"c\""}"#, "[DONE]", "null"]),
        talk(
            "types",
            vec![
                Message::data("a").event("add"),
                Message::data("the type does not stay"),
                Message::data("c").event("добавить 😀"),
                Message::data("d").event("message"),
                none().event("without data: no event"),
                Message::data("e"),
            ],
        ),
        talk(
            "ids",
            vec![
                Message::data("none yet"),
                Message::data("a").id("1"),
                Message::data("it stays"),
                none().id("by a block without data"),
                Message::data("b"),
                Message::data("cleared").id(""),
                Message::data("c").id("é漢😀"),
                none().id("at the end"),
            ],
        ),
        talk(
            "retries",
            vec![none().retry(0), none().retry(1), Message::data("a").retry(3050), none().retry(86_400_000)],
        ),
        talk(
            "comments",
            vec![
                none().comment("keep-alive"),
                Message::data("a").comment(""),
                none().comment("data: no event ü😀"),
                none().comment("  blanks "),
            ],
        ),
        talk("100 kB in one line", vec![Message::data("0123456789ü😀abcd".repeat(5000)).id("big")]),
        talk("100 kB in 1000 lines", vec![Message::data(vec!["0123456789".repeat(10); 1000].join("\n"))]),
        talk("1000 tiny events", (0..1000).map(|n| Message::data(n.to_string())).collect()),
        each("1000 line ends", &[&"\n".repeat(1000)]),
        talk("1000 keep-alives", vec![none().comment(""); 1000]),
    ]
}

/// The conformance vectors of the crate, which browsers have confirmed.
fn vectors() -> Result<Vec<Raw>, Error> {
    #[derive(Deserialize)]
    struct Vectors {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        name: String,
        input: Option<String>,
        input_hex: Option<String>,
        expect: Vec<Expected>,
        order: String,
        retry_ms: Vec<String>,
        comments: Vec<String>,
        final_last_event_id: String,
    }
    #[derive(Deserialize)]
    struct Expected {
        event: ExpectedEvent,
    }
    #[derive(Deserialize)]
    struct ExpectedEvent {
        r#type: String,
        data: String,
        last_event_id: String,
    }

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/vectors.json");
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(file)?)?;
    let raw = |case: Case| {
        let (name, mut seen) = (case.name, Vec::new());
        let (mut events, mut comments) = (case.expect.into_iter(), case.comments.into_iter());
        let mut retries = case.retry_ms.iter();
        for kind in case.order.chars() {
            let next = match kind {
                'e' => events.next().map(|Expected { event }| Seen::Event {
                    event_type: event.r#type,
                    data: event.data,
                    id: None,
                    last_event_id: event.last_event_id,
                }),
                // One beyond u64 is ignored, which the vectors leave open.
                'r' => retries.next().and_then(|retry| retry.parse().ok()).map(Seen::Retry),
                _ => comments.next().map(Seen::Comment),
            };
            seen.extend(next);
        }
        let hex = match (case.input, case.input_hex) {
            (Some(text), None) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
            (None, Some(hex)) => hex,
            _ => return Err(format!("{name}: wants one of input and input_hex").into()),
        };
        Ok(Raw { name, hex, expected: Outcome { seen, last_event_id: case.final_last_event_id } })
    };
    vectors.cases.into_iter().map(raw).collect()
}
