//! Lists in `Content-Type`: Fetch's "extract a MIME type", against a reference that follows its steps word by word.

use proptest::collection::vec;
use proptest::prelude::*;
use sse_proto::headers::is_event_stream;

/// The essence that Fetch's "extract a MIME type" finds in the combined value of all `Content-Type` headers.
fn essence(value: &[u8]) -> Option<String> {
    // "Isomorphic decode".
    let input: Vec<char> = value.iter().map(|byte| char::from(*byte)).collect();
    let mut found = None;
    for value in get_decode_and_split(&input) {
        match parse_mime_type(&value) {
            Some(essence) if essence != "*/*" => found = Some(essence),
            _ => {}
        }
    }
    found
}

/// Fetch, "get, decode, and split a header value".
fn get_decode_and_split(input: &[char]) -> Vec<String> {
    let (mut values, mut temporary, mut position) = (Vec::new(), String::new(), 0);
    loop {
        while position < input.len() && input[position] != '"' && input[position] != ',' {
            temporary.push(input[position]);
            position += 1;
        }
        if position < input.len() && input[position] == '"' {
            let start = position;
            collect_quoted_string(input, &mut position);
            temporary.extend(&input[start..position]);
            if position < input.len() {
                continue;
            }
        }
        values.push(temporary.trim_matches(['\t', ' ']).to_owned());
        temporary.clear();
        if position >= input.len() {
            return values;
        }
        assert_eq!(input[position], ',');
        position += 1;
    }
}

/// Fetch, "collect an HTTP quoted string", without its value.
fn collect_quoted_string(input: &[char], position: &mut usize) {
    assert_eq!(input[*position], '"');
    *position += 1;
    loop {
        while *position < input.len() && input[*position] != '"' && input[*position] != '\\' {
            *position += 1;
        }
        if *position >= input.len() {
            return;
        }
        let quote_or_backslash = input[*position];
        *position += 1;
        if quote_or_backslash == '"' || *position >= input.len() {
            return;
        }
        *position += 1;
    }
}

/// WHATWG MIME Sniffing 4.4, "parse a MIME type", up to the parameters.
fn parse_mime_type(input: &str) -> Option<String> {
    let whitespace = ['\n', '\r', '\t', ' '];
    let tokens = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
    };
    let (kind, rest) = input.trim_matches(whitespace).split_once('/')?;
    let subtype = rest.split(';').next().unwrap().trim_end_matches(whitespace);
    (tokens(kind) && tokens(subtype)).then(|| format!("{kind}/{subtype}").to_ascii_lowercase())
}

fn check(value: &[u8]) {
    let expected = essence(value).as_deref() == Some("text/event-stream");
    assert_eq!(is_event_stream(value), expected, "{:?}", value.escape_ascii().to_string());
}

#[test]
fn the_last_member_that_parses_decides() {
    for (value, expected) in [
        ("application/json, text/event-stream; charset=utf-8", true),
        ("text/event-stream, text/event-stream", true),
        ("*/*, text/event-stream", true),
        ("text/event-stream, */*", true),
        ("text/event-stream, */*;q=1", true),
        ("text/event-stream, ", true),
        ("text/event-stream,", true),
        (",text/event-stream", true),
        ("text/event-stream, text", true),
        ("text/event-stream, text/", true),
        ("text/event-stream, /html", true),
        ("text/event-stream, text/h tml", true),
        ("text/event-stream;a=\"x, text/html\"", true),
        ("text/event-stream;a=\"x\\\", text/html\"", true),
        ("text/event-stream;a=\"x, text/html", true),
        ("text/event-stream;a=\"x, text/html\\", true),
        ("\"a, b\", TEXT/EVENT-STREAM", true),
        ("text/event-stream;charset=utf-8, text/html", false),
        ("text/event-stream;a=\"x\\\\\", text/html", false),
        ("text/event-stream;a=\\\"x, text/html\"", true),
        ("text/event-stream;a=x\\, text/html", false),
        ("text/event-stream;a='x, text/html'", false),
        ("text/html;a=\"x, text/event-stream\"", false),
        ("text/html;a=\"x, text/event-stream", false),
        ("text/event-stream, text/*", false),
        ("text/event-stream, */html", false),
        ("*/*", false),
        (",", false),
        (", ,", false),
        ("\"", false),
        ("\"\\", false),
    ] {
        assert_eq!(is_event_stream(value), expected, "{value:?}");
        check(value.as_bytes());
    }
}

/// Which bytes a type and a subtype may hold, and which are taken away around them: told by whether a member decides.
#[test]
fn each_byte_at_each_place_of_a_member() {
    for byte in 0..=0xff_u8 {
        for place in 0..=10 {
            for second in ["text/html", "a/b", "text/html;x"] {
                let mut value = [b"text/event-stream,", second.as_bytes()].concat();
                value.insert((18 + place).min(value.len()), byte);
                check(&value);
            }
            let mut value = b" text/event-stream".to_vec();
            value.insert(place, byte);
            check(&value);
            value.reverse();
            check(&value);
        }
        check(&[b"text/event-stream", &[byte][..]].concat());
        check(&[b"text/event-stream", &[byte][..], b";"].concat());
    }
}

#[test]
fn every_short_value() {
    let pieces: [&[u8]; 11] =
        [b"text/event-stream", b"a/b", b"*/*", b",", b";", b"\"", b"\\", b" ", b"/", b"\n", b"x"];
    let mut values = vec![Vec::new()];
    for _ in 0..5 {
        values = values
            .iter()
            .flat_map(|value: &Vec<u8>| pieces.map(|piece| [value.as_slice(), piece].concat()))
            .collect();
        values.iter().for_each(|value| check(value));
    }
    assert_eq!(values.len(), 161_051);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(value in vec(any::<u8>(), 0..80)) {
        check(&value);
    }

    #[test]
    fn any_members(value in "(text/event-stream|TEXT/Event-Stream|a/b|\\*/\\*|[ -~]{0,3}|[,;\"\\\\ =\t\r\n\u{c}é]){0,12}") {
        check(value.as_bytes());
    }
}
