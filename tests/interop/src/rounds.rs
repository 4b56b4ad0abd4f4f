//! One meeting: a server is asked for everything that it was told, and what arrives is compared.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use reqwest::Client;
use tokio::sync::oneshot;

use crate::Error;
use crate::client_log::{Heard, PATIENCE, events, hear, open, resume};
use crate::matrix::{Direction, Row};
use crate::peer::{Peer, Speech};
use crate::server_script::{Outcome, Told};

/// So long a stream is held open to show that its events do not come through.
const HELD: Duration = Duration::from_millis(500);

/// What becomes a row.
#[derive(Debug, Default)]
pub struct Tally {
    pub cases: usize,
    pub failures: Vec<String>,
    pub over: BTreeSet<&'static str>,
    /// What the matrix says of this row, clause by clause.
    pub notes: Vec<String>,
}

impl Tally {
    /// One case: its difference, if there is one, or why it came to nothing.
    pub fn judge(&mut self, case: impl FnOnce() -> String, result: Result<(), Error>) {
        self.cases += 1;
        if let Err(error) = result {
            let mut text = format!("{}: {error}", case());
            let mut source = error.source();
            while let Some(cause) = source {
                text += &format!(": {cause}");
                source = cause.source();
            }
            self.failures.push(text);
        }
    }

    /// An event arrives while its server holds the stream open, whatever ends its lines; with buffering between, it does
    /// not.
    pub async fn judge_hold(&mut self, peer: &Peer, client: &Client, base: &str, buffered: bool) {
        // Unbuffered it takes milliseconds, but the machine may be busy.
        let patience = if buffered { HELD } else { PATIENCE };
        let mut slowest: f64 = 0.0;
        for ends in peer.speech.ends {
            let result = hold(peer, client, base, ends, patience).await.and_then(|event| {
                slowest = slowest.max(event.latency_ms);
                match (event.while_held, buffered) {
                    (true, true) => Err("the event came at once, in spite of the buffering".into()),
                    (false, false) => {
                        Err(format!("the event came only after {:.0} ms", event.latency_ms).into())
                    }
                    _ => Ok(()),
                }
            });
            let failed = result.is_err();
            self.judge(|| format!("a stream held open, line ends {ends}"), result);
            if failed {
                return; // the others would take as long to say the same
            }
        }
        self.notes.push(match buffered {
            false => format!("an event of a stream that stays open is decoded at most {} ms after it was sent", slowest.ceil()),
            true => format!(
                "an event of a stream that stays open for {} ms arrives only at the end of the stream, about {:.0} \
                 ms after it was sent",
                HELD.as_millis(),
                (slowest / 50.0).round() * 50.0
            ),
        });
    }

    pub fn row(self, peer: &str, version: &str) -> Row {
        Row {
            peer: peer.to_owned(),
            version: version.to_owned(),
            direction: Direction::FromPeer,
            over: self.over.into_iter().collect::<Vec<_>>().join("; "),
            cases: self.cases,
            failures: self.failures,
            note: self.notes.join("; "),
        }
    }
}

/// Asks `peer`, which may be reached by way of another `base`, for everything.
pub async fn meet(tally: &mut Tally, peer: &Peer, told: &Told, client: &Client, base: &str) {
    let speech = &peer.speech;
    tally.notes.push(format!(
        "{} streams of messages, line ends {}",
        told.talks.len(),
        speech.ends.join(", ")
    ));
    for (index, talk) in told.talks.iter().enumerate() {
        let mut messages = talk.messages.clone();
        messages.iter_mut().for_each(speech.says);
        let expected = Outcome::of(&messages);
        for ends in speech.ends {
            for &cut in cuts(told.size(index), speech) {
                let url = format!("{base}/talks/{index}?{}&ends={ends}&cut={cut}", speech.query);
                let result = hear(client, &url).await.and_then(|heard| compare(tally, &expected, heard, 0));
                tally.judge(|| format!("{}, line ends {ends}, pieces of {cut}", talk.name), result);
            }
        }
    }
    let raws = if speech.raw { &told.raws[..] } else { &[] };
    if speech.raw {
        let pieces: Vec<_> = speech.cuts.iter().filter(|cut| **cut > 0).map(usize::to_string).collect();
        tally.notes.push(format!(
            "{} conformance vectors; each sent whole and in pieces of {} bytes, large ones in larger pieces",
            raws.len(),
            pieces.join(", ")
        ));
    }
    for (index, raw) in raws.iter().enumerate() {
        let size = raw.hex.len() / 2;
        for &cut in cuts(size, speech) {
            let pieces =
                if base == peer.base { size.div_ceil(if cut == 0 { size.max(1) } else { cut }) } else { 0 };
            let url = format!("{base}/raws/{index}?{}&cut={cut}", speech.query);
            let result =
                hear(client, &url).await.map(|heard| Heard { outcome: heard.outcome.without_ids(), ..heard });
            let result = result.and_then(|heard| compare(tally, &raw.expected, heard, pieces));
            tally.judge(|| format!("vector {}, pieces of {cut}", raw.name), result);
        }
    }
    let result = resumed(told, client, &format!("{base}/resume?{}", speech.query)).await;
    tally.judge(|| "resumption by Last-Event-ID".into(), result);
}

/// Large streams would take long in tiny pieces.
fn cuts(size: usize, speech: &Speech) -> &'static [usize] {
    if size <= 4096 || speech.cuts.len() == 1 { speech.cuts } else { &[0, 997, 1460, 16384] }
}

/// A cut that never reaches the decoder would prove nothing: there are `pieces` chunks at least.
fn compare(tally: &mut Tally, expected: &Outcome, heard: Heard, pieces: usize) -> Result<(), Error> {
    tally.over.insert(heard.over);
    if let Some(difference) = expected.difference(&heard.outcome) {
        return Err(difference.into());
    }
    if heard.pieces < pieces {
        return Err(format!("came in {} chunks, not in {pieces}", heard.pieces).into());
    }
    Ok(())
}

async fn resumed(told: &Told, client: &Client, url: &str) -> Result<(), Error> {
    // better-sse sends JSON, which for this text is the text in quotes.
    let sent: Vec<_> = told.resume.iter().filter_map(|message| message.data.as_deref()).collect();
    let all = tokio::time::timeout(PATIENCE, resume(client, url));
    let (came, connections) = all.await.map_err(|_| "no end after many connections")??;
    if came.iter().map(|data| data.trim_matches('"')).ne(sent.iter().copied()) {
        return Err(format!("sent {sent:?}, arrived {came:?}").into());
    }
    // Two events to a connection, and the 204 that ends it.
    let expected = sent.len().div_ceil(2) + 1;
    if connections == expected {
        Ok(())
    } else {
        Err(format!("{connections} connections, not {expected}").into())
    }
}

/// How an event came whose server holds the stream open behind it.
struct HeldEvent {
    /// From the server's call to ours, by the clock of the one machine.
    latency_ms: f64,
    /// Before the server was told to go on.
    while_held: bool,
}

/// Opens a stream by way of `base`: three events, of which the second one says when it was sent, and the third one comes
/// when the server is told to release it. For that, the second one is waited for with `patience`.
async fn hold(
    peer: &Peer,
    client: &Client,
    base: &str,
    ends: &str,
    patience: Duration,
) -> Result<HeldEvent, Error> {
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    let key = KEYS.fetch_add(1, Ordering::Relaxed);
    let (url, stream_client) =
        (format!("{base}/hold/{key}?{}&ends={ends}", peer.speech.query), client.clone());
    let (came, mut second) = oneshot::channel();
    let reading = tokio::spawn(async move {
        let mut events = events(open(&stream_client, &url).await?);
        let mut next = async || match events.next().await {
            Some(event) => Ok::<_, Error>(event?.data().to_owned()),
            None => Err("the stream ended".into()),
        };
        let (first, second) = (next().await?, next().await?);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0;
        let latency = now - second.trim_matches('"').parse::<f64>()?;
        let _ = came.send(latency); // if nobody listens any more, the other end says why
        Ok::<_, Error>((first, next().await?, events.next().await.is_none()))
    });
    let in_time = tokio::time::timeout(patience, &mut second).await.ok();
    client.get(format!("{base}/release/{key}")).send().await?.error_for_status()?;
    let rest =
        tokio::time::timeout(PATIENCE, reading).await.map_err(|_| "silence after the release")???;
    if (rest.0.as_str(), rest.1.as_str(), rest.2) != ("first", "last", true) {
        return Err(format!("around the second event arrived {rest:?}").into());
    }
    Ok(match in_time {
        Some(latency) => HeldEvent { latency_ms: latency?, while_held: true },
        None => HeldEvent { latency_ms: second.await?, while_held: false },
    })
}
