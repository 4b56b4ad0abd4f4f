//! The reports: Markdown, JSON and charts of the same numbers.

mod chart;
mod markdown;
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
        fs::write(folder.join(format!("{}.md", self.set)), self.markdown())?;
        let json = serde_json::to_string(self)? + "\n";
        fs::write(folder.join(format!("{}.json", self.set)), json)?;
        let decode: Vec<_> = self.decode.iter().filter(|cell| cell.chunking == "16 KiB").collect();
        fs::write(folder.join("decode.svg"), chart::bars("Decoding, chunks of 16 KiB", &decode)?)?;
        let encode: Vec<_> = self.encode.iter().collect();
        fs::write(folder.join("encode.svg"), chart::bars("Encoding", &encode)?)
    }
}
