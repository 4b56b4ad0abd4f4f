//! Twelve streams in one page: over HTTP/1.1 a browser opens six of them and the others wait, over HTTP/2 all share one
//! connection. By TLS, without which browsers speak no HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use futures::{StreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use sse_proto::{EventType, Message, headers};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::Error;
use crate::browsers::Browser;
use crate::matrix::{Direction, Row};

const STREAMS: usize = 12;

/// What browsers allow to one server over HTTP/1.1.
const AT_ONCE: usize = 6;

/// So long no further stream may come, once the sixth has.
const QUIET: Duration = Duration::from_secs(1);

/// A stream that is told that it is enough makes room for one that waits.
const PAGE: &str = "<!doctype html><script>
for (let n = 0; n < 12; n++) {
  const source = new EventSource(`/stream/${n}`);
  source.addEventListener('enough', () => source.close());
}
</script>";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    One,
    Two,
}

impl Http {
    pub const BOTH: [Self; 2] = [Self::One, Self::Two];
}

/// What the server sees, and what it waits for.
#[derive(Clone)]
struct Shared {
    /// The other end of the connection of each stream so far.
    opened: Arc<Mutex<Vec<SocketAddr>>>,
    enough: watch::Receiver<bool>,
}

pub async fn row(http: Http) -> Result<Row, Error> {
    let (enough, on_enough) = watch::channel(false);
    let shared = Shared { opened: Arc::default(), enough: on_enough };
    let (origin, server) = serve(http, shared.clone()).await?;
    let profile = TempDir::new()?;
    let browser = Browser::Chromium.open(&origin, &profile)?;

    shared.wait_for(AT_ONCE).await?;
    tokio::time::sleep(QUIET).await;
    let at_once = shared.opened();
    enough.send_replace(true);
    // The others do come: they have waited for a connection.
    shared.wait_for(STREAMS).await?;
    drop(browser);
    server.abort();

    let (expected, expected_connections) = match http {
        Http::One => (AT_ONCE, AT_ONCE),
        Http::Two => (STREAMS, 1),
    };
    let mut connections = at_once.clone();
    connections.sort();
    connections.dedup();
    let mut failures = Vec::new();
    if (at_once.len(), connections.len()) != (expected, expected_connections) {
        failures.push(format!(
            "{} streams open at once on {} connections, not {expected} on {expected_connections}",
            at_once.len(),
            connections.len()
        ));
    }
    Ok(Row {
        peer: "Chromium EventSource, 12 streams in a page".into(),
        version: Browser::Chromium.version().await?,
        direction: Direction::ToPeer,
        over: match http {
            Http::One => "HTTP/1.1 over TLS".into(),
            Http::Two => "HTTP/2 over TLS".into(),
        },
        cases: STREAMS,
        failures,
        note: format!("open at once: {}; TCP connections: {}", at_once.len(), connections.len()),
    })
}

impl Shared {
    fn opened(&self) -> Vec<SocketAddr> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn wait_for(&self, streams: usize) -> Result<(), Error> {
        let wait = async {
            while self.opened().len() < streams {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), wait).await;
        waited.map_err(|_| format!("only {} of {streams} streams were asked for", self.opened().len()).into())
    }
}

/// A server with a certificate of its own, which speaks just this version.
async fn serve(http: Http, shared: Shared) -> Result<(String, JoinHandle<()>), Error> {
    let own = rcgen::generate_simple_self_signed(["localhost".into()])?;
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key)?;
    config.alpn_protocols = vec![match http {
        Http::One => b"http/1.1".to_vec(),
        Http::Two => b"h2".to_vec(),
    }];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("https://localhost:{}", listener.local_addr()?.port());
    let router = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/stream/{number}", get(endless))
        .with_state(shared);
    let task = tokio::spawn(async move {
        while let Ok((connection, from)) = listener.accept().await {
            let (acceptor, router) = (acceptor.clone(), router.clone().layer(Extension(from)));
            tokio::spawn(async move {
                let connection = TokioIo::new(acceptor.accept(connection).await?);
                let service = TowerToHyperService::new(router);
                Builder::new(TokioExecutor::new()).serve_connection(connection, service).await
            });
        }
    });
    Ok((origin, task))
}

/// An event at once, and another one when it is enough.
async fn endless(State(shared): State<Shared>, Extension(from): Extension<SocketAddr>) -> Response {
    const ENOUGH: EventType<'static> = EventType::from_static("enough");
    shared.opened.lock().unwrap_or_else(PoisonError::into_inner).push(from);
    let mut enough = shared.enough;
    let first = stream::iter([Message::new().data("open").to_bytes()]);
    let last = stream::once(async move {
        // An error means that the row is done, and so is the stream.
        enough
            .wait_for(|enough| *enough)
            .await
            .map_or(Bytes::new(), |_| Message::new().event_type(ENOUGH).data("").to_bytes())
    });
    let body = first.chain(last).chain(stream::pending()).map(Ok::<_, Infallible>);
    (headers::RESPONSE_HEADERS, Body::from_stream(body)).into_response()
}
