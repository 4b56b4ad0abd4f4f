//! The tables of the public pages, and the figures that their prose names, from the quick sets of both profiles: written by a
//! command, so that no page keeps an old number.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

const LENT: &str = "sse-proto, borrowed";
const BYTES: &str = "sse-proto, bytes";
const OWNED: &str = "sse-proto, owned";
const CUTS: [&str; 4] = ["whole", "16 KiB", "1460 B", "one event"];

/// The rows of `docs/speed.md` and their workloads. The first eight are those of many events.
const ROWS: [(&str, &str); 11] = [
    ("LLM delta, data only, 320 B", "llm_delta_data_only"),
    ("LLM delta with event type, 125 B", "llm_delta_event_type"),
    ("tiny, 5 B of data", "tiny"),
    ("id, event, data, comments", "mixed"),
    ("the same with CRLF", "mixed_crlf"),
    ("10 data lines of 60 B", "many_lines"),
    ("non-ASCII text, 360 B", "non_ascii"),
    ("JSON of 1 to 2 KiB, id and type", "json"),
    ("3,000 data lines in one event", "gigantic"),
    ("1 MiB line", "big_line"),
    ("keep-alive comments", "keep_alives"),
];
const MANY_EVENTS: usize = 8;

/// The rows of the README.
const SHORT_ROWS: [(&str, &str); 5] = [
    ("LLM delta, 320 B", "llm_delta_data_only"),
    ("LLM delta with event type, 125 B", "llm_delta_event_type"),
    ("id, event, data, comments", "mixed"),
    ("non-ASCII text, 360 B", "non_ascii"),
    ("keep-alive comments", "keep_alives"),
];
const SHORT_CUTS: [&str; 2] = ["16 KiB", "one event"];

/// A set of results, as it was written.
#[derive(Deserialize)]
struct Set {
    decode: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    workload: String,
    chunking: String,
    unit: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    role: String,
    verdict: serde_json::Value,
    min: Option<f64>,
}

impl Set {
    fn read(folder: &Path, name: &str) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join(name))?)?)
    }

    fn cell(&self, workload: &str, cut: &str) -> io::Result<&Cell> {
        let found = self.decode.iter().find(|cell| cell.workload == workload && cell.chunking == cut);
        found.ok_or_else(|| {
            io::Error::other(format!("no cell {workload}, {cut}: the results are of another version"))
        })
    }

    /// The ratios of the first `rows` of `ROWS`, without those that are given for other units.
    fn ratios(&self, ours: &str, rows: usize) -> io::Result<Vec<(f64, String)>> {
        let cells = ROWS[..rows].iter().flat_map(|(row, workload)| CUTS.map(|cut| (*row, *workload, cut)));
        cells
            .map(|(row, workload, cut)| {
                Ok((self.cell(workload, cut)?.against(ours)?.2, format!("{row}, {cut}")))
            })
            .collect()
    }
}

impl Cell {
    /// Our time, the best right rival, and how many times as long it takes.
    fn against(&self, ours: &str) -> io::Result<(f64, &Entry, f64)> {
        let min = |entry: &Entry| entry.min.unwrap_or(f64::MAX);
        let mine = self.entries.iter().find(|entry| entry.name == ours).map(min);
        let rivals = self.entries.iter().filter(|entry| entry.role == "rival" && entry.verdict == "right");
        let best = rivals.min_by(|a, b| min(a).total_cmp(&min(b)));
        let (Some(mine), Some(best)) = (mine, best) else {
            return Err(io::Error::other(format!(
                "nothing to compare in {}, {}",
                self.workload, self.chunking
            )));
        };
        Ok((mine, best, min(best) / mine))
    }

    fn time(&self, nanoseconds: f64) -> String {
        match (self.unit.as_str(), nanoseconds) {
            ("byte", _) => format!("{:.1} GB/s", 1.0 / nanoseconds),
            (_, ..100.0) => format!("{nanoseconds:.1}"),
            (_, ..10_000.0) => format!("{nanoseconds:.0}"),
            _ => format!("{:.1} µs", nanoseconds / 1000.0),
        }
    }

    /// `**ours** · theirs · ratio`, with the rival's name if there is space for it.
    fn text(&self, with_name: bool) -> io::Result<String> {
        let (ours, best, ratio) = self.against(LENT)?;
        let name = if with_name { format!(" {}", best.name) } else { String::new() };
        let theirs = self.time(best.min.unwrap_or(f64::MAX));
        Ok(format!("**{}** · {theirs}{name} · {ratio:.1}×", self.time(ours)))
    }
}

/// Writes the tables of `docs/speed.md` and `README.md`, and returns the figures for their prose.
pub(crate) fn write(repository: &Path) -> io::Result<String> {
    let results = repository.join("benches/peers/results");
    let (default, lto) = (Set::read(&results, "quick.json")?, Set::read(&results, "quick-lto.json")?);
    let rows = ROWS.iter().map(|(row, workload)| {
        let cells: io::Result<Vec<_>> =
            CUTS.iter().map(|cut| default.cell(workload, cut)?.text(true)).collect();
        let ratios: io::Result<Vec<_>> =
            CUTS.iter().map(|cut| Ok(format!("{:.1}", lto.cell(workload, cut)?.against(LENT)?.2))).collect();
        Ok(format!("| {row} | {} | {} |", cells?.join(" | "), ratios?.join(", ")))
    });
    replace_rows(
        &repository.join("docs/speed.md"),
        "| ours · best rival · ratio",
        rows.collect::<io::Result<_>>()?,
    )?;
    let rows = SHORT_ROWS.iter().map(|(row, workload)| {
        let cells: io::Result<Vec<_>> =
            SHORT_CUTS.iter().map(|cut| default.cell(workload, cut)?.text(false)).collect();
        Ok(format!("| {row} | {} |", cells?.join(" | ")))
    });
    replace_rows(&repository.join("README.md"), "| ns per event, ours", rows.collect::<io::Result<_>>()?)?;
    let (full, full_lto) = (Set::read(&results, "full.json")?, Set::read(&results, "full-lto.json")?);
    figures(&[("quick", &default), ("quick-lto", &lto), ("full", &full), ("full-lto", &full_lto)])
}

/// Replaces the rows of the table whose head starts with `head`.
fn replace_rows(page: &Path, head: &str, rows: Vec<String>) -> io::Result<()> {
    let text = fs::read_to_string(page)?;
    let lines: Vec<_> = text.lines().collect();
    let Some(start) = lines.iter().position(|line| line.starts_with(head)) else {
        return Err(io::Error::other(format!("{} has no table {head:?}", page.display())));
    };
    let end =
        lines[start..].iter().position(|line| !line.starts_with('|')).map_or(lines.len(), |len| start + len);
    let new = lines[..start + 2]
        .iter()
        .copied()
        .chain(rows.iter().map(String::as_str))
        .chain(lines[end..].iter().copied());
    fs::write(page, new.collect::<Vec<_>>().join("\n") + "\n")
}

fn figures(sets: &[(&str, &Set)]) -> io::Result<String> {
    let mut text = String::new();
    for (name, set) in sets {
        for ours in [LENT, BYTES, OWNED] {
            for (what, rows) in [("named rows", MANY_EVENTS), ("cells of events", MANY_EVENTS + 1)] {
                let ratios = set.ratios(ours, rows)?;
                let mean =
                    (ratios.iter().map(|(ratio, _)| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
                let Some((least, place)) = ratios.iter().min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
                text += &format!(
                    "{name}: {ours}: {what}: {} cells, geometric mean {mean:.2}, least {least:.2} ({place})\n",
                    ratios.len()
                );
            }
        }
    }
    Ok(text)
}
