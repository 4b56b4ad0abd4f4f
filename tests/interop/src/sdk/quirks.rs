//! Where an SDK makes something else of a case than the standard does, and what a server can do about it. As in `quirks.rs`
//! of the other peers: each function says what that peer makes of a case, so nothing is left out of the comparison.
//!
//! By the standard a line that starts with a colon is a comment (9.2.6), a block without data is no event (9.2.6, dispatch,
//! step 2), and a block without its blank line is none, either (9.2.6, end of the stream). What is in the data is JSON by the
//! provider's word, not by the standard's: an SDK that takes an empty event for bad JSON breaks no clause.

use super::api::Api;
use super::cases::Form::{Blank, Block, Line};
use super::cases::Kind::*;
use super::cases::Place::{After, Between, First, Last};
use super::cases::{Case, Place, Seen, TEXTS};

type Quirk = Option<Seen>;

/// The texts before `place`, then this error.
fn dies(case: &Case, place: Place, error: impl Into<String>) -> Quirk {
    Some(Seen::texts(0..place.texts_before(case.api)).raised(error))
}

/// All texts but the one right after `place`, if one is.
fn loses(case: &Case, place: Place) -> Quirk {
    let lost = place.texts_before(case.api);
    Some(Seen::texts((0..TEXTS.len()).filter(|at| *at != lost)))
}

/// It is a provider's error, and shown like one.
fn fails(error: &str) -> Quirk {
    Some(Seen::texts(0..1).raised(error))
}

pub const OPENAI_PYTHON: &str = "a block without data becomes an event that is not JSON, if it has a `retry` or if \
    there is a last event ID (9.2.6, dispatch, step 2: it is not an event): send ids and `retry` in the block of an \
    event, and in a stream with ids send keep-alives as a comment line without a blank line; the first line after a \
    byte order mark is lost (9.2.5): do not send a byte order mark";

pub fn openai_python(case: &Case) -> Quirk {
    let empty = "JSONDecodeError: Expecting value: line 1 column 1 (char 0)";
    match case.kind {
        // Nothing is read after [DONE].
        KeepAlive { place: After, .. } | Retry(After) | Id(After) if case.api == Api::Chat => None,
        KeepAlive { ids: false, .. } | KeepAlive { form: Line, .. } | KeepAlive { place: First, .. } => None,
        KeepAlive { place, .. } | Retry(place) | Id(place) => dies(case, place, empty),
        Empty => dies(case, Between, empty),
        Failing if case.api == Api::Chat => fails("APIError: overloaded"),
        // In the other API that line is the type, which is in the data, too.
        ByteOrderMark if case.api == Api::Chat => loses(case, First),
        _ => None,
    }
}

pub const OPENAI_NODE: &str = "a block that the end of the stream cuts becomes an event (9.2.6: it is discarded); \
    data that is not JSON ends the stream with an error, also if the data is empty";

pub fn openai_node(case: &Case) -> Quirk {
    let malformed = "SyntaxError: Error reading response: malformed server-sent event JSON.";
    match case.kind {
        Empty => dies(case, Between, malformed),
        Failing => fails("Error: overloaded"),
        CutBlock => Some(Seen::all()),
        CutJson => Some(Seen::texts(0..2).raised(malformed)),
        _ => None,
    }
}

pub const ANTHROPIC: &str =
    "an event without a type is ignored, even if its data contains a `type`: send both";

pub fn anthropic_python(case: &Case) -> Quirk {
    let error =
        "APIStatusError: {'error': {'message': 'overloaded', 'type': 'overloaded_error'}, 'type': 'error'}";
    anthropic(case, error)
}

pub fn anthropic_node(case: &Case) -> Quirk {
    let error = r#"APIError: {"error":{"message":"overloaded","type":"overloaded_error"},"type":"error"}"#;
    anthropic(case, error)
}

fn anthropic(case: &Case, error: &str) -> Quirk {
    match case.kind {
        Untyped => Some(Seen::texts([])),
        Failing => fails(error),
        _ => None,
    }
}

pub const GOOGLE_PYTHON: &str = "every line that is not blank and does not start with `data: ` is parsed as JSON and \
    ends the stream with an error: comments, `event`, `id`, `retry`, `data:` without a space, a byte order mark \
    (9.2.6, each line by its name): send only `data: ` and blank lines; a block that the end of the stream cuts \
    becomes an event (9.2.6: it is discarded)";

pub fn google_python(case: &Case) -> Quirk {
    let data = case.api.text(TEXTS[0]).data;
    let (place, line) = match case.kind {
        KeepAlive { form: Block | Line, text, place, ids } if !ids || place == First => {
            (place, format!(":{text}"))
        }
        Ids | KeepAlive { ids: true, .. } => (First, "id: 1".into()),
        Typed => (First, "event: message".into()),
        Retry(place) => (place, "retry: 3000".into()),
        Id(place) => (place, "id: 7".into()),
        RetryInside => (First, "retry: 3000".into()),
        Empty => (Between, String::new()),
        Unknown => (Between, "event: x-unknown".into()),
        Tight => (First, format!("data:{data}")),
        ByteOrderMark => (First, format!("\u{FEFF}data: {data}")),
        CutBlock => return Some(Seen::all()),
        CutJson => (Last, case.cut_data()),
        Failing => {
            let error = "{'error': {'code': 503, 'message': 'overloaded', 'status': 'UNAVAILABLE'}}";
            return fails(&format!("ServerError: 503 UNAVAILABLE. {error}"));
        }
        _ => return None,
    };
    dies(
        case,
        place,
        format!("UnknownApiResponseError: Failed to parse response as JSON. Raw response: {line}"),
    )
}

pub const GOOGLE_NODE: &str = "a block that does not start with `data:` is discarded, so a comment line, an `event`, \
    an `id` or a `retry` before the data loses the event (9.2.6: the order of fields has no meaning): send \
    keep-alives as blocks, and events with data only; if data has several lines, the field names stay in the JSON, \
    which is an error (9.2.6, field \"data\"): send one line; a block or comment line that the end of the stream \
    cuts is an error (9.2.6: it is discarded)";

pub fn google_node(case: &Case) -> Quirk {
    let incomplete = "Error: Incomplete JSON segment at the end";
    match case.kind {
        KeepAlive { form: Line, place: After, ids, .. } => {
            Some(if ids { Seen::texts([]) } else { Seen::all() }.raised(incomplete))
        }
        Typed | Ids | KeepAlive { ids: true, .. } => Some(Seen::texts([])),
        KeepAlive { form: Line, place, .. } => loses(case, place),
        RetryInside => loses(case, First),
        Pretty => dies(
            case,
            First,
            "SyntaxError: Expected property name or '}' in JSON at position 2 (line 2 column 1)",
        ),
        Empty => dies(case, Between, "SyntaxError: Unexpected end of JSON input"),
        Failing => {
            let error = r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#;
            fails(&format!("ApiError: got status: UNAVAILABLE. {error}"))
        }
        CutBlock | CutJson => Some(Seen::texts(0..2).raised(incomplete)),
        _ => None,
    }
}

pub const MISTRAL: &str = "a block that the end of the stream cuts becomes an event (9.2.6: it is discarded); data \
    that is not a chunk ends the stream with an error, whatever the type of its event; an error in OpenAI's format \
    does the same";

pub fn mistral(case: &Case) -> Quirk {
    let invalid = |errors| {
        let errors = format!("{errors} for Unmarshaller");
        format!("ResponseValidationError: Response validation failed: {errors}")
    };
    match case.kind {
        Empty => dies(case, Between, invalid("1 validation error")),
        Unknown | Failing => dies(case, Between, invalid("3 validation errors")),
        CutBlock => Some(Seen::all()),
        CutJson => Some(Seen::texts(0..2).raised(invalid("1 validation error"))),
        _ => None,
    }
}

pub const COHERE: &str = "data that is not JSON is skipped with a warning";

pub fn none(_: &Case) -> Quirk {
    None
}

pub const AI: &str = "data that is empty or has another format is an error, whatever the type of its event";
pub const AI_CHAT: &str = "data that is empty or has another format is an error, whatever the type of its event; a \
    stream that ends without a `finish_reason` is also an error";

pub fn ai_chat(case: &Case) -> Quirk {
    match case.kind {
        Failing => fails("AI_StreamProviderError: overloaded"),
        CutBlock | CutJson => Some(
            Seen::texts(0..2)
                .raised("AI_InvalidResponseDataError: Response stream ended without a finish reason."),
        ),
        _ => ai(case),
    }
}

pub fn ai(case: &Case) -> Quirk {
    let value = r#"{"type":"x-unknown"}"#;
    match case.kind {
        Empty => dies(case, Between, "AI_JSONParseError: JSON parsing failed: Text: ."),
        Unknown => {
            dies(case, Between, format!("AI_TypeValidationError: Type validation failed: Value: {value}."))
        }
        Failing => fails("Error: overloaded"),
        _ => None,
    }
}

const NOT_JSON: &str = "Error: not JSON";

pub const FIRST_LINE: &str = "a field or comment line before the data loses the event (9.2.6: the order of fields \
    has no meaning); with CRLF every event is lost: send data only, in one line, and keep-alives as blocks";

pub fn first_line(case: &Case) -> Quirk {
    match case.kind {
        Typed | Ids | KeepAlive { ids: true, .. } | Crlf | SplitCrlf => Some(Seen::texts([])),
        KeepAlive { form: Line | Blank, place, .. } => loses(case, place),
        RetryInside => loses(case, First),
        Pretty => dies(case, First, NOT_JSON),
        Empty => dies(case, Between, NOT_JSON),
        // Its `[DONE]` has a space.
        Tight => Some(Seen::all().raised(NOT_JSON)),
        _ => None,
    }
}

pub const STRIP: &str = "everything after an optional `data: ` is parsed as JSON, so comments, other fields and \
    several lines of data are errors; with CRLF every event is lost; it accepts no keep-alive except a blank line \
    before an event that is JSON";

pub fn strip(case: &Case) -> Quirk {
    match case.kind {
        Typed | Ids | KeepAlive { ids: true, .. } | RetryInside | Pretty | Tight => {
            dies(case, First, NOT_JSON)
        }
        // Nothing is read after [DONE].
        KeepAlive { place: After, .. } | Retry(After) | Id(After) => None,
        // JSON may start with a line end, `[DONE]` may not.
        KeepAlive { form: Blank, place: First | Between, .. } => None,
        KeepAlive { place, .. } | Retry(place) | Id(place) => dies(case, place, NOT_JSON),
        Empty | Unknown => dies(case, Between, NOT_JSON),
        Crlf | SplitCrlf => Some(Seen::texts([])),
        _ => None,
    }
}

pub const BY_LINE: &str = "each line of data becomes a separate event (9.2.6, field \"data\"): send one line; a \
    space after the colon is required; the end of the stream ends a line; the first line after a byte order mark is \
    lost";

pub fn by_line(case: &Case) -> Quirk {
    lines(case, NOT_JSON)
}

pub fn iter_lines(case: &Case) -> Quirk {
    lines(case, "Exception: not JSON")
}

fn lines(case: &Case, not_json: &str) -> Quirk {
    match case.kind {
        Pretty => dies(case, First, not_json),
        Empty => dies(case, Between, not_json),
        CutBlock => Some(Seen::all()),
        CutJson => Some(Seen::texts(0..2).raised(not_json)),
        Tight => Some(Seen::texts([])),
        ByteOrderMark => loses(case, First),
        _ => None,
    }
}

pub const BY_CHUNK: &str = "like line by line, but a line that a chunk edge cuts becomes two lines (9.2.5: the \
    chunks are one stream): write each event in one piece, although the network may still cut it; lines must end \
    with LF; a byte order mark does no harm";

pub fn by_chunk(case: &Case) -> Quirk {
    match case.kind {
        ByteOrderMark => None,
        // `[DONE]` with a CR after it.
        Crlf | SplitCrlf => Some(Seen::all().raised(NOT_JSON)),
        Split => Some(Seen::texts(0..1).raised(NOT_JSON)),
        _ => lines(case, NOT_JSON),
    }
}
