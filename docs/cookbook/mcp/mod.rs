//! The event streams of the Model Context Protocol over HTTP ("Streamable HTTP"), a server and a client of both revisions in
//! the field. What each asks of its streams:
//!
//! | | 2025-11-25 | 2026-07-28 |
//! | --- | --- | --- |
//! | a request is | a POST, answered by an event stream | the same |
//! | a connection begins with | a priming event: an id, `retry`, and empty data | its first message |
//! | each event has | an id that names its stream and its place there | no id |
//! | a stream that ends before the response | goes on: the client asks for it by GET with `Last-Event-ID` | is lost |
//! | a client that goes away | comes back | has cancelled the request |
//! | sessions | `Mcp-Session-Id` | none |
//!
//! Not here, for it has nothing to do with event streams: authorisation, checking `Origin`, requests of the server to the client.

pub mod client;
pub mod outgoing;
pub mod server;

/// What a client fails with.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The header that names the session, 2025-11-25.
pub const SESSION_ID: &str = "mcp-session-id";
/// The header that names the revision.
pub const PROTOCOL_VERSION: &str = "mcp-protocol-version";
/// The header that repeats the method of the request, 2026-07-28.
pub const METHOD: &str = "mcp-method";
/// The header that repeats the name of the tool, 2026-07-28.
pub const NAME: &str = "mcp-name";
/// What a client takes as the answer to a POST.
pub const ACCEPT_BOTH: &str = "application/json, text/event-stream";

/// Which rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    V2025_11_25,
    V2026_07_28,
}

impl Revision {
    pub const BOTH: [Self; 2] = [Self::V2025_11_25, Self::V2026_07_28];

    /// As it stands in headers and handshakes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }
}
