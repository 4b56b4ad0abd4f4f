//! A page in Chromium that reports what it sees.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{folder, serve};
use crate::Error;
use crate::browsers::Browser;
use crate::process::Group;

/// For each report, a start on a busy machine included.
pub const LIMIT: Duration = Duration::from_secs(60);
pub const STEP: Duration = Duration::from_millis(20);

/// `report` in all pages: in the order of its calls.
const HEAD: &str = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script>
let reported = Promise.resolve();
function report(text) {
  reported = reported.then(() => fetch('/seen', { method: 'POST', body: text }));
}
</script>";

pub struct Page {
    seen: mpsc::UnboundedReceiver<String>,
    _browser: Group,
    _profile: TempDir,
}

impl Page {
    /// Opens a page of this body, on a server that has the files of the peers at `/peers/`, and whatever is in `router`.
    pub fn open(listener: TcpListener, origin: &str, body: &str, router: Router) -> Result<Self, Error> {
        let (report, seen) = mpsc::unbounded_channel();
        let page = format!("{HEAD}{body}");
        let pages = Router::new()
            .route("/", get(|| async { Html(page) }))
            .route("/seen", post(seen_by))
            .route("/peers/{*path}", get(file))
            .with_state(report);
        serve(listener, pages.merge(router));
        let profile = TempDir::new()?;
        let browser = Browser::Chromium.open(origin, &profile)?;
        Ok(Self { seen, _browser: browser, _profile: profile })
    }

    pub async fn next(&mut self) -> Result<String, Error> {
        let next = tokio::time::timeout(LIMIT, self.seen.recv()).await;
        let next = next.map_err(|_| format!("the page reported nothing for {LIMIT:?}"))?;
        Ok(next.ok_or("the server of the page is gone")?)
    }
}

async fn seen_by(State(report): State<mpsc::UnboundedSender<String>>, text: String) -> StatusCode {
    // An error means that the row is done.
    report.send(text).unwrap_or_default();
    StatusCode::NO_CONTENT
}

async fn file(Path(path): Path<String>) -> Response {
    match std::fs::read(folder().join("node_modules").join(path)) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/javascript")], text).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}
