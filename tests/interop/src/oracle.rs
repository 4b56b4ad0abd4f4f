//! Browsers as oracle: streams that nobody's encoder wrote, read by a browser and by our decoder.

use bytes::Bytes;
use fastrand::Rng;
use sse_proto::{Chunk, Decoder, EventId, Frame, http};

use crate::Error;
use crate::browsers::Browser;
use crate::case::{Case, Cut, Event, Stream};
use crate::check;
use crate::grammar;
use crate::matrix::{Direction, Row};
use crate::quirks;

/// Streams after which the client comes back: they take the browsers' time.
const RECONNECTIONS: usize = 60;

/// What `retry` may look like after a first one of `FIRST` milliseconds.
const FIRST: u64 = 600;
const RETRIES: [&str; 20] = [
    "retry: 2500\n",
    "retry:2500\r",
    "retry: 002500\r\n",
    "retry: 2500\nretry: x\n",
    "data: in a block that is never finished\nretry: 2500\n",
    "retry: +2500\n",
    "retry: -2500\n",
    "retry: 2500 \n",
    "retry:  2500\n",
    "retry:\t2500\n",
    "retry: 2500.0\n",
    "retry: 25e2\n",
    "retry: 0x9C4\n",
    "retry: 2500ms\n",
    "retry: 2\u{a0}500\n",
    "retry: \u{ff12}\u{ff15}\u{ff10}\u{ff10}\n",
    "retry : 2500\n",
    "Retry: 2500\n",
    "retry: 2500", // no line: it has no end
    "retry:\n",
];

/// Compares `count` random streams, and some more after which the browser comes back.
pub async fn row(browser: Browser, count: usize, seed: u64) -> Result<Row, Error> {
    let mut random = Rng::with_seed(seed);
    let mut cases: Vec<_> = (0..count)
        .map(|number| {
            let stream = served(browser, grammar::stream(&mut random, true));
            case(format!("stream {number}"), vec![stream], &mut random)
        })
        .collect::<Result<_, _>>()?;
    while cases.len() < count + RECONNECTIONS {
        let first = [format!("retry: {FIRST}\n").into_bytes(), grammar::stream(&mut random, false)].concat();
        let streams = [first, grammar::stream(&mut random, false)].map(|stream| served(browser, stream));
        let case = case(format!("reconnection {}", cases.len() - count), streams.to_vec(), &mut random)?;
        if has_plain_id(&as_seen(browser, &case)?) {
            cases.push(case);
        }
    }
    for retry in RETRIES {
        let streams = vec![format!("retry: {FIRST}\n{retry}").into_bytes(), Vec::new()];
        cases.push(case(format!("{retry:?}"), streams, &mut random)?);
    }
    let (server, outcomes) = browser.run(cases).await?;
    let seen = server.cases().iter().map(|case| as_seen(browser, case)).collect::<Result<Vec<_>, _>>()?;
    Ok(Row {
        peer: browser.name().into(),
        version: browser.version().await?,
        direction: Direction::Oracle,
        over: "HTTP/1.1, chunked".into(),
        cases: seen.len(),
        failures: check::failures(&server, &outcomes, &seen),
        note: match browser {
            Browser::Chromium => quirks::CHROMIUM.into(),
            Browser::Firefox => format!("{}; {}", quirks::FIREFOX, quirks::FIREFOX_STREAMS),
        },
    })
}

/// What the browser is sent of a stream.
fn served(browser: Browser, stream: Vec<u8>) -> Vec<u8> {
    match browser {
        Browser::Chromium => stream,
        Browser::Firefox => quirks::without_nul_in_ids(&stream),
    }
}

/// The case as our decoder and the browser's quirks have it.
fn as_seen(browser: Browser, case: &Case) -> Result<Case, Error> {
    let quirk = match browser {
        Browser::Chromium => quirks::chromium,
        Browser::Firefox => quirks::firefox_stream,
    };
    let streams = case.streams.iter().map(|stream| vec![quirk(&stream.chunks.concat()).into()]);
    Ok(Case { streams: decode(streams.collect())?, ..case.clone() })
}

/// An id that no header can hold is not sent, and at its ends a header loses spaces: neither is our matter.
fn has_plain_id(case: &Case) -> bool {
    let id = case.streams[0].last_event_id.as_str();
    id.trim() == id && EventId::new(id).is_ok_and(|id| http::last_event_id_value(id).is_ok())
}

/// A client of these streams; what it is to show our decoder says, for which the cut must not matter.
fn case(name: String, streams: Vec<Vec<u8>>, random: &mut Rng) -> Result<Case, Error> {
    // Not in too many chunks: a long stream would take its time.
    let most = random.choice([3, 20, 5000]).unwrap_or(1).max(streams[0].len() / 50);
    let mut types = vec!["message".into()];
    types.extend(streams.iter().flat_map(|stream| possible_types(stream)));
    let cut = |stream: &Vec<u8>, cut: Cut, random: &mut Rng| cut.apply(vec![stream.clone().into()], random);
    let served: Vec<_> = streams.iter().map(|stream| cut(stream, Cut::Random(most), random)).collect();
    let decoded = decode(served.clone())?;
    for other in [Cut::AfterEachMessage, Cut::AfterEachByte] {
        let again = decode(streams.iter().map(|stream| cut(stream, other, random)).collect())?;
        for (one, other) in decoded.iter().zip(&again) {
            let facts = |stream: &Stream| (stream.events.clone(), stream.last_event_id.clone(), stream.retry);
            if facts(one) != facts(other) {
                let bytes = one.chunks.concat();
                return Err(format!(
                    "our decoder depends on the cut of {:?}",
                    bytes.escape_ascii().to_string()
                )
                .into());
            }
        }
    }
    Ok(Case { name, streams: decoded, acknowledged: false, types })
}

/// What our decoder makes of the streams of one client.
pub fn decode(streams: Vec<Vec<Bytes>>) -> Result<Vec<Stream>, Error> {
    let mut decoder = Decoder::new();
    let mut decoded = Vec::new();
    for chunks in streams {
        let mut events = Vec::new();
        for bytes in &chunks {
            let mut chunk = Chunk::new(bytes);
            while let Some(frame) = decoder.decode(&mut chunk)? {
                if let Frame::Event(event) = frame {
                    events.push(Event {
                        event_type: event.event_type().into(),
                        data: event.data().into(),
                        id: event.last_event_id().as_str().into(),
                    });
                }
            }
        }
        let last_event_id = decoder.last_event_id().as_str().to_owned();
        let retry =
            decoder.reconnection_time().map(|time| time.as_millis()).map(u64::try_from).transpose()?;
        decoded.push(Stream { chunks, sent: Vec::new(), events, last_event_id, retry });
        decoder.reconnect();
    }
    Ok(decoded)
}

/// More than the types that our decoder finds: an event that it has missed or called otherwise is to be seen, too.
fn possible_types(stream: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stream).into_owned();
    let lines = text.split(['\r', '\n']);
    let values = lines.filter_map(|line| Some(line.split_once(':')?.1));
    values.flat_map(|value| [value, value.strip_prefix(' ').unwrap_or_default()]).map(str::to_owned).collect()
}
