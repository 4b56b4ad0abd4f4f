//! A server that answers as it is told.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// One answer. The body is what comes before the connection ends, unless it says otherwise.
#[derive(Clone)]
pub struct Answer {
    head: Option<String>,
    pieces: Vec<(u64, String)>,
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Close,
    Keep,
    Break,
}

impl Answer {
    fn new(head: Option<String>) -> Self {
        Self { head, pieces: Vec::new(), then: Then::Close }
    }

    pub fn stream(body: &str) -> Self {
        Self::of_type("text/event-stream", body)
    }

    pub fn of_type(content_type: &str, body: &str) -> Self {
        Self::new(Some(format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n"))).then(0, body)
    }

    pub fn status(status: u16) -> Self {
        let length = if status == 204 { "" } else { "Content-Length: 0\r\n" };
        Self::new(Some(format!("HTTP/1.1 {status} X\r\n{length}")))
    }

    pub fn redirect(to: &str) -> Self {
        Self::status(302).header(&format!("Location: {to}"))
    }

    /// Takes the request and says nothing.
    pub fn silent() -> Self {
        Self::new(None).kept()
    }

    pub fn header(mut self, header: &str) -> Self {
        if let Some(head) = &mut self.head {
            head.push_str(&format!("{header}\r\n"));
        }
        self
    }

    /// So many milliseconds later.
    pub fn then(mut self, after: u64, body: &str) -> Self {
        self.pieces.push((after, body.to_owned()));
        self
    }

    /// The connection stays open.
    pub fn kept(mut self) -> Self {
        self.then = Then::Keep;
        self
    }

    /// The body lacks its end, by its length.
    pub fn broken(mut self) -> Self {
        self.then = Then::Break;
        self.header("Content-Length: 1000")
    }

    /// The body has its length.
    pub fn whole(self) -> Self {
        let length: usize = self.pieces.iter().map(|(_, body)| body.len()).sum();
        self.header(&format!("Content-Length: {length}"))
    }
}

#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: String,
    pub at: Instant,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }
}

pub struct Server {
    address: SocketAddr,
    tls: bool,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Request>>,
    kept: Mutex<Vec<TcpStream>>,
    killed: AtomicBool,
}

impl Server {
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), answers, false)
    }

    /// Where another one was.
    pub fn start_at(address: SocketAddr, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(TcpListener::bind(address).unwrap(), answers, false)
    }

    pub fn start_tls(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), answers, true)
    }

    fn listen(listener: TcpListener, answers: impl IntoIterator<Item = Answer>, tls: bool) -> Self {
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (answers, theirs): (Vec<Answer>, _) = (answers.into_iter().collect(), shared.clone());
        std::thread::spawn(move || {
            for answer in answers {
                let (connection, _) = listener.accept().unwrap();
                if theirs.killed.load(Ordering::SeqCst) {
                    return;
                }
                theirs.kept.lock().unwrap().push(connection.try_clone().unwrap());
                // One that is not trusted by its client is no reason to fall over.
                match tls {
                    true => drop(talk(with_tls(connection), &answer, &theirs)),
                    false => drop(talk(connection, &answer, &theirs)),
                }
                if answer.then != Then::Keep {
                    theirs.kept.lock().unwrap().pop();
                }
            }
        });
        Self { address, tls, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http{}://{}{path}", if self.tls { "s" } else { "" }, self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Breaks all connections, and takes no more.
    pub fn kill(self) -> SocketAddr {
        self.shared.killed.store(true, Ordering::SeqCst);
        for connection in self.shared.kept.lock().unwrap().drain(..) {
            connection.shutdown(std::net::Shutdown::Both).unwrap();
        }
        let _ = TcpStream::connect(self.address); // the listener goes with its thread
        self.address
    }
}

fn with_tls(connection: TcpStream) -> impl Read + Write {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let chain = CertificateDer::pem_reader_iter(BufReader::new(File::open(data.join("server.pem")).unwrap()));
    let key = PrivateKeyDer::from_pem_file(data.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::new(config)).unwrap(), connection)
}

fn talk(mut connection: impl Read + Write, answer: &Answer, shared: &Shared) -> std::io::Result<()> {
    let request = read_request(&mut connection)?;
    shared.requests.lock().unwrap().push(request);
    if let Some(head) = &answer.head {
        connection.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
        for (after, piece) in &answer.pieces {
            std::thread::sleep(Duration::from_millis(*after));
            connection.write_all(piece.as_bytes())?;
            connection.flush()?;
        }
    }
    if answer.then == Then::Keep {
        std::mem::forget(connection); // to the end of the test
    }
    Ok(())
}

fn read_request(connection: &mut impl Read) -> std::io::Result<Request> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap(), first.next().unwrap());
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(header).collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(Request { method, path, headers, body: String::from_utf8(body).unwrap(), at: Instant::now() })
}
