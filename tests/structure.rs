//! The house itself: imports go one way, files stay rooms, and what the documents name is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file of the library, in lines. A longer one is two rooms.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `folder` whose name ends with `ending`.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// `src/decode/chunk.rs` is `decode::chunk`, `src/decode/mod.rs` is `decode`, `src/lib.rs` is the empty path.
fn module(file: &Path) -> String {
    let path = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap()).collect();
    if matches!(parts.last(), Some(&"mod" | &"lib")) {
        parts.pop();
    }
    parts.join("::")
}

/// Each module of the library, and those that it imports by `crate::` or `super::`. Tests do not count, nor does what only
/// the documentation links to.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let files: Vec<_> = files("src", ".rs")
        .into_iter()
        .filter(|file| !file.to_str().unwrap().ends_with("_tests.rs"))
        .collect();
    let modules: BTreeSet<_> = files.iter().map(|file| module(file)).collect();
    let mut imports = BTreeMap::new();
    for file in &files {
        let (name, text) = (module(file), fs::read_to_string(file).unwrap());
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let is_folder = file.ends_with("mod.rs");
        let mut found = BTreeSet::new();
        let mut for_documents = false;
        for line in code.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            let skipped = std::mem::replace(&mut for_documents, line == "#[cfg(doc)]");
            if skipped {
                continue;
            }
            for (start, prefix) in ["crate::", "super::"]
                .into_iter()
                .flat_map(|prefix| line.match_indices(prefix))
                .map(|(at, prefix)| (at + prefix.len(), prefix))
            {
                let path = line[start..].split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').next();
                let parent =
                    if is_folder { name.as_str() } else { name.rsplit_once("::").map_or("", |(p, _)| p) };
                let whole = if prefix == "crate::" || parent.is_empty() {
                    path.unwrap().to_owned()
                } else {
                    format!("{parent}::{}", path.unwrap())
                };
                // The longest part of the path that is a module: what follows is an item of it.
                let mut target = whole.trim_end_matches(':');
                while !modules.contains(target) {
                    target = target.rsplit_once("::").map_or("", |(module, _)| module);
                }
                if target != name {
                    found.insert(target.to_owned());
                }
            }
        }
        imports.insert(name, found);
    }
    imports
}

#[test]
fn imports_go_one_way() {
    let imports = imports();
    assert!(imports["decode::decoder"].contains("decode::chunk"), "the parser of imports finds nothing");
    assert!(imports["scan::scanner"].contains("simd"), "nor this");
    let mut done = BTreeSet::new();
    fn visit<'i>(
        name: &'i str,
        imports: &'i BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<&'i str>,
        done: &mut BTreeSet<&'i str>,
    ) {
        assert!(!way.contains(&name), "a circle of imports: {} -> {name}", way.join(" -> "));
        if done.insert(name) {
            way.push(name);
            imports[name].iter().for_each(|next| visit(next, imports, way, done));
            way.pop();
        }
    }
    // A module that is visited twice has led to no circle the first time.
    for name in imports.keys() {
        visit(name, &imports, &mut Vec::new(), &mut done);
    }
}

/// Rooms, each of which knows those before it at most.
#[test]
fn rooms_know_only_what_lies_below_them() {
    const ORDER: [&[&str]; 7] = [
        &["simd", "limits"],
        &["error", "field", "headers"],
        &["scan", "encode"],
        &["decode"],
        &["adapters", "session", "replay"],
        &["driver"],
        &[""],
    ];
    let level = |module: &str| {
        let room = module.split("::").next().unwrap();
        ORDER.iter().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| panic!("no place for {room}"))
    };
    for (name, imports) in imports() {
        let room = name.split("::").next().unwrap();
        for import in imports.iter().filter(|import| import.split("::").next() != Some(room)) {
            assert!(level(import) <= level(&name), "{name} imports {import}, which lies above it");
        }
    }
}

/// Types, traits and files: who looks for a name finds one thing. What each room has (`mod.rs`, `builder.rs`) is one kind.
#[test]
fn no_two_things_have_one_name() {
    let mut names: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut add = |name: &str, file: &Path| {
        if let Some(other) = names.insert(name.to_owned(), file.to_owned()) {
            panic!("{name} is in {} and in {}", other.display(), file.display());
        }
    };
    for file in files("src", ".rs") {
        let file_name = file.file_name().unwrap().to_str().unwrap();
        if !matches!(file_name, "mod.rs" | "builder.rs") {
            add(file_name, &file);
        }
        for line in
            fs::read_to_string(&file).unwrap().lines().filter(|line| !line.trim_start().starts_with("//"))
        {
            let mut words =
                line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            if words.any(|word| matches!(word, "struct" | "enum" | "trait")) {
                add(words.next().unwrap_or_default(), &file);
            }
        }
    }
    assert!(names.len() > 80);
}

#[test]
fn no_file_is_two_rooms() {
    for file in files("src", ".rs").into_iter().chain(files("examples/sse", ".rs")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines: would two names explain it better?", file.display());
    }
}

/// Paths in backticks and in links of the documents, from the root or from beside the document.
#[test]
fn what_the_documents_name_is_there() {
    let mut documents =
        vec![root().join("README.md"), root().join("CONTRIBUTING.md"), root().join("SECURITY.md")];
    documents.push(root().join("benches/NOTES.md"));
    documents.push(root().join("fuzz/README.md"));
    documents.extend(files("docs", ".md"));
    for folder in ["tests/README.md", "tests/conformance/README.md", "tests/interop/README.md"] {
        documents.push(root().join(folder));
    }
    let mut checked = 0;
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        let beside = document.parent().unwrap();
        let quoted = text.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
        let linked = text.match_indices("](").map(|(at, _)| text[at + 2..].split([')', '#']).next().unwrap());
        for path in quoted.filter(|word| is_path(word)).chain(linked.filter(|link| !link.contains("://"))) {
            let path = path.trim_end_matches([',', '.', ':', ';']);
            let there = [root(), beside].iter().any(|folder| folder.join(path).exists());
            assert!(path.is_empty() || there, "{} names {path}, which is not there", document.display());
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} paths were found");
}

/// The map in CONTRIBUTING.md names each file, by its path or beside its folder.
#[test]
fn the_map_is_whole() {
    let map = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    for file in files("src", ".rs") {
        let path = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let named = map.contains(path) || map.contains(&format!("`{name}`"));
        assert!(named || name == "mod.rs", "CONTRIBUTING.md does not say what {path} is for");
    }
}

/// Whether a word in backticks is a path of this repository: it starts with one of its folders. What a command makes is not
/// there before.
fn is_path(word: &str) -> bool {
    const FOLDERS: [&str; 7] = ["src/", "tests/", "fuzz/", "benches/", "examples/", "docs/", ".ci/"];
    let made = ["fuzz/artifacts/", "fuzz/corpus/TARGET"];
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'));
    is_plain
        && FOLDERS.iter().any(|folder| word.starts_with(folder))
        && !made.iter().any(|made| word.starts_with(made))
}
