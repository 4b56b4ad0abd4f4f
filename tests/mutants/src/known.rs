//! What is known of each fault, in a file that a run adds to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::sites::Site;

pub const SURVIVED: &str = "survived";
/// In place of the test: no test runs the place of the fault.
pub const NOT_REACHED: &str = "(not reached)";

/// Why a fault changes nothing that can be seen, by its name.
pub fn reasons(root: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(root.join("tests/mutants/equivalent.tsv"))?;
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(pairs.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect())
}

pub struct Known {
    path: PathBuf,
    file: File,
    /// By name: what became of it, and by which test.
    pub of: BTreeMap<String, (String, String)>,
}

impl Known {
    pub fn read(path: &Path) -> Result<Self> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let mut of = BTreeMap::new();
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            if let [name, outcome, by] = line.split('\t').collect::<Vec<_>>()[..] {
                of.insert(name.to_owned(), (outcome.to_owned(), by.to_owned()));
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: path.into(), file, of })
    }

    /// Writes the file anew: a line for each fault that there still is, in the order of names.
    pub fn tidy(&self, sites: &[Site]) -> Result<()> {
        let names: BTreeSet<_> = sites.iter().map(|site| &site.name).collect();
        let lines = self.of.iter().filter(|(name, _)| names.contains(name));
        let text: String = lines.map(|(name, (outcome, by))| format!("{name}\t{outcome}\t{by}\n")).collect();
        Ok(fs::write(&self.path, text)?)
    }

    pub fn asks(&self, name: &str, again: bool, reasons: &BTreeMap<String, String>) -> bool {
        let nobody_saw = |outcome: &str| outcome == SURVIVED && !reasons.contains_key(name);
        self.of.get(name).is_none_or(|(outcome, _)| again && nobody_saw(outcome))
    }

    pub fn add(&mut self, name: &str, outcome: &str, by: &str) -> Result<()> {
        writeln!(self.file, "{name}\t{outcome}\t{by}")?;
        self.of.insert(name.into(), (outcome.into(), by.into()));
        Ok(())
    }
}
