//! The tables for people.

use std::fmt::Write as _;

use super::Results;
use super::sums::{is_of_events, ratios};
use crate::contest::{Role, Verdict};
use crate::scaling::{Scaling, Value};
use crate::table::{Cell, Entry};
use crate::workload::Unit;

const HOW_TO_READ: &str = "\
Minimum / median over interleaved rounds. A mark says that the answer differs from the standard's; the notes \
are below each table. Everyone's totals are checked against a literal twin of the standard before the clock \
runs. The best rival is the one with the right answer and the smallest minimum; a ratio of 2 means that it \
takes twice as long as we do.";

pub(super) fn all(results: &Results) -> String {
    let profile = results.machine.profile.as_str();
    let line = results.machine.line();
    let mut text = format!("# Peers, {} set, profile {profile}\n\n{line}.\n\n", results.set);
    let versions: Vec<_> =
        results.contestants.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let _ = writeln!(text, "Contestants: {}.\n\n{HOW_TO_READ}", versions.join(", "));
    if !results.decode.is_empty() {
        text.push_str("\n## Decoding\n");
        let shapes = [
            ("sse-proto, borrowed", "events lent"),
            ("sse-proto, bytes", "events lent, data not checked"),
            ("sse-proto, owned", "events owned"),
        ];
        summary(&mut text, &results.decode, profile, &shapes);
        by_workload(&mut text, &results.decode);
        allocations(&mut text, results.decode.iter().filter(|cell| cell.chunking == "16 KiB"));
        results.scaling.iter().for_each(|scaling| scaled(&mut text, scaling));
    }
    if !results.encode.is_empty() {
        text.push_str("\n## Encoding\n");
        let shapes = [
            ("sse-proto, built and encoded", "messages built each time"),
            ("sse-proto, encoded", "messages kept"),
        ];
        summary(&mut text, &results.encode, profile, &shapes);
        by_contestant(&mut text, &results.encode);
        allocations(&mut text, results.encode.iter());
    }
    text
}

/// Ours against the best right rival, one row per workload; then the means. The head says what is ours, and with
/// which profile, as tables get quoted alone.
fn summary(text: &mut String, cells: &[Cell], profile: &str, ours: &[(&str, &str)]) {
    for (name, shape) in ours {
        let _ = write!(text, "\n### {name}, and the best rival: {shape}, profile {profile}\n\n| |");
        let workloads: Vec<_> = cells.chunk_by(|a, b| a.workload == b.workload).collect();
        let Some(first) = workloads.first() else { return };
        first.iter().for_each(|cell| *text += &format!(" {} |", cell.chunking));
        *text += &format!("\n|---|{}\n", "---|".repeat(first.len()));
        for workload in &workloads {
            let _ = write!(text, "| {}, {} |", workload[0].workload, workload[0].unit.text());
            for cell in *workload {
                let _ = write!(text, " {} |", against(cell, name));
            }
            text.push('\n');
        }
        if let Some(ratios) = ratios(cells.iter().filter(|cell| is_of_events(cell)), name) {
            let _ = writeln!(
                text,
                "\nGeometric mean of the ratios over {} cells, big lines and comments apart: **{:.2}**. \
                 Smallest: {:.2} ({}).",
                ratios.cells, ratios.geometric_mean, ratios.smallest, ratios.smallest_where
            );
        }
    }
}

fn against(cell: &Cell, ours: &str) -> String {
    let min = |entry: Option<&Entry>| entry.and_then(|entry| entry.min);
    let number = |min| number(cell.unit, min);
    match (min(cell.entry(ours)), cell.best_rival(), cell.ratio(ours)) {
        (Some(ours), Some(rival), Some(ratio)) => {
            let theirs = rival.min.map(number).unwrap_or_default();
            format!("**{}** · {theirs} {} · {ratio:.1}×", number(ours), rival.name)
        }
        (Some(ours), ..) => format!("**{}**", number(ours)),
        _ => String::new(),
    }
}

/// One table per workload, rows by contestant, columns by chunking.
fn by_workload(text: &mut String, cells: &[Cell]) {
    for workload in cells.chunk_by(|a, b| a.workload == b.workload) {
        let _ = write!(text, "\n### {}, {}\n\n| |", workload[0].workload, workload[0].unit.text());
        workload.iter().for_each(|cell| *text += &format!(" {} |", cell.chunking));
        *text += &format!("\n|---|{}\n", "--:|".repeat(workload.len()));
        let mut notes = Notes::default();
        for entry in &workload[0].entries {
            let _ = write!(text, "| {} |", entry.name);
            for cell in workload {
                let value = cell.entry(entry.name).map(|entry| value(cell, entry, &mut notes));
                let _ = write!(text, " {} |", value.unwrap_or_default());
            }
            text.push('\n');
        }
        notes.write(text);
    }
}

/// One table, rows by contestant, columns by workload.
fn by_contestant(text: &mut String, cells: &[Cell]) {
    let Some(first) = cells.first() else { return };
    text.push_str("\n### By workload\n\n| |");
    cells.iter().for_each(|cell| *text += &format!(" {}, {} |", cell.workload, cell.unit.text()));
    *text += &format!("\n|---|{}\n", "--:|".repeat(cells.len()));
    let mut notes = Notes::default();
    for entry in &first.entries {
        let _ = write!(text, "| {} |", entry.name);
        for cell in cells {
            let value = cell.entry(entry.name).map(|entry| value(cell, entry, &mut notes));
            let _ = write!(text, " {} |", value.unwrap_or_default());
        }
        text.push('\n');
    }
    notes.write(text);
}

fn value(cell: &Cell, entry: &Entry, notes: &mut Notes) -> String {
    let mark = match &entry.verdict {
        Verdict::Right => String::new(),
        Verdict::Differs(why) | Verdict::Failed(why) => notes.mark(format!("{}: {why}", entry.name)),
    };
    match (entry.min, entry.median) {
        (Some(min), Some(median)) => {
            format!("{} / {}{mark}", number(cell.unit, min), number(cell.unit, median))
        }
        _ => format!("–{mark}"),
    }
}

/// Footnotes, each text once.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn mark(&mut self, note: String) -> String {
        let place = self.0.iter().position(|known| *known == note).unwrap_or_else(|| {
            self.0.push(note);
            self.0.len() - 1
        });
        format!(" <sup>{}</sup>", place + 1)
    }

    fn write(&self, text: &mut String) {
        for (index, note) in self.0.iter().enumerate() {
            let _ = write!(text, "\n<sup>{}</sup> {note}.\n", index + 1);
        }
    }
}

fn number(unit: Unit, nanoseconds: f64) -> String {
    match unit {
        Unit::Byte if nanoseconds > 1.0 => format!("{:.3}", 1.0 / nanoseconds),
        Unit::Byte => format!("{:.1}", 1.0 / nanoseconds),
        _ => short(nanoseconds),
    }
}

fn short(number: f64) -> String {
    match number {
        ..1.0 => format!("{number:.2}"),
        1.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// What one warm pass asks of the allocator, by workload.
fn allocations<'c>(text: &mut String, cells: impl Iterator<Item = &'c Cell>) {
    let cells: Vec<_> = cells.collect();
    let Some(first) = cells.first() else { return };
    let column = if first.chunking == "16 KiB" { " in chunks of 16 KiB" } else { "" };
    let _ = write!(
        text,
        "\n### Allocations per event, and most bytes held in a pass{column}\n\nOnce warm; bytes on top of what \
         is held between passes.\n\n| |"
    );
    cells.iter().for_each(|cell| *text += &format!(" {} |", cell.workload));
    *text += &format!("\n|---|{}\n", "--:|".repeat(cells.len()));
    for entry in first.entries.iter().filter(|entry| entry.role != Role::Floor) {
        let _ = write!(text, "| {} |", entry.name);
        for cell in &cells {
            let asked = cell.entry(entry.name).and_then(|entry| entry.asked);
            let units = if cell.unit == Unit::Byte { 1 } else { cell.units };
            let value = asked
                .map(|asked| format!("{} · {}", per(asked.calls, units), bytes(asked.peak)))
                .unwrap_or_else(|| "–".into());
            let _ = write!(text, " {value} |");
        }
        text.push('\n');
    }
}

fn per(calls: u64, units: u64) -> String {
    match calls {
        0 => "0".into(),
        _ => short(calls as f64 / units as f64),
    }
}

fn bytes(bytes: i64) -> String {
    match bytes {
        ..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

fn scaled(text: &mut String, scaling: &Scaling) {
    let _ = write!(text, "\n### {}\n\n| |", scaling.title);
    scaling.columns.iter().for_each(|column| *text += &format!(" {column} |"));
    *text += &format!("\n|---|{}\n", "--:|".repeat(scaling.columns.len()));
    let mut notes = Notes::default();
    for row in &scaling.rows {
        let _ = write!(text, "| {} |", row.name);
        for value in &row.values {
            let value = match value {
                Value::Right(time) => short(*time),
                Value::Differs(time) => {
                    short(*time)
                        + &notes.mark(format!("{}: totals that differ from the standard's", row.name))
                }
                Value::Failed(why) => "–".to_owned() + &notes.mark(format!("{}: {why}", row.name)),
                Value::TooLong => "–".to_owned() + &notes.mark("left out, as it would take too long".into()),
            };
            let _ = write!(text, " {value} |");
        }
        text.push('\n');
    }
    notes.write(text);
}
