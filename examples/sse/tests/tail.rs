//! `sse tail` against a server that is killed, cut, redirected, slow, silent, busy, of another name.
#![cfg(feature = "net")]

mod common;
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Output};
use std::time::{Duration, Instant};

use common::{event, file, is_harmless, output_of, run, start, stderr, stdout};
use server::{Answer, Server};

/// Runs the tool with a URL on the server at the end of its arguments.
fn tail(args: &[&str], server: &Server) -> Output {
    let url = server.url("/stream");
    run(&[&["tail"], args, &[url.as_str()]].concat(), "")
}

fn ids(server: &Server) -> Vec<String> {
    server
        .requests()
        .iter()
        .map(|request| request.header("last-event-id").unwrap_or("-").to_owned())
        .collect()
}

#[test]
fn follows_a_stream_that_is_cut_in_an_event() {
    let server = Server::start([
        Answer::stream("retry: 10\n\nid: 1\ndata: a\n\n: keep-alive\n\ndata: lo"),
        Answer::stream("id: 2\ndata: two\ndata: lines\n\n"),
        Answer::status(204),
    ]);
    let output = tail(&[], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\ntwo\nlines\n", Some(0)), "{}", stderr(&output));
    assert_eq!(ids(&server), ["-", "1", "2"]);
    let told = stderr(&output);
    for part in [
        "sse tail: open\n",
        "sse tail: the server asks to come again after 10ms\n",
        "sse tail: : keep-alive\n",
        "; again in ",
        "sse tail: the server wants no more (204)\n",
    ] {
        assert!(told.contains(part), "{part:?} is missing in:\n{told}");
    }
    // At most 20 times a minute, whatever `retry` says.
    let times: Vec<Instant> = server.requests().iter().map(|request| request.at).collect();
    assert!(times.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(2990)), "{times:?}");
}

#[test]
fn json_lines_are_those_of_inspect() {
    let stream = ": hi\nretry: 7\nid: 1\nevent: \u{1b}\ndata: a\n\ndata: much too large for this client\n\n";
    let server = Server::start([Answer::stream(stream), Answer::status(204)]);
    let output = tail(&["--json", "--limit", "16", "--quiet"], &server);
    let inspected = output_of(&["inspect", "--limit", "16", "-"], stream);
    assert_eq!(stdout(&output), inspected);
    assert_eq!(stderr(&output), "sse tail: the server wants no more (204)\n");
    assert!(inspected.contains("\"error\"") && is_harmless(&inspected));
}

#[test]
fn a_server_that_is_killed_and_comes_again() {
    let server = Server::start([Answer::stream("id: 1\ndata: a\n\n").kept()]);
    let mut child = start(&["tail", &server.url("/")]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "a");
    let address = server.kill();
    std::thread::sleep(Duration::from_secs(5)); // at least once nobody is there
    let again = Server::start_at(address, [Answer::stream("id: 2\ndata: b\n\n"), Answer::status(204)]);
    assert_eq!(lines.next().unwrap().unwrap(), "b");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(ids(&again), ["1", "2"]);
    assert!(stderr(&output).contains("lost: the connection failed ("), "{}", stderr(&output));
}

/// What comes is printed when it comes.
#[test]
fn a_slow_stream_is_shown_as_it_comes() {
    let server = Server::start([Answer::stream("data: a\n\n").then(1000, "data: b\n\n").kept()]);
    let mut child = start(&["tail", &server.url("/")]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let started = Instant::now();
    assert_eq!(lines.next().unwrap().unwrap(), "a");
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    assert_eq!(lines.next().unwrap().unwrap(), "b");
    end(child);
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn silence_is_a_loss_if_asked_for() {
    let server = Server::start([
        Answer::silent(),
        Answer::stream("id: 1\ndata: a\n\n").kept(),
        Answer::stream("id: 2\ndata: b\n\n").then(300, ":\n\n").then(300, ":\n\n"),
        Answer::status(204),
    ]);
    let output = tail(&["--idle-timeout", "0.5"], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\nb\n", Some(0)), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("lost: the response headers did not arrive in time"), "{told}");
    assert_eq!(told.matches("lost: no bytes arrived within the idle timeout").count(), 1, "{told}");
}

#[test]
fn redirects_are_followed_each_time() {
    let server = Server::start([
        Answer::redirect("/there"),
        Answer::stream("id: 1\ndata: a\n\n"),
        Answer::redirect("/elsewhere"),
        Answer::status(204),
    ]);
    let output = tail(&[], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(0)));
    let paths: Vec<_> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/stream", "/there", "/stream", "/elsewhere"], "from the first address each time");
    assert_eq!(ids(&server), ["-", "-", "1", "1"]);
}

#[test]
fn what_a_server_refuses() {
    for (answer, says) in [
        (Answer::status(404), "the server answered with status 404 instead of 200"),
        (Answer::status(500), "status 500"),
        (Answer::of_type("text/html", "<p>"), "the content type of the response is not text/event-stream"),
    ] {
        let server = Server::start([answer]);
        let output = tail(&[], &server);
        assert_eq!((stdout(&output), output.status.code()), ("", Some(3)));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    // Busy, it says when to come again; once it was open, a page of a proxy is no reason to give up.
    let server = Server::start([
        Answer::status(503).header("Retry-After: 4"),
        Answer::stream("id: 1\ndata: a\n\n"),
        Answer::of_type("text/html", "<p>"),
        Answer::status(204),
    ]);
    let output = tail(&[], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(0)));
    let times: Vec<Instant> = server.requests().iter().map(|request| request.at).collect();
    let waited = times[1] - times[0];
    assert!(waited >= Duration::from_millis(3990) && waited < Duration::from_secs(6), "{waited:?}");
}

#[test]
fn headers_of_the_user() {
    let server = Server::start([Answer::status(204)]);
    let headers = [
        "--header",
        "Authorization: Bearer x",
        "--header",
        "Accept: */*",
        "--header",
        "X-A: 1",
        "--header",
        "x-a:2",
    ];
    assert_eq!(tail(&headers, &server).status.code(), Some(0));
    let request = &server.requests()[0];
    assert_eq!(request.method, "GET");
    assert_eq!(request.header("authorization"), Some("Bearer x"));
    assert_eq!(request.header("accept"), Some("*/*"));
    assert_eq!(request.header("cache-control"), Some("no-cache"));
    assert_eq!(request.all("x-a"), ["1", "2"]);
    assert_eq!(request.header("last-event-id"), None);
}

/// A POST is sent again only if the server has named an event to go on after.
#[test]
fn posts() {
    let body = file("tail-post.json", r#"{"stream":true}"#);
    let post = ["--post", body.to_str().unwrap()];
    // Its end is the end; a last event without its blank line is taken.
    let server = Server::start([Answer::stream("data: a\n\ndata: [DONE]\n").whole()]);
    let output = tail(&post, &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n[DONE]\n", Some(0)), "{}", stderr(&output));
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.body.as_str()), ("POST", r#"{"stream":true}"#));
    assert_eq!(request.header("content-type"), Some("application/json"));
    // Broken without an id it is not repeated.
    let server = Server::start([Answer::stream("data: a\n\n").broken()]);
    let output = tail(&post, &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(4)));
    assert!(stderr(&output).contains("the session may not reconnect"), "{}", stderr(&output));
    // With one it goes on.
    let server = Server::start([Answer::stream("id: 1\ndata: a\n\n").broken(), Answer::status(204)]);
    let output = tail(&post, &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(0)));
    assert_eq!(ids(&server), ["-", "1"]);
    assert!(server.requests().iter().all(|request| request.body == r#"{"stream":true}"#));
}

#[test]
fn the_last_event_id_survives_the_tool() {
    let state = file("tail-state", "");
    fs::remove_file(&state).unwrap();
    let state_args = ["--state", state.to_str().unwrap(), "--last-event-id", "first"];
    let server = Server::start([Answer::stream("id: é1\ndata: a\n\nid: 2\n\n"), Answer::status(204)]);
    assert_eq!(tail(&state_args, &server).status.code(), Some(0));
    assert_eq!(ids(&server), ["first", "2"]);
    assert_eq!(fs::read_to_string(&state).unwrap(), "2", "an id without data, too");
    let server = Server::start([Answer::status(204)]);
    assert_eq!(tail(&state_args, &server).status.code(), Some(0));
    assert_eq!(ids(&server), ["2"], "the file counts, if it is there");
    // Killed in the middle: what was printed is in it.
    let server = Server::start([Answer::stream("id: 3\ndata: c\n\n").kept()]);
    let mut child = start(&["tail", "--state", state.to_str().unwrap(), &server.url("/")]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "c");
    let until = Instant::now() + Duration::from_secs(10);
    while fs::read_to_string(&state).unwrap() != "3" && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    end(child);
    assert_eq!(fs::read_to_string(&state).unwrap(), "3");
    // One that cannot be read is said, not ignored.
    fs::write(&state, "a\nb").unwrap();
    let output = tail(&["--state", state.to_str().unwrap()], &server);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("an id must not contain LF"), "{}", stderr(&output));
}

#[test]
fn the_time_that_it_may_take() {
    let server = Server::start([Answer::stream("data: a\n\n").kept()]);
    let output = tail(&["--max-time", "1"], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(0)));
    assert!(stderr(&output).contains("the time is over, the stream is open"), "{}", stderr(&output));
    let server = Server::start([Answer::silent()]);
    let output = tail(&["--max-time", "0.5"], &server);
    assert_eq!((stdout(&output), output.status.code()), ("", Some(4)));
    assert!(stderr(&output).contains("there is no connection"), "{}", stderr(&output));
}

#[test]
fn over_tls_by_certificates_of_ones_own() {
    let answers = || [Answer::stream("data: a\n\n").kept()];
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ca.pem");
    let server = Server::start_tls(answers());
    let output = tail(&["--cacert", authority, "--max-time", "2"], &server);
    assert_eq!((stdout(&output), output.status.code()), ("a\n", Some(0)), "{}", stderr(&output));
    // Not trusted: there is no use in trying again.
    let server = Server::start_tls(answers());
    let output = tail(&["--max-time", "20"], &server);
    assert_eq!((stdout(&output), output.status.code()), ("", Some(3)), "{}", stderr(&output));
    assert!(stderr(&output).contains("certificate"), "{}", stderr(&output));
    let output = tail(&["--cacert", common::SAMPLE], &server);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no certificate in it"), "{}", stderr(&output));
}

#[test]
fn wrong_use_is_said() {
    for (args, says) in [
        (&["tail"][..], "<URL>"),
        (&["tail", "ftp://x/"], "http://"),
        (&["tail", "not a url"], "not a url"),
        (&["tail", "--header", "no colon", "http://x/"], "colon"),
        (&["tail", "--max-time=-1", "http://x/"], "--max-time"),
        (&["tail", "--last-event-id", "a\nb", "http://x/"], "LF"),
        (&["tail", "--post", "/nowhere/at/all", "http://x/"], "/nowhere/at/all"),
    ] {
        let output = run(args, "");
        assert_eq!((stdout(&output), output.status.code()), ("", Some(2)), "{args:?}");
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn help_names_every_option() {
    let help = output_of(&["tail", "--help"], "");
    for option in [
        "--header",
        "--post",
        "--cacert",
        "--last-event-id",
        "--state",
        "--max-time",
        "--idle-timeout",
        "--json",
        "--quiet",
        "--limit",
        "Exit status:\n  0  ",
        "\n  2  ",
        "\n  3  ",
        "\n  4  ",
        "Examples:",
    ] {
        assert!(help.contains(option), "{option} is missing in:\n{help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "too wide:\n{help}");
    assert!(output_of(&["--help"], "").contains("tail"));
    assert!(event("x", "").ends_with('\n'));
}
