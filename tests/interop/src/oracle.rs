//! Browsers as oracle: streams that nobody's encoder wrote, read by a browser and by our decoder.

use bytes::Bytes;
use fastrand::Rng;
use sse_proto::{Chunk, Decoder, EventId, headers};

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
    "retry: 4000\n",
    "retry:4000\r",
    "retry: 004000\r\n",
    "retry: 4000\nretry: x\n",
    "data: in a block that is never finished\nretry: 4000\n",
    "retry: +4000\n",
    "retry: -4000\n",
    "retry: 4000 \n",
    "retry:  4000\n",
    "retry:\t4000\n",
    "retry: 4000.0\n",
    "retry: 40e2\n",
    "retry: 0xFA0\n",
    "retry: 4000ms\n",
    "retry: 4\u{a0}000\n",
    "retry: \u{ff14}\u{ff10}\u{ff10}\u{ff10}\n",
    "retry : 4000\n",
    "Retry: 4000\n",
    "retry: 4000", // no line: it has no end
    "retry:\n",
];

/// How the same bytes reach our decoder.
const CUTS: [(&str, Cut); 3] = [
    ("decoded at once", Cut::AfterEachMessage),
    ("decoded byte by byte", Cut::AfterEachByte),
    ("decoded in small chunks", Cut::Random(9)),
];

/// Compares `count` random streams, and some more after which the browser comes back.
pub async fn row(browser: Browser, count: usize, seed: u64) -> Result<Row, Error> {
    let mut random = Rng::with_seed(seed);
    let mut cases = Vec::new();
    // First what is timed: a browser pauses after thousands of streams.
    for retry in RETRIES {
        let streams = vec![format!("retry: {FIRST}\n{retry}").into_bytes(), Vec::new()];
        cases.push(case(format!("{retry:?}"), streams, &mut random));
    }
    let timed = RETRIES.len() + RECONNECTIONS;
    while cases.len() < timed {
        let first = [format!("retry: {FIRST}\n").into_bytes(), grammar::stream(&mut random, false)].concat();
        let streams = [first, grammar::stream(&mut random, false)].map(|stream| served(browser, stream));
        let case = case(format!("reconnection {}", cases.len()), streams.to_vec(), &mut random);
        if has_plain_id(&as_seen(browser, &case, CUTS[0].1, &mut random)?) {
            cases.push(case);
        }
    }
    while cases.len() < timed + count {
        let stream = served(browser, grammar::stream(&mut random, true));
        cases.push(case(format!("stream {}", cases.len()), vec![stream], &mut random));
    }
    // A quirk may make types of its own.
    for case in &mut cases {
        let seen = as_seen(browser, case, CUTS[0].1, &mut random)?.events();
        case.types.extend(seen.into_iter().map(|event| event.event_type));
    }
    let (server, outcomes) = browser.run(cases).await?;
    let mut failures = Vec::new();
    for (how, cut) in CUTS {
        let seen = server.cases().iter().map(|case| as_seen(browser, case, cut, &mut random));
        let wrong = check::failures(&server, &outcomes, &seen.collect::<Result<Vec<_>, _>>()?);
        failures.extend(wrong.into_iter().map(|failure| format!("{how}, {failure}")));
    }
    Ok(Row {
        peer: browser.name().into(),
        version: browser.version().await?,
        direction: Direction::Oracle,
        over: "HTTP/1.1, chunked".into(),
        cases: server.cases().len(),
        failures,
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

/// What our decoder makes of the case, with the browser's quirks.
fn as_seen(browser: Browser, case: &Case, cut: Cut, random: &mut Rng) -> Result<Case, Error> {
    let quirk = match browser {
        Browser::Chromium => quirks::chromium,
        Browser::Firefox => quirks::firefox_stream,
    };
    let streams = case.streams.iter().map(|stream| quirk(&stream.chunks.concat()));
    let streams = streams.map(|stream| cut.apply(vec![stream.into()], random)).collect();
    Ok(Case { streams: decode(streams)?, ..case.clone() })
}

/// An id that no header can hold is not sent, and at its ends a header loses spaces: neither is our matter.
fn has_plain_id(case: &Case) -> bool {
    let id = case.streams[0].last_event_id.as_str();
    id.trim_matches([' ', '\t']) == id
        && EventId::new(id).is_ok_and(|id| headers::last_event_id_value(id).is_ok())
}

/// A client that is served these streams.
fn case(name: String, streams: Vec<Vec<u8>>, random: &mut Rng) -> Case {
    let mut types = vec!["message".into()];
    types.extend(streams.iter().flat_map(|stream| possible_types(stream)));
    // Not in too many chunks: a long stream would take its time.
    let most = random.choice([3, 20, 5000]).unwrap_or(1).max(streams[0].len() / 50);
    let mut cut = |stream: Vec<u8>| Cut::Random(most).apply(vec![stream.into()], random);
    let streams = streams.into_iter().map(|stream| Stream { chunks: cut(stream), ..Stream::default() });
    Case { name, streams: streams.collect(), acknowledged: false, types }
}

/// The streams of one client by our decoder.
fn decode(streams: Vec<Vec<Bytes>>) -> Result<Vec<Stream>, Error> {
    let mut decoder = Decoder::new();
    let mut decoded = Vec::new();
    for chunks in streams {
        let mut stream = Stream::default();
        for bytes in &chunks {
            let mut chunk = Chunk::new(bytes);
            while let Some(event) = decoder.decode_event(&mut chunk)? {
                stream.events.push(Event {
                    event_type: event.event_type().into(),
                    data: event.data().into(),
                    id: event.last_event_id().as_str().into(),
                });
            }
        }
        stream.last_event_id = decoder.last_event_id().as_str().into();
        stream.retry =
            decoder.reconnection_time().map(|time| time.as_millis()).map(u64::try_from).transpose()?;
        decoded.push(stream);
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
