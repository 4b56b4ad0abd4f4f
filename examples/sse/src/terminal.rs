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
            true => shown += &escape(character),
            false => shown.push(character),
        }
    }
    shown
}

/// Writes a piece of a JSON string with each hidden character escaped, which does not change the value.
pub(crate) fn write_legible<W: Write + ?Sized>(output: &mut W, text: &str) -> io::Result<()> {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (number, block) in bytes.chunks(BLOCK).enumerate() {
        // Nearly always there is none.
        if !block.iter().fold(false, |found, &byte| found | may_begin_hidden(byte)) {
            continue;
        }
        for (place, _) in block.iter().enumerate().filter(|(_, byte)| may_begin_hidden(**byte)) {
            // Such a byte never continues a character, and the character may go on in the next block.
            let at = number * BLOCK + place;
            let Some(hidden) = text[at..].chars().next().filter(|character| is_hidden(*character)) else {
                continue;
            };
            output.write_all(&bytes[written..at])?;
            output.write_all(escape(hidden).as_bytes())?;
            written = at + hidden.len_utf8();
        }
    }
    output.write_all(&bytes[written..])
}

/// Control characters (C0, DEL, C1); the line and paragraph separators, at which some readers of lines cut; the
/// bidi embeddings, overrides and isolates.
const fn is_hidden(character: char) -> bool {
    matches!(character, '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a hidden character may begin with `byte`: C2 begins those of C1, E2 those above.
const fn may_begin_hidden(byte: u8) -> bool {
    // Without `||`, so that there is no branch.
    (byte < 0x20) | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xE2)
}

/// The character as JSON writes it. None of the hidden ones needs more than four digits.
fn escape(character: char) -> String {
    format!("\\u{:04x}", u32::from(character))
}
