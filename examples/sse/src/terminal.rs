//! What a person at a terminal gets to see: messages, names, and no character that acts on the terminal.
//!
//! Event streams and file names come from strangers. A terminal obeys control characters in them (colours, the
//! cursor, its title), and bidi overrides show a text in another order than it has. So both are shown as `\u001b`.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// The exit status for wrong use, and for what could not be read, written or encoded. (`clap` uses the same.)
pub(crate) const FAILED: u8 = 2;

/// How many bytes are looked at in one go. The search has no way out inside a block, so the compiler makes vectors of it.
const BLOCK: usize = 64;

/// Prints one line on standard error. That this may fail is no reason to stop: there is nowhere left to say it.
pub(crate) fn say(message: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Says that standard output failed, unless whoever reads it has just seen enough (`| head`).
pub(crate) fn output_failed(command: &str, error: &io::Error) -> ExitCode {
    if error.kind() == ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    say(format_args!("{command}: standard output: {error}"));
    ExitCode::from(FAILED)
}

/// Whether `file` stands for standard input. A file of that name can still be read as `./-`.
pub(crate) fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// How messages call a file.
pub(crate) fn name_of(file: &Path) -> String {
    if is_standard_input(file) { "standard input".to_owned() } else { legible(file.as_os_str()) }
}

/// Why a file could not be read, with what to do about it where the system's words leave that open.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => "this is a directory; name the files in it".to_owned(),
        _ => error.to_string(),
    }
}

/// `text` for a message. What is not UTF-8 is shown as U+FFFD.
pub(crate) fn legible(text: impl AsRef<OsStr>) -> String {
    let mut shown = String::new();
    for character in text.as_ref().to_string_lossy().chars() {
        match is_hidden(character) {
            true => shown.extend(escape(character).map(char::from)),
            false => shown.push(character),
        }
    }
    shown
}

/// Writes a piece of a JSON string with each hidden character escaped, which does not change the value.
pub(crate) fn write_legible<W: Write + ?Sized>(output: &mut W, text: &str) -> io::Result<()> {
    let mut written = 0;
    for (at, hidden) in text.char_indices().filter(|(_, character)| is_hidden(*character)) {
        output.write_all(&text.as_bytes()[written..at])?;
        output.write_all(&escape(hidden))?;
        written = at + hidden.len_utf8();
    }
    output.write_all(&text.as_bytes()[written..])
}

/// Whether there is a hidden character in `text`, which is UTF-8.
pub(crate) fn holds_hidden(text: &[u8]) -> bool {
    (0..text.len()).step_by(BLOCK).any(|start| {
        let rest = &text[start..];
        match rest.first_chunk() {
            Some(block) => hidden_begins_in(block),
            None => {
                let mut last = [b' '; BLOCK + 2];
                last[..rest.len()].copy_from_slice(rest);
                hidden_begins_in(&last)
            }
        }
    })
}

/// Whether a hidden character begins in the first [`BLOCK`] bytes. C2 begins those of C1, E2 the others. Exact,
/// because dashes and quotation marks begin with E2 too.
fn hidden_begins_in(block: &[u8; BLOCK + 2]) -> bool {
    let mut found = false;
    for at in 0..BLOCK {
        let [first, second, third] = [block[at], block[at + 1], block[at + 2]];
        let separator_or_bidi = (second == 0x80) & matches!(third, 0xA8..=0xAE);
        let isolate = (second == 0x81) & matches!(third, 0xA6..=0xA9);
        // Without `||`, so that there is no branch.
        found |= (first < 0x20) | (first == 0x7F);
        found |= ((first == 0xC2) & (second < 0xA0)) | ((first == 0xE2) & (separator_or_bidi | isolate));
    }
    found
}

/// Control characters (C0, DEL, C1); the line and paragraph separators, at which some readers of lines cut; the
/// bidi embeddings, overrides and isolates.
const fn is_hidden(character: char) -> bool {
    matches!(character, '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The character as JSON writes it. None of the hidden ones needs more than four digits.
fn escape(character: char) -> [u8; 6] {
    let digit = |shift: u32| b"0123456789abcdef"[(u32::from(character) >> shift & 0xF) as usize];
    [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quick search and the set of hidden characters are written down apart. They agree for every character, alone
    /// and around the end of a block.
    #[test]
    fn the_quick_search_finds_what_is_hidden_and_nothing_else() {
        for before in [0, 1, BLOCK - 3, BLOCK - 2, BLOCK - 1, BLOCK, 2 * BLOCK - 1] {
            for behind in [0, 1, 2, BLOCK] {
                let (before, behind) =
                    ("\u{2027}".repeat(before / 3) + &"x".repeat(before % 3), "é".repeat(behind));
                for character in '\0'..='\u{FFFF}' {
                    let text = format!("{before}{character}{behind}");
                    assert_eq!(holds_hidden(text.as_bytes()), is_hidden(character), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn escapes_are_those_of_json() {
        for character in ('\0'..='\u{FFFF}').filter(|character| is_hidden(*character)) {
            let text = format!("\"ü{}–\"", String::from_utf8_lossy(&escape(character)));
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), format!("ü{character}–"));
        }
    }
}
