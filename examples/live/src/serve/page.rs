//! The page and its files, which are in the program.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use axum::routing::get;

/// All is of the page's own; uPlot sets styles on what it draws.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-cache"),
];

macro_rules! file {
    ($name:literal, $kind:literal) => {
        get(|| async {
            (HEADERS, [(header::CONTENT_TYPE, $kind)], include_str!(concat!("../../page/", $name)))
                .into_response()
        })
    };
}

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", file!("index.html", "text/html; charset=utf-8"))
        .route("/assets/app.css", file!("app.css", "text/css; charset=utf-8"))
        .route("/assets/app.js", file!("app.js", "text/javascript; charset=utf-8"))
        .route("/assets/uPlot.iife.min.js", file!("uPlot.iife.min.js", "text/javascript; charset=utf-8"))
        .route("/assets/uPlot.min.css", file!("uPlot.min.css", "text/css; charset=utf-8"))
        .route("/assets/uPlot-LICENSE", file!("uPlot-LICENSE", "text/plain; charset=utf-8"))
}
