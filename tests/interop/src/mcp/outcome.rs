//! What a client has made of a case, in words that can be compared.

use serde::Deserialize;

use super::case_server::Asked;
use super::cases::Case;

/// What a client says of a call.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    pub name: String,
    progress: Vec<u32>,
    result: Option<String>,
    error: Option<String>,
    /// Errors that it has told of beside the call.
    strays: Vec<String>,
}

/// All is as it should be.
pub const OK: &str = "ok";
/// No answer comes, and the call waits until its own time limit.
pub const HANGS: &str = "the call hangs";

/// `ok`, or what was otherwise.
pub fn of(case: &Case, seen: &Seen, asked: &Asked) -> String {
    let end = match (&seen.result, &seen.error) {
        (Some(result), None) if result == "done" && !case.is_cut_short => None,
        (None, Some(error)) if error == "hangs" => Some(HANGS.to_owned()),
        (None, Some(_)) if case.is_cut_short => None,
        (None, Some(error)) => Some(format!("the call fails: {}", short(error))),
        (result, error) => Some(format!("the call returns {result:?}, {error:?}")),
    };
    let mut parts = vec![words(case, end.as_deref(), &seen.progress, &asked.gets)];
    if asked.calls != 1 {
        parts.push(format!("the request is sent {} times", asked.calls));
    }
    if let (Some(stray), None) = (seen.strays.first(), &seen.error) {
        parts.push(format!("errors told: {}, the first {}", seen.strays.len(), short(stray)));
    }
    parts.join("; ")
}

/// What is wrong with the answer of a tool that takes two steps.
pub fn of_two_steps(seen: &Seen) -> Option<String> {
    let is_right =
        seen.progress == [1, 2] && seen.result.as_deref() == Some("done") && seen.strays.is_empty();
    (!is_right).then(|| format!("{seen:?}"))
}

/// How the call has ended, if not as it should, which steps were seen, and which ids were asked with, as [`of`] says it.
pub fn words(case: &Case, end: Option<&str>, progress: &[u32], gets: &[String]) -> String {
    let mut parts: Vec<String> = end.into_iter().map(str::to_owned).collect();
    let steps: &[u32] = if case.is_cut_short { &[1] } else { &[1, 2] };
    if progress != steps {
        parts.push(format!("progress is {progress:?}"));
    }
    if gets != case.gets {
        parts.push(if gets.is_empty() {
            "it does not resume".into()
        } else {
            format!("it resumes after {gets:?}")
        });
    }
    if parts.is_empty() { OK.into() } else { parts.join("; ") }
}

/// The first line of it.
fn short(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    line.chars().take(90).collect()
}
