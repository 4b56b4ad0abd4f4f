//! sse-proto embedded in the libraries that people use. Each module is one way, short enough to read in a minute;
//! `tests/` lets them talk to each other.

pub mod axum_server;
pub mod blocking_client;
pub mod codec;
pub mod cookbook;
pub mod datastar;
pub mod htmx;
pub mod http_body;
pub mod hyper_pair;
pub mod llm_resume;
pub mod llm_server;
pub mod readme_client;
pub mod std_source;

pub use cookbook::{
    broadcast, browser_server, chat_client, firmware, gateway, hyper_source, mcp, redacting_proxy,
    replay_server, reqwest_source, tokio_reader, translating_gateway, ureq_source,
};

/// What all examples fail with.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The programs of the page on porting.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/porting.md")]
pub struct Porting;
