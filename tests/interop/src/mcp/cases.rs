//! Answers to a `tools/call`, as an MCP server could send them: two notifications of progress, and the response.

use serde_json::{Value, json};
use sse_proto::{Chunk, Decoder, EventId, EventType, KEEP_ALIVE, KEEP_ALIVE_LINE, Message};

use crate::Error;

/// Stand in the JSON for what the request says.
const ID: &str = "@ID@";
const TOKEN: &str = "@TOKEN@";

/// One answer, over one connection or several.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    /// The first one is answer to the POST, each other one to a GET.
    connections: Vec<Vec<u8>>,
    /// The `Last-Event-ID` of each GET.
    pub gets: Vec<String>,
    /// No response is sent: the client is to say so.
    pub is_cut_short: bool,
    /// It has ids, which only 2025-11-25 has.
    pub has_ids: bool,
    pub is_keep_alive: bool,
}

/// The id, if the event has brought one, and the progress in it.
pub type Event = (Option<String>, Option<u32>);

/// A connection, as it is put together.
#[derive(Debug, Default, Clone)]
struct Stream {
    bytes: Vec<u8>,
    /// With ids, or without.
    ids: bool,
}

impl Stream {
    fn with(ids: bool) -> Self {
        Self { ids, ..Self::default() }
    }

    fn add(mut self, message: Message<'_>) -> Self {
        self.bytes.extend_from_slice(&message.to_bytes());
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// An id, `retry`, and empty data.
    fn priming(self) -> Self {
        self.add(Message::new().id(EventId::from_static("s-0")).retry(RETRY).data(""))
    }

    fn json(self, number: u8, message: Message<'_>, value: &Value) -> Result<Self, Error> {
        let id = format!("s-{number}");
        let id = EventId::new(&id)?;
        let message = if self.ids { message.id(id) } else { message };
        let bytes = message.to_bytes_with(|data| serde_json::to_writer(data, value))?;
        Ok(self.raw(&bytes))
    }

    fn step(self, number: u8) -> Result<Self, Error> {
        self.json(number, Message::new(), &step(number))
    }

    fn response(self) -> Result<Self, Error> {
        self.json(3, Message::new(), &response())
    }

    /// All that is left of the answer after so many steps.
    fn rest(self, steps: u8) -> Result<Self, Error> {
        (steps + 1..=2).try_fold(self, Self::step)?.response()
    }
}

const RETRY: std::time::Duration = std::time::Duration::from_millis(10);

fn step(number: u8) -> Value {
    let params = json!({"progressToken": TOKEN, "progress": number, "total": 2});
    json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
}

fn response() -> Value {
    let content = json!([{"type": "text", "text": "done"}]);
    json!({"jsonrpc": "2.0", "id": ID, "result": {"content": content, "resultType": "complete"}})
}

impl Case {
    fn one(name: impl Into<String>, stream: Stream) -> Self {
        let (name, has_ids) = (name.into(), stream.ids);
        Self {
            name,
            connections: vec![stream.bytes],
            gets: Vec::new(),
            is_cut_short: false,
            has_ids,
            is_keep_alive: false,
        }
    }

    /// It goes on after this id.
    fn then(mut self, after: &str, stream: Stream) -> Self {
        self.gets.push(after.into());
        self.connections.push(stream.bytes);
        self
    }

    /// Each connection's events, read by our decoder.
    pub fn events(&self) -> Result<Vec<Vec<Event>>, Error> {
        let events = |bytes: &Vec<u8>| {
            let mut chunk = Chunk::new(bytes);
            let (mut decoder, mut events) = (Decoder::new(), Vec::new());
            while let Some(event) = decoder.decode_event(&mut chunk)? {
                let progress = serde_json::from_str(event.data())
                    .ok()
                    .and_then(|message: Value| u32::try_from(message["params"]["progress"].as_u64()?).ok());
                events.push((event.id().map(|id| id.to_string()), progress));
            }
            Ok(events)
        };
        self.connections.iter().map(events).collect()
    }

    /// All steps, as they are to be seen.
    pub fn steps(&self) -> Result<Vec<u32>, Error> {
        Ok(self.events()?.into_iter().flatten().filter_map(|(_, progress)| progress).collect())
    }

    /// Whether the last byte of all is a CR.
    pub fn ends_in_cr(&self) -> bool {
        self.connections.last().is_some_and(|bytes| bytes.ends_with(b"\r"))
    }

    /// What is sent over connection number `at`, for a request with this id and this token.
    pub fn bytes(&self, at: usize, id: &Value, token: &Value) -> Option<String> {
        let text = String::from_utf8_lossy(self.connections.get(at)?);
        Some(
            text.replace(&json!(ID).to_string(), &id.to_string())
                .replace(&json!(TOKEN).to_string(), &token.to_string()),
        )
    }
}

/// The three forms of a keep-alive, at each place.
fn keep_alives() -> Result<Vec<Case>, Error> {
    let forms = [(r"`:\n\n`", KEEP_ALIVE), (r"`:\n`", KEEP_ALIVE_LINE), (r"`:\r\n`", &b":\r\n"[..])];
    let mut cases = Vec::new();
    for (form, bytes) in forms {
        for ids in [false, true] {
            let of = if ids { "with ids" } else { "without ids" };
            let mut add =
                |place: &str, stream| cases.push(Case::one(format!("{form} {place}, {of}"), stream));
            let stream = || Stream::with(ids);
            add("before the first event", stream().raw(bytes).rest(0)?);
            if ids {
                add("after the priming event", stream().priming().raw(bytes).rest(0)?);
            }
            add("between two events", stream().step(1)?.raw(bytes).rest(1)?);
            add("before the last event", stream().step(1)?.step(2)?.raw(bytes).rest(2)?);
        }
        let stream = Stream::with(true).add(Message::new().retry(RETRY)).step(1)?.raw(bytes);
        let cut = Case::one(format!("{form} after an event with an id, then cut and resumed"), stream);
        cases.push(cut.then("s-1", Stream::with(true).rest(1)?));
    }
    Ok(cases)
}

fn fields() -> Result<Vec<Case>, Error> {
    let stream = Stream::with;
    let id = |id| Message::new().id(EventId::from_static(id));
    let typed = |name| Message::new().event_type(EventType::from_static(name));
    let with_ends = |end: &str, stream: Stream| {
        let bytes = String::from_utf8_lossy(&stream.bytes).replace('\n', end).into_bytes();
        Stream { bytes, ..stream }
    };
    let lines = serde_json::to_string_pretty(&step(2))?;
    let mut cases = Vec::new();
    for (ids, of) in [(false, "without ids"), (true, "with ids")] {
        let mut add = |name: &str, stream| cases.push(Case::one(format!("{name}, {of}"), stream));
        add("plain", stream(ids).rest(0)?);
        add("`retry` alone before the first event", stream(ids).add(Message::new().retry(RETRY)).rest(0)?);
        add(
            "`retry` alone between two events",
            stream(ids).step(1)?.add(Message::new().retry(RETRY)).rest(1)?,
        );
        add("data of several lines", stream(ids).step(1)?.add(Message::new().data(&lines)).response()?);
        add("CRLF", with_ends("\r\n", stream(ids).rest(0)?));
        add("CR", with_ends("\r", stream(ids).rest(0)?));
        let named = stream(ids).json(1, typed("message"), &step(1))?.json(2, typed("message"), &step(2))?;
        add("the type `message`", named.json(3, typed("message"), &response())?);
        add("an unknown type", stream(ids).step(1)?.json(1, typed("ping"), &json!({}))?.rest(1)?);
        add(
            "an unknown type whose data is no JSON",
            stream(ids).step(1)?.add(typed("ping").data("x")).rest(1)?,
        );
    }
    cases.push(Case::one("an id alone before the first event", stream(true).add(id("s-0")).rest(0)?));
    cases.push(Case::one("an id alone between two events", stream(true).step(1)?.add(id("s-1")).rest(1)?));
    cases.push(Case::one("a priming event", stream(true).priming().rest(0)?));
    Ok(cases)
}

fn cuts() -> Result<Vec<Case>, Error> {
    // Soon, so that no case waits for the time of the client's own.
    let stream = || Stream::with(true).add(Message::new().retry(RETRY));
    let id = |id| Message::new().id(EventId::from_static(id));
    let half = |stream: Stream| {
        let len = stream.bytes.len();
        Stream { bytes: stream.bytes[..len - 9].to_vec(), ..stream }
    };
    let mut short = Case::one("cut short, without ids", Stream::with(false).step(1)?);
    short.is_cut_short = true;
    Ok(vec![
        Case::one("cut after the priming event, resumed", stream().priming()).then("s-0", stream().rest(0)?),
        Case::one("cut after an event with an id, resumed", stream().step(1)?).then("s-1", stream().rest(1)?),
        Case::one("cut after an id alone, resumed", stream().add(id("s-0"))).then("s-0", stream().rest(0)?),
        Case::one("cut after an event and an id alone, resumed", stream().step(1)?.add(id("s-1b")))
            .then("s-1b", stream().rest(1)?),
        Case::one("cut within an event, resumed", half(stream().step(1)?.step(2)?))
            .then("s-1", stream().rest(1)?),
        Case::one("cut twice, resumed twice", stream().priming())
            .then("s-0", stream().step(1)?)
            .then("s-1", stream().rest(1)?),
        Case::one("cut twice without an event between", stream().step(1)?)
            .then("s-1", stream())
            .then("s-1", stream().rest(1)?),
        short,
    ])
}

/// All of them.
pub fn all() -> Result<Vec<Case>, Error> {
    let keep_alives = keep_alives()?.into_iter().map(|case| Case { is_keep_alive: true, ..case });
    Ok([keep_alives.collect(), fields()?, cuts()?].concat())
}
