//! The Model Context Protocol: real clients and servers of its SDKs, and its conformance suite. `mcp/install` brings them.

mod case_server;
mod cases;
mod clients;
pub mod conformance;
mod outcome;
mod quirks;
mod servers;

use std::path::PathBuf;

use sse_proto_embed::mcp::Revision;
use tokio::net::TcpListener;

use crate::Error;
use crate::matrix::Direction::{FromPeer, ToPeer};
use crate::matrix::Matrix;
use crate::process::here;

/// An SDK, as it is installed in mcp/.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    Python2,
    Python1,
    TypeScript2,
    TypeScript1,
}

impl Sdk {
    const ALL: [Self; 4] = [Self::Python2, Self::Python1, Self::TypeScript2, Self::TypeScript1];

    fn name(self) -> &'static str {
        match self {
            Self::Python2 => "Python mcp",
            Self::Python1 => "Python mcp 1",
            Self::TypeScript2 => "npm @modelcontextprotocol/client",
            Self::TypeScript1 => "npm @modelcontextprotocol/sdk",
        }
    }

    fn server_name(self) -> &'static str {
        if self == Self::TypeScript2 { "npm @modelcontextprotocol/server" } else { self.name() }
    }

    /// The revisions that it speaks.
    fn revisions(self) -> &'static [Revision] {
        match self {
            Self::Python2 | Self::TypeScript2 => &Revision::BOTH,
            Self::Python1 | Self::TypeScript1 => &[Revision::V2025_11_25],
        }
    }

    async fn version(self) -> Result<String, Error> {
        match self {
            Self::Python2 | Self::Python1 => {
                let script = "import importlib.metadata as m; print('version', m.version('mcp'))";
                crate::process::version(self.program(), &["-c", script]).await
            }
            Self::TypeScript2 => {
                crate::process::npm_version("../mcp/node_modules/@modelcontextprotocol/client")
            }
            Self::TypeScript1 => crate::process::npm_version("../mcp/node_modules/@modelcontextprotocol/sdk"),
        }
    }

    fn program(self) -> PathBuf {
        match self {
            Self::Python2 => here().join("mcp/.venv/bin/python"),
            Self::Python1 => here().join("mcp/.venv-v1/bin/python"),
            Self::TypeScript2 | Self::TypeScript1 => crate::process::node(),
        }
    }
}

/// All rows.
pub async fn run(matrix: &mut Matrix) -> Result<(), Error> {
    for sdk in Sdk::ALL {
        for &revision in sdk.revisions() {
            let peer = format!("{} client, {}", sdk.name(), revision.as_str());
            let mut row = clients::row(sdk, revision, &peer).await;
            // Calls that wait for a time limit may do so because the machine has stalled.
            if row
                .as_ref()
                .is_ok_and(|row| row.failures.iter().any(|failure| failure.contains(outcome::HANGS)))
            {
                row = clients::row(sdk, revision, &peer).await;
            }
            matrix.add_result(&peer, ToPeer, row);
        }
    }
    for sdk in Sdk::ALL {
        let server = servers::SdkServer::start(sdk).await;
        for &revision in sdk.revisions() {
            let peer = format!("{} server, {}", sdk.server_name(), revision.as_str());
            let row = match &server {
                Ok(server) => servers::row(sdk, revision, &peer, server).await,
                Err(error) => Err(error.to_string().into()),
            };
            matrix.add_result(&peer, FromPeer, row);
        }
    }
    conformance::rows(matrix).await
}

/// Serves until the run is over, and returns where.
async fn serve(router: axum::Router) -> Result<String, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(origin)
}
