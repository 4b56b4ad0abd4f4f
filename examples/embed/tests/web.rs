//! The profiles of the web against each other, over real sockets on this machine. The real peers are in `tests/interop`.

use std::convert::Infallible;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use flate2::write::GzDecoder;
use futures::{StreamExt, stream};
use reqwest::{Client, StatusCode};
use serde_json::json;
use sse_proto::{Decoder, Message, headers};
use sse_proto_embed::broadcast::{self, Hub};
use sse_proto_embed::gateway::{self, Gateway};
use sse_proto_embed::{browser_server, chat_client, datastar, htmx, llm_resume, llm_server};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// How long anything may take that is to happen.
const LIMIT: Duration = Duration::from_secs(10);

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn llm() -> String {
    serve(llm_server::router(Duration::from_millis(20))).await
}

async fn response(model: &str, stalled: Duration) -> Result<String, String> {
    let url = format!("{}/v1/responses", llm().await);
    let text = llm_resume::text(&url, json!({"model": model, "stream": true}), stalled);
    timeout(LIMIT, text).await.unwrap().map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_is_read_to_the_event_that_closes_it() {
    assert_eq!(response("m", LIMIT).await.unwrap(), "Hello, wörld!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_goes_on_after_the_number_that_was_read_last() {
    assert_eq!(response(llm_server::FLAKY, LIMIT).await.unwrap(), "Hello, wörld!");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_mid_stream_is_one() {
    assert!(response(llm_server::FAILING, LIMIT).await.unwrap_err().contains("overloaded"));
    let (url, request) =
        (format!("{}/v1/chat/completions", llm().await), json!({"model": llm_server::FAILING}));
    let error = chat_client::chat(&url, &request, LIMIT).await.unwrap_err();
    assert!(error.to_string().contains("overloaded"), "{error}");
}

/// Keep-alives come all the time, and do not count.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_keep_alives_alone_is_stalled() {
    let error = response(llm_server::STALLED, Duration::from_millis(300)).await.unwrap_err();
    assert!(error.contains("no event for 300ms"), "{error}");
}

/// A gateway before `upstream`, and the tokens that it has counted.
async fn gateway(upstream: String) -> (String, Arc<AtomicU64>) {
    let tokens = Arc::<AtomicU64>::default();
    let counted = tokens.clone();
    let on_usage = Arc::new(move |tokens| {
        counted.fetch_add(tokens, Ordering::SeqCst);
    });
    (serve(gateway::router(Gateway { client: Client::new(), upstream, on_usage })).await, tokens)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_counts_tokens_and_passes_the_answer_on() {
    let upstream = llm().await;
    let (front, tokens) = gateway(upstream.clone()).await;
    let ask = async |base: &str| {
        let request = Client::new().post(format!("{base}/v1/chat/completions")).json(&json!({"model": "m"}));
        request.send().await.unwrap().bytes().await.unwrap()
    };
    let (direct, through) = (ask(&upstream).await, ask(&front).await);
    assert!(direct.ends_with(b"data: [DONE]\n\n"));
    assert_eq!(direct, through);
    assert_eq!(tokens.load(Ordering::SeqCst), 6);
    let missing = reqwest::get(format!("{front}/v1/responses/none?stream=true")).await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

/// What no decoder would write back like this.
const ODD: &[u8] = b"\xEF\xBB\xBF:hi\r\n\r\ndata:a\rdata: b\r\rx-y\n\ndata: {\"usage\":{\"total_tokens\":2}}\n\ndata: \xFF cut";

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_changes_no_byte() {
    let odd = || async { (headers::RESPONSE_HEADERS, Body::from(ODD)).into_response() };
    let (front, tokens) = gateway(serve(Router::new().route("/odd", get(odd))).await).await;
    let client = Client::new();
    let plain = client.get(format!("{front}/odd")).send().await.unwrap();
    assert_eq!(plain.headers()["vary"], "accept-encoding");
    assert_eq!(plain.bytes().await.unwrap(), ODD);
    let request = client.get(format!("{front}/odd")).header("accept-encoding", "br, GZIP;q=0.5");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(decoder.finish().unwrap(), ODD);
    assert_eq!(tokens.load(Ordering::SeqCst), 4);
    for refused in ["gzip;q=0, br", "gzip; Q=0.", "gzip;q=0.000", "gzip;q=", "gzip;r", "br"] {
        let refused = client.get(format!("{front}/odd")).header("accept-encoding", refused);
        assert!(!refused.send().await.unwrap().headers().contains_key("content-encoding"));
    }
}

/// What `connection` names is between two peers, whatever it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_passes_on_no_field_of_a_connection() {
    let names = |fields: HeaderMap| fields.keys().map(HeaderName::as_str).collect::<Vec<_>>().join(" ");
    let echo = move |fields: HeaderMap| async move { names(fields) };
    let (front, _) = gateway(serve(Router::new().route("/names", get(echo))).await).await;
    let request = Client::new().get(format!("{front}/names")).header("connection", "close, X-Hop");
    let request = request.header("x-hop", "1").header("x-end", "2");
    let names = request.send().await.unwrap().text().await.unwrap();
    assert!(names.contains("x-end") && !names.contains("x-hop"), "{names}");
}

/// The source does not go on before its last event has come out.
#[tokio::test]
async fn no_event_waits_in_the_compressor() {
    let large = format!("data: {}\n\n", "x".repeat(100_000));
    let chunks = ["data: 1\n\n", ":\n", "da", "ta: 2\n\n", &large].map(|chunk| Bytes::from(chunk.to_owned()));
    let visible = |count: usize| chunks[..count].concat().len();
    // Half an event is not worth a flush.
    let shown = [visible(1), visible(2), visible(4), visible(5)];
    for (given, shown) in [1, 2, 4, 5].into_iter().zip(shown) {
        let source = stream::iter(chunks[..given].to_vec()).map(Ok::<_, Infallible>);
        let mut compressed = std::pin::pin!(gateway::gzip(source.chain(stream::pending())));
        let mut decoder = GzDecoder::new(Vec::new());
        while let Ok(Some(bytes)) = timeout(LIMIT, compressed.next()).await {
            decoder.write_all(&bytes.unwrap()).unwrap();
            decoder.flush().unwrap();
            if decoder.get_ref().len() >= shown {
                break;
            }
        }
        assert_eq!(decoder.get_ref()[..], chunks[..given].concat(), "{given} chunks");
    }
}

fn data(encoded: &[u8]) -> (String, String) {
    let mut decoder = Decoder::new();
    let mut chunk = sse_proto::Chunk::new(encoded);
    let event = decoder.decode_event(&mut chunk).unwrap().unwrap();
    let seen = (event.event_type().to_string(), event.data().to_owned());
    assert!(chunk.rest().is_empty(), "one event");
    seen
}

#[test]
fn datastar_is_told_line_by_line() {
    let encoded = datastar::PATCH.patch("#list\n", "append", "<ul>\r\n<li>\r</ul>");
    let seen = data(&encoded);
    assert_eq!(seen.0, "datastar-patch-elements");
    assert_eq!(seen.1, "selector #list \nmode append\nelements <ul>\nelements <li>\nelements </ul>");
    assert_eq!(data(&datastar::MERGE.patch("p", "inner", "x")).1, "selector p\nmergeMode inner\nfragments x");
}

#[test]
fn htmx_is_told_by_name() {
    assert_eq!(data(&htmx::swap("price", "<b>\n7</b>").unwrap()), ("price".into(), "<b>\n7</b>".into()));
    assert!(htmx::swap("two\nlines", "").is_err());
    assert_eq!(data(&htmx::close("bye").unwrap()), ("bye".into(), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_sends_to_all_its_clients() {
    let hub = Hub::new(16);
    let origin = serve(broadcast::router(hub.clone())).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut response = reqwest::get(format!("{origin}/events")).await.unwrap();
        assert_eq!(response.chunk().await.unwrap().unwrap(), sse_proto::KEEP_ALIVE);
        clients.push(response);
    }
    assert_eq!(hub.send(&Message::new().data("1")), 3);
    for client in &mut clients {
        assert_eq!(client.chunk().await.unwrap().unwrap(), "data: 1\n\n");
    }
}

const PAGES: &str = "http://pages.example";

/// Status, and whether the page may read it.
async fn status(request: reqwest::RequestBuilder) -> (u16, bool) {
    let response = request.header("origin", PAGES).send().await.unwrap();
    let fields = response.headers();
    let readable = fields["access-control-allow-origin"] == PAGES
        && fields["access-control-allow-credentials"] == "true"
        && fields["vary"] == "origin";
    (response.status().as_u16(), readable)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_logs_in_by_cookie_or_by_ticket() {
    let router = browser_server::router(HeaderValue::from_static(PAGES), "sesame", Hub::new(1));
    let (origin, client) = (serve(router).await, Client::new());
    let events = format!("{origin}/events");
    assert_eq!(status(client.get(&events)).await, (401, true));
    assert_eq!(status(client.post(format!("{origin}/ticket"))).await, (401, true));
    assert_eq!(status(client.post(format!("{origin}/login")).body("no")).await, (401, true));
    let login = client.post(format!("{origin}/login")).body("sesame").send().await.unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().to_owned();
    let (cookie, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(status(client.get(&events).header("cookie", format!("a=b; {cookie}"))).await, (200, true));
    let ticket = client.post(format!("{origin}/ticket")).header("cookie", cookie).send().await.unwrap();
    let ticket = ticket.text().await.unwrap();
    assert_eq!(status(client.get(format!("{events}?ticket={ticket}"))).await, (200, true));
    assert_eq!(status(client.get(format!("{events}?ticket=0"))).await, (401, true));
    // A ticket is no session, nor the other way round.
    assert_eq!(status(client.get(&events).header("cookie", format!("session={ticket}"))).await, (401, true));
    let foreign = client.get(&events).header("cookie", cookie).header("origin", "http://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}
