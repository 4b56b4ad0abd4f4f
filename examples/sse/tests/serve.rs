//! `sse serve` with `sse tail` on the other end, and with plain sockets.
#![cfg(feature = "net")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin};
use std::time::Duration;

use common::{PRINTED, SAMPLE, file, is_harmless, output_of, run, start, stderr, stdout};

struct Server {
    child: Child,
    input: Option<ChildStdin>,
    url: String,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut child = start(&[&["serve", "--listen", "127.0.0.1:0"], args].concat());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { input: child.stdin.take(), child, url }
    }

    fn line(&mut self, line: impl AsRef<[u8]>) {
        self.input.as_mut().unwrap().write_all(&[line.as_ref(), b"\n"].concat()).unwrap();
    }

    fn end_input(&mut self) {
        self.input = None;
    }

    fn status(&mut self) -> (Option<i32>, String) {
        let (mut told, status) = (String::new(), self.child.wait().unwrap().code());
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (status, told)
    }

    /// What `sse tail` prints that is killed when it has printed so many lines.
    fn tail(&self, args: &[&str], lines: usize) -> Vec<String> {
        let mut child = start(&[&["tail", "--quiet", &self.url], args].concat());
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut output = output.lines().map(Result::unwrap);
        let mut printed: Vec<_> = output.by_ref().take(lines).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        printed.extend(output);
        printed
    }

    /// A connection of its own: the bytes until they end with `end`.
    fn get(&self, path: &str, fields: &str, end: &str) -> String {
        let mut socket =
            TcpStream::connect(self.url.trim_start_matches("http://").trim_end_matches('/')).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(socket, "GET {path} HTTP/1.0\r\nHost: x\r\n{fields}\r\n").unwrap();
        let mut came = Vec::new();
        while !came.ends_with(end.as_bytes()) || end.is_empty() {
            let mut bytes = [0; 4096];
            let count = socket.read(&mut bytes).unwrap();
            if count == 0 {
                assert!(end.is_empty(), "{:?} does not end with {end:?}", String::from_utf8_lossy(&came));
                break;
            }
            came.extend_from_slice(&bytes[..count]);
        }
        String::from_utf8(came).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_line_is_an_event_for_all_who_come() {
    let mut server = Server::start(&["--event", "line"]);
    for line in ["one", "two", "", "data: x", "three\r"] {
        server.line(line);
    }
    for _ in 0..2 {
        assert_eq!(server.tail(&[], 5), ["one", "two", "", "data: x", "three"]);
    }
    // The comment brings the head.
    let seen = server.tail(&["--json"], 2);
    assert!(seen[1].starts_with(r#"{"type":"line","data":"one","last_event_id":""#), "{seen:?}");
    server.line("four");
    assert_eq!(server.tail(&[], 6)[5], "four");
}

#[test]
fn a_tail_that_is_killed_again_and_again_loses_nothing() {
    let mut server = Server::start(&[]);
    let state = file("served-id", "");
    std::fs::remove_file(&state).unwrap();
    let mut next = 0;
    for round in 1..=5 {
        for number in (round - 1) * 100..round * 100 {
            server.line(number.to_string());
        }
        // Whatever was printed before it was kept comes again; there is never a gap.
        for line in server.tail(&["--state", state.to_str().unwrap()], 70) {
            let number: usize = line.parse().unwrap();
            assert!(number <= next, "{next} is lost");
            next = next.max(number + 1);
        }
    }
    assert!(next >= 70);
}

#[test]
fn a_stream_goes_through_as_it_is() {
    let printed = output_of(&["inspect", SAMPLE], "");
    let mut server = Server::start(&["--json", "--end", "60"]);
    server.line(printed.trim_end());
    server.end_input();
    let events = |text: &str| -> Vec<(String, String)> {
        let lines = text.lines().filter(|line| line.contains("last_event_id"));
        let field = |line: &str, from: &str, to: &str| {
            let line = &line[line.find(from).unwrap()..];
            line[..line.find(to).unwrap()].to_owned()
        };
        lines
            .map(|line| (field(line, "type", ",\"data"), field(line, "\"data", ",\"last_event_id")))
            .collect()
    };
    let tail = run(&["tail", "--json", "--quiet", &server.url], "");
    assert_eq!(tail.status.code(), Some(0), "it ends by the 204: {}", stderr(&tail));
    assert_eq!(events(stdout(&tail)), events(PRINTED));
    assert!(stdout(&tail).contains(r#"{"retry_ms":2500}"#), "{}", stdout(&tail));
}

#[test]
fn who_has_all_events_is_told_so_though_a_comment_came_after_them() {
    let mut server = Server::start(&["--json", "--end", "60"]);
    server.line(r#"{"type":"message","data":"x","last_event_id":""}"#);
    server.line(r#"{"comment":"the last line"}"#);
    server.end_input();
    let tail = run(&["tail", "--json", "--quiet", "--max-time", "20", &server.url], "");
    assert_eq!(tail.status.code(), Some(0), "it ends by the 204: {}", stderr(&tail));
    assert_eq!(stdout(&tail).matches("the last line").count(), 1);
}

#[test]
fn what_cannot_be_sent_is_told_and_left_out() {
    let mut server = Server::start(&["--json", "--end", "0"]);
    server.line("{\"type\":\"a\\nb\",\"data\":\"\",\"last_event_id\":\"\"}");
    server.line("\u{1b}[31m");
    server.line("{\"type\":\"message\",\"data\":\"good\",\"last_event_id\":\"\"}");
    server.line("x".repeat(1024 * 1024 + 1));
    server.end_input();
    let (status, told) = server.status();
    assert_eq!(status, Some(0));
    assert!(is_harmless(&told), "{told}");
    let lines: Vec<_> = told.lines().collect();
    for (line, start) in lines.iter().zip([
        "sse serve: line 1: ",
        "sse serve: line 2: not a JSON",
        "sse serve: line 4: longer",
    ]) {
        assert!(line.starts_with(start) && line.ends_with("left out"), "{line}");
    }
    assert_eq!(lines.len(), 3, "{told}");

    let mut server = Server::start(&[]);
    server.line(b"a\xFFb");
    server.line("x".repeat(1024 * 1024));
    server.line("y");
    assert_eq!(server.tail(&[], 3).iter().map(String::len).collect::<Vec<_>>(), [5, 1024 * 1024, 1]);
}

#[test]
fn an_id_says_where_to_go_on() {
    let mut server = Server::start(&["--hold", "3", "--only-new", "--allow-origin", "https://example.org"]);
    for line in 1..=5 {
        server.line(line.to_string());
    }
    // Wait until all are in.
    let epoch = loop {
        let first = server.get("/", "", "\n\n");
        let id = first.rsplit("id: ").next().unwrap().trim().to_owned();
        if let Some(epoch) = id.strip_suffix("-5") {
            assert!(first.contains("access-control-allow-origin: https://example.org\r\n"), "{first}");
            assert!(first.contains("content-type: text/event-stream\r\n"), "{first}");
            assert!(!first.contains("data"), "only what is new");
            break epoch.to_owned();
        }
    };
    let after = |id: &str, end: &str| server.get("/events", &format!("Last-Event-ID: {id}\r\n"), end);
    let from_4 = after(&format!("{epoch}-3"), "data: 5\n\n");
    assert!(from_4.contains("data: 4\n\n") && !from_4.contains("data: 3\n\n"), "{from_4}");
    for id in [format!("{epoch}-1"), "7-3".into(), "x".into()] {
        let all = after(&id, "data: 5\n\n");
        assert!(all.contains(": the id is not known here; all that is held follows\n\n"), "{all}");
        assert!(all.contains("data: 3\n\n") && !all.contains("data: 2\n\n"), "{all}");
    }
    assert!(server.get("/favicon.ico", "", "").starts_with("HTTP/1.0 404"));
}

#[test]
fn quiet_streams_are_kept_alive() {
    let server = Server::start(&["--keep-alive", "1"]);
    server.get("/", "", ":\n\n:\n\n:\n\n");
}

#[test]
fn wrong_use_is_said_in_a_line() {
    let server = Server::start(&[]);
    let address = server.url.trim_start_matches("http://").trim_end_matches('/');
    let output = run(&["serve", "--listen", address], "");
    assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
    assert!(
        stderr(&output).starts_with(&format!("sse serve: cannot listen at {address}: ")),
        "{}",
        stderr(&output)
    );
    for args in [
        &["--listen", "x"][..],
        &["--event", "a\nb"],
        &["--event", "x", "--json"],
        &["--keep-alive", "0"],
        &["--hold", "0"],
    ] {
        assert_eq!(run(&[&["serve"], args].concat(), "").status.code(), Some(2), "{args:?}");
    }
    let help = output_of(&["serve", "--help"], "");
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
}
