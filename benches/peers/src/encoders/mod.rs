//! Everyone who encodes. One file each.
//!
//! What a rival takes owned is made before the clock starts; what it does with it is timed, and so is what
//! it does with borrowed text. All who can write into a buffer that is kept do so.

mod actix_web_lab;
mod async_sse;
mod axum;
mod floors;
mod hand_written;
mod ours;
mod russe;
mod salvo;
mod sse_codec;
mod sse_stream;
mod uhttp_sse;
mod warp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::contest::{Role, Run, Verdict};
use crate::table::Starter;
use crate::twin::{Got, twin};
use crate::visit::{Totals, Visit as _};
use crate::workloads::Sample;

/// Where the encoded bytes go.
trait Sink {
    fn take(&mut self, bytes: &[u8]);
}

impl Sink for Totals {
    #[inline]
    fn take(&mut self, bytes: &[u8]) {
        self.event(&[], bytes, &[]);
    }
}

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// An encoder and its way to be driven.
trait Encode: Sized + 'static {
    /// Package in Cargo.lock.
    const PACKAGE: &'static str;
    const NAME: &'static str = Self::PACKAGE;
    const ROLE: Role = Role::Rival;
    /// Whether `prepare` makes what a pass consumes.
    const PREPARES: bool = false;

    fn new(samples: &'static [Sample]) -> Self;

    fn prepare(&mut self) {}

    fn pass<S: Sink>(&mut self, sink: &mut S) -> Result<(), String>;
}

/// One row, before it meets its messages.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) role: Role,
    start: fn(&'static [Sample]) -> Box<dyn Run>,
    encoded: fn(&'static [Sample]) -> Result<Vec<u8>, String>,
}

pub(crate) fn all() -> Vec<Contestant> {
    vec![
        contestant::<ours::Built>(),
        contestant::<ours::Kept>(),
        contestant::<hand_written::HandWritten>(),
        contestant::<axum::Axum>(),
        contestant::<sse_stream::SseStream>(),
        contestant::<warp::Warp>(),
        contestant::<uhttp_sse::UhttpSse>(),
        contestant::<sse_codec::SseCodec>(),
        contestant::<async_sse::AsyncSse>(),
        contestant::<russe::Russe>(),
        contestant::<actix_web_lab::ActixWebLab>(),
        contestant::<salvo::Salvo>(),
        contestant::<floors::Memcpy>(),
    ]
}

fn contestant<E: Encode>() -> Contestant {
    Contestant {
        name: E::NAME,
        package: E::PACKAGE,
        role: E::ROLE,
        start: |samples| Box::new(Runner(E::new(samples))),
        encoded: |samples| {
            let check = || {
                let mut encoder = E::new(samples);
                let mut bytes = Vec::new();
                encoder.prepare();
                encoder.pass(&mut bytes)?;
                Ok(bytes)
            };
            catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err("panicked".into()))
        },
    }
}

struct Runner<E>(E);

impl<E: Encode> Run for Runner<E> {
    fn prepare(&mut self) {
        self.0.prepare();
    }

    fn prepares(&self) -> bool {
        E::PREPARES
    }

    fn timed(&mut self) -> Totals {
        let mut totals = Totals::default();
        // Checked before.
        let _ = self.0.pass(&mut totals);
        totals
    }
}

impl Contestant {
    /// The contestant at the start: what it encodes is read by the twin and compared with `expected`.
    pub(crate) fn starter(&self, samples: &'static [Sample], expected: &[Got]) -> Starter {
        let verdict = match (self.encoded)(samples) {
            Ok(bytes) => compare(&frames(&bytes), expected),
            Err(error) => Verdict::Failed(error),
        };
        let run = (!matches!(verdict, Verdict::Failed(_))).then(|| (self.start)(samples));
        Starter { name: self.name, role: self.role, verdict, run }
    }
}

/// What a receiver gets.
pub(crate) fn frames(bytes: &[u8]) -> Vec<Got> {
    twin(bytes).seen.into_iter().map(|seen| seen.got).collect()
}

/// Whether a frame is of a kind.
type Kind = fn(&Got) -> bool;

/// Nobody is asked for a certain order of the fields within a message, so each kind is compared by itself.
fn compare(got: &[Got], expected: &[Got]) -> Verdict {
    let kinds: [(&str, Kind); 3] = [
        ("events", |got| matches!(got, Got::Event { .. })),
        ("retry times", |got| matches!(got, Got::Retry(_))),
        ("comments", |got| matches!(got, Got::Comment(_))),
    ];
    let differing: Vec<_> = kinds
        .into_iter()
        .filter(|(_, is)| !got.iter().filter(|got| is(got)).eq(expected.iter().filter(|got| is(got))))
        .map(|(name, is)| {
            let count = |all: &[Got]| all.iter().filter(|got| is(got)).count();
            match (count(got), count(expected)) {
                (0, _) => format!("no {name}"),
                (got, sent) if got == sent => format!("other {name}"),
                (got, sent) => format!("{got} {name} instead of {sent}"),
            }
        })
        .collect();
    if differing.is_empty() {
        Verdict::Right
    } else {
        Verdict::Differs(format!("read back there are {}", differing.join(" and ")))
    }
}

/// The text of a comment for those who put the space behind the colon themselves.
fn comment_text(comment: &str) -> &str {
    comment.strip_prefix(' ').unwrap_or(comment)
}
