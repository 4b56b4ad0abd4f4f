//! One build of the decoder: decodes each cell, checks the answer, and prints the nanoseconds of one pass.
//!
//! `probe CELLS TURNS`; with no turns it only checks. The tool beside it runs this, once for each path and round.

#[allow(dead_code, reason = "the tool writes what is read here")]
mod cell;
#[path = "../../../peers/src/visit.rs"]
mod visit;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cell::Cell;
use sse_proto::{Chunk, DecodeError, Decoder};
use visit::{Digest, Totals, Visit};

/// How long one turn is to take; a pass that is longer is a turn by itself.
const TURN: Duration = Duration::from_micros(300);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(turns)) = (arguments.next(), arguments.next()) else {
        return Err("usage: probe CELLS TURNS".into());
    };
    let turns = turns.parse()?;
    for cell in cell::read(&std::fs::read(file)?) {
        match nanoseconds(&cell, turns)? {
            Some(nanoseconds) if turns > 0 => println!("{nanoseconds}"),
            Some(_) => {}
            None => return Err(format!("{}: another answer than the standard's", cell.name).into()),
        }
    }
    Ok(())
}

/// The fastest of some turns, for one pass; `None` if an answer is wrong.
fn nanoseconds(cell: &Cell, turns: usize) -> Result<Option<f64>, DecodeError> {
    // One decoder goes through all passes, as through a long connection. The answer is that of the later ones: the last
    // event ID of the pass before is known in the next.
    let mut decoder = Decoder::new();
    pass(&mut decoder, cell, &mut Totals::default())?;
    let mut digest = Digest::default();
    pass(&mut decoder, cell, &mut digest)?;
    let mut right = digest.number() == cell.digest;

    let mut timed = |passes: u32| {
        let start = Instant::now();
        for _ in 0..passes {
            let mut totals = Totals::default();
            pass(&mut decoder, cell, &mut totals)?;
            right &= black_box(totals) == digest.totals;
        }
        Ok(start.elapsed() / passes)
    };
    let mut fastest = Duration::MAX;
    if turns > 0 {
        let passes = (TURN.as_nanos() / timed(1)?.as_nanos().max(1)).max(1) as u32;
        for _ in 0..turns {
            fastest = fastest.min(timed(passes)?);
        }
    }
    Ok(right.then_some(fastest.as_secs_f64() * 1e9))
}

#[inline(never)]
fn pass(decoder: &mut Decoder, cell: &Cell, visit: &mut impl Visit) -> Result<(), DecodeError> {
    for bytes in &cell.chunks {
        let mut chunk = Chunk::new(black_box(bytes));
        while let Some(event) = decoder.decode_event(&mut chunk)? {
            let (event_type, id) = (event.event_type().as_str(), event.last_event_id().as_str());
            visit.event(event_type.as_bytes(), event.data().as_bytes(), id.as_bytes());
        }
    }
    Ok(())
}
