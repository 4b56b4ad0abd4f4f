//! What was tried with whom, and how it went.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Error;

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Our encoder, the peer's decoder.
    ToPeer,
    /// The peer's encoder, our decoder.
    FromPeer,
    /// Bytes of neither, read by both.
    Oracle,
    /// The headers of the peer's requests.
    Request,
    /// The peer's own tests, over this crate.
    TheirTests,
}

/// One peer in one direction.
#[derive(Debug)]
pub struct Row {
    pub peer: String,
    pub version: String,
    pub direction: Direction,
    /// What lies between: `HTTP/1.1, chunked`, `HTTP/2 over TLS`, ...
    pub over: String,
    pub cases: usize,
    /// One line each, saying which case, what was sent and what arrived.
    pub failures: Vec<String>,
    /// What a reader should know: a measured latency, a quirk that was excluded and its clause.
    pub note: String,
}

#[derive(Debug, Default)]
pub struct Matrix {
    rows: Vec<Row>,
    /// What follows the table and the notes.
    sections: Vec<String>,
}

/// So many failures of one row are shown; the first ones say what is wrong.
const SHOWN: usize = 10;

const INTRODUCTION: &str = "\
# Interoperability

`tests/interop/run` writes this page. It installs the peers, talks to them over real sockets, and fails if a row fails.

- **to peer**: our encoder sends and the peer decodes. Each field that the peer shows is compared with the field that we sent.
- **from peer**: the peer's server sends and our decoder decodes.
- **oracle**: both decode random and unusual streams that neither has written. The outcomes are compared.
- **request**: the headers of the peer's EventSource are compared with `headers::REQUEST_HEADERS` and a `Last-Event-ID`.
- **their tests**: the tests in the peer's package run unchanged over this crate.

";

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::ToPeer => "to peer",
            Self::FromPeer => "from peer",
            Self::Oracle => "oracle",
            Self::Request => "request",
            Self::TheirTests => "their tests",
        }
    }
}

impl Row {
    /// Whether it can be called green: a row without a case proves nothing.
    fn passed(&self) -> bool {
        self.failures.is_empty() && self.cases > 0
    }

    fn result(&self) -> String {
        match self.failures.len() {
            0 if self.cases > 0 => "ok".into(),
            0 => "FAILED: no case was run".into(),
            n => format!("FAILED: {n}"),
        }
    }
}

impl Matrix {
    pub fn add(&mut self, row: Row) {
        let Row { peer, version, over, cases, .. } = &row;
        println!("{:6} {peer} {version}, {}, {over}: {cases} cases", row.result(), row.direction.as_str());
        for failure in row.failures.iter().take(SHOWN) {
            println!("       {failure}");
        }
        if row.failures.len() > SHOWN {
            println!("       ... and {} more", row.failures.len() - SHOWN);
        }
        self.rows.push(row);
    }

    /// Adds what came of a peer, which may be that it could not be met at all.
    pub fn add_result(&mut self, peer: &str, direction: Direction, result: Result<Row, Error>) {
        self.add(result.unwrap_or_else(|error| Row {
            peer: peer.into(),
            version: "?".into(),
            direction,
            over: "?".into(),
            cases: 0,
            failures: vec![error.to_string()],
            note: String::new(),
        }));
    }

    /// Adds a chapter of its own, in Markdown.
    pub fn add_section(&mut self, text: String) {
        self.sections.push(text);
    }

    /// Whether all went well.
    pub fn is_green(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(Row::passed)
    }

    /// Writes docs/interop.md.
    pub fn write(&self) -> Result<(), Error> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/interop.md");
        fs::create_dir_all(path.with_file_name(""))?;
        fs::write(&path, self.markdown()?)
            .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
    }

    pub fn markdown(&self) -> Result<String, Error> {
        let mut text = INTRODUCTION.to_owned();
        writeln!(
            text,
            "| peer | version | direction | over | cases | result |\n| --- | --- | --- | --- | ---: | --- |"
        )?;
        for row in &self.rows {
            let Row { peer, version, over, cases, .. } = row;
            let (direction, result) = (row.direction.as_str(), row.result());
            writeln!(text, "| {peer} | {version} | {direction} | {over} | {cases} | {result} |")?;
        }
        text += "\n## Notes\n\nWhere a peer deviates from the standard, the comparison allows exactly the deviation described here and no other.\n\n";
        for row in self.rows.iter().filter(|row| !row.note.is_empty()) {
            writeln!(text, "- **{}**, {}, {}: {}", row.peer, row.direction.as_str(), row.over, row.note)?;
        }
        for section in &self.sections {
            write!(text, "\n{section}")?;
        }
        Ok(text)
    }
}
