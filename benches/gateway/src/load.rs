//! The clients: so many streams at once, each event counted, and how old it is when it arrives.

use std::time::Instant;

use bytes::Bytes;
use futures::future::try_join_all;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use sse_proto::{Decoder, Frame};

use crate::{Error, clock};

/// Prints what was seen, as JSON.
pub async fn print(url: &str, streams: usize) -> Result<(), Error> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
    let start = Instant::now();
    let seen = try_join_all((0..streams).map(|_| read(&client, url))).await?;
    let seconds = start.elapsed().as_secs_f64();
    let events: u64 = seen.iter().map(|seen| seen.0).sum();
    let mut ages: Vec<u64> = seen.into_iter().flat_map(|seen| seen.1).collect();
    ages.sort_unstable();
    let at = |share: f64| ages.get((ages.len() as f64 * share) as usize).copied().unwrap_or(0);
    println!("{}", json!({"events": events, "seconds": seconds, "p50": at(0.5), "p99": at(0.99)}));
    Ok(())
}

/// The events of one stream, and the ages of those that say when they were made, in nanoseconds.
async fn read(client: &Client<HttpConnector, Empty<Bytes>>, url: &str) -> Result<(u64, Vec<u64>), Error> {
    let mut body = client.get(url.parse()?).await?.into_body();
    let (mut decoder, mut events, mut ages, mut done) = (Decoder::new(), 0, Vec::new(), false);
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame?.into_data() else { continue };
        let now = clock();
        decoder.decode_all(&bytes, |frame| {
            let Ok(Frame::Event(event)) = frame else { return };
            events += 1;
            done |= event.data() == "[DONE]";
            ages.extend(made_at(event.data()).map(|made| now.saturating_sub(made)));
        });
    }
    if done { Ok((events, ages)) } else { Err("the stream has no end".into()) }
}

fn made_at(data: &str) -> Option<u64> {
    let (_, after) = data.split_once("\"created\":")?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
