//! The MCP server and the MCP client of the examples, against each other and against what a test says by hand.

use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::post;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use sse_proto::driver::Update;
use sse_proto::headers;
use sse_proto_embed::mcp::client::{Call, Client};
use sse_proto_embed::mcp::server::{self, Server, Settings, Tools};
use sse_proto_embed::mcp::{METHOD, NAME, PROTOCOL_VERSION, Revision, SESSION_ID};
use tokio::net::TcpListener;
use tokio::time::timeout;

const SETTINGS: Settings =
    Settings { retry: Duration::from_millis(120), keep_alive: Duration::from_secs(15) };
/// How long anything may take that is to happen.
const LIMIT: Duration = Duration::from_secs(10);

/// Tools that count what becomes of them.
#[derive(Debug, Clone, Default)]
struct Counting {
    begun: Arc<AtomicUsize>,
    /// Finished or cancelled.
    gone: Arc<AtomicUsize>,
}

struct Counter(Arc<AtomicUsize>);

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Tools for Counting {
    fn list(&self) -> Value {
        json!([])
    }

    fn call(&self, call: server::Call) -> BoxFuture<'static, Value> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let gone = Counter(self.gone.clone());
        Box::pin(async move {
            let _gone = gone;
            match call.name() {
                "steps" => (1..=3).for_each(|step| call.progress(step, 3)),
                "polling" => {
                    for step in 1..=3 {
                        call.progress(step, 3);
                        tokio::time::sleep(Duration::from_millis(20)).await; // so that some of it is sent
                        call.disconnect();
                    }
                }
                _ => future::pending().await,
            }
            json!({"content": [{"type": "text", "text": "two\nlines"}]})
        })
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    format!("http://{address}/mcp")
}

async fn counting(settings: Settings) -> (String, Counting, Arc<Server>) {
    let tools = Counting::default();
    let server = Server::new(tools.clone(), settings);
    (serve(server.clone().router()).await, tools, server)
}

fn call(client: &Client, tool: &str) -> Call {
    client.call("tools/call", json!({"name": tool, "arguments": {}, "_meta": {"progressToken": 7}}))
}

/// The `progress` of each message, and whether a response came last.
async fn progress(mut call: Call) -> (Vec<u64>, bool) {
    let (mut seen, mut answered) = (Vec::new(), false);
    while let Some(message) = timeout(LIMIT, call.message()).await.unwrap() {
        let message = message.unwrap();
        assert!(!answered, "after the response: {message}");
        answered = message["result"]["content"][0]["text"] == "two\nlines";
        seen.extend(message["params"]["progress"].as_u64());
    }
    (seen, answered)
}

async fn until(count: &AtomicUsize, wanted: usize) {
    let reached = async {
        while count.load(Ordering::SeqCst) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, reached).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_by_its_messages_in_both_revisions() {
    let (url, ..) = counting(SETTINGS).await;
    for revision in Revision::BOTH {
        let client = Client::connect(&url, revision).await.unwrap();
        assert_eq!(progress(call(&client, "steps")).await, (vec![1, 2, 3], true), "{revision:?}");
        assert_eq!(client.call("tools/list", json!({})).result().await.unwrap()["tools"], json!([]));
        let error = client.call("nothing", json!({})).result().await.unwrap_err().to_string();
        assert!(error.contains("-32601"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_the_server_ends_goes_on_with_nothing_lost_or_twice() {
    let (url, ..) = counting(SETTINGS).await;
    let client = Client::connect(&url, Revision::V2025_11_25).await.unwrap();
    let mut call = call(&client, "polling");
    let (mut steps, mut ids, mut retries, mut opened) = (Vec::new(), Vec::new(), Vec::new(), 0);
    while let Some(update) = timeout(LIMIT, call.source.next_update()).await.unwrap() {
        match update.unwrap() {
            Update::Event(event) => {
                ids.push(event.last_event_id().to_string());
                let Some(message) = call.parse(&event).unwrap() else { continue };
                steps.extend(message["params"]["progress"].as_u64());
            }
            Update::Retry(time) => retries.push(time),
            Update::Open => opened += 1,
            _ => {}
        }
    }
    assert_eq!(steps, [1, 2, 3]);
    ids.dedup(); // a connection begins with the id that it was asked for with
    assert_eq!(ids, ["1-0", "1-1", "1-2", "1-3", "1-4"]); // the stream, and the place in it
    assert!(retries.iter().all(|retry| *retry == SETTINGS.retry));
    assert_eq!(retries.len(), opened);
    // The work does not wait for the client, so that some ends of the connection fall into one.
    assert!((2..=4).contains(&opened), "{opened} connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_has_cancelled_in_the_new_revision_only() {
    for (revision, cancelled) in [(Revision::V2025_11_25, 0), (Revision::V2026_07_28, 1)] {
        let (url, tools, _) = counting(SETTINGS).await;
        let client = Client::connect(&url, revision).await.unwrap();
        let mut dropped = call(&client, "for ever");
        tokio::select! {
            message = dropped.message() => panic!("{message:?}"),
            () = until(&tools.begun, 1) => {}
        }
        drop(dropped);
        if cancelled == 1 {
            until(&tools.gone, 1).await;
        } else {
            // What would have ended it has ended another one meanwhile.
            progress(call(&client, "steps")).await;
            assert_eq!(tools.gone.load(Ordering::SeqCst), 1);
        }
    }
}

/// POSTs a call by hand.
async fn raw(url: &str, revision: Revision, session: &str, tool: &str) -> reqwest::Response {
    let params = json!({"name": tool, "_meta": {"progressToken": 1}});
    let request = reqwest::Client::new().post(url).header(PROTOCOL_VERSION, revision.as_str());
    let request = request.header(SESSION_ID, session).header(METHOD, "tools/call").header(NAME, tool);
    request
        .json(&json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params}))
        .send()
        .await
        .unwrap()
}

async fn session(url: &str) -> String {
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
    let answer = reqwest::Client::new().post(url).json(&initialize).send().await.unwrap();
    answer.headers()[SESSION_ID].to_str().unwrap().to_owned()
}

async fn resume(url: &str, session: &str, id: &str) -> reqwest::Response {
    let request = reqwest::Client::new().get(url).header(SESSION_ID, session);
    request.header(headers::LAST_EVENT_ID, id).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_the_old_revision() {
    let (url, ..) = counting(SETTINGS).await;
    let session = session(&url).await;
    let body = raw(&url, Revision::V2025_11_25, &session, "steps").await.text().await.unwrap();
    let blocks: Vec<&str> = body.split_inclusive("\n\n").collect();
    assert_eq!(blocks[0], "id: 1-0\nretry: 120\ndata: \n\n");
    assert!(blocks[1].starts_with("id: 1-1\ndata: {\""), "{}", blocks[1]);
    assert_eq!(blocks.len(), 5);
    // A place in the middle, the end, and places that are none.
    let after = async |id: &str| resume(&url, &session, id).await.text().await.unwrap();
    let priming = |id: &str| format!("id: {id}\nretry: 120\ndata: \n\n");
    assert_eq!(after("1-2").await, priming("1-2") + &blocks[3..].concat());
    assert_eq!(after("1-4").await, priming("1-4"));
    for id in ["1-5", "2-0", "1", "x"] {
        assert_eq!(resume(&url, &session, id).await.status(), 404, "{id}");
    }
    assert_eq!(resume(&url, "another", "1-2").await.status(), 404);
    let get = reqwest::Client::new().get(&url).header(SESSION_ID, &session);
    assert_eq!(get.try_clone().unwrap().send().await.unwrap().status(), 405); // no stream but those of requests
    // A session that is over.
    let delete = reqwest::Client::new().delete(&url).header(SESSION_ID, &session);
    assert_eq!(delete.send().await.unwrap().status(), 204);
    assert_eq!(resume(&url, &session, "1-2").await.status(), 404);
    assert_eq!(raw(&url, Revision::V2025_11_25, &session, "steps").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_ends_its_old_connection() {
    let (url, ..) = counting(SETTINGS).await;
    let session = session(&url).await;
    let first = raw(&url, Revision::V2025_11_25, &session, "for ever").await;
    let _second = resume(&url, &session, "1-0").await;
    assert_eq!(timeout(LIMIT, first.text()).await.unwrap().unwrap(), "id: 1-0\nretry: 120\ndata: \n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_the_new_revision() {
    let (url, ..) = counting(Settings { keep_alive: Duration::from_millis(20), ..SETTINGS }).await;
    let answer = raw(&url, Revision::V2026_07_28, "", "steps").await;
    for (name, value) in headers::RESPONSE_HEADERS {
        assert_eq!(answer.headers()[name], value);
    }
    let body = answer.text().await.unwrap();
    assert_eq!(body.matches("data: {").count(), 4);
    assert!(!body.contains("id: ") && !body.contains("retry"), "{body}");
    // A quiet stream.
    let mut quiet = raw(&url, Revision::V2026_07_28, "", "for ever").await;
    for _ in 0..2 {
        assert_eq!(timeout(LIMIT, quiet.chunk()).await.unwrap().unwrap().unwrap(), ":\n");
    }
    // There is nothing to go on with, and headers must say what the body says.
    let get = reqwest::Client::new().get(&url).header(PROTOCOL_VERSION, "2026-07-28");
    assert_eq!(get.header(headers::LAST_EVENT_ID, "1-0").send().await.unwrap().status(), 405);
    let other =
        reqwest::Client::new().post(&url).header(PROTOCOL_VERSION, "2026-07-28").header(METHOD, "ping");
    let other = other.json(&json!({"jsonrpc": "2.0", "id": 5, "method": "tools/list"})).send().await.unwrap();
    assert_eq!(other.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_is_told_until_it_goes_away() {
    let (url, tools, server) = counting(SETTINGS).await;
    let client = Client::connect(&url, Revision::V2026_07_28).await.unwrap();
    let mut listen =
        client.call("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}));
    let acknowledged = timeout(LIMIT, listen.message()).await.unwrap().unwrap().unwrap();
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    for _ in 0..2 {
        server.tools_changed();
        let changed = timeout(LIMIT, listen.message()).await.unwrap().unwrap().unwrap();
        assert_eq!(changed["method"], "notifications/tools/list_changed");
        let id = &changed["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
        assert_eq!(id, &acknowledged["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"]);
    }
    assert!(listen.message().now_or_never().is_none());
    assert_eq!(tools.begun.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_repeated_in_no_case() {
    // A server that is cut off: before it has named a place in the stream, after it has, and by the new revision.
    for (first, revision, gets) in [
        ("data: {\"method\": \"x\"}\n\n", Revision::V2025_11_25, 0),
        ("id: 1\nretry: 1\ndata:\n\n", Revision::V2025_11_25, 5),
        ("id: 1\ndata:\n\n", Revision::V2026_07_28, 0),
    ] {
        let (posts, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counts, resumed) = (posts.clone(), asked.clone());
        let answer = move |body: String| async move {
            if body.contains("initialize") || body.contains("discover") {
                return axum::Json(json!({"jsonrpc": "2.0", "id": 0, "result": {}})).into_response();
            }
            counts.fetch_add(1, Ordering::SeqCst);
            (headers::RESPONSE_HEADERS, first).into_response()
        };
        let nothing = move || async move {
            resumed.fetch_add(1, Ordering::SeqCst);
            headers::RESPONSE_HEADERS.into_response()
        };
        let url = serve(Router::new().route("/mcp", post(answer).get(nothing))).await;
        let client = Client::connect(&url, revision).await.unwrap();
        assert!(timeout(LIMIT, call(&client, "x").result()).await.unwrap().is_err());
        assert_eq!(posts.load(Ordering::SeqCst), 1, "{first:?}");
        assert_eq!(asked.load(Ordering::SeqCst), gets, "{first:?}");
    }
}
