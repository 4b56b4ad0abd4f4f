//! The clients that reconnect, each over real sockets, against servers that are cut, busy, silent, slow, restarted.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sse_proto::driver::{BlockingEventSource, EventSource, Transport, Update};
use sse_proto::replay::ReplayLog;
use sse_proto::session::{Session, SessionBuilder};
use sse_proto_embed::hyper_source::Hyper;
use sse_proto_embed::replay_server::{HELLO, RELOAD, Topic, router};
use sse_proto_embed::reqwest_source::Reqwest;
use sse_proto_embed::std_source::Http;
use sse_proto_embed::{reqwest_source, ureq_source};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const GONE: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// A server that answers each connection with the next of these, and keeps those open that end with `...`. It tells the
/// last event ID of each request.
fn server(answers: &'static [&'static str]) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for answer in answers {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let request = String::from_utf8(request).unwrap().to_lowercase();
            assert!(request.contains("accept: text/event-stream\r\n"), "{request}");
            let id = request.lines().find_map(|line| line.strip_prefix("last-event-id: ")).unwrap_or("-");
            let _ = tell.send(id.to_owned());
            let bytes = answer.replace("HEAD", HEAD).replace("BUSY", BUSY).replace("GONE", GONE);
            match bytes.strip_suffix("...") {
                Some(bytes) => {
                    connection.write_all(bytes.as_bytes()).unwrap();
                    kept.push(connection);
                }
                None => connection.write_all(bytes.as_bytes()).unwrap(),
            }
        }
    });
    (address, told)
}

/// Cut in an event, busy, silent before the head and after it; then it wants no more.
const SCRIPT: &[&str] =
    &["HEADid: 1\ndata: a\n\ndata: lo", "BUSY", "...", "HEADid: 2\ndata: b\n\n...", "GONE"];

fn settings() -> SessionBuilder {
    Session::builder()
        .browser()
        .reconnection_time(Duration::from_millis(10))
        .idle_timeout(Some(Duration::from_millis(300)))
        .retry_head(|head| head.status == 503)
}

fn name<E>(update: Update<E>) -> String {
    match update {
        Update::Open => "open".into(),
        Update::Event(event) => event.data().into(),
        Update::LastEventId(id) => format!("id {id}"),
        Update::Lost { loss, .. } => format!("lost: {loss}"),
        _ => "?".into(),
    }
}

/// What each client tells of that script. Whether the first ends or breaks is the library's view.
fn is_as_expected(mut told: Vec<String>, last: &str, ids: Receiver<String>) {
    let ended = "lost: the server ended the stream inside an event, before its blank line";
    assert!([ended, "lost: the connection failed"].contains(&told[3].as_str()), "{}", told[3]);
    told.remove(3);
    assert_eq!(
        told,
        [
            "open",
            "a",
            "id 1",
            "lost: the server answered with status 503 instead of 200",
            "lost: the response headers did not arrive in time",
            "open",
            "b",
            "id 2",
            "lost: no bytes arrived within the idle timeout",
        ]
    );
    assert_eq!(last, "the server answered with status 204: it wants no further connection");
    assert_eq!(ids.iter().collect::<Vec<_>>(), ["-", "1", "1", "1", "2"]);
}

async fn drive<T: Transport<Error: std::fmt::Debug>>(transport: T) -> (Vec<String>, String) {
    let mut source = EventSource::new(settings().build(), transport);
    let mut told = Vec::new();
    loop {
        match source.next_update().await.expect("it fails before it ends") {
            Ok(update) => told.push(name(update)),
            Err(error) => return (told, format!("{error:?}").split_once("failure: ").unwrap().1.to_owned()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_reqwest() {
    let (address, ids) = server(SCRIPT);
    let transport = Reqwest { client: reqwest::Client::new(), url: format!("http://{address}/") };
    let (told, last) = tokio::spawn(drive(transport)).await.unwrap(); // it may be sent
    assert!(last.starts_with("Status(204)"), "{last}");
    is_as_expected(told, "the server answered with status 204: it wants no further connection", ids);
}

#[tokio::test]
async fn over_hyper() {
    let (address, ids) = server(SCRIPT);
    let (told, last) = drive(Hyper { address, path: "/".into() }).await;
    assert!(last.starts_with("Status(204)"), "{last}");
    is_as_expected(told, "the server answered with status 204: it wants no further connection", ids);
}

#[test]
fn over_the_standard_library() {
    let (address, ids) = server(SCRIPT);
    let transport = Http { address: address.to_string(), path: "/".into() };
    let mut source = BlockingEventSource::new(settings().build(), transport);
    let mut told = Vec::new();
    let last = loop {
        match source.next_update().unwrap() {
            Ok(update) => told.push(name(update)),
            Err(error) => break error.to_string(),
        }
    };
    is_as_expected(told, &last, ids);
}

#[test]
fn over_ureq() {
    let (address, ids) =
        server(&["HEADid: 1\nretry: 10\ndata: a\n\ndata: lo", "...", "HEADdata: b\n\n...", "GONE"]);
    let mut events = ureq_source::events(&format!("http://{address}/"), Duration::from_millis(300));
    let mut next =
        || events.next().unwrap().map(|event| event.data().to_owned()).map_err(|error| error.to_string());
    assert_eq!((next(), next()), (Ok("a".into()), Ok("b".into())));
    assert_eq!(next(), Err("the server answered with status 204: it wants no further connection".into()));
    assert_eq!(ids.iter().collect::<Vec<_>>(), ["-", "1", "1", "1"]);
}

/// The program that README shows is the one that is tested here.
#[test]
fn the_client_in_readme_is_this_one() {
    let readme = include_str!("../../../README.md");
    let block =
        readme.split("```rust,ignore\n").nth(1).expect("a block of code").split("```").next().unwrap();
    let source = include_str!("../src/readme_client.rs");
    for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(source.contains(line), "README shows another line: {line}");
    }
    assert!(block.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("use ")).count() <= 10);
}

#[test]
fn the_client_in_readme_reads() {
    let (address, ids) = server(&["HEADretry: 1\nid: 1\ndata: a\n\n", "HEADid: 2\ndata: b\n\n", "GONE"]);
    let mut seen = Vec::new();
    let error =
        sse_proto_embed::readme_client::run(&format!("http://{address}/"), |data| seen.push(data.to_owned()));
    assert_eq!(
        error.unwrap_err().to_string(),
        "the server answered with status 204: it wants no further connection"
    );
    assert_eq!(seen, ["a", "b"]);
    assert_eq!(ids.iter().collect::<Vec<_>>(), ["-", "1", "2"]);
}

/// The server of the replay page, restarted, cut, with clients that lag and events that are evicted.
async fn serve(topic: &Arc<Topic>, address: &str) -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = loop {
        match tokio::net::TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await, // the old one is not gone yet
        }
    };
    let address = listener.local_addr().unwrap();
    let router = router(topic.clone());
    (address, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_replay_server_loses_nothing() {
    let topic = Topic::new(1, ReplayLog::builder());
    let (address, server) = serve(&topic, "127.0.0.1:0").await;
    let mut source = reqwest_source::events(&format!("http://{address}/events"));
    // Cut before there is news: it has an id all the same.
    assert!(matches!(source.next_update().await, Some(Ok(Update::Open))));
    assert!(
        matches!(source.next_update().await, Some(Ok(Update::Event(event))) if event.event_type() == HELLO)
    );
    assert!(matches!(source.next_update().await, Some(Ok(Update::LastEventId(id))) if id == "1-0"));
    source.reconnect_now();
    topic.publish("a");
    topic.publish("b");
    for expected in ["a", "b"] {
        assert_eq!(source.next_event().await.unwrap().unwrap().data(), expected);
    }
    topic.publish("c");
    assert_eq!(source.next_event().await.unwrap().unwrap().data(), "c", "live");
    // Away while much happens.
    source.reconnect_now();
    for number in 0..1000 {
        topic.publish(&number.to_string());
    }
    for number in 0..1000 {
        assert_eq!(source.next_event().await.unwrap().unwrap().data(), number.to_string());
    }
    // Too long away: told once, with an id to go on from.
    source.reconnect_now();
    for number in 0..10 {
        topic.publish(&number.to_string());
    }
    topic.keep(3);
    let told = source.next_event().await.unwrap().unwrap();
    assert_eq!((told.event_type(), told.last_event_id().as_str()), (RELOAD, "1-1013"));
    source.reconnect_now();
    topic.publish("after");
    assert_eq!(source.next_event().await.unwrap().unwrap().data(), "after", "and not told again");
    // Another life: its ids mean nothing there.
    server.abort();
    let again = Topic::new(2, ReplayLog::builder());
    let (_, _server) = serve(&again, &address.to_string()).await;
    source.reconnect_now();
    let told = source.next_event().await.unwrap().unwrap();
    assert_eq!((told.event_type(), told.last_event_id().as_str()), (RELOAD, "2-0"));
    again.publish("d");
    assert_eq!(source.next_event().await.unwrap().unwrap().data(), "d");
}

/// A graceful shutdown waits for all streams, so they have to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_server_shuts_down() {
    let topic = Topic::new(1, ReplayLog::builder());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut source = reqwest_source::events(&format!("http://{}/events", listener.local_addr().unwrap()));
    let (shut_down, shutdown) = tokio::sync::oneshot::channel::<()>();
    let closed = topic.clone();
    let serve = axum::serve(listener, router(topic)).with_graceful_shutdown(async move {
        let _ = shutdown.await;
        closed.close();
    });
    let server = tokio::spawn(async move { serve.await.unwrap() });
    assert!(matches!(source.next_update().await, Some(Ok(Update::Open))));
    shut_down.send(()).unwrap();
    let ended = async { while !matches!(source.next_update().await, Some(Ok(Update::Lost { .. }))) {} };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the stream ends");
    tokio::time::timeout(Duration::from_secs(10), server).await.expect("no stream is open").unwrap();
}

/// A client that does not read: the log stays within its bounds, and its connection ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_costs_nothing() {
    let topic = Topic::new(1, ReplayLog::builder().max_events(10_000).max_bytes(1024 * 1024));
    let (address, _server) = serve(&topic, "127.0.0.1:0").await;
    let mut source = reqwest_source::events(&format!("http://{address}/events"));
    assert!(matches!(source.next_update().await, Some(Ok(Update::Open))));
    let data = "x".repeat(1024);
    for _ in 0..100 {
        // A hundred times what the sockets between them hold; the server's task has its turn.
        for _ in 0..1000 {
            topic.publish(&data);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // What the sockets had is read; then it is told that it was too slow, by an end, and comes back to be told the rest.
    let mut events = 0;
    loop {
        match source.next_update().await.unwrap().unwrap() {
            Update::Event(event) if event.event_type() == RELOAD => break,
            Update::Event(_) => events += 1,
            _ => {}
        }
    }
    assert!(events < 100_000, "{events}");
}
