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
    in_example: bool,
}

impl Page {
    fn add(&mut self, text: &str) {
        if text.starts_with("```") {
            // The fence for a build without `std` follows the one for a build with it.
            let opens = text == "```" || text.starts_with("```no_run") || text.starts_with("```compile_fail");
            self.in_example = !self.in_example && opens;
        } else if self.in_example && !text.starts_with("# ") {
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
    for (name, (module, methods)) in &types {
        let page = pages.get(name).unwrap_or_else(|| panic!("where is {name}?"));
        if page.shown.is_empty() {
            missing.push(name.clone());
        }
        let unseen = methods.iter().filter(|method| !page.uses(method) && !pages[module].uses(method));
        missing.extend(unseen.map(|method| format!("{name}::{method}")));
    }
    missing.extend(functions.into_iter().filter(|name| !pages.get(name).is_some_and(|page| page.uses(name))));
    assert!(missing.is_empty(), "without an example on their page: {missing:#?}");
}
