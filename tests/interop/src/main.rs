//! Talks to software that we did not write, over real sockets, compares what arrives with what was sent, and writes
//! the matrix in docs/interop.md. `tests/interop/run` installs the peers first.

mod matrix;

use std::process::ExitCode;

use matrix::Matrix;

/// What stops the whole run; what is wrong with one peer goes into its row.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    let mut matrix = Matrix::default();
    matrix.write()?;
    Ok(if matrix.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
