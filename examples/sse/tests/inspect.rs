//! The example program as a user runs it: what it prints, where, and with which exit status.
//!
//! Rule: one JSON object a line on standard output, in stream order and in a fixed field order; the rest
//! goes to standard error; frames of `-` are out as soon as they are in; wrong use ends with status 2.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sample.sse");

/// What `inspect` prints for the sample, written down by hand from WHATWG HTML 9.2.6.
const PRINTED: &str = r#"{"comment":" this stream shows what an event stream can hold"}
{"retry_ms":2500}
{"type":"message_start","data":"{\"type\":\"message_start\",\"model\":\"tiny-1\",\"lang\":[\"en\",\"日本語\"]}","last_event_id":"1"}
{"type":"delta","data":"{\"text\":\"Grüße\"}","last_event_id":"2"}
{"type":"delta","data":"{\"text\":\" aus Zürich ☕\"}","last_event_id":"3"}
{"comment":" keep-alive"}
{"type":"delta","data":"{\n  \"text\": \" – 東京から\",\n  \"done\": false\n}","last_event_id":"4"}
{"type":"message","data":"no space after the colon\n\nand an empty line before this one","last_event_id":"4"}
{"type":"ping","data":"","last_event_id":"5"}
{"type":"message_stop","data":"{\"type\":\"message_stop\"}","last_event_id":""}
{"type":"message","data":"[DONE]","last_event_id":""}
"#;

/// The program: `cargo test` builds examples beside the directory of the test binaries. (With
/// `--test inspect` alone it does not; `cargo build --example inspect` first.)
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("inspect{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: cargo build --example inspect", program.display());
    program
}

fn run(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Beside reading the output, or two full pipes would wait for each other. Who ends over its
        // arguments does not read: no error here.
        scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
        child.wait_with_output().unwrap()
    })
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn prints_the_sample() {
    let output = run(&[SAMPLE], "");
    assert_eq!(stdout(&output), PRINTED);
    assert_eq!(output.status.code(), Some(0));
    let bytes = std::fs::metadata(SAMPLE).unwrap().len();
    let summary = format!("{SAMPLE}: {bytes} bytes, 8 events, 2 comments, 1 retries, 0 errors, clean end, ");
    assert!(stderr(&output).starts_with(&summary), "{}", stderr(&output));
    assert_eq!(stderr(&output).lines().count(), 1, "no progress where nobody watches");
}

#[test]
fn the_sample_holds_a_crlf() {
    // Should a clone ever change line ends, the golden test would not tell.
    let sample = std::fs::read(SAMPLE).unwrap();
    assert_eq!(sample.windows(2).filter(|two| two == b"\r\n").count(), 1);
}

#[test]
fn chunking_is_invisible() {
    for chunk in ["1", "7", "1000000"] {
        assert_eq!(stdout(&run(&["--chunk", chunk, SAMPLE], "")), PRINTED);
    }
    // More than one buffer of input, so that chunks meet the buffer's end.
    let long = std::fs::read_to_string(SAMPLE).unwrap().repeat(200);
    let whole = run(&["-"], &long);
    assert_eq!(stdout(&whole).lines().count(), 200 * PRINTED.lines().count());
    assert_eq!(stdout(&run(&["--chunk", "7", "-"], &long)), stdout(&whole));
}

#[test]
fn each_file_is_its_own_stream() {
    let output = run(&[SAMPLE, "-", SAMPLE], "\u{FEFF}id: 9\ndata: from standard input\n\n");
    let between = r#"{"type":"message","data":"from standard input","last_event_id":"9"}"#;
    assert_eq!(stdout(&output), format!("{PRINTED}{between}\n{PRINTED}"));
    assert_eq!(stderr(&output).lines().count(), 4, "one summary for each, and the total");
    let total = stderr(&output).lines().last().unwrap();
    assert!(total.starts_with("total: ") && total.contains(" 17 events, 4 comments, "), "{total}");
}

#[test]
fn flush_at_end_takes_the_truncated_event() {
    let input = "data: a\n\nevent: last\nid: 1\ndata: b\ndata: [DONE";
    let first = r#"{"type":"message","data":"a","last_event_id":""}"#;
    let output = run(&["-"], input);
    assert_eq!(stdout(&output), format!("{first}\n"));
    assert!(stderr(&output).contains("1 events, 0 comments, 0 retries, 0 errors, truncated end, "));

    let output = run(&["--flush-at-end", "-"], input);
    let last = r#"{"type":"last","data":"b\n[DONE","last_event_id":"1","truncated":true}"#;
    assert_eq!(stdout(&output), format!("{first}\n{last}\n"));
    assert!(stderr(&output).contains("2 events, "));

    // Nothing to take: nothing is printed.
    assert_eq!(stdout(&run(&["--flush-at-end", "-"], "data: a\n\nid: 2\n")), format!("{first}\n"));
}

#[test]
fn limit_reports_and_goes_on() {
    let input = "data: 123456789\n\ndata: small\n\n";
    let output = run(&["--limit", "8", "-"], input);
    let (error, rest) = stdout(&output).split_once('\n').unwrap();
    assert!(error.starts_with(r#"{"error":""#) && error.ends_with("\"}"), "{error}");
    assert!(error.contains('8'), "the limit is named: {error}");
    assert_eq!(rest, "{\"type\":\"message\",\"data\":\"small\",\"last_event_id\":\"\"}\n");
    assert!(stderr(&output).contains("1 events, 0 comments, 0 retries, 1 errors, clean end, "));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn standard_input_is_shown_as_it_arrives() {
    let mut child = Command::new(program())
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for (frame, printed) in [
        ("data: 1\n\n", "{\"type\":\"message\",\"data\":\"1\",\"last_event_id\":\"\"}\n"),
        ("data: 2\r\n\r", "{\"type\":\"message\",\"data\":\"2\",\"last_event_id\":\"\"}\n"),
        ("\n: c\n", "{\"comment\":\" c\"}\n"),
    ] {
        input.write_all(frame.as_bytes()).unwrap();
        input.flush().unwrap();
        // The input stays open: a program that waits for more would leave this waiting for ever.
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, printed);
    }
    drop(input);
    assert_eq!(output.read_to_end(&mut Vec::new()).unwrap(), 0);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_missing_file_is_named() {
    let output = run(&["no-such-file.sse", SAMPLE], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("inspect: no-such-file.sse: "), "{}", stderr(&output));
    assert_eq!(stdout(&output), PRINTED, "the other files are still read");
}

#[test]
fn a_read_error_ends_with_status_2() {
    // A directory can be opened, but not read (or, elsewhere, not opened).
    let output = run(&[env!("CARGO_MANIFEST_DIR")], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("inspect: "), "{}", stderr(&output));
}

#[test]
fn wrong_use_ends_with_status_2() {
    for args in [&[][..], &["--no-such-option", SAMPLE], &["--chunk", "0", SAMPLE], &["--limit", "x", "-"]] {
        let output = run(args, "");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains("error: "), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(program())
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // It may be gone before all of this is written.
    let _ = child.stdin.take().unwrap().write_all("data: x\n\n".repeat(100_000).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

/// The way back: the stream is another, what it says is the same.
#[test]
fn encoded_lines_are_inspected_as_the_same_lines() {
    let encoded = run(&["--encode"], PRINTED);
    assert!(encoded.status.success(), "{}", stderr(&encoded));
    assert!(stdout(&encoded).contains("event: delta\nid: 2\ndata: "));
    let again = run(&["-"], stdout(&encoded));
    assert_eq!(stdout(&again), PRINTED);
}

#[test]
fn encoding_leaves_out_errors_and_truncation_marks() {
    let lines = "{\"error\":\"too large\"}\n\
                 {\"type\":\"message\",\"data\":\"a\",\"last_event_id\":\"\",\"truncated\":true}\n";
    assert_eq!(stdout(&run(&["--encode"], lines)), "data: a\n\n");
}

#[test]
fn what_cannot_be_encoded_ends_with_status_2() {
    let id = "{\"type\":\"message\",\"data\":\"\",\"last_event_id\":\"a\\nb\"}\n";
    for (lines, says) in [
        (id, "standard input: line 1: an id must not hold LF (U+000A), found at byte 1"),
        ("{\"retry_ms\":1}\nnonsense\n", "standard input: line 2: "),
    ] {
        let output = run(&["--encode"], lines);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    assert_eq!(run(&["--encode", "--chunk", "2"], "").status.code(), Some(2));
}
