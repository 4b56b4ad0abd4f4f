//! A page, and a server of another origin: who may read, by cookie and by ticket.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Html;
use axum::routing::get;
use axum::{Router, response::Response};
use sse_proto::Message;
use sse_proto_embed::broadcast::Hub;
use sse_proto_embed::browser_server;

use super::page::{Page, STEP};
use super::{listen, serve};
use crate::Error;
use crate::browsers::Browser;
use crate::matrix::{Direction, Row};

/// How a stream begins: with an event, or with an error, and what state the EventSource is in then.
const STREAM: &str = "<script>
function stream(url, options) {
  return new Promise((done) => {
    const source = new EventSource(url, options);
    source.onmessage = (event) => { source.close(); done('event ' + event.data); };
    source.onerror = () => {
      done(source.readyState === EventSource.CLOSED ? 'closed' : 'connecting');
      source.close();
    };
  });
}
const credentials = { withCredentials: true };
</script>";

/// Reports one line for each case of `CASES`, in this order. SERVER and FOREIGN are origins.
const SCRIPT: &str = "<script>
const post = (path, body) => fetch('SERVER' + path, { method: 'POST', body, credentials: 'include' });
const framed = () => new Promise((done) => {
  onmessage = (message) => done(message.data);
  const frame = document.createElement('iframe');
  frame.src = 'FOREIGN';
  document.body.append(frame);
});
(async () => {
  report(await stream('SERVER/events', credentials));
  report((await post('/login', 'wrong')).status);
  report((await post('/login', 'sesame')).status);
  report(await stream('SERVER/events', credentials));
  report(await stream('SERVER/events'));
  const ticket = await (await post('/ticket')).text();
  report(await stream('SERVER/events?ticket=' + ticket));
  report(await stream('SERVER/events?ticket=' + ticket + '0'));
  report(await framed());
})();
</script>";
const CASES: [(&str, &str); 8] = [
    ("no cookie", "closed"),
    ("login with a wrong password", "401"),
    ("login", "204"),
    ("cookie, withCredentials", "event hi"),
    ("cookie, not withCredentials", "closed"),
    ("ticket, without cookie", "event hi"),
    ("wrong ticket", "closed"),
    ("cookie, page of a third origin", "closed"),
];
/// The page of the third origin.
const FOREIGN: &str = "<script>
stream('SERVER/events', credentials).then((how) => parent.postMessage(how, '*'));
</script>";

/// The method of each request, whether it brought a cookie, and the status of its answer.
type Visits = Arc<Mutex<Vec<String>>>;

pub async fn row() -> Result<Row, Error> {
    let hub = Hub::new(16);
    let ((pages, origin), (listener, server), (foreign, third)) =
        (listen().await?, listen().await?, listen().await?);
    let visits = Visits::default();
    let visited = visits.clone();
    let watch =
        middleware::from_fn(move |request: Request, next: Next| watch(visited.clone(), request, next));
    let router = browser_server::router(HeaderValue::from_str(&origin)?, "sesame", hub.clone()).layer(watch);
    serve(listener, router);
    let page = Html(format!("{STREAM}{FOREIGN}").replace("SERVER", &server));
    serve(foreign, Router::new().route("/", get(|| async { page })));
    let news = tokio::spawn(async move {
        loop {
            hub.send(&Message::new().data("hi"));
            tokio::time::sleep(STEP).await;
        }
    });

    let script = SCRIPT.replace("SERVER", &server).replace("FOREIGN", &third);
    let mut page = Page::open(pages, &origin, &format!("<body>{STREAM}{script}"), Router::new())?;
    let mut cases = Vec::new();
    for (case, expected) in CASES {
        cases.push((case.to_owned(), expected.to_owned(), page.next().await?));
    }
    news.abort();
    // No OPTIONS is among them. The last one shows that the cookie of the session came from the page of the third origin, too.
    let expected = [
        "GET /events, 401",
        "POST /login, 401",
        "POST /login, 204",
        "GET /events, cookie, 200",
        "GET /events, 401",
        "POST /ticket, cookie, 200",
        "GET /events, 200",
        "GET /events, 401",
        "GET /events, cookie, 403",
    ];
    let seen = visits.lock().unwrap_or_else(PoisonError::into_inner).join("; ");
    cases.push(("requests".into(), expected.join("; "), seen));
    let peer = ("Chromium EventSource from another origin", Browser::Chromium.version().await?);
    let note = "cookie and ticket are those of our server in examples/embed; no preflight; after a refusal it is \
        CLOSED and does not reconnect";
    Ok(super::row(peer, Direction::ToPeer, "HTTP/1.1, chunked", &cases, note))
}

async fn watch(visits: Visits, request: Request, next: Next) -> Response {
    let cookie = if request.headers().contains_key(header::COOKIE) { ", cookie" } else { "" };
    let what = format!("{} {}{cookie}", request.method(), request.uri().path());
    let response = next.run(request).await;
    let mut visits = visits.lock().unwrap_or_else(PoisonError::into_inner);
    visits.push(format!("{what}, {}", response.status().as_u16()));
    response
}
