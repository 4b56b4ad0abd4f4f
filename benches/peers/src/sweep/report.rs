//! The sweep's tables: ratios over all cells and over some, and the cells that went worst.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Findings, Found};
use crate::contest::Role;

const OURS: [(&str, &str); 3] = [
    ("sse-proto, borrowed", "lent"),
    ("sse-proto, bytes", "lent, data not checked"),
    ("sse-proto, owned", "owned"),
];
const WORST: usize = 10;

const HOW_TO_READ: &str = "\
Minimum over interleaved rounds. Everyone's answer is compared with the literal twin of the standard before the \
clock runs; who gives another one is left out of that cell. The floor of a cell is its line ends by memchr2, \
one pass over its text for UTF-8, and a copy of the lines that the edges of chunks cut; no field is read and no \
event made.";

type Ratio = fn(&Found, &str) -> Option<f64>;

const AGAINST: [(&str, Ratio, Bad); 2] = [
    (
        "best right rival / ours (2 means that it takes twice as long)",
        |found, ours| found.cell.ratio(ours),
        Bad::Small,
    ),
    ("ours / floor (2 means that we take twice as long)", Found::over_floor, Bad::Large),
];

/// Which end of the ratios is the worse one for us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bad {
    Small,
    Large,
}

type Group = (&'static str, fn(&Found) -> bool);

const GROUPS: [Group; 8] = [
    ("all cells", |_| true),
    ("LF", |found| found.traits.line_end == "LF"),
    ("CRLF", |found| found.traits.line_end == "CRLF"),
    ("CR", |found| found.traits.line_end == "CR"),
    ("ASCII", |found| found.traits.text == "ASCII"),
    ("non-ASCII", |found| found.traits.text != "ASCII"),
    ("one event per chunk", |found| found.traits.one_event_chunks),
    ("chunks by size", |found| !found.traits.one_event_chunks),
];

impl Findings {
    pub(crate) fn markdown(&self) -> String {
        let set = if self.quick { ", quick rounds" } else { "" };
        let mut text = format!(
            "# Peers, {} random cells of seed {}{set}; profile {}\n\n{}.\n\n",
            self.cells.len(),
            self.seed,
            self.machine.profile,
            self.machine.line()
        );
        let versions: Vec<_> =
            self.contestants.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let _ = writeln!(text, "Contestants: {}.\n\n{HOW_TO_READ}", versions.join(", "));
        for (ours, shape) in OURS {
            for (title, ratio, bad) in AGAINST {
                let _ = writeln!(text, "\n## Events {shape}, profile {}: {title}\n", self.machine.profile);
                self.sums(&mut text, ours, ratio);
                self.worst(&mut text, (ours, ratio, bad));
            }
        }
        if let [found] = self.cells.as_slice() {
            everyone(&mut text, found);
        }
        self.rivals(&mut text);
        text
    }

    fn sums(&self, text: &mut String, ours: &str, ratio: Ratio) {
        text.push_str(
            "| | cells | geometric mean | minimum | 10th percentile | 90th percentile | maximum |\n",
        );
        text.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
        for (name, belongs) in GROUPS {
            let cells = self.cells.iter().filter(|found| belongs(found));
            let mut ratios: Vec<_> = cells.filter_map(|found| ratio(found, ours)).collect();
            ratios.sort_by(f64::total_cmp);
            let Some(last) = ratios.len().checked_sub(1) else { continue };
            let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
            // Rounded outwards: a percentile of few cells is not to look better than it is.
            let (low, high) = (ratios[last / 10], ratios[last - last / 10]);
            let _ = writeln!(
                text,
                "| {name} | {} | **{mean:.2}** | {:.2} | {low:.2} | {high:.2} | {:.2} |",
                ratios.len(),
                ratios[0],
                ratios[last]
            );
        }
    }

    fn worst(&self, text: &mut String, (ours, ratio, bad): (&str, Ratio, Bad)) {
        let mut cells: Vec<_> =
            self.cells.iter().filter_map(|found| Some((ratio(found, ours)?, found))).collect();
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        if bad == Bad::Large {
            cells.reverse();
        }
        text.push_str(
            "\nThe worst, ns/event:\n\n| again with | ratio | ours | best rival | floor | what |\n",
        );
        text.push_str("|---|--:|--:|---|--:|---|\n");
        for (ratio, found) in cells.into_iter().take(WORST) {
            let time = |name| found.cell.entry(name).and_then(|entry| entry.min).unwrap_or(f64::NAN);
            let rival = found
                .cell
                .best_rival()
                .map_or("–".into(), |rival| format!("{:.1} {}", rival.min.unwrap_or(f64::NAN), rival.name));
            let _ = writeln!(
                text,
                "| `--sweep --seed {} --cell {}` | {ratio:.2} | {:.1} | {rival} | {:.1} | {} |",
                self.seed,
                found.index,
                time(ours),
                time(super::floor::NAME),
                found.traits.line()
            );
        }
    }

    /// How often each took part, and how often it was the one to beat.
    fn rivals(&self, text: &mut String) {
        let mut names: Vec<_> = Vec::new();
        for found in &self.cells {
            let rivals = found.cell.entries.iter().filter(|entry| entry.role == Role::Rival);
            names.extend(rivals.map(|entry| entry.name));
            names.extend(found.left_out.iter().map(|(name, _)| *name));
        }
        names.sort_unstable();
        names.dedup();
        let _ = writeln!(
            text,
            "\n## Who took part\n\n| | cells of {} with the standard's answer | fastest of the rivals in |\n|---|--:|--:|",
            self.cells.len()
        );
        for name in names {
            let count = |is: &dyn Fn(&Found) -> bool| self.cells.iter().filter(|found| is(found)).count();
            let right = count(&|found| found.cell.entry(name).is_some());
            let best = count(&|found| found.cell.best_rival().is_some_and(|rival| rival.name == name));
            let _ = writeln!(text, "| {name} | {right} | {best} |");
        }
    }

    /// Cells that we ourselves got wrong: whatever the times are, that is the news.
    pub(crate) fn our_mistakes(&self) -> Vec<String> {
        let mistakes = self.cells.iter().flat_map(|found| found.left_out.iter().map(move |out| (found, out)));
        mistakes
            .filter(|(_, (name, _))| OURS.iter().any(|(ours, _)| ours == name))
            .map(|(found, (name, why))| format!("{name}, --seed {} --cell {}: {why}", self.seed, found.index))
            .collect()
    }

    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let stem = format!("sweep{}", self.machine.suffix());
        fs::write(folder.join(format!("{stem}.md")), self.markdown())?;
        fs::write(folder.join(format!("{stem}.json")), serde_json::to_string(self)? + "\n")
    }
}

/// All times of one cell, and who was left out for what.
fn everyone(text: &mut String, found: &Found) {
    let _ = writeln!(
        text,
        "\n## {}: {}\n\n| | minimum / median, ns/event |\n|---|--:|",
        found.cell.workload,
        found.traits.line()
    );
    for entry in &found.cell.entries {
        let (min, median) = (entry.min.unwrap_or(f64::NAN), entry.median.unwrap_or(f64::NAN));
        let _ = writeln!(text, "| {} | {min:.1} / {median:.1} |", entry.name);
    }
    for (name, why) in &found.left_out {
        let _ = writeln!(text, "| {name} | left out: {why} |");
    }
}
