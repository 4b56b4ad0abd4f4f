//! The paths that can be left out, and the probe built without one of them.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cell;
use crate::cells::Counted;

/// How a place in the sources asks whether to leave itself out.
const ASKS: &str = "sse_without = \"";

/// A fast path, by the name under which it can be left out.
pub(crate) struct FastPath {
    pub(crate) name: String,
    /// Where, from the repository's root.
    pub(crate) file: String,
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// All paths of the sources, or those of them in `only`. They are read off the sources, so that none can be forgotten here.
pub(crate) fn paths(only: &[String]) -> io::Result<Vec<FastPath>> {
    let mut found = Vec::new();
    find(Path::new("src"), &mut found)?;
    let names = || found.iter().map(|path| path.name.as_str()).collect::<Vec<_>>();
    if let Some(unknown) = only.iter().find(|only| !names().contains(&only.as_str())) {
        return Err(io::Error::other(format!("no path {unknown}; there are {}", names().join(", "))));
    }
    if found.is_empty() {
        return Err(io::Error::other(format!("no place in src asks for {ASKS}...")));
    }
    found.retain(|path| only.is_empty() || only.contains(&path.name));
    Ok(found)
}

fn find(folder: &Path, found: &mut Vec<FastPath>) -> io::Result<()> {
    let entries = fs::read_dir(root().join(folder))?.collect::<io::Result<Vec<_>>>()?;
    let mut names: Vec<_> = entries.into_iter().map(|entry| entry.file_name()).collect();
    names.sort();
    for path in names.into_iter().map(|name| folder.join(name)) {
        if root().join(&path).is_dir() {
            find(&path, found)?;
            continue;
        }
        let text = fs::read_to_string(root().join(&path))?;
        for name in text.split(ASKS).skip(1).filter_map(|rest| rest.split('"').next()) {
            if found.iter().all(|path| path.name != name) {
                found.push(FastPath { name: name.to_owned(), file: path.display().to_string() });
            }
        }
    }
    Ok(())
}

/// Where a profile's builds and the cells lie.
pub(crate) struct Folder {
    target: PathBuf,
    profile: &'static str,
    host: String,
}

impl Folder {
    pub(crate) fn of(profile: &'static str) -> io::Result<Self> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from);
        let version = Command::new("rustc").arg("-vV").output()?;
        let version = String::from_utf8_lossy(&version.stdout);
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or_else(|| io::Error::other("rustc -vV names no host"))?.to_owned();
        let folder = Self { target: target.join("ablate"), profile, host };
        fs::create_dir_all(folder.probes())?;
        Ok(folder)
    }

    fn probes(&self) -> PathBuf {
        self.target.join("probes").join(self.profile)
    }

    pub(crate) fn write_cells(&self, cells: &[Counted]) -> io::Result<PathBuf> {
        let file = self.target.join("cells");
        fs::write(&file, cell::write(cells.iter().map(|counted| &counted.cell)))?;
        Ok(file)
    }
}

/// A probe that was built.
pub(crate) struct Build {
    name: String,
    program: PathBuf,
}

impl Build {
    /// The decoder as it is.
    pub(crate) fn whole(folder: &Folder) -> io::Result<Self> {
        Self::with("base", "", folder)
    }

    /// The same with other symbol names, so that functions lie in other places, as after any change. How far its times are from
    /// the first one's is what a difference has to be compared with.
    pub(crate) fn whole_again(folder: &Folder) -> io::Result<Self> {
        Self::with("base-again", "-Cmetadata=again", folder)
    }

    /// What stands after the path's `return` is then unused, which is no news.
    pub(crate) fn without(path: &FastPath, folder: &Folder) -> io::Result<Self> {
        Self::with(&path.name, &format!("--cfg=sse_without=\"{}\" -Aunused", path.name), folder)
    }

    fn with(name: &str, flags: &str, folder: &Folder) -> io::Result<Self> {
        eprintln!("building {name}");
        let mut all_flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
        all_flags.push(format!(" {flags}"));
        // With a target named, the flags are not for what runs while building: that is built once for all.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--package", "sse-proto-ablate-probe"])
            .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
            .args(["--profile", folder.profile, "--target", &folder.host, "--target-dir"])
            .arg(&folder.target)
            .env("RUSTFLAGS", all_flags)
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!("cargo build, {name}: {status}")));
        }
        let exe = format!("sse-proto-ablate-probe{}", std::env::consts::EXE_SUFFIX);
        let built = folder.target.join(&folder.host).join(folder.profile).join(exe);
        let program = folder.probes().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        fs::copy(built, &program)?;
        Ok(Self { name: name.to_owned(), program })
    }

    /// The nanoseconds of one pass over each cell. An error if an answer is wrong.
    pub(crate) fn run(&self, cells: &Path, turns: usize) -> io::Result<Vec<f64>> {
        let mut command = Command::new(&self.program);
        let output = command.arg(cells).arg(turns.to_string()).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the probe {}: {}", self.name, output.status)));
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        lines.lines().map(|line| line.parse().map_err(io::Error::other)).collect()
    }
}
