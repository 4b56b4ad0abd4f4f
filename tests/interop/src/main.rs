//! Talks to software that we did not write, over real sockets, compares what arrives with what was sent, and writes
//! the matrix in docs/interop.md. `tests/interop/run` installs the peers first.

mod axum_peer;
mod heard;
mod http2;
mod matrix;
mod meet;
mod nginx;
mod peer;
mod servers;
mod told;

use std::process::ExitCode;

use matrix::Matrix;

/// What stops the whole run; what is wrong with one peer goes into its row.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    let mut matrix = Matrix::default();
    servers::run(&mut matrix).await?;
    matrix.write()?;
    Ok(if matrix.is_green() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
