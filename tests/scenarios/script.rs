//! The table, read.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) reconnection_ms: Option<u64>,
    #[serde(default)]
    pub(crate) idle_ms: Option<u64>,
    #[serde(default)]
    pub(crate) initial_id: Option<String>,
    /// It does not connect again.
    #[serde(default)]
    pub(crate) once: bool,
    #[serde(default)]
    pub(crate) comments: bool,
    #[serde(default)]
    pub(crate) retry_status: Option<u16>,
    /// The same however the bytes are cut.
    #[serde(default)]
    pub(crate) every_cut: bool,
    pub(crate) server: Vec<Answer>,
    #[serde(deserialize_with = "shows")]
    pub(crate) shows: Vec<Shows>,
    #[serde(deserialize_with = "ids")]
    pub(crate) requests: Vec<Option<String>>,
}

/// One connection, as the server takes it. The last one answers later requests too.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) refused: bool,
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default, rename = "type")]
    pub(crate) content_type: Option<String>,
    /// Milliseconds before each, and the bytes.
    #[serde(default)]
    pieces: Vec<(u64, String)>,
    #[serde(default)]
    pub(crate) end: Option<String>,
}

impl Answer {
    pub(crate) fn stays(&self) -> bool {
        self.end.as_deref() == Some("stays")
    }

    /// How long the head takes.
    pub(crate) fn before_head(&self) -> u64 {
        self.pieces.first().map_or(0, |(before, _)| *before)
    }

    /// The body in pieces of at most `cut` bytes, and the milliseconds before each.
    pub(crate) fn body(&self, cut: usize) -> Vec<(u64, Vec<u8>)> {
        let mut pieces = Vec::new();
        for (at, (before, bytes)) in self.pieces.iter().enumerate() {
            let mut before = if at == 0 { 0 } else { *before };
            for piece in unescape(bytes).chunks(cut) {
                pieces.push((std::mem::take(&mut before), piece.to_vec()));
            }
        }
        pieces
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Shows {
    Open,
    Event(String, String, String),
    Comment(String),
    Lost,
    Wait(u64),
    Fatal(String),
    Close,
    Restart,
    Closed,
}

fn shows<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Shows>, D::Error> {
    let items = Vec::<Vec<Value>>::deserialize(deserializer)?;
    let text = |value: &Value| String::from_utf8(unescape(value.as_str().unwrap())).unwrap();
    Ok(items
        .iter()
        .map(|item| match item[0].as_str().unwrap() {
            "open" => Shows::Open,
            "lost" => Shows::Lost,
            "closed" => Shows::Closed,
            "CLOSE" => Shows::Close,
            "RESTART" => Shows::Restart,
            "comment" => Shows::Comment(text(&item[1])),
            "wait" => Shows::Wait(item[1].as_u64().unwrap()),
            "fatal" => Shows::Fatal(text(&item[1])),
            "event" => Shows::Event(text(&item[1]), text(&item[2]), text(&item[3])),
            other => panic!("{other}"),
        })
        .collect())
}

fn ids<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<String>>, D::Error> {
    let ids = Vec::<Option<String>>::deserialize(deserializer)?;
    Ok(ids.into_iter().map(|id| id.map(|id| String::from_utf8(unescape(&id)).unwrap())).collect())
}

/// `\n \r \t \0 \xHH \u{H}`, and `⟨n×c⟩`, which is c n times.
fn unescape(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '\\' => {
                let kind = rest.chars().next().unwrap();
                rest = &rest[1..];
                match kind {
                    'n' => bytes.push(b'\n'),
                    'r' => bytes.push(b'\r'),
                    't' => bytes.push(b'\t'),
                    '0' => bytes.push(0),
                    'x' => {
                        bytes.push(u8::from_str_radix(&rest[..2], 16).unwrap());
                        rest = &rest[2..];
                    }
                    'u' => {
                        let (code, after) = rest[1..].split_once('}').unwrap();
                        let character = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
                        bytes.extend(character.to_string().as_bytes());
                        rest = after;
                    }
                    other => panic!("{other} in {text}"),
                }
            }
            '⟨' => {
                let (repeat, after) = rest.split_once('⟩').unwrap();
                let (times, what) = repeat.split_once('×').unwrap();
                bytes.extend(what.repeat(times.parse().unwrap()).as_bytes());
                rest = after;
            }
            other => bytes.extend(other.to_string().as_bytes()),
        }
    }
    bytes
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    serde_json::from_str(include_str!("scenarios.json")).unwrap()
}
