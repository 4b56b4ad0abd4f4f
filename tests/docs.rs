//! The documentation: every public type has an example on its page, every method one that calls it, and no example hides what its
//! reader needs. The list of what is public is `tests/public-api.txt`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join("src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("_tests.rs") && name != "cookbook.rs" {
                found.push(path);
            }
        }
    }
    found
}

/// The text of a line of documentation, sugared or not.
fn doc(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if line.starts_with("#[cfg_attr(") || line.starts_with("#![cfg_attr(") {
        return line.contains("doc = \"```\"").then_some("```");
    }
    let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

/// The examples of a page: the lines that its reader sees.
#[derive(Default)]
struct Page {
    shown: Vec<String>,
    in_fence: bool,
    in_example: bool,
    hidden: Option<String>,
    /// Lines that are hidden before lines that are shown: an import, a value, the start of a function.
    hides: Vec<String>,
}

impl Page {
    fn add(&mut self, text: &str) {
        if text.starts_with("```") {
            self.in_example = !self.in_fence && matches!(text, "```" | "```no_run" | "```compile_fail");
            self.in_fence = !self.in_fence;
            self.hidden = None;
        } else if self.in_example && text.starts_with("# ") {
            self.hidden = Some(text.to_owned());
        } else if self.in_example {
            self.hides.extend(self.hidden.take());
            self.shown.push(text.to_owned());
        }
    }

    /// Whether a word of the examples is this one.
    fn uses(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        self.shown.iter().any(|line| line.split(|c| !is_part(c)).any(|word| word == name))
    }
}

/// The name of the type that this line, at the start of a line of source, is about.
fn owner(line: &str) -> Option<String> {
    let word = |text: &str| {
        let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some(name)
    };
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("impl") {
        // Past the parameters in angle brackets, and past the trait.
        let mut depth = 0;
        let rest = rest.trim_start_matches(|c: char| {
            depth += i32::from(c == '<') - i32::from(c == '>');
            depth > 0 || c == '>'
        });
        let of = rest.split(" where").next().unwrap();
        return word(of.rsplit(" for ").next().unwrap().trim_start());
    }
    let rest = line.strip_prefix("pub ")?;
    let rest = ["struct ", "enum ", "trait "].into_iter().find_map(|kind| rest.strip_prefix(kind))?;
    word(rest)
}

/// The pages of types by name, of functions by name, and those of modules by theirs (of the crate: `sse_proto`).
fn pages() -> BTreeMap<String, Page> {
    let mut pages = BTreeMap::<String, Page>::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let module = if folder == "src" { "sse_proto" } else { folder };
        let (mut above, mut open, mut in_attribute) = (Vec::new(), None::<String>, false);
        for line in text.lines() {
            let is_inner = line.starts_with("//!") || line.starts_with("#![cfg_attr");
            if let Some(text) = doc(line) {
                if is_inner {
                    pages.entry(module.to_owned()).or_default().add(text);
                } else {
                    above.push(text.to_owned());
                }
                continue;
            }
            let code = line.trim_start();
            in_attribute |= code.starts_with("#[");
            if in_attribute || code.is_empty() || code.starts_with("//") {
                in_attribute &= !code.ends_with(']');
                continue;
            }
            if line.starts_with('}') {
                open = None;
            } else if let Some(name) = owner(line).filter(|_| open.is_none()) {
                open = Some(name);
            }
            let function = code.split("fn ").nth(1).filter(|_| open.is_none());
            let function = function.map(|rest| rest.split(['(', '<']).next().unwrap().to_owned());
            if let Some(name) = open.clone().or(function) {
                let page = pages.entry(name).or_default();
                above.iter().for_each(|text| page.add(text));
            }
            above.clear();
            if open.is_some() && line.ends_with(';') && !line.starts_with(' ') {
                open = None; // `pub struct Name(..);`
            }
        }
    }
    pages
}

/// What the public API holds: types, each with its module and its methods, and functions.
struct Public {
    types: BTreeMap<String, (String, BTreeSet<String>)>,
    functions: BTreeSet<String>,
}

fn public() -> Public {
    let (mut types, mut functions) = (BTreeMap::<String, (String, BTreeSet<String>)>::new(), BTreeSet::new());
    let mut is_of_trait = false;
    for line in fs::read_to_string(root().join("tests/public-api.txt")).unwrap().lines() {
        let line = without_generics(line);
        if line.starts_with("impl") {
            is_of_trait = line.contains(" for ");
            continue;
        }
        let Some((kind, path)) = line.split_once("sse_proto::") else { continue };
        let path: Vec<_> = path.split(['(', ' ']).next().unwrap().trim_end_matches(':').split("::").collect();
        let (name, of) = (path[path.len() - 1], path.iter().rev().nth(1).copied().unwrap_or("sse_proto"));
        if ["struct ", "enum ", "trait "].iter().any(|word| kind.contains(word)) {
            types.insert(name.to_owned(), (of.to_owned(), BTreeSet::new()));
            is_of_trait = false;
        } else if kind.contains("fn ") && !is_of_trait {
            match types.get_mut(of) {
                Some((_, methods)) => drop(methods.insert(name.to_owned())),
                None => drop(functions.insert(name.to_owned())),
            }
        }
    }
    Public { types, functions }
}

/// `Name<T>::method<B>(..)` as `Name::method(..)`.
fn without_generics(line: &str) -> String {
    let mut depth = 0;
    let line = line.replace("->", "");
    let outside = |c: &char| {
        depth += i32::from(*c == '<') - i32::from(*c == '>');
        depth == 0 && *c != '>'
    };
    line.chars().filter(outside).collect()
}

#[test]
fn every_type_and_method_has_an_example() {
    let (pages, Public { types, functions }) = (pages(), public());
    assert!(types.len() > 70 && functions.len() > 3, "the list is read wrong");
    assert!(
        types["Decoder"].1.contains("decode") && types["Transport"].1.contains("connect"),
        "so are methods"
    );
    let mut missing = Vec::new();
    // `write!` calls it.
    let uses = |page: &Page, method: &str| page.uses(method) || (method == "write_fmt" && page.uses("write"));
    for (name, (module, methods)) in &types {
        let page = pages.get(name).unwrap_or_else(|| panic!("where is {name}?"));
        if page.shown.is_empty() {
            missing.push(name.clone());
        }
        let unseen = methods.iter().filter(|method| !uses(page, method) && !uses(&pages[module], method));
        missing.extend(unseen.map(|method| format!("{name}::{method}")));
    }
    missing.extend(functions.into_iter().filter(|name| !pages.get(name).is_some_and(|page| page.uses(name))));
    assert!(missing.is_empty(), "without an example on their page: {missing:#?}");
}

#[test]
fn no_example_hides_what_its_reader_needs() {
    let hidden: Vec<_> = pages().into_values().flat_map(|page| page.hides).collect();
    assert!(hidden.is_empty(), "hidden, and lines that are shown follow: {hidden:#?}");
}

/// What a feature brings is named in its row, on the crate's page and in README.
#[test]
fn the_tables_of_features_are_complete() {
    let [library, readme] =
        ["src/lib.rs", "README.md"].map(|page| fs::read_to_string(root().join(page)).unwrap());
    let mut checked = 0;
    let mut wanted: Vec<&str> = vec!["none"];
    for line in library.lines().filter(|line| !line.starts_with("//")) {
        if line.starts_with("#[cfg(") {
            wanted = line.split('"').skip(1).step_by(2).collect();
            continue;
        }
        let names = line.strip_prefix("pub use ").or_else(|| line.strip_prefix("pub mod "));
        let names = names.map(|names| names.trim_end_matches(';').rsplit("::").next().unwrap());
        let names =
            names.filter(|_| !wanted.is_empty()).map(|names| names.trim_matches(['{', '}']).split(", "));
        for name in names.into_iter().flatten() {
            for (page, text) in [("the crate's page", &library), ("README", &readme)] {
                let rows = text.lines().map(|line| line.trim_start_matches("//! "));
                let mut rows = rows.filter(|row| {
                    wanted.iter().any(|set| {
                        row.starts_with(&format!("| `{set}`")) || row.starts_with(&format!("| {set} |"))
                    })
                });
                let is_named = rows.any(|row| row.contains(&format!("`{name}`")));
                assert!(is_named, "{name} needs {wanted:?}, and {page} does not say so");
                checked += 1;
            }
        }
        wanted = vec!["none"];
    }
    assert!(checked > 100, "{checked}");
}

/// The oldest compiler is that of Cargo.toml, wherever it is named.
#[test]
fn the_oldest_rust_is_the_same_everywhere() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let version =
        read("Cargo.toml").lines().find_map(|line| line.strip_prefix("rust-version = ").map(str::to_owned));
    let version = version.unwrap();
    for (page, text) in ["src/lib.rs", "README.md"].map(|page| (page, read(page))) {
        assert!(text.contains(&format!("Rust {}", version.trim_matches('"'))), "{page} names another one");
    }
}
