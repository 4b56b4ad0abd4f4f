//! How the time per byte or line behaves when one event grows, when chunks are single bytes, and when the
//! text is not UTF-8. Each run has a decoder of its own, so that growing its buffers counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::contest::{Contestant, Role, first_line};
use crate::cut::Cut;
use crate::measure::Plan;
use crate::visit::{Totals, Visit as _};
use crate::workloads;

/// One table: rows by contestant, columns by size.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Scaling {
    pub(crate) title: &'static str,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) values: Vec<Value>,
}

/// Nanoseconds per unit.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Value {
    Right(f64),
    Differs(f64),
    Failed(String),
    /// By what came before it would take longer than the cap.
    TooLong,
}

struct Case {
    column: String,
    cut: &'static Cut,
    units: f64,
    expected: Totals,
}

const MIB: usize = 1 << 20;

pub(crate) fn all(contestants: &[Contestant], quick: bool, plan: &Plan) -> Vec<Scaling> {
    let sizes: &[usize] = if quick { &[1, 4, 16] } else { &[1, 4, 16, 64] };
    let lines: &[usize] = if quick { &[10_000, 100_000] } else { &[10_000, 100_000, 1_000_000] };
    let bad = if quick { MIB } else { 16 * MIB };
    [
        (
            "One event with one line, in chunks of 1460 bytes: ns per byte",
            sizes.iter().map(|&n| line(n)).collect(),
        ),
        (
            "One event with many lines of 10 bytes, in chunks of 1460 bytes: ns per line",
            lines.iter().map(|&n| many_lines(n)).collect(),
        ),
        ("Byte by byte: ns per byte", vec![byte_by_byte("mixed"), byte_by_byte("llm_delta_data_only")]),
        (
            "Not UTF-8, in chunks of 1460 bytes: ns per byte",
            vec![bad_in_every_event(), bad_line(bad, 64), bad_line(bad, 1)],
        ),
    ]
    .into_iter()
    .map(|(title, cases): (_, Vec<_>)| {
        let started = Instant::now();
        let rivals = contestants.iter().filter(|contestant| contestant.role != Role::Floor);
        let rows =
            rivals.map(|rival| Row { name: rival.name, values: row(rival, &cases, plan.cap) }).collect();
        eprintln!("{title}: {:.1} s", started.elapsed().as_secs_f64());
        Scaling { title, columns: cases.into_iter().map(|case| case.column).collect(), rows }
    })
    .collect()
}

/// The cases from left to right; one that would take longer than `cap` is left out. If the two before it
/// grew faster than their sizes, so will this one.
fn row(contestant: &Contestant, cases: &[Case], cap: Duration) -> Vec<Value> {
    let mut values = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    let mut growth = 1.0;
    for case in cases {
        if let Some((units, seconds)) = before
            && seconds * (case.units / units) * growth > cap.as_secs_f64()
        {
            values.push(Value::TooLong);
            continue;
        }
        let Ok((seconds, answer)) = catch_unwind(AssertUnwindSafe(|| fastest(contestant, case.cut, cap)))
        else {
            values.push(Value::Failed("panicked".into()));
            continue;
        };
        if let Some((units, seconds_before)) = before {
            growth = ((seconds / case.units) / (seconds_before / units)).max(1.0);
        }
        before = Some((case.units, seconds));
        let time = seconds * 1e9 / case.units;
        values.push(match answer {
            Ok(totals) if totals == case.expected => Value::Right(time),
            Ok(_) => Value::Differs(time),
            Err(error) => Value::Failed(first_line(&error)),
        });
    }
    values
}

/// The fastest of a few runs, in seconds, and the last one's answer.
fn fastest(contestant: &Contestant, cut: &'static Cut, cap: Duration) -> (f64, Result<Totals, String>) {
    let mut fastest = f64::INFINITY;
    let mut answer = Ok(Totals::default());
    let started = Instant::now();
    for _ in 0..5 {
        let mut run = (contestant.start)(cut);
        let start = Instant::now();
        let totals = run.timed();
        fastest = fastest.min(start.elapsed().as_secs_f64());
        answer = run.error().map_or(Ok(totals), Err);
        if started.elapsed() > cap / 4 {
            break;
        }
    }
    (fastest, answer)
}

fn case(column: String, cut: &'static Cut, units: usize, data: &[&[u8]]) -> Case {
    let mut expected = Totals::default();
    for data in data {
        // The standard library replaces maximal subparts, too.
        expected.event(b"message", String::from_utf8_lossy(data).as_bytes(), b"");
    }
    Case { column, cut, units: units as f64, expected }
}

fn stream(events: &[&[u8]]) -> &'static [u8] {
    let mut stream = Vec::new();
    for data in events {
        for line in data.split(|&byte| byte == b'\n') {
            stream.extend_from_slice(b"data: ");
            stream.extend_from_slice(line);
            stream.push(b'\n');
        }
        stream.push(b'\n');
    }
    stream.leak()
}

fn letters(len: usize) -> Vec<u8> {
    (0..len).map(|index| b'a' + (index * 7 % 26) as u8).collect()
}

fn line(mebibytes: usize) -> Case {
    let data = letters(mebibytes * MIB);
    let stream = stream(&[&data]);
    case(format!("{mebibytes} MiB"), Cut::every(stream, 1460), stream.len(), &[&data])
}

fn many_lines(lines: usize) -> Case {
    let data = vec![letters(10); lines].join(&b'\n');
    let stream = stream(&[&data]);
    case(format!("{lines} lines"), Cut::every(stream, 1460), lines, &[&data])
}

fn byte_by_byte(name: &'static str) -> Case {
    let samples = if name == "mixed" { workloads::mixed() } else { workloads::llm_delta_data_only() };
    let stream: &'static [u8] = workloads::expected(&samples).into_bytes().leak();
    let mut expected = Totals::default();
    for sample in samples.iter().filter(|sample| sample.data.is_some()) {
        let text =
            |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
        let event_type = text(&sample.event_type, "message");
        let (data, id) = (text(&sample.data, ""), text(&sample.id, ""));
        expected.event(event_type.as_bytes(), data.as_bytes(), id.as_bytes());
    }
    Case { column: name.to_owned(), cut: Cut::every(stream, 1), units: stream.len() as f64, expected }
}

fn bad_in_every_event() -> Case {
    let mut events: Vec<_> = workloads::llm_delta_data_only()
        .into_iter()
        .filter_map(|sample| Some(sample.data?.into_bytes()))
        .collect();
    events.iter_mut().for_each(|data| data[100] = 0xFF);
    let data: Vec<_> = events.iter().map(Vec::as_slice).collect();
    let stream = stream(&data);
    case("one byte in every event of 320".to_owned(), Cut::every(stream, 1460), stream.len(), &data)
}

fn bad_line(len: usize, every: usize) -> Case {
    let mut data = letters(len);
    data.iter_mut().step_by(every).for_each(|byte| *byte = 0xFF);
    let stream = stream(&[&data]);
    let column = if every == 1 { "every".to_owned() } else { format!("each {every}th") };
    let column = format!("{column} byte of one event of {} MiB", len / MIB);
    case(column, Cut::every(stream, 1460), stream.len(), &[&data])
}
