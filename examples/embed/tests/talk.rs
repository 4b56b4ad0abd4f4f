//! Every example is run; those with a counterpart talk to each other, over real sockets on this machine.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::json;
use sse_proto::{Decoder, EventType, FrameBuf, KEEP_ALIVE, Message, MessageBuf};
use sse_proto_embed::hyper_pair::Version;
use sse_proto_embed::{
    axum_server, blocking_client, broadcast, chat_client, codec, http_body, hyper_pair, redacting_proxy,
    tokio_reader,
};
use tokio::net::TcpListener;
use tokio_util::codec::{FramedRead, FramedWrite};

const IDLE: Duration = Duration::from_secs(10);

async fn axum() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, axum_server::router()).await });
    address
}

/// A server that answers one request with `response`, whatever it was, and closes.
fn answering(response: &'static [u8]) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        connection.write_all(response).unwrap();
        // Read what is left of the request, or the close would be a reset.
        connection.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = connection.read_to_end(&mut request);
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_client_reads_the_axum_server() {
    let url = format!("http://{}/chat", axum().await);
    let text = chat_client::chat(&url, &json!({"messages": []}), IDLE).await.unwrap();
    assert_eq!(text, "Hello, wörld!");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_client_reports_what_is_wrong() {
    let address = axum().await;
    for (path, says) in
        [("error", "overloaded"), ("html", "no event stream but \"text/plain"), ("nowhere", "404")]
    {
        let response = reqwest::get(format!("http://{address}/{path}")).await.unwrap();
        let error = chat_client::collect(response, IDLE).await.unwrap_err().to_string();
        assert!(error.contains(says), "{path}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_client_takes_a_last_event_without_its_blank_line() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n";
    const DELTA: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n";
    let forgetful = answering(Box::leak(format!("{HEAD}{DELTA}\n: thinking\n\n{DELTA}").into_bytes().into()));
    let text = chat_client::chat(&format!("http://{forgetful}/"), &json!({}), IDLE).await.unwrap();
    assert_eq!(text, "aa");
    let cut = answering(Box::leak(format!("{HEAD}{DELTA}\ndata: {{\"cho").into_bytes().into()));
    let text = chat_client::chat(&format!("http://{cut}/"), &json!({}), IDLE).await.unwrap();
    assert_eq!(text, "a", "half a delta is none");
}

/// A server that takes the connection and never answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_chat_client_does_not_wait_for_ever_for_a_head() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let chat = chat_client::chat(&url, &json!({}), Duration::from_millis(100)).await;
    assert!(chat.unwrap_err().is::<tokio::time::error::Elapsed>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_client_reports_a_body_that_breaks_off() {
    let address = answering(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\ncontent-type: text/event-stream\r\n\r\ndata: {",
    );
    assert!(chat_client::chat(&format!("http://{address}/"), &json!({}), IDLE).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blocking_client_reads_the_axum_server_and_goes_on_behind_its_last_event() {
    let address = axum().await.to_string();
    let (events, decoder) = tokio::task::spawn_blocking(move || {
        let decoder = Decoder::builder().last_event_id("3".try_into().unwrap()).build();
        blocking_client::read(&address, "/events", decoder)
    })
    .await
    .unwrap()
    .unwrap();
    let data: Vec<_> = events.iter().map(|event| event.data()).collect();
    assert_eq!(data, ["{\"n\":4}", "{\"n\":5}"]);
    assert_eq!(decoder.last_event_id(), "5");
}

#[test]
fn the_blocking_client_reports_what_is_wrong() {
    for (response, says) in [
        (&b"HTTP/1.0 204 No Content\r\n\r\n"[..], "204"),
        (b"HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n", "content type"),
    ] {
        let error = blocking_client::read(&answering(response).to_string(), "/", Decoder::new()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hyper_talks_to_hyper_over_both_versions() {
    for version in [Version::Http1, Version::Http2] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(hyper_pair::serve(listener, version));
        assert_eq!(
            hyper_pair::read(address, version).await.unwrap(),
            ["one", "two\nlines", "drei"],
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn the_codec_reads_what_it_wrote() {
    let (ours, theirs) = tokio::io::duplex(16);
    let writer = tokio::spawn(async {
        let mut writer = FramedWrite::new(ours, codec::EventCodec::new(Decoder::new()));
        for message in [Message::new().data("a\nb"), Message::new().retry(Duration::from_millis(5)).data("c")]
        {
            writer.send(message).await.unwrap();
        }
    });
    let frames: Vec<_> = FramedRead::new(theirs, codec::EventCodec::new(Decoder::new())).collect().await;
    writer.await.unwrap();
    let [Ok(FrameBuf::Event(a)), Ok(FrameBuf::Retry(retry)), Ok(FrameBuf::Event(c))] = &frames[..] else {
        panic!("{frames:?}")
    };
    assert_eq!((a.data(), *retry, c.data()), ("a\nb", Duration::from_millis(5), "c"));
}

#[tokio::test]
async fn one_event_reaches_many_clients_without_a_copy() {
    let hub = broadcast::Hub::new(16);
    let mut clients: Vec<_> = (0..100).map(|_| hub.subscribe()).collect();
    let message = Message::new().event_type(EventType::from_static("tick")).data("1");
    assert_eq!(hub.send(&message), 100);
    let first = clients[0].recv().await.unwrap();
    assert_eq!(first, "event: tick\ndata: 1\n\n");
    for client in &mut clients[1..] {
        assert_eq!(client.recv().await.unwrap().as_ptr(), first.as_ptr());
    }
}

/// What a proxy lets through of `stream`, in chunks of `size`.
fn redacted(stream: &[u8], size: usize) -> Vec<u8> {
    let (mut proxy, mut output) = (redacting_proxy::Redact::new("secret"), Vec::new());
    for mut chunk in stream.chunks(size) {
        proxy.filter(&mut chunk, &mut output).unwrap();
    }
    proxy.finish(&mut output);
    output
}

#[test]
fn the_proxy_redacts_one_type_and_passes_all_else_byte_for_byte() {
    let stream = b"\xEF\xBB\xBF:hi\r\n\r\nx-trace: 1\ndata: open\n\ndata:a\nevent: secret\ndata: b\rid: 7\r\rdata: last\n\ndata\nevent: secret\n\nevent: secret\ndata: c";
    let passed = b"\xEF\xBB\xBF:hi\r\n\r\nx-trace: 1\ndata: open\n\ndata: [redacted]\nevent: secret\ndata: [redacted]\rid: 7\r\rdata: last\n\ndata: [redacted]\nevent: secret\n\nevent: secret\ndata: [redacted]";
    for size in 1..stream.len() {
        assert_eq!(redacted(stream, size), passed, "in chunks of {size} bytes");
    }
    // The type of the last block may be yet to come.
    assert_eq!(
        redacted(b"data: a\n\ndata: b\ndata: c\n", 4),
        b"data: a\n\ndata: [redacted]\ndata: [redacted]\n"
    );
}

#[test]
fn the_proxy_passes_a_heartbeat_when_it_comes() {
    let (mut proxy, mut output) = (redacting_proxy::Redact::new("secret"), Vec::new());
    proxy.filter(&mut &b": ping\n"[..], &mut output).unwrap();
    assert_eq!(output, b": ping\n");
}

/// The caller may stop at a block over the limit, or go on with the rest of the chunk: it is not lost.
#[test]
fn the_proxy_passes_nothing_that_it_did_not_see_and_loses_nothing_else() {
    let (mut proxy, mut output) = (redacting_proxy::Redact::with_limit("secret", 24), Vec::new());
    let mut chunk = &b"data: 1\n\ndata: larger than the limit is\n\nevent: secret\ndata: 2\n\n"[..];
    assert!(proxy.filter(&mut chunk, &mut output).is_err());
    assert_eq!(output, b"data: 1\n\n");
    proxy.filter(&mut chunk, &mut output).unwrap();
    assert_eq!(output, b"data: 1\n\nevent: secret\ndata: [redacted]\n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_axum_server_has_nothing_behind_the_last_of_all_ids() {
    let address = axum().await.to_string();
    let (events, _) = tokio::task::spawn_blocking(move || {
        let decoder = Decoder::builder().last_event_id("18446744073709551615".try_into().unwrap()).build();
        blocking_client::read(&address, "/events", decoder)
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!(events.len(), 0);
}

/// An id that no header can carry does not keep a client away: it connects without.
#[test]
fn the_blocking_client_connects_without_an_id_that_cannot_be_sent() {
    let address = answering(b"HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n");
    let decoder = Decoder::builder().last_event_id("7\u{1}".try_into().unwrap()).build();
    let (events, decoder) = blocking_client::read(&address.to_string(), "/", decoder).unwrap();
    assert_eq!((events[0].data(), decoder.last_event_id().as_str()), ("1", "7\u{1}"));
}

#[tokio::test]
async fn a_reader_of_tokio_is_read() {
    let (mut server, client) = tokio::io::duplex(7);
    tokio::spawn(async move {
        for n in 1..=3 {
            let message = Message::new().data(&format!("event {n}")).to_bytes();
            tokio::io::AsyncWriteExt::write_all(&mut server, &message).await.unwrap();
        }
    });
    let events: Vec<tokio_reader::Item> = tokio_reader::events(client).collect().await;
    let data: Vec<_> = events.iter().map(|event| event.as_ref().unwrap().data()).collect();
    assert_eq!(data, ["event 1", "event 2", "event 3"]);
}

/// The clock stands until somebody waits: the quiet of a minute takes no time.
#[tokio::test(start_paused = true)]
async fn bodies_of_http_body_talk() {
    let messages = futures::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        (n < 3).then(|| (MessageBuf::new().data(n.to_string()), n + 1))
    });
    let mut seen = Vec::new();
    let mut events = std::pin::pin!(http_body::events(http_body::body(messages, Duration::from_secs(15))));
    while let Some(event) = events.next().await {
        seen.push(event.unwrap().data().to_owned());
    }
    assert_eq!(seen, ["0", "1", "2"]);

    let quiet = futures::stream::pending::<MessageBuf>();
    let mut body = std::pin::pin!(http_body::body(quiet, Duration::from_secs(15)));
    for _ in 0..3 {
        let frame = http_body_util::BodyExt::frame(&mut body.as_mut()).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), KEEP_ALIVE);
    }
}
