//! What the SDKs' clients make of a case otherwise than it was meant: each as a function of the case, beside the clause.

use sse_proto_embed::mcp::Revision;

use super::Sdk;
use super::cases::Case;
use super::outcome::{HANGS, words};
use crate::Error;

/// What this client is known to make of it.
pub fn expected(sdk: Sdk, case: &Case) -> Result<String, Error> {
    match sdk {
        Sdk::Python2 => Ok(words(case, None, &case.steps()?, &case.gets)),
        Sdk::Python1 => Ok(words(case, case.is_cut_short.then_some(HANGS), &case.steps()?, &case.gets)),
        Sdk::TypeScript2 | Sdk::TypeScript1 => typescript(case),
    }
}

/// What a reader should know of the exceptions.
pub const fn note(sdk: Sdk, revision: Revision) -> &'static str {
    match (sdk, revision) {
        (Sdk::Python2, _) => "",
        (Sdk::Python1, _) => {
            "after a stream without ids that ends without a response, the call waits until its time limit. "
        }
        (_, Revision::V2026_07_28) => {
            "a CR is not a line end until another byte follows it (WHATWG HTML 9.2.5, end-of-line), so an event at \
             the end of a stream with CR is lost; after a stream that ends without a response, the call waits until \
             its time limit. "
        }
        (_, Revision::V2025_11_25) => {
            "a CR is not a line end until another byte follows it (WHATWG HTML 9.2.5, end-of-line), so an event at \
             the end of a stream with CR is lost; an id in a block without data is lost (9.2.6, dispatch, step 1), \
             so the client resumes only after the id of an event; an id is lost with its connection (9.2.4, the last \
             event ID string), so a second cut must not come before an event with an id; after a stream without ids \
             that ends without a response, the call waits until its time limit. "
        }
    }
}

/// 9.2.5, end-of-line: a CR at the very end is not seen. 9.2.6, dispatch, step 1: an id counts with its event only. 9.2.4: it counts
/// for its connection only.
fn typescript(case: &Case) -> Result<String, Error> {
    let mut connections = case.events()?;
    if let Some(last) = connections.last_mut().filter(|_| case.ends_in_cr()) {
        last.pop();
    }
    let (mut progress, mut gets) = (Vec::new(), Vec::new());
    let mut connections = connections.into_iter().peekable();
    while let Some(events) = connections.next() {
        progress.extend(events.iter().filter_map(|(_, progress)| *progress));
        let id = events.into_iter().filter_map(|(id, _)| id).next_back();
        let is_answered = connections.peek().is_none() && !case.ends_in_cr() && !case.is_cut_short;
        match id {
            _ if is_answered => return Ok(words(case, None, &progress, &gets)),
            None => break,
            Some(id) => gets.push(id),
        }
        if connections.peek().is_none() {
            gets.extend(gets.last().cloned()); // refused, and tried once more
        }
    }
    Ok(words(case, Some(HANGS), &progress, &gets))
}
