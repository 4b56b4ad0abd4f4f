//! Compares what clients report with what was sent.

use std::time::Duration;

use crate::case::Case;
use crate::serve::{Outcome, Server, Visit};

/// Timers may be early by their resolution, and late on a busy machine; but not so late that the default of 3 s, with
/// which all begin, could be taken for the 900 ms and less that they are told.
const EARLY: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_millis(2000);

/// How a failure starts that a machine that stalls may be to blame for.
const TOO_LATE: &str = "came back too late";

/// Whether all that is wrong is that the peer came back too late.
pub fn is_late(failures: &[String]) -> bool {
    !failures.is_empty() && failures.iter().all(|failure| failure.contains(TOO_LATE))
}

/// So much of a value is shown.
const SHOWN: usize = 160;

/// One line for each case that went wrong; `cases` as the client should have seen them.
pub fn failures(server: &Server, outcomes: &[Outcome], cases: &[Case]) -> Vec<String> {
    if outcomes.len() != cases.len() {
        return vec![format!("{} cases were served, {} reported", cases.len(), outcomes.len())];
    }
    let visits = server.visits();
    let all = cases.iter().zip(outcomes).zip(&visits);
    all.filter_map(|((case, outcome), visits)| {
        let wrong = shown(case, outcome, &server.origin).or_else(|| requests(case, visits));
        wrong.map(|wrong| format!("{}: {wrong}", case.name))
    })
    .collect()
}

/// What is wrong with what the client showed.
fn shown(case: &Case, outcome: &Outcome, origin: &str) -> Option<String> {
    if let Some(why) = &outcome.failed {
        return Some(format!("{why}, after {} events", outcome.events.len()));
    }
    let retries: Vec<_> = case.sent().filter_map(|sent| sent.retry).map(|retry| retry.to_string()).collect();
    let comments: Vec<_> = case.sent().flat_map(|sent| sent.comments_seen()).collect();
    first_difference("event", &case.events(), &outcome.events)
        .or_else(|| first_difference("retry", &retries, outcome.retries.as_ref()?))
        .or_else(|| first_difference("comment", &comments, outcome.comments.as_ref()?))
        .or_else(|| {
            let other = outcome.origins.iter().find(|shown| *shown != origin)?;
            Some(format!("origin {other:?} instead of {origin:?}"))
        })
}

fn first_difference<T: PartialEq + std::fmt::Debug>(what: &str, sent: &[T], arrived: &[T]) -> Option<String> {
    let most = sent.len().max(arrived.len());
    let at = (0..most).find(|&at| sent.get(at) != arrived.get(at))?;
    let cut = |value: Option<&T>| value.map_or("nothing".into(), |value| shortened(&format!("{value:?}")));
    Some(format!("{what} {at}: expected {}, arrived {}", cut(sent.get(at)), cut(arrived.get(at))))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// What is wrong with the requests: their number, the id that they name, the time between.
fn requests(case: &Case, visits: &[Visit]) -> Option<String> {
    if visits.len() != case.streams.len() {
        return Some(format!("{} requests instead of {}", visits.len(), case.streams.len()));
    }
    if let Some(id) = &visits[0].last_event_id {
        return Some(format!("the first request has a Last-Event-ID, {:?}", String::from_utf8_lossy(id)));
    }
    let again = case.streams.iter().zip(visits.windows(2));
    again.enumerate().find_map(|(turn, (stream, visits))| {
        let [before, after] = visits else { return None };
        let id = Some(stream.last_event_id.as_bytes()).filter(|id| !id.is_empty());
        if after.last_event_id.as_deref() != id {
            let sent = after.last_event_id.as_deref().map(String::from_utf8_lossy);
            return Some(format!(
                "Last-Event-ID {sent:?} after stream {turn}, expected {:?}",
                stream.last_event_id
            ));
        }
        let expected = Duration::from_millis(stream.retry?);
        let Some(ended) = before.ended else { return Some(format!("stream {turn} was not read to its end")) };
        let waited = after.at.saturating_duration_since(ended);
        if waited > expected + LATE {
            return Some(format!("{TOO_LATE} after stream {turn}, by {waited:?} instead of {expected:?}"));
        }
        (waited + EARLY < expected)
            .then(|| format!("came back {waited:?} after stream {turn}, told to wait {expected:?}"))
    })
}
