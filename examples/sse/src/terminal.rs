//! What a person at a terminal gets to see: messages and names.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

/// The exit status for wrong use, and for what could not be read, written or encoded. (`clap` uses the same.)
pub(crate) const FAILED: u8 = 2;

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
    text.as_ref().to_string_lossy().into_owned()
}
