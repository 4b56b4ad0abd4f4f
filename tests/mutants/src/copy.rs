//! The copy of the library that has the faults in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::sites::Site;

/// What its tests read, beside the library.
const PARTS: [&str; 9] = [
    "src",
    "tests",
    "fuzz",
    "examples/data",
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
];
/// Of those not needed, and large.
const NOT: [&str; 3] = ["tests/interop/", "tests/embedders/", "tests/mutants/"];

/// Which fault is on, or where to write the number of each fault that is reached. Nothing here allocates, since some tests
/// count that.
const SWITCH: &str = r#"//! Which fault is on.
#![allow(missing_docs, unused, unsafe_code, clippy::all)]

use core::ffi::{c_char, c_int, c_void, CStr};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::Relaxed};

unsafe extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
    fn creat(path: *const c_char, mode: c_int) -> c_int;
    fn write(file: c_int, bytes: *const c_void, len: usize) -> isize;
}

const UNKNOWN: u32 = u32::MAX;
const NONE: u32 = u32::MAX - 1;
const REACHED: u32 = u32::MAX - 2;

static ON: AtomicU32 = AtomicU32::new(UNKNOWN);
static FILE: AtomicI32 = AtomicI32::new(-1);
static SEEN: [AtomicBool; 1 << 14] = [const { AtomicBool::new(false) }; 1 << 14];

#[inline]
pub(crate) fn on(n: u32) -> bool {
    let on = match ON.load(Relaxed) { UNKNOWN => read(), on => on };
    if on == REACHED { reached(n); }
    on == n
}

#[cold]
fn reached(n: u32) {
    if !SEEN[n as usize].load(Relaxed) && !SEEN[n as usize].swap(true, Relaxed) {
        unsafe { write(FILE.load(Relaxed), n.to_le_bytes().as_ptr().cast(), 4); }
    }
}

#[cold]
fn read() -> u32 {
    let path = unsafe { getenv(c"SSE_MUTANTS_REACHED".as_ptr()) };
    let value = unsafe { getenv(c"SSE_MUTANT".as_ptr()) };
    let on = if !path.is_null() {
        if FILE.load(Relaxed) < 0 { FILE.store(unsafe { creat(path, 0o600) }, Relaxed); }
        REACHED
    } else if value.is_null() {
        NONE
    } else {
        unsafe { CStr::from_ptr(value) }.to_bytes().iter().fold(0, |on, digit| on * 10 + u32::from(digit - b'0'))
    };
    ON.store(on, Relaxed);
    on
}

pub(crate) fn less<A: PartialOrd<B>, B>(n: u32, a: A, b: B) -> bool { if on(n) { a <= b } else { a < b } }
pub(crate) fn at_most<A: PartialOrd<B>, B>(n: u32, a: A, b: B) -> bool { if on(n) { a < b } else { a <= b } }
pub(crate) fn more<A: PartialOrd<B>, B>(n: u32, a: A, b: B) -> bool { if on(n) { a >= b } else { a > b } }
pub(crate) fn at_least<A: PartialOrd<B>, B>(n: u32, a: A, b: B) -> bool { if on(n) { a > b } else { a >= b } }
pub(crate) fn plus<A: core::ops::Add<B, Output = O> + core::ops::Sub<B, Output = O>, B, O>(n: u32, a: A, b: B) -> O {
    if on(n) { a - b } else { a + b }
}
pub(crate) fn minus<A: core::ops::Add<B, Output = O> + core::ops::Sub<B, Output = O>, B, O>(n: u32, a: A, b: B) -> O {
    if on(n) { a + b } else { a - b }
}
"#;

/// Makes it anew, and returns where it is.
pub fn make(root: &Path, folder: &Path) -> Result<PathBuf> {
    let copy = folder.join("copy");
    let listed = Command::new("git").args(["ls-files", "--"]).args(PARTS).current_dir(root).output()?;
    for path in
        String::from_utf8(listed.stdout)?.lines().filter(|path| !NOT.iter().any(|not| path.starts_with(not)))
    {
        let (from, to) = (root.join(path), copy.join(path));
        // A file that is the same keeps its time, and is not built again.
        let bytes = fs::read(&from)?;
        if fs::read(&to).ok().as_deref() != Some(&bytes) {
            fs::create_dir_all(to.parent().unwrap_or(&copy))?;
            fs::write(&to, bytes)?;
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(copy.join("Cargo.toml"), alone(&manifest))?;
    fs::write(copy.join("src/mutants.rs"), SWITCH)?;
    Ok(copy)
}

/// A workspace of its own, without benches; calls over two crates are not what is measured, so little is optimised.
fn alone(manifest: &str) -> String {
    let mut text = String::new();
    let mut is_in = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_in = line != "[[bench]]" && line != "[workspace]";
        }
        if is_in {
            text += line;
            text.push('\n');
        }
    }
    "[workspace]\n".to_owned() + &text
}

/// Writes the library with these faults in it, each under its number.
pub fn write(root: &Path, copy: &Path, sites: &[(usize, &Site)]) -> Result<()> {
    let mut files = BTreeMap::<&Path, Vec<(usize, &Site)>>::new();
    for (n, site) in sites {
        files.entry(&site.file).or_default().push((*n, site));
    }
    let lib = fs::read_to_string(root.join("src/lib.rs"))?;
    let lib = lib.replace("#![forbid(unsafe_code)]", "");
    fs::write(copy.join("src/lib.rs"), lib + "\nmod mutants;\n")?;
    for (file, sites) in files {
        let text = fs::read_to_string(root.join(file))?;
        fs::write(copy.join(file), with_edits(&text, &sites))?;
    }
    Ok(())
}

/// The text with all faults in it. They nest: what opens later stands further in, and closes earlier.
pub fn with_edits(text: &str, sites: &[(usize, &Site)]) -> String {
    let mut edits = Vec::new();
    for (order, (n, site)) in sites.iter().enumerate() {
        for edit in &site.edits {
            let order = order as isize;
            let order = if edit.closes { -order } else { order };
            edits.push((
                edit.at.start,
                !edit.closes,
                order,
                edit.at.end,
                edit.text.replace("{n}", &n.to_string()),
            ));
        }
    }
    edits.sort();
    let (mut written, mut done) = (String::new(), 0);
    for (start, _, _, end, edit) in edits {
        written += &text[done..start];
        written += &edit;
        done = end;
    }
    written + &text[done..]
}
