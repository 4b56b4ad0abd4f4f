//! One build of all tests with all faults. A fault that does not compile is taken out, and the build is tried again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::sites::Site;
use crate::{Result, copy};

pub struct Built {
    /// The folder that the tests run in.
    pub copy: PathBuf,
    /// The test programs by name.
    pub programs: Vec<(String, PathBuf)>,
    /// The faults by number.
    pub sites: Vec<Option<Site>>,
    pub impossible: Vec<String>,
}

/// These look at the house and not at what it does.
const NOT: [&str; 2] = ["structure", "docs"];

pub fn build(root: &Path, folder: &Path, wanted: &[Site], without: Option<&str>) -> Result<Built> {
    let copy = copy::make(root, folder)?;
    let features = features(root, without)?;
    let mut sites: Vec<Option<Site>> = wanted.iter().cloned().map(Some).collect();
    let mut impossible = Vec::new();
    loop {
        let present: Vec<_> =
            sites.iter().enumerate().filter_map(|(n, site)| Some((n, site.as_ref()?))).collect();
        copy::write(root, &copy, &present)?;
        let (programs, errors) = compile(&copy, &features)?;
        if errors.is_empty() {
            return Ok(Built { copy, programs, sites, impossible });
        }
        let mut out = BTreeSet::new();
        let is_in = |n: &usize| sites.get(*n).is_some_and(Option::is_some);
        for (file, range) in &errors {
            out.extend(faults_at(&copy.join(file), range.clone())?.into_iter().filter(is_in));
        }
        if out.is_empty() {
            // The compiler names what misses a statement, not the statement.
            for (file, range) in &errors {
                let found = faults_at(&copy.join(file), function_around(&copy.join(file), range.start)?)?;
                let leaves_out =
                    |n: &usize| sites[*n].as_ref().is_some_and(|site| site.name.contains(": leave out "));
                out.extend(found.into_iter().filter(is_in).filter(leaves_out));
            }
        }
        if out.is_empty() {
            return Err(format!("the copy does not build, and no fault is to blame: {errors:?}").into());
        }
        println!("{} faults do not compile, and are left out", out.len());
        for n in out {
            impossible.extend(sites[n].take().map(|site| site.name));
        }
    }
}

/// All features of the library but one, and but those that have it.
fn features(root: &Path, without: Option<&str>) -> Result<String> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(root)
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let library =
        packages.iter().find(|package| package["name"] == "sse-proto").ok_or("sse-proto is not there")?;
    let all = library["features"].as_object().ok_or("the library has no features")?;
    let has = |parts: &Value| {
        parts.as_array().is_some_and(|parts| parts.iter().any(|part| part.as_str() == without))
    };
    let names = all.iter().filter(|(name, parts)| {
        without.is_none_or(|without| *name != without) && !(without.is_some() && has(parts))
    });
    Ok(names.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(","))
}

type Errors = Vec<(String, std::ops::Range<usize>)>;

/// The test programs, or where the errors are.
fn compile(copy: &Path, features: &str) -> Result<(Vec<(String, PathBuf)>, Errors)> {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-run", "--no-default-features", "--features", features]);
    command.args(["--message-format=json", "--target-dir", "../build"]);
    let output = command.current_dir(copy).env("RUSTFLAGS", "-Awarnings").stderr(Stdio::null()).output()?;
    let (mut programs, mut errors) = (Vec::new(), Vec::new());
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        let (name, program) = (message["target"]["name"].as_str(), message["executable"].as_str());
        if let (Some(name), Some(program)) = (name, program)
            && !NOT.contains(&name)
        {
            programs.push((name.to_owned(), program.into()));
        }
        if message["message"]["level"] == "error" {
            for span in message["message"]["spans"].as_array().into_iter().flatten() {
                let number = |name: &str| span[name].as_u64().unwrap_or_default() as usize;
                let file = span["file_name"].as_str().unwrap_or_default().to_owned();
                errors.push((file, number("byte_start")..number("byte_end")));
            }
        }
    }
    if !output.status.success() && errors.is_empty() {
        return Err("cargo test --no-run fails; try it in target/mutants/copy".into());
    }
    if !errors.is_empty() {
        programs.clear();
    }
    Ok((programs, errors))
}

/// From the head of the function at a place to that of the next one.
fn function_around(file: &Path, place: usize) -> Result<std::ops::Range<usize>> {
    let text = std::fs::read_to_string(file)?;
    let place = place.min(text.len());
    let start = text[..place].rfind(" fn ").unwrap_or_default();
    let end = text[place..].find(" fn ").map_or(text.len(), |at| place + at);
    Ok(start..end)
}

/// The numbers of the faults around, or in, a place of the copy.
fn faults_at(file: &Path, place: std::ops::Range<usize>) -> Result<Vec<usize>> {
    let text = std::fs::read_to_string(file)?;
    // The line is enough: what is left out with it is asked about when the fault is gone.
    let start = text[..place.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let end = text[place.end.min(text.len())..].find('\n').map_or(text.len(), |at| place.end + at);
    let mut found = Vec::new();
    for piece in text[start..end].split("crate::mutants::").skip(1) {
        let digits = piece.split_once('(').map_or("", |(_, rest)| rest);
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        found.extend(digits.parse::<usize>().ok());
    }
    Ok(found)
}
