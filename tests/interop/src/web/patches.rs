//! Libraries that put what a stream brings into the page: each event is sent after the page has shown the previous one.

use axum::Router;
use bytes::Bytes;
use sse_proto_embed::broadcast::{self, Hub};
use sse_proto_embed::{datastar, htmx};

use super::page::Page;
use super::{folder, listen, row, send};
use crate::Error;
use crate::browsers::Browser;
use crate::matrix::{Direction, Row};
use crate::process::npm_version_in;

/// Reports what is in the elements of the class `shown`, whenever that changes. The classes that a library sets for a moment
/// are left out.
const OBSERVE: &str = "<script>
let last = '';
function look() {
  const copies = [...document.querySelectorAll('.shown')].map((element) => element.cloneNode(true));
  copies.flatMap((copy) => [...copy.querySelectorAll('*')]).forEach((element) => element.removeAttribute('class'));
  const now = copies.map((copy) => copy.innerHTML).join('|');
  if (now !== last) report(now);
  last = now;
}
last = [...document.querySelectorAll('.shown')].map((element) => element.innerHTML).join('|');
new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
</script>";

/// What is sent, and what the page has to show then. Without that, nothing may change.
type Step = (&'static str, Bytes, Option<&'static str>);

const DATASTAR: &str = "<body><ul id=list class=shown data-on-load=\"@get('/events')\"></ul>
<script type=module src=/peers/@starfederation/datastar/dist/datastar.js></script>";

pub async fn datastar() -> Result<Row, Error> {
    let words = datastar::MERGE;
    let steps: [Step; 5] = [
        ("append", words.patch("#list", "append", "<li>one</li>"), Some("<li>one</li>")),
        (
            "several lines",
            words.patch("#list", "append", "<li>\n  zwei <b>ä</b>\n</li>"),
            Some("<li>one</li><li>\n  zwei <b>ä</b>\n</li>"),
        ),
        ("inner", words.patch("#list", "inner", "<li id=\"x\">only</li>"), Some("<li id=\"x\">only</li>")),
        ("morph", words.patch("#x", "morph", "<li id=\"x\">other</li>"), Some("<li id=\"x\">other</li>")),
        (
            "prepend",
            words.patch("#list", "prepend", "<li>first</li>"),
            Some("<li>first</li><li id=\"x\">other</li>"),
        ),
    ];
    let version = npm_version_in(&folder(), "@starfederation/datastar")?;
    shown(("Datastar in Chromium", version), DATASTAR, &steps, "events `datastar-merge-fragments`").await
}

const HTMX: &str = "<body>
<script src=/peers/htmx.org/dist/htmx.js></script><script src=/peers/htmx-ext-sse/dist/sse.js></script>
<div hx-ext=sse sse-connect=/events sse-close=bye>
<p class=shown sse-swap=price></p><p class=shown sse-swap=news hx-swap=beforeend></p><p class=shown id=ended></p></div>
<script>
document.body.addEventListener('htmx:sseClose', (event) => { ended.textContent = event.detail.type; });
</script>";

pub async fn htmx() -> Result<Row, Error> {
    let steps: [Step; 6] = [
        ("a name", htmx::swap("price", "<b>7</b>")?, Some("<b>7</b>||")),
        ("the name again", htmx::swap("price", "<b>8</b>")?, Some("<b>8</b>||")),
        ("another name", htmx::swap("news", "<i>one</i>")?, Some("<b>8</b>|<i>one</i>|")),
        ("a name that none waits for", htmx::swap("other", "<b>9</b>")?, None),
        ("several lines", htmx::swap("news", "<i>\nä\n</i>")?, Some("<b>8</b>|<i>one</i><i>\nä\n</i>|")),
        ("the close", htmx::close("bye")?, Some("<b>8</b>|<i>one</i><i>\nä\n</i>|message")),
    ];
    let of = |package| npm_version_in(&folder(), package);
    let version = format!("{}, {}", of("htmx.org")?, of("htmx-ext-sse")?);
    shown(("htmx with htmx-ext-sse in Chromium", version), HTMX, &steps, "named events, `sse-close`").await
}

async fn shown(
    (peer, version): (&str, String),
    body: &str,
    steps: &[Step],
    note: &str,
) -> Result<Row, Error> {
    let hub = Hub::new(16);
    let (listener, origin) = listen().await?;
    let router: Router = broadcast::router(hub.clone());
    let mut page = Page::open(listener, &origin, &format!("{body}{OBSERVE}"), router)?;
    let mut cases = Vec::new();
    for (case, message, expected) in steps {
        send(&hub, message.clone()).await?;
        // What was not to change has not, if the next report is that of the next step.
        if let Some(expected) = expected {
            let seen = page.next().await.map_err(|error| format!("{case}: {error}"))?;
            cases.push(((*case).to_owned(), (*expected).to_owned(), seen));
        }
    }
    let version = format!("{version}, Chromium {}", Browser::Chromium.version().await?);
    let note = format!("{note}; each event is sent after the page has shown the previous one");
    Ok(row((peer, version), Direction::ToPeer, "HTTP/1.1, chunked", &cases, &note))
}
