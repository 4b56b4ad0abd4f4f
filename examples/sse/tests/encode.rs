//! `sse encode` as a user runs it.
//!
//! Rule: a receiver of its output sees the events, reconnection times and comments of all its lines, in order,
//! each event with the last event ID that its line names; what cannot be encoded ends with status 2 and is named.

mod common;

use std::io::{BufRead, BufReader, Write};

use common::{PRINTED, event, file, output_of, run, start, stderr, stdout};

/// The stream is another than the one that was inspected, what it says is the same.
#[test]
fn encoded_lines_are_inspected_as_the_same_lines() {
    let encoded = output_of(&["encode"], PRINTED);
    assert!(encoded.contains("event: delta\nid: 2\ndata: "));
    assert_eq!(output_of(&["inspect", "-"], &encoded), PRINTED);
    assert_eq!(output_of(&["encode", "-"], PRINTED), encoded);
}

#[test]
fn escaped_characters_come_back_raw() {
    let lines = event(r"a\u007fb\u009bc\u202ed", r"\u0085");
    assert_eq!(output_of(&["encode"], &lines), "id: \u{85}\ndata: a\u{7F}b\u{9B}c\u{202E}d\n\n");
}

/// For the receiver there is one stream: its last event ID goes on from file to file.
#[test]
fn ids_survive_the_joint_of_two_files() {
    // Set or not at the end of the first, and set or not at the begin of the second.
    let beginnings =
        [event("b", ""), event("b", "4"), event("b", "5"), format!("{PRINTED}{}", event("b", ""))];
    for (number, first) in [event("a", ""), event("a", "4"), PRINTED.to_owned()].iter().enumerate() {
        for second in &beginnings {
            let a = file(format!("joint-{number}-a.jsonl"), first);
            let b = file(format!("joint-{number}-b.jsonl"), second);
            let encoded = output_of(&["encode".as_ref(), a.as_os_str(), b.as_os_str()], "");
            assert_eq!(output_of(&["inspect", "-"], &encoded), format!("{first}{second}"));
        }
    }
    // As it is written: one empty id, and then no more.
    let a = file("joint-a.jsonl", event("a", "4"));
    let b = file("joint-b.jsonl", "{\"retry_ms\":1}\n".to_owned() + &event("b", "") + &event("c", ""));
    let encoded = output_of(&["encode".as_ref(), a.as_os_str(), b.as_os_str(), a.as_os_str()], "");
    assert_eq!(encoded, "id: 4\ndata: a\n\nretry: 1\n\nid: \ndata: b\n\ndata: c\n\nid: 4\ndata: a\n\n");
}

#[test]
fn files_and_standard_input_are_joined_in_order() {
    let a = file("order-a.jsonl", event("a", "1"));
    let encoded = output_of(&["encode".as_ref(), a.as_os_str(), "-".as_ref(), a.as_os_str()], event("b", ""));
    assert_eq!(encoded, "id: 1\ndata: a\n\nid: \ndata: b\n\nid: 1\ndata: a\n\n");
}

#[test]
fn encoding_leaves_out_errors_and_truncation_marks() {
    let lines = "{\"error\":\"too large\"}\n\
                 {\"type\":\"message\",\"data\":\"a\",\"last_event_id\":\"\",\"truncated\":true}\n";
    assert_eq!(output_of(&["encode"], lines), "data: a\n\n");
}

#[test]
fn the_last_line_may_lack_its_end_and_lines_may_end_in_crlf() {
    assert_eq!(output_of(&["encode"], "{\"comment\":\"a\"}\r\n {\"retry_ms\":1}"), ":a\n\nretry: 1\n\n");
    assert_eq!(output_of(&["encode"], ""), "");
}

#[test]
fn messages_from_standard_input_are_written_as_they_arrive() {
    let mut child = start(&["encode"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for data in ["1", "2"] {
        input.write_all(event(data, "").as_bytes()).unwrap();
        // The input stays open, as in the test of `inspect`.
        let mut message = String::new();
        output.read_line(&mut message).unwrap();
        output.read_line(&mut message).unwrap();
        assert_eq!(message, format!("data: {data}\n\n"));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_bad_line_is_named_with_the_forms_that_a_line_may_have() {
    const FORMS: &str = r#"; a line is one of {"type":TEXT,"data":TEXT,"last_event_id":TEXT}, {"retry_ms":NUMBER}, {"comment":TEXT}, {"error":TEXT}"#;
    for (line, says) in [
        (&b"nonsense"[..], "not a JSON object"),
        (b"", "not a JSON object"),
        (br#"["message","a",""]"#, "not a JSON object"),
        (br#"{"comment":"a""#, "EOF while parsing an object at column 14"),
        (br#"{"comment":"a"} {}"#, "trailing characters at column 17"),
        (br#"{"comment":1}"#, "invalid type: integer `1`, expected a string at column 12"),
        (br#"{"comment":null}"#, "invalid type: null, expected a string at column 15"),
        (br#"{"comment":"a","comment":"b"}"#, "duplicate field `comment` at column 24"),
        (br#"{"retry_ms":-1}"#, "invalid value: integer `-1`, expected u64 at column 14"),
        (b"{\"comment\":\"\xFF\"}", "invalid unicode code point at column 13"),
        (b"{}", "fields that do not belong together, or one is missing"),
        (br#"{"type":"message","data":"a"}"#, "fields that do not belong together, or one is missing"),
        (br#"{"comment":"a","retry_ms":1}"#, "fields that do not belong together, or one is missing"),
        (br#"{"comment":"a","truncated":true}"#, "fields that do not belong together, or one is missing"),
    ] {
        let output = run(&["encode"], [b"{\"retry_ms\":1}\n", line, b"\n{\"retry_ms\":2}\n"].concat());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output), format!("sse encode: standard input: line 2: {says}{FORMS}\n"));
        assert_eq!(stdout(&output), "retry: 1\n\n", "what stands before is written, and nothing behind it");
    }
    // The message may be longer where it lists what is known, and quotes the line.
    let output = run(&["encode"], "{\"da\u{9b}ta\":\"a\"}\n");
    assert!(stderr(&output).contains(r"line 1: unknown field `da\u009bta`, expected one of `type`, "));
}

#[test]
fn a_bad_value_is_named_with_what_it_must_not_hold() {
    let path = file("bad-value.jsonl", event("a", "1") + &event("a", r"a\nb") + &event("c", ""));
    let output = run(&["encode".as_ref(), path.as_os_str(), path.as_os_str()], "");
    let says = "bad-value.jsonl: line 2: an id must not contain LF (U+000A), found at byte 1\n";
    assert!(
        stderr(&output).starts_with("sse encode: ") && stderr(&output).ends_with(says),
        "{}",
        stderr(&output)
    );
    assert_eq!((stdout(&output), output.status.code()), ("id: 1\ndata: a\n\n", Some(2)));
    for (r#type, says) in [
        ("", r#"an event type must not be empty; write "message" for the default"#),
        (r"a\r", "an event type must not contain CR (U+000D), found at byte 1"),
    ] {
        let output = run(&["encode"], format!(r#"{{"type":"{}","data":"","last_event_id":""}}"#, r#type));
        assert_eq!(stderr(&output), format!("sse encode: standard input: line 1: {says}\n"));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn a_file_that_cannot_be_read_ends_with_status_2() {
    for (path, says) in [("no-such-file.jsonl", ""), (env!("CARGO_MANIFEST_DIR"), "this is a directory; ")] {
        let says = format!("sse encode: {path}: {}", if cfg!(unix) { says } else { "" });
        let good = file("good.jsonl", event("a", ""));
        let output = run(&["encode".as_ref(), good.as_os_str(), path.as_ref(), good.as_os_str()], "");
        assert_eq!((stdout(&output), output.status.code()), ("data: a\n\n", Some(2)));
        assert!(stderr(&output).starts_with(&says), "{}", stderr(&output));
    }
}

#[test]
fn options_of_inspect_are_none_of_encode() {
    for args in [&["--chunk", "2"][..], &["--limit", "2"], &["--flush-at-end"]] {
        let output = run(&[&["encode"], args].concat(), "");
        assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
        assert!(stderr(&output).contains(&format!("unexpected argument '{}' found", args[0])));
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = start(&["encode"]);
    drop(child.stdout.take());
    // It may be gone before all of this is written.
    let _ = child.stdin.take().unwrap().write_all(event("a", "").repeat(10_000).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!((stderr(&output), output.status.code()), ("", Some(0)));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_ends_with_status_2() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sse"));
    let path = file("full.jsonl", event("a", ""));
    let output = command.arg("encode").arg(path).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("sse encode: standard output: "), "{}", stderr(&output));
}

/// Apple's file systems refuse such names.
#[test]
#[cfg(all(unix, not(target_vendor = "apple")))]
fn a_path_that_is_not_utf8_is_read() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let path = file(OsStr::from_bytes(b"encode-\xFF.jsonl"), event("a", "") + "{}");
    let output = run(&["encode".as_ref(), path.as_os_str()], "");
    assert_eq!((stdout(&output), output.status.code()), ("data: a\n\n", Some(2)));
    assert!(stderr(&output).contains("encode-\u{FFFD}.jsonl: line 2: "), "{}", stderr(&output));
}
