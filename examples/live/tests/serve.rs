//! `live serve` as a program: killed, restarted, over TLS, with a slow client, without its disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{PATIENCE, Server, User, live, number, refused};
use tempfile::TempDir;

#[tokio::test]
async fn killed_again_and_again_it_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut server = Server::over(&log, &["--rate", "500"]);
    let ada = User::sign_in(&server, "ada").await;
    let (mut id, mut last) = (String::new(), 0);
    for life in 0..5 {
        let mut stream = ada.open(&server, "/events", &id).await;
        let hello = stream.hello().await;
        // Up to date is who has read all that was stored before the kill.
        let answers = if life == 0 { &["new"][..] } else { &["replay", "up-to-date"] };
        assert!(answers.contains(&hello.answer.as_str()), "{hello:?}");
        assert_eq!(hello.server, server.id().to_string());
        for _ in 0..100 {
            let n = number(&stream.next().await.unwrap());
            assert_eq!(n, last + 1, "life {life}");
            last = n;
        }
        server.kill();
        // What has come is all there is to read, and then the end.
        while let Some(event) = stream.next().await {
            assert_eq!(number(&event), last + 1);
            last += 1;
        }
        id = stream.id;
        let listen = server.listen();
        server = Server::start(&["--listen", &listen, "--log", log.to_str().unwrap(), "--rate", "500"]);
    }
}

#[tokio::test]
async fn who_was_away_gets_what_was_missed_once_and_nobody_else_does() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut server = Server::over(&log, &["--rate", "0"]);
    let (ada, grace) = (User::sign_in(&server, "ada").await, User::sign_in(&server, "grace").await);
    let mut stream = ada.open(&server, "/me/events", "").await;
    assert_eq!(
        (stream.hello().await.answer.as_str(), grace.notify(&server, "ada", "one").await),
        ("new", 204)
    );
    assert!(stream.next().await.unwrap().data.contains(r#""from":"grace","text":"one""#));
    let id = stream.id.clone();
    drop(stream);
    assert_eq!(grace.notify(&server, "ada", "two").await, 204);
    server.kill();
    let server =
        Server::start(&["--listen", &server.listen(), "--log", log.to_str().unwrap(), "--rate", "0"]);
    assert_eq!(grace.notify(&server, "ada", "three").await, 204);
    for (after, expected) in [(id.as_str(), &["two", "three"][..]), ("", &["one", "two", "three"])] {
        let mut stream = ada.open(&server, "/me/events", after).await;
        assert_eq!(stream.hello().await.missed, expected.len() as u64);
        for text in expected {
            let event = stream.next().await.unwrap();
            assert!(
                event.kind == "notice" && event.data.contains(&format!(r#""text":"{text}""#)),
                "{event:?}"
            );
        }
    }
    // By her id: nothing of hers.
    let mut stream = grace.open(&server, "/me/events", &id).await;
    assert_eq!(stream.hello().await.missed, 0);
    assert_eq!(ada.notify(&server, "grace", "for you").await, 204);
    assert!(stream.next().await.unwrap().data.contains("for you"));
}

#[tokio::test]
async fn a_new_event_source_names_its_place_in_the_url() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--rate", "200"]);
    let ada = User::sign_in(&server, "ada").await;
    let mut stream = ada.open(&server, "/events", "").await;
    stream.hello().await;
    let first = number(&stream.next().await.unwrap());
    let path = format!("/events?after={}", stream.id);
    let mut after = ada.open(&server, &path, "").await;
    assert_ne!(after.hello().await.answer, "unknown");
    assert_eq!(number(&after.next().await.unwrap()), first + 1);
    let mut stream = ada.open(&server, &path, &after.id).await;
    stream.hello().await;
    assert_eq!(number(&stream.next().await.unwrap()), first + 2, "the header is newer than the URL");
    let mut stream = ada.open(&server, "/events?from=now", "").await;
    assert_eq!(stream.hello().await.answer, "now");
    assert!(number(&stream.next().await.unwrap()) > first + 2);
}

#[tokio::test]
async fn without_a_cookie_of_ours_there_is_nothing_to_see() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--user", "ada:se:cret"]);
    let http = reqwest::Client::new();
    let status = async |path: &str, cookie: &str| {
        let request = http.get(format!("{}{path}", server.address)).header("cookie", cookie);
        request.send().await.unwrap().status().as_u16()
    };
    for path in ["/events", "/me/events", "/session"] {
        for cookie in ["", "user=ada", "user=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=ada"] {
            assert_eq!(status(path, cookie).await, 401, "{path} {cookie}");
        }
    }
    assert_eq!(status("/load/events", "").await, 404, "only with --load");
    assert_eq!(status("/", "").await, 200);
    for (name, password, expected) in [
        ("ada", "", 401),
        ("ada", "se", 401),
        ("grace", "grace", 401),
        ("grace", "", 401),
        ("ada", "se:cret", 204),
    ] {
        let login = serde_json::json!({ "name": name, "password": password });
        let answer = http.post(format!("{}/login", server.address)).json(&login).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{name}:{password}");
    }
}

#[tokio::test]
async fn notifications_are_checked() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &[]);
    let ada = User::sign_in(&server, "ada").await;
    assert_eq!(ada.notify(&server, "nobody", "x").await, 404);
    assert_eq!(ada.notify(&server, "ada", " \n").await, 422);
    assert_eq!(ada.notify(&server, "ada", &"é".repeat(501)).await, 422);
    assert_eq!(ada.notify(&server, "ada", &"é".repeat(500)).await, 204);
    assert_eq!(ada.notify(&server, "ada", &"x".repeat(100_000)).await, 413);
}

#[tokio::test]
async fn many_streams_share_one_connection_over_tls() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--tls", "--rate", "100"]);
    let ada = User::sign_in(&server, "ada").await;
    let answer = ada.get(&server, "/session").send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(ada.open(&server, "/events", "").await);
    }
    for stream in &mut streams {
        stream.hello().await;
        for n in 1..20 {
            assert_eq!(number(&stream.next().await.unwrap()), n);
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--rate", "0"]);
    let mut slow = TcpStream::connect(server.listen()).unwrap();
    slow.set_read_timeout(Some(2 * PATIENCE)).unwrap();
    slow.write_all(
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    )
    .unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_slow_client_is_cut_and_comes_back_by_its_id() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--rate", "0", "--load", "--slow", "1"]);
    let mut slow = TcpStream::connect(server.listen()).unwrap();
    slow.write_all(b"GET /load/events?from=now HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
    slow.set_read_timeout(Some(PATIENCE)).unwrap();
    let http = reqwest::Client::new();
    let metric = async |name: &str| -> u64 {
        let text =
            http.get(format!("{}/metrics", server.address)).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    let started = Instant::now();
    while metric("live_clients").await == 0 {
        assert!(started.elapsed() < PATIENCE);
    }
    // More than the buffers of both ends hold.
    let count = 400;
    for n in 0..count {
        let body = format!("{n} {}", "x".repeat(60_000));
        http.post(format!("{}/load/events", server.address))
            .body(body)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }
    while metric("live_clients").await > 0 {
        assert!(started.elapsed() < PATIENCE, "it is not cut");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Part of the events stands in its buffers. It ends, cleanly or by a reset.
    let mut came = Vec::new();
    let _ = slow.read_to_end(&mut came);
    let mut client = sse_proto::Decoder::new();
    let head = came.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let mut next = 0;
    let mut event = |frame: Result<sse_proto::Frame<'_>, _>| match frame.unwrap() {
        sse_proto::Frame::Event(event) if event.event_type() == "load" => {
            assert!(event.data().starts_with(&format!("{next} ")));
            next += 1;
        }
        _ => {}
    };
    client.decode_all(&came[head..], &mut event);
    assert!(next < count, "it was never slow");
    let id = client.last_event_id().as_str().to_owned();
    let request = http.get(format!("{}/load/events", server.address)).header("last-event-id", id);
    let mut body = request.send().await.unwrap();
    client.reconnect();
    while next < count {
        let chunk = tokio::time::timeout(PATIENCE, body.chunk()).await.unwrap().unwrap().unwrap();
        let mut event = |frame: Result<sse_proto::Frame<'_>, _>| match frame.unwrap() {
            sse_proto::Frame::Event(event) if event.event_type() == "load" => {
                assert!(event.data().starts_with(&format!("{next} ")), "lost or doubled at {next}");
                next += 1;
            }
            _ => {}
        };
        client.decode_all(&chunk, &mut event);
    }
}

#[tokio::test]
async fn a_signal_ends_its_streams_and_then_it() {
    let folder = TempDir::new().unwrap();
    let mut server = Server::over(&folder.path().join("log"), &["--rate", "100"]);
    let ada = User::sign_in(&server, "ada").await;
    let mut stream = ada.open(&server, "/events", "").await;
    stream.hello().await;
    assert_eq!(server.terminate(), Some(0));
    let mut last = 0;
    while let Some(event) = stream.next().await {
        last = number(&event);
    }
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains(&format!(r#""n":{last}"#)) && last > 0);
}

#[tokio::test]
async fn quiet_streams_are_kept_alive() {
    let folder = TempDir::new().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--rate", "0", "--keep-alive", "1"]);
    let ada = User::sign_in(&server, "ada").await;
    let mut body = ada.get(&server, "/events").send().await.unwrap();
    let mut came = Vec::new();
    while !came.ends_with(b"\n\n:\n\n:\n\n") {
        came.extend(tokio::time::timeout(PATIENCE, body.chunk()).await.unwrap().unwrap().unwrap());
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_over_when_there_is_room_again() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    // A file of this process may have 16 KiB; the signal for that is one that it does not mind.
    let shell = format!(
        "trap '' XFSZ; ulimit -S -f 16; exec {} serve --load --rate 0 --listen 127.0.0.1:0 --log {}",
        env!("CARGO_BIN_EXE_live"),
        log.display()
    );
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &shell]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let server = Server::of(command);
    let http = reqwest::Client::new();
    let post = async |text: &str| {
        let request = http.post(format!("{}/load/events", server.address)).body(text.to_owned());
        request.send().await.unwrap()
    };
    let (large, mut stored) = ("x".repeat(1000), 0);
    let refused = loop {
        let answer = post(&large).await;
        if answer.status() != 204 {
            break answer;
        }
        stored += 1;
        assert!(stored < 100);
    };
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    let text = refused.text().await.unwrap();
    assert!(text.contains("log") && text.contains("os error"), "{text}");
    let health = http.get(format!("{}/health", server.address)).send().await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().trim()), (503, text.as_str()));
    assert!(server.log.lock().unwrap().contains(&text), "it says so");
    let limit = std::process::Command::new("prlimit");
    let mut limit = limit;
    let done = limit.args(["--pid", &server.id().to_string(), "--fsize=unlimited"]).status().unwrap();
    assert!(done.success());
    assert_eq!(post("there is room").await.status(), 204);
    // When nothing has failed for a while.
    let started = Instant::now();
    while http.get(format!("{}/health", server.address)).send().await.unwrap().status() != 200 {
        assert!(started.elapsed() < PATIENCE);
    }
    drop(server);
    // And nothing of the event that had no room is in the file.
    let server = Server::over(&log, &["--load", "--rate", "0"]);
    let mut stream = User::sign_in(&server, "ada").await.open(&server, "/load/events", "").await;
    assert_eq!(stream.hello().await.missed, stored + 1);
}

#[test]
fn what_cannot_be_is_said_in_one_line() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Server::over(&folder.path().join("log"), &[]);
    std::fs::write(folder.path().join("text"), "hello\n").unwrap();
    let free = "127.0.0.1:0";
    for (arguments, expected) in [
        (vec!["--listen", &server.listen(), "--log", &path("other")], "cannot listen at 127.0.0.1"),
        (vec!["--listen", free, "--log", &path("log")], "another server uses it"),
        (vec!["--listen", free, "--log", &path("text")], "not a log of `live serve`"),
        (vec!["--listen", free, "--log", &path("")], "Is a directory"),
        (vec!["--listen", free, "--log", &path("not/there")], "No such file or directory"),
        (vec!["--listen", free, "--store", "http://x"], "not an address like redis://127.0.0.1:6379/"),
    ] {
        let (status, text) = refused(&arguments);
        assert_eq!(status, Some(2), "{text}");
        assert!(text.starts_with("live serve: ") && text.contains(expected), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    for arguments in [
        &["--listen", "here"][..],
        &["--user", "ada"],
        &["--user", "a b:c"],
        &["--keep-alive", "0"],
        &["--store", "redis://x", "--log", "y"],
        &["--frobnicate"],
    ] {
        let (status, text) = refused(arguments);
        assert_eq!(status, Some(2));
        assert!(text.starts_with("error: "), "{text}");
    }
    let output = live().arg("--help").output().unwrap();
    assert!(output.status.success());
}
