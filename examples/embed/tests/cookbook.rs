//! The programs that are only in the cookbook, and what its pages say about them. The others are in the files beside this one.

use std::collections::BTreeMap;
use std::convert::Infallible;

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::json;
use sse_proto::{Chunk, Decoder, Message, SliceDecoder};
use sse_proto_embed::firmware::{self, Command, ROOM};
use sse_proto_embed::llm_server;
use sse_proto_embed::translating_gateway::{self, Upstream, translated};
use tokio::net::TcpListener;

/// A connection that brings these bytes, so many at a time.
struct Wire(&'static [u8], usize);

impl firmware::Body for Wire {
    type Error = Infallible;

    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        let n = self.0.len().min(self.1).min(buf.len());
        let (read, rest) = self.0.split_at(n);
        buf[..n].copy_from_slice(read);
        self.0 = rest;
        Ok(n)
    }
}

#[test]
fn the_device_obeys_however_its_commands_are_cut() {
    for size in 1..=64 {
        let (mut buffer, mut seen) = ([0; ROOM], Vec::new());
        let mut decoder = SliceDecoder::new(&mut buffer);
        let first = b"retry: 10\n\nevent: setpoint\nid: 7\ndata: 215\n\nevent: dance\ndata\n\nevent: restart\ndata: x";
        firmware::follow(&mut Wire(first, size), &mut decoder, |command| seen.push(command)).unwrap();
        let sent: Vec<_> = firmware::request_headers(&decoder).collect();
        assert_eq!(sent.last(), Some(&("last-event-id", &b"7"[..])));
        assert_eq!(firmware::wait(&decoder).as_millis(), 1000, "not as soon as that server wants");
        // The half block of the first connection is gone, and so is what is larger than any command.
        let second = b"data: a long text that nobody has asked for, and that has no place in a buffer of this size\n\n\
            event: restart\ndata\n\n";
        firmware::follow(&mut Wire(second, size), &mut decoder, |command| seen.push(command)).unwrap();
        assert_eq!(seen, [Command::Setpoint(215), Command::Restart], "{size} bytes at a time");
    }
}

#[test]
fn the_device_reports() {
    let mut buf = [0; 64];
    let len = firmware::report(7, -25, &mut buf).unwrap();
    assert_eq!(&buf[..len], b"event: temperature\nid: 7\ndata: -25\n\n");
    assert!(firmware::report(7, -25, &mut buf[..8]).is_err());
}

/// The events that come out, if this comes in and the connection ends, as `type: data`.
async fn translate(chunks: impl IntoIterator<Item = Result<Bytes, &'static str>>) -> Vec<String> {
    let mut chunks: Vec<_> = translated(stream::iter(chunks)).map(Result::unwrap).collect().await;
    let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
    for chunk in &mut chunks {
        let mut chunk = Chunk::new(chunk);
        while let Some(event) = decoder.decode_event(&mut chunk).unwrap() {
            seen.push(format!("{}: {}", event.event_type(), event.data()));
        }
    }
    assert!(!decoder.is_open(), "whole events only");
    seen
}

const DELTA: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"a\\r\\nb\"}}]}\n\n";

#[tokio::test]
async fn the_translation_does_not_depend_on_cuts() {
    let source = format!("{DELTA}: thinking\n\nretry: 5\n\n{DELTA}data: [DONE]\n\n{DELTA}").into_bytes();
    for size in 1..=source.len() {
        let chunks = source.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk)));
        let text = r#"delta: {"text":"a\r\nb"}"#;
        assert_eq!(translate(chunks).await, [text, text, "done: {}"], "{size} bytes at a time");
    }
}

#[tokio::test]
async fn the_client_learns_how_the_answer_ended() {
    let delta = || Ok(Bytes::from_static(DELTA.as_bytes()));
    let large = format!("data: {}\n\n", "x".repeat(70_000));
    let ends: [(Vec<Result<Bytes, _>>, &str); 7] = [
        (vec![], "failed: {\"error\":\"the answer broke off\"}"),
        (vec![Err("reset"), delta()], "failed: {\"error\":\"the answer broke off\"}"),
        (vec![Ok("data: [DONE]\n".into())], "done: {}"),
        (vec![Ok("data: [DONE]\n".into()), Err("reset")], "failed: {\"error\":\"the answer broke off\"}"),
        (vec![Ok("data: {\"error\":7}\n\n".into()), delta()], "failed: {\"error\":7}"),
        (vec![Ok("data: {\n\n".into()), delta()], "failed: {\"error\":\"the chat API sent no JSON\"}"),
        (vec![Ok(large.into()), delta()], "failed: {\"error\":\"event over the limit of 65536 bytes"),
    ];
    for (rest, end) in ends {
        let seen = translate([delta()].into_iter().chain(rest)).await;
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(seen[1].starts_with(end), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_translating_gateway_answers() {
    let serve = async |router| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        format!("http://{address}")
    };
    let api = serve(llm_server::router(std::time::Duration::from_secs(15))).await;
    let client = reqwest::Client::new();
    for (path, status) in [("/v1/chat/completions", 200), ("/nowhere", 502)] {
        let upstream = Upstream { client: client.clone(), url: format!("{api}{path}") };
        let gateway = serve(translating_gateway::router(upstream)).await;
        let answer =
            client.post(format!("{gateway}/chat")).json(&json!({"model": "m"})).send().await.unwrap();
        assert_eq!(answer.status(), status);
        if status == 200 {
            let text = answer.text().await.unwrap();
            assert_eq!(text.matches("event: delta\n").count(), llm_server::WORDS.len());
            assert!(
                text.ends_with(
                    str::from_utf8(
                        &Message::new().event_type("done".try_into().unwrap()).data("{}").to_bytes()
                    )
                    .unwrap()
                )
            );
        }
    }
}

/// `name = "1"` or `name = { version = "1", features = ["a"] }`, and the crate's own version.
fn dependencies(toml: &str) -> BTreeMap<String, (String, Vec<String>)> {
    let words = |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let lines = toml.lines().filter_map(|line| line.split_once(" = "));
    let of = lines.map(|(name, value)| {
        let (before, features) = value.split_once("features = [").unwrap_or((value, ""));
        (name.to_owned(), (words(before).first().cloned().unwrap_or_default(), words(features)))
    });
    of.collect()
}

/// What each page of the cookbook wants in Cargo.toml is what its program is compiled with here, and all that it imports.
#[test]
fn the_pages_name_the_dependencies_of_their_programs() {
    let embed = include_str!("../Cargo.toml");
    let ours = dependencies(embed.split("[dev-dependencies]").next().unwrap());
    let root = include_str!("../../../Cargo.toml");
    let version = dependencies(root.split("[lib]").next().unwrap())["version"].0.clone();
    let pages = include_str!("../../../src/cookbook.rs");
    let mut checked = 0;
    for page in pages.split("/// ```toml\n").skip(1) {
        let (toml, rest) = page.split_once("/// ```\n").unwrap();
        let asked = dependencies(&toml.replace("/// ", ""));
        for (name, (wanted, features)) in &asked {
            if name == "sse-proto" {
                assert!(version.starts_with(wanted.as_str()), "sse-proto {wanted} is not {version}");
                continue;
            }
            let (used, with) = &ours[name];
            assert_eq!(wanted, used, "{name}");
            // What is on by default there is listed here one by one: those are for the library.
            assert!(
                features.iter().all(|feature| with.contains(feature)),
                "{name}: {features:?}, here {with:?}"
            );
        }
        for file in rest.split("include_str!(\"..").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
            let program = std::fs::read_to_string(format!("{root}{file}")).unwrap();
            for import in program.lines().filter_map(|line| line.strip_prefix("use ")) {
                let name = import.split("::").next().unwrap();
                let is_asked = asked.keys().any(|asked| asked.replace('-', "_") == name);
                let is_here = ["std", "core", "crate", "super"].contains(&name);
                assert!(is_here || is_asked, "{file} imports {name}");
            }
            checked += 1;
        }
    }
    assert_eq!(
        checked,
        files(&format!("{}/../../docs/cookbook", env!("CARGO_MANIFEST_DIR"))),
        "each program is on a page"
    );
}

fn files(folder: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(path.to_str().unwrap()) } else { 1 }).sum()
}
