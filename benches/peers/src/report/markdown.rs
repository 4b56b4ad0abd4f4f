//! The tables for people.

use std::fmt::Write as _;

use crate::contest::{Role, Verdict};
use crate::table::{Cell, Entry};
use crate::workload::Unit;

/// One table per workload, rows by contestant, columns by chunking.
pub(crate) fn markdown(cells: &[Cell]) -> String {
    let mut text = String::new();
    for workload in cells.chunk_by(|a, b| a.workload == b.workload) {
        let _ = writeln!(text, "\n### {}, {}\n", workload[0].workload, workload[0].unit.text());
        let _ = write!(text, "| |");
        workload.iter().for_each(|cell| drop(write!(text, " {} |", cell.chunking)));
        let _ = write!(text, "\n|---|");
        workload.iter().for_each(|_| text.push_str("--:|"));
        text.push('\n');
        for entry in &workload[0].entries {
            let _ = write!(text, "| {} |", entry.name);
            for cell in workload {
                let value = cell.entry(entry.name).map(|entry| value(cell, entry)).unwrap_or_default();
                let _ = write!(text, " {value} |");
            }
            text.push('\n');
        }
    }
    text
}

fn value(cell: &Cell, entry: &Entry) -> String {
    let mark = if entry.verdict == Verdict::Right || entry.role == Role::Floor { "" } else { " *" };
    match (entry.min, entry.median) {
        (Some(min), Some(median)) => {
            format!("{} / {}{mark}", number(cell.unit, min), number(cell.unit, median))
        }
        _ => format!("-{mark}"),
    }
}

fn number(unit: Unit, nanoseconds: f64) -> String {
    match unit {
        Unit::Byte => format!("{:.1}", 1.0 / nanoseconds),
        _ if nanoseconds < 100.0 => format!("{nanoseconds:.1}"),
        _ => format!("{nanoseconds:.0}"),
    }
}
