//! The publisher: posts events at a rate, and knows of each whether it was stored.
//!
//! A number is used once. If its request was answered with 204, the event was stored. If no connection could be made, it was not
//! sent, and the number is free for the next attempt. If the connection broke after that, or the server said that its store
//! is away, nobody knows: the number is **doubtful**, and the next event has the next one. See `Tally::lost` for the verdict.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::clock;
use super::count::Stamp;
use super::response::Response;
use super::spread::Spread;
use super::{Failure, failure};

/// A server that answers later than this is taken for dead.
const ANSWER: Duration = Duration::from_secs(30);
/// How long the last event may take to be stored for certain.
const LAST: Duration = Duration::from_secs(30);

/// Where events go, and how fast.
pub(super) struct Publisher {
    pub(super) address: SocketAddr,
    pub(super) host: String,
    /// Events a second.
    pub(super) rate: f64,
    /// Bytes of each event's data, at least.
    pub(super) size: usize,
}

/// What became of the events.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The last number, which was stored for certain. Zero, if there is none.
    pub(super) last: u64,
    pub(super) stored: u64,
    pub(super) doubtful: Vec<u64>,
    /// From the request to its answer.
    pub(super) posts: Spread,
    /// When the first event was to be published, and when the last one was stored.
    pub(super) first_at: u64,
    pub(super) last_at: u64,
}

enum Outcome {
    Stored,
    /// It was not sent.
    NotSent,
    Doubtful,
}

impl Publisher {
    /// Publishes until it is told to stop, and on from there until the last event is one that was stored.
    pub(super) async fn run(self, stop: watch::Receiver<bool>) -> Result<Published, Failure> {
        let mut published = Published::default();
        let mut stream = None;
        let step = (1e9 / self.rate) as u64;
        let mut due = clock::nanos();
        published.first_at = due;
        let mut n = 1;
        let mut stopped_at = None;
        loop {
            if *stop.borrow() {
                let since = *stopped_at.get_or_insert_with(clock::nanos);
                if published.last + 1 == n && n > 1 {
                    return Ok(published);
                }
                if clock::nanos() - since > LAST.as_nanos() as u64 {
                    return Err(failure(
                        "the last event is not stored: the server does not answer".to_owned(),
                    ));
                }
            }
            let now = clock::nanos();
            // A timer that is late is our fault and does not count; an answer that is late is the server's, and does.
            let t = if now < due {
                sleep(Duration::from_nanos(due - now)).await;
                clock::nanos()
            } else {
                due
            };
            due += step;
            let sent = clock::nanos();
            match self.post(&mut stream, Stamp { n, t }).await? {
                Outcome::Stored => {
                    published.last_at = clock::nanos();
                    published.posts.record(published.last_at - sent);
                    (published.last, published.stored) = (n, published.stored + 1);
                    n += 1;
                }
                Outcome::NotSent => {
                    // There is nothing to catch up with: this event was due, and is due again with the next one.
                    due = due.max(clock::nanos());
                }
                Outcome::Doubtful => {
                    published.doubtful.push(n);
                    n += 1;
                }
            }
        }
    }

    async fn post(&self, stream: &mut Option<TcpStream>, stamp: Stamp) -> Result<Outcome, Failure> {
        let Some(mut open) = (match stream.take() {
            Some(open) => Some(open),
            None => TcpStream::connect(self.address).await.ok(),
        }) else {
            return Ok(Outcome::NotSent);
        };
        match timeout(ANSWER, self.exchange(&mut open, stamp)).await {
            Ok(Ok(204)) => {
                *stream = Some(open);
                Ok(Outcome::Stored)
            }
            Ok(Ok(status @ 400..=499)) => Err(failure(format!(
                "POST /load/events was answered with status {status}: is it `live serve --load`?"
            ))),
            _ => Ok(Outcome::Doubtful),
        }
    }

    /// The status that the server answers.
    async fn exchange(&self, stream: &mut TcpStream, stamp: Stamp) -> io::Result<u16> {
        stream.write_all(&self.request(stamp)).await?;
        let (mut response, mut room) = (Response::default(), [0; 1024]);
        loop {
            let size = stream.read(&mut room).await?;
            if size == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = response.head(&mut &room[..size]).map_err(io::Error::other)? {
                return Ok(head.status);
            }
        }
    }

    fn request(&self, stamp: Stamp) -> Vec<u8> {
        let data = self.data(stamp);
        let (host, size) = (&self.host, data.len());
        let head = format!(
            "POST /load/events HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n\r\n"
        );
        (head + &data).into_bytes()
    }

    /// The stamp, and padding to the size that was asked for.
    fn data(&self, Stamp { n, t }: Stamp) -> String {
        let data = format!("{{\"n\":{n},\"t\":{t}");
        let pad = self.size.saturating_sub(data.len() + ",\"pad\":\"\"}".len());
        match pad {
            0 => data + "}",
            pad => format!("{data},\"pad\":\"{}\"}}", "x".repeat(pad)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_padded_and_says_what_it_is() {
        for size in [0, 20, 34, 35, 36, 200, 10_000] {
            let publisher =
                Publisher { address: ([127, 0, 0, 1], 1).into(), host: String::new(), rate: 1.0, size };
            let stamp = Stamp { n: 7, t: 123_456_789 };
            let data = publisher.data(stamp);
            assert_eq!(serde_json::from_str::<Stamp>(&data).unwrap(), stamp, "{data}");
            assert!(size < 36 || data.len() == size, "{} and not {size}", data.len());
        }
    }
}
