//! What was tried with whom, and how it went.

use std::fmt::Write as _;
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
}

impl Matrix {
    pub fn add(&mut self, row: Row) {
        let result = if row.failures.is_empty() { "ok" } else { "FAILED" };
        println!("{result:6} {} {} ({:?}, {}): {} cases", row.peer, row.version, row.direction, row.over, row.cases);
        for failure in &row.failures {
            println!("       {failure}");
        }
        self.rows.push(row);
    }

    /// A row without a case proves nothing.
    pub fn is_green(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.failures.is_empty() && row.cases > 0)
    }

    /// Writes docs/interop.md.
    pub fn write(&self) -> Result<(), Error> {
        todo!()
    }
}
