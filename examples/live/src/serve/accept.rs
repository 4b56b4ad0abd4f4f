//! Connections: HTTP/1.1, or HTTP/2 over TLS; cut when the other end takes nothing for too long.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_io_timeout::TimeoutWriter;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::stream;

/// For the head of a request, for what it says and the head of the answer, and for a greeting over TLS.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 4096;

pub fn listen(address: SocketAddr, reuse_port: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if reuse_port {
        socket.set_reuse_port(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A certificate that signs itself, for this machine.
pub fn self_made(address: SocketAddr) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let names = vec!["localhost".to_owned(), address.ip().to_string()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names)?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop` is over; then the streams have been told to end, and get a moment for it.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    slow: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    // A client that holds its streams back, or has vanished, is written nothing, so no write fails: it is asked whether it lives.
    http.http2().timer(TokioTimer::new()).keep_alive_interval(PATIENCE).keep_alive_timeout(slow);
    let (http, graceful) = (Arc::new(http), GracefulShutdown::new());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, watcher) = match accepted {
            Ok((stream, _)) => (stream, graceful.watcher()),
            Err(error) => {
                // Too many open files, most likely: those that are open go on, and some will end.
                tracing::warn!("a connection cannot be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true); // only speed
        let (http, router) = (http.clone(), router.clone());
        match tls.clone() {
            None => drop(tokio::spawn(plain(stream, http, router, watcher, slow))),
            Some(tls) => drop(tokio::spawn(secure(stream, tls, http, router, watcher, slow))),
        }
    }
    drop(listener);
    let _ = timeout(Duration::from_secs(2), graceful.shutdown()).await;
}

type Http = Builder<TokioExecutor>;

async fn plain(mut stream: TcpStream, http: Arc<Http>, router: Router, watcher: Watcher, slow: Duration) {
    // What is over before the stream begins is in boxes, or each stream would keep the room for it as long as it lives.
    let opened = Box::pin(timeout(PATIENCE, stream::open(&mut stream, router.clone(), slow))).await;
    match opened {
        Ok(Ok(Some(body))) => {
            drop((http, router));
            // However it ends, it is the end of this connection.
            let _ = stream::send_all(stream, body, slow).await;
            drop(watcher); // which was waited for until now
        }
        Ok(Ok(None)) => Box::pin(connection(http, limited(stream, slow), router, watcher)).await,
        Ok(Err(_)) | Err(_) => {}
    }
}

async fn secure(
    stream: TcpStream,
    tls: TlsAcceptor,
    http: Arc<Http>,
    router: Router,
    watcher: Watcher,
    slow: Duration,
) {
    // What goes wrong here is the other end's to tell.
    let greeting = timeout(PATIENCE, tls.accept(limited(stream, slow)));
    if let Ok(Ok(stream)) = greeting.await {
        connection(http, stream, router, watcher).await;
    }
}

fn limited(stream: TcpStream, slow: Duration) -> Pin<Box<TimeoutWriter<TcpStream>>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(slow));
    Box::pin(stream)
}

async fn connection(
    http: Arc<Http>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    watcher: Watcher,
) {
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // An error is the end of this connection, however it ends.
    let _ = watcher.watch(connection.into_owned()).await;
}
