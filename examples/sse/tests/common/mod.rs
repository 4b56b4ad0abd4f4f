//! Runs the tool as a user does.

#![allow(dead_code, reason = "not every test file needs all of it")]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/sample.sse");

/// What `inspect` prints for the sample, written down by hand from WHATWG HTML 9.2.6.
pub const PRINTED: &str = r#"{"comment":" this stream shows what an event stream can hold"}
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

pub fn start<S: AsRef<OsStr>>(args: &[S]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sse"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

pub fn run<S: AsRef<OsStr>>(args: &[S], input: impl AsRef<[u8]>) -> Output {
    let (mut child, input) = (start(args), input.as_ref());
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Beside reading the output, or two full pipes would wait for each other. Who ends over its
        // arguments does not read: no error here.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

/// The output of a run that is to succeed.
pub fn output_of<S: AsRef<OsStr>>(args: &[S], input: impl AsRef<[u8]>) -> String {
    let output = run(args, input);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output).to_owned()
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A file for one test; `name` is that test's alone.
pub fn file(name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// The line of an event of the default type.
pub fn event(data: &str, last_event_id: &str) -> String {
    format!("{{\"type\":\"message\",\"data\":\"{data}\",\"last_event_id\":\"{last_event_id}\"}}\n")
}

/// Nothing that a terminal would act on, but line ends.
pub fn is_harmless(text: &str) -> bool {
    let bidi = |c| matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(|c| (c.is_control() && c != '\n') || bidi(c))
}
