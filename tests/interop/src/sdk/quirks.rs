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

pub const OPENAI_PYTHON: &str = "a block without data is an event, and not JSON, if it has a `retry`, or once there is a last \
    event ID (9.2.6, dispatch, step 2: it is none): send ids and `retry` in the block of an event, and in a stream with ids \
    keep-alives as a comment line without a blank line; the first line after a byte order mark is lost (9.2.5): send none";

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

pub const OPENAI_NODE: &str = "a block that the end of the stream cuts is an event (9.2.6: it is dropped); data that is not \
    JSON, also if it is empty, ends the stream with an error";

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

pub const ANTHROPIC: &str = "events without a type are ignored, whatever the `type` in their data: send both";

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

pub const GOOGLE_PYTHON: &str = "every line that is neither blank nor starts with `data: ` is taken for JSON, and ends the \
    stream with an error: comments, `event`, `id`, `retry`, `data:` without a space, a byte order mark (9.2.6, each line by \
    its name): send nothing but `data: ` and blank lines; a block that the end of the stream cuts is an event (9.2.6: it is \
    dropped)";

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

pub const GOOGLE_NODE: &str = "a block that does not start with `data:` is dropped, so a comment line, an `event`, an `id` or a \
    `retry` before the data makes the event vanish (9.2.6: the order of fields means nothing): send keep-alives as blocks, and \
    data alone; of data in several lines the names stay in the JSON, which is an error (9.2.6, field \"data\"): send one line; \
    what the end of the stream cuts, also a comment line, is an error (9.2.6: it is dropped)";

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

pub const MISTRAL: &str = "a block that the end of the stream cuts is an event (9.2.6: it is dropped); data that is not a \
    chunk, whatever the type of its event, ends the stream with an error, and so does an error in OpenAI's shape";

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

pub const COHERE: &str = "data that is not JSON is left out with a warning";

pub fn none(_: &Case) -> Quirk {
    None
}

pub const AI: &str = "data that is empty or of another shape, whatever the type of its event, is an error";
pub const AI_CHAT: &str = "data that is empty or of another shape, whatever the type of its event, is an error; a stream that \
    ends without a `finish_reason` is one, too";

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

pub const FIRST_LINE: &str = "a field or comment line before the data hides the event (9.2.6: the order of fields means \
    nothing); with CRLF no event is seen: send data alone, in one line, and keep-alives as blocks";

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

pub const STRIP: &str = "everything but `data: ` is JSON: no comment, no other field, not several lines of data, and with CRLF \
    no event is seen; no keep-alive of any form gets past it but a blank line before an event that is JSON";

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

pub const BY_LINE: &str = "each line of data is an event of its own (9.2.6, field \"data\"): send one line; a space after \
    the colon is a must; the end of the stream ends a line; the first line after a byte order mark is lost";

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

pub const BY_CHUNK: &str = "like line by line, but a line that two chunks share is two lines (9.2.5: the stream is one): write each \
    event in one piece, which the network may still cut; lines must end with LF alone; a byte order mark does no harm";

pub fn by_chunk(case: &Case) -> Quirk {
    match case.kind {
        ByteOrderMark => None,
        // `[DONE]` with a CR after it.
        Crlf | SplitCrlf => Some(Seen::all().raised(NOT_JSON)),
        Split => Some(Seen::texts(0..1).raised(NOT_JSON)),
        _ => lines(case, NOT_JSON),
    }
}
