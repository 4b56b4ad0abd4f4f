//! Invariant: over any network a driver tells the frames that the literal twin sees in what was delivered, each once and in
//! order, and each request names the last event ID. The blocking driver tells the same as the async one, at the same times;
//! an async one that is dropped at every await, or polled for no reason, loses nothing and doubles nothing.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
#[path = "../../tests/common/mod.rs"]
mod common;

use std::time::Duration;

use sse_proto::driver::{DriverError, Update};
use sse_proto::session::{Reconnect, Session};
use sse_proto::{Decoder, FrameBuf, Unfinished};

use crate::common::inputs::Networked;
use crate::common::network::{Connection, Run, World, drive};
use crate::common::run::{as_pushed, of_frame_buf, placed};
use crate::common::twin::{Got, Rules, Seen, twin_with};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: Networked| body(&input));

/// Of the session, in seconds.
const TIMEOUT: u64 = 45;

pub fn body(input: &Networked) {
    let mut network = input.connections.clone();
    network.push(Connection::status(0, 204));
    let [expected, ways @ ..] = Run::ALL.map(|way| told(input, &network, way));
    for (found, way) in ways.iter().zip(&Run::ALL[1..]) {
        assert_eq!(found.lines, expected.lines, "{way:?}");
        assert_eq!(found.requests, expected.requests, "{way:?}");
        assert_eq!(found.alive, 0, "{way:?} holds a connection at the end");
    }
    // What the caller throws away is not there.
    if input.intervenes.is_none() {
        let (frames, ids) = by_the_twin(input, &network[..expected.requests.len()]);
        let found: Vec<Got> = expected.frames.into_iter().map(without_id_set).collect();
        assert_eq!(found, frames);
        let asked: Vec<_> =
            expected.requests.iter().map(|request| request.split_once(' ').unwrap().1).collect();
        assert_eq!(asked, ids);
    }
}

struct Told {
    /// All of it, with the time.
    lines: Vec<String>,
    frames: Vec<Got>,
    /// When, and with which last event ID.
    requests: Vec<String>,
    /// Connections that are held afterwards.
    alive: usize,
}

fn told(input: &Networked, network: &[Connection], way: Run) -> Told {
    let world = World::new(network);
    let decoder = Decoder::builder().comments(true).max_event_size(input.limit).unfinished(unfinished(input));
    let session = Session::builder()
        .decoder(decoder.build())
        .idle_timeout(Some(Duration::from_secs(TIMEOUT)))
        .reconnect(if input.reconnects { Reconnect::Always } else { Reconnect::Never })
        .retry_head(|head| head.status == 503);
    let (mut lines, mut frames) = (Vec::new(), Vec::new());
    drive(session.build(), &world, way, |now, item, driver| {
        lines.push(format!("{now:?} {item:?}"));
        frames.extend(match item {
            Ok(Update::Event(event)) => Some(of_frame_buf(&FrameBuf::Event(event))),
            Ok(Update::Retry(time)) => Some(of_frame_buf(&FrameBuf::Retry(time))),
            Ok(Update::Comment(text)) => Some(of_frame_buf(&FrameBuf::Comment(text))),
            Err(DriverError::Decode(error)) => Some(placed(Err(error), 0).got),
            _ => None,
        });
        match input.intervenes {
            Some((after, true)) if after == lines.len() => driver.reconnect_now(),
            Some((after, false)) if after == lines.len() => driver.close(),
            _ => {}
        }
    });
    Told { lines, frames, requests: world.requests(), alive: world.alive() }
}

fn unfinished(input: &Networked) -> Unfinished {
    [Unfinished::Discard, Unfinished::WholeLines, Unfinished::Anything][usize::from(input.unfinished % 3)]
}

/// The frames of these connections, one after the other, and the last event ID that each is asked for with.
fn by_the_twin(input: &Networked, network: &[Connection]) -> (Vec<Got>, Vec<String>) {
    let mut rules = Rules { limit: input.limit, ..Rules::default() };
    let (mut frames, mut ids) = (Vec::new(), Vec::new());
    for (number, connection) in network.iter().enumerate() {
        ids.push(in_header(&rules.last_event_id));
        let Some((stream, ended)) = connection.delivered(TIMEOUT) else { continue };
        let mut outcome = twin_with(&stream, &rules);
        rules.last_event_id.clone_from(&outcome.last_event_id);
        if ended && number + 1 == network.len() {
            // No other connection brings it again.
            outcome = as_pushed(outcome, unfinished(input));
        }
        frames.extend(outcome.seen.into_iter().map(|Seen { got, .. }| without_id_set(got)));
    }
    (frames, ids)
}

/// Whether an id came since the event before is not what one connection can tell: that event may have come over another.
fn without_id_set(mut got: Got) -> Got {
    if let Got::Event { id_set, .. } = &mut got {
        *id_set = false;
    }
    got
}

/// An id as a request has it (RFC 9110, 5.5): without blanks at its ends; "-" if it is empty, longer than the session sends by
/// default, or holds what no header may hold.
fn in_header(id: &str) -> String {
    let is_control = |c: char| c != '\t' && c.is_ascii_control();
    let value = id.trim_matches([' ', '\t']);
    if value.is_empty() || value.len() > 8 * 1024 || value.contains(is_control) {
        "-".into()
    } else {
        value.into()
    }
}
