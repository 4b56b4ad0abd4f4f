//! `sse inspect` as a user runs it: what it prints, where, and with which exit status.
//!
//! Rule: one JSON object a line on standard output, in stream order and in a fixed field order; the rest
//! goes to standard error; frames of `-` are out as soon as they are in; wrong use ends with status 2;
//! nothing from a stream, a name or an argument acts on a terminal.

mod common;

use std::io::{BufRead, BufReader, Read, Write};

use common::{PRINTED, SAMPLE, event, is_harmless, output_of, run, start, stderr, stdout};

#[test]
fn prints_the_sample() {
    let output = run(&["inspect", SAMPLE], "");
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
        assert_eq!(output_of(&["inspect", "--chunk", chunk, SAMPLE], ""), PRINTED);
    }
    // More than one buffer of input, so that chunks meet the buffer's end.
    let long = std::fs::read_to_string(SAMPLE).unwrap().repeat(200);
    let whole = output_of(&["inspect", "-"], &long);
    assert_eq!(whole.lines().count(), 200 * PRINTED.lines().count());
    assert_eq!(output_of(&["inspect", "--chunk", "7", "-"], &long), whole);
}

#[test]
fn each_file_is_its_own_stream() {
    let output = run(&["inspect", SAMPLE, "-", SAMPLE], "\u{FEFF}id: 9\ndata: from standard input\n\n");
    assert_eq!(stdout(&output), format!("{PRINTED}{}{PRINTED}", event("from standard input", "9")));
    assert_eq!(stderr(&output).lines().count(), 4, "one summary for each, and the total");
    let total = stderr(&output).lines().last().unwrap();
    assert!(total.starts_with("total: ") && total.contains(" 17 events, 4 comments, "), "{total}");
}

#[test]
fn flush_at_end_takes_the_truncated_event() {
    let input = "data: a\n\nevent: last\nid: 1\ndata: b\ndata: [DONE";
    let first = event("a", "");
    let output = run(&["inspect", "-"], input);
    assert_eq!(stdout(&output), first);
    assert!(stderr(&output).contains("1 events, 0 comments, 0 retries, 0 errors, truncated end, "));

    let output = run(&["inspect", "--flush-at-end", "-"], input);
    let last = r#"{"type":"last","data":"b\n[DONE","last_event_id":"1","truncated":true}"#;
    assert_eq!(stdout(&output), format!("{first}{last}\n"));
    assert!(stderr(&output).contains("2 events, "));

    // Nothing to take: nothing is printed.
    assert_eq!(output_of(&["inspect", "--flush-at-end", "-"], "data: a\n\nid: 2\n"), first);
}

#[test]
fn limit_reports_and_goes_on() {
    let input = "data: 123456789\n\ndata: small\n\n";
    let output = run(&["inspect", "--limit", "8", "-"], input);
    let (error, rest) = stdout(&output).split_once('\n').unwrap();
    assert!(error.starts_with(r#"{"error":""#) && error.ends_with("\"}"), "{error}");
    assert!(error.contains('8'), "the limit is named: {error}");
    assert_eq!(rest, event("small", ""));
    assert!(stderr(&output).contains("1 events, 0 comments, 0 retries, 1 errors, clean end, "));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn standard_input_is_shown_as_it_arrives() {
    let mut child = start(&["inspect", "-"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for (frame, printed) in [
        ("data: 1\n\n", event("1", "")),
        ("data: 2\r\n\r", event("2", "")),
        ("\n: c\n", "{\"comment\":\" c\"}\n".to_owned()),
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
    let output = run(&["inspect", "no-such-file.sse", SAMPLE], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("sse inspect: no-such-file.sse: "), "{}", stderr(&output));
    assert_eq!(stdout(&output), PRINTED, "the other files are still read");
}

#[test]
fn a_directory_ends_with_status_2() {
    // It can be opened, but not read (or, elsewhere, not opened).
    let directory = env!("CARGO_MANIFEST_DIR");
    let output = run(&["inspect", directory, SAMPLE], "");
    assert_eq!(output.status.code(), Some(2));
    let says = format!("sse inspect: {directory}: ");
    assert!(stderr(&output).starts_with(&says), "{}", stderr(&output));
    #[cfg(unix)]
    assert!(stderr(&output).contains("this is a directory; name the files in it\n"), "{}", stderr(&output));
    assert_eq!(stdout(&output), PRINTED);
}

#[test]
fn wrong_use_ends_with_status_2() {
    for args in [
        &["inspect"][..],
        &["inspect", "--no-such-option", SAMPLE],
        &["inspect", "--chunk", "0", SAMPLE],
        &["inspect", "--limit", "x", "-"],
        &["inspect", "--encode", SAMPLE],
    ] {
        let output = run(args, "");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains("error: "), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = start(&["inspect", "-"]);
    drop(child.stdout.take());
    // It may be gone before all of this is written.
    let _ = child.stdin.take().unwrap().write_all("data: x\n\n".repeat(100_000).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_ends_with_status_2() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sse"));
    let output = command.args(["inspect", SAMPLE]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("sse inspect: standard output: "), "{}", stderr(&output));
}

/// All the characters that are escaped, each a byte further into the text, past the end of the first block of the search.
#[test]
fn what_acts_on_a_terminal_is_escaped() {
    let hidden = ('\u{1}'..='\u{2069}').filter(|c| !matches!(c, '\n' | '\r') && !is_harmless(&c.to_string()));
    let mut stream = String::new();
    let mut data = Vec::new();
    for character in hidden {
        let before = "x".repeat(data.len());
        data.push(format!("{before}{character}ü–{character}"));
        stream +=
            &format!("event: {character}\nid: {character}\n:{character}\ndata: {}\n\n", data[data.len() - 1]);
    }
    assert_eq!(data.len(), 29 + 33 + 7 + 4, "C0 without line ends, DEL and C1, bidi");
    let printed = output_of(&["inspect", "-"], &stream);
    assert!(is_harmless(&printed), "a raw control character");
    for (lines, data) in printed.lines().collect::<Vec<_>>().chunks(2).zip(&data) {
        let [comment, event] = [0, 1].map(|n| serde_json::from_str::<serde_json::Value>(lines[n]).unwrap());
        assert_eq!(event["data"], **data, "the value is the same");
        let character = data.chars().last().unwrap().to_string();
        assert_eq!([&event["type"], &event["last_event_id"], &comment["comment"]], [&character[..]; 3]);
    }
}

#[test]
fn other_characters_stay_as_they_are() {
    // Neighbours of the escaped ones, and others that begin with the same bytes.
    let text = " ~\u{A0}¿À\u{2027}\u{202F}\u{2065}\u{206A}–☕日本語🦀";
    assert_eq!(output_of(&["inspect", "-"], format!("data: {text}\n\n")), event(text, ""));
    let line = output_of(&["inspect", "-"], "data: a\u{7F}b\u{9b}c\u{202e}d\n\n");
    assert_eq!(line, event(r"a\u007fb\u009bc\u202ed", ""));
}

#[test]
fn names_and_arguments_in_messages_are_escaped() {
    let (raw, shown) = ("no\u{1b}[31m\u{7}\n\u{9b}\u{202e}such", r"no\u001b[31m\u0007\u000a\u009b\u202esuch");
    for args in [
        &["inspect", raw][..],
        &["encode", raw],
        &[raw],
        &["inspect", "--limit", raw, SAMPLE],
        &["inspect", "--chunk", raw, SAMPLE],
    ] {
        let output = run(args, "");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            is_harmless(stderr(&output)) && stderr(&output).contains(shown),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
#[cfg(unix)]
fn names_in_the_summary_are_escaped() {
    let path = common::file("sum\u{1b}[31mmary.sse", "data: a\n\n");
    let output = run(&["inspect".as_ref(), path.as_os_str()], "");
    assert_eq!(stdout(&output), event("a", ""));
    assert!(stderr(&output).contains(r"sum\u001b[31mmary.sse: 9 bytes, "), "{}", stderr(&output));
}

/// Apple's file systems refuse such names.
#[test]
#[cfg(all(unix, not(target_vendor = "apple")))]
fn a_path_that_is_not_utf8_is_read() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let path = common::file(OsStr::from_bytes(b"inspect-\xFF.sse"), "data: a\n\n");
    let missing = OsStr::from_bytes(b"missing-\xFF.sse");
    let output = run(&["inspect".as_ref(), path.as_os_str(), missing], "");
    assert_eq!(stdout(&output), event("a", ""));
    assert_eq!(output.status.code(), Some(2), "for the one that is missing");
    assert!(stderr(&output).contains("inspect-\u{FFFD}.sse: 9 bytes, "), "{}", stderr(&output));
    assert!(stderr(&output).contains("sse inspect: missing-\u{FFFD}.sse: "), "{}", stderr(&output));
}
