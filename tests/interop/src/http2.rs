//! Many endless streams on one HTTP/2 connection, where HTTP/1.1 takes a connection for each.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{StreamExt, future};
use reqwest::{Client, Version};
use tokio::sync::Barrier;

use crate::Error;
use crate::axum_peer::AxumPeer;
use crate::client_log::{client, events, open};
use crate::matrix::Matrix;
use crate::rounds::Tally;

const STREAMS: usize = 100;
const EVENTS: usize = 50;

/// A row for each version: over HTTP/2 the server counts one connection.
pub async fn run(matrix: &mut Matrix, server: &AxumPeer, axum_version: &str) {
    for (version, over, connections) in
        [(Version::HTTP_2, "HTTP/2", 1), (Version::HTTP_11, "HTTP/1.1, chunked", STREAMS)]
    {
        let mut tally = Tally { over: [over].into(), ..Tally::default() };
        let result = many(server, version).await.and_then(|accepted| match accepted {
            accepted if accepted == connections => Ok(()),
            accepted => Err(format!("{accepted} TCP connections, not {connections}").into()),
        });
        tally.judge(|| format!("{STREAMS} streams at once"), result);
        tally.cases = STREAMS;
        tally.notes.push(format!(
            "{STREAMS} endless streams, each of which delivered its first event before any delivered a second, \
             {EVENTS} events read from each; TCP connections that the server accepted: {connections}"
        ));
        matrix.add(tally.row("axum, many streams", axum_version));
    }
}

/// Reads all streams at once; how many connections the server has accepted for them.
async fn many(server: &AxumPeer, version: Version) -> Result<usize, Error> {
    let before = server.accepted.load(Ordering::SeqCst);
    let (client, all_open) = (client(version)?, Arc::new(Barrier::new(STREAMS)));
    let streams = (0..STREAMS).map(|number| {
        let (client, url) = (client.clone(), format!("{}/endless/stream-{number}", server.base));
        one(client, url, number, all_open.clone())
    });
    let all = future::try_join_all(streams.map(tokio::spawn));
    let results = tokio::time::timeout(Duration::from_secs(30), all)
        .await
        .map_err(|_| "not all streams opened at once")??;
    results.into_iter().collect::<Result<Vec<()>, Error>>()?;
    Ok(server.accepted.load(Ordering::SeqCst) - before)
}

async fn one(client: Client, url: String, number: usize, all_open: Arc<Barrier>) -> Result<(), Error> {
    let mut events = events(open(&client, &url).await?);
    for count in 0..EVENTS {
        let event = events.next().await.ok_or("an endless stream ended")??;
        let (expected, id) = (format!("stream-{number} {count}"), count.to_string());
        if event.data() != expected || event.last_event_id().as_str() != id {
            return Err(format!("sent {expected:?} with id {id}, arrived {event:?}").into());
        }
        if count == 0 {
            // Nobody goes on until everybody is here: a client or a server that lets fewer in hangs.
            all_open.wait().await;
        }
    }
    Ok(())
}
