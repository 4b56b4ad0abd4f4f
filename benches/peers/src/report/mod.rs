//! The reports: Markdown, JSON and charts of the same numbers.

mod chart;
mod markdown;
pub(crate) mod pages;
mod sums;

use std::fs;
use std::path::Path;

use crate::machine::Machine;
use crate::scaling::Scaling;
use crate::table::Cell;

/// Everything that one run found.
#[derive(serde::Serialize)]
pub(crate) struct Results {
    pub(crate) set: &'static str,
    pub(crate) machine: Machine,
    /// Names and versions.
    pub(crate) contestants: Vec<(&'static str, &'static str)>,
    pub(crate) decode: Vec<Cell>,
    pub(crate) encode: Vec<Cell>,
    pub(crate) scaling: Vec<Scaling>,
}

impl Results {
    pub(crate) fn markdown(&self) -> String {
        markdown::all(self)
    }

    /// The tables and numbers of this set, and the charts.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let suffix = self.machine.suffix();
        fs::write(folder.join(format!("{}{suffix}.md", self.set)), self.markdown())?;
        let json = serde_json::to_string(self)? + "\n";
        fs::write(folder.join(format!("{}{suffix}.json", self.set)), json)?;
        let chart = |name: &str, title: &str, cells: Vec<&Cell>| {
            let title = format!("{title}, profile {}", self.machine.profile);
            fs::write(folder.join(format!("{name}{suffix}.svg")), chart::bars(&title, &cells)?)
        };
        let decode = self.decode.iter().filter(|cell| cell.chunking == "16 KiB");
        chart("decode", "Decoding, chunks of 16 KiB", decode.collect())?;
        chart("encode", "Encoding", self.encode.iter().collect())
    }
}
