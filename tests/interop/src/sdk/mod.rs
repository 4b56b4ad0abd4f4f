//! The SDKs of LLM providers, and readers as people write them by hand, as peers of our encoder. Most event streams end in
//! one of these, and there it is they who decide, not the standard.

mod api;
mod cases;
mod peers;
mod quirks;
mod serve;
mod table;

use futures::{StreamExt as _, stream};

use crate::Error;
use crate::matrix::{Direction, Matrix};
use peers::PEERS;
use table::Table;

/// Meets all of them, two at a time: most of it is Python that imports.
pub async fn run(matrix: &mut Matrix) -> Result<(), Error> {
    let meetings = PEERS.iter().map(|peer| async move { (peer, peer.meet().await) });
    let met: Vec<_> = stream::iter(meetings).buffered(2).collect().await;
    let mut table = Table::default();
    for (peer, met) in met {
        let row = met.map(|met| {
            table.add(peer, &met.seen);
            met.row
        });
        matrix.add_result(peer.name, Direction::ToPeer, row);
    }
    matrix.add_section(table.markdown()?);
    Ok(())
}
