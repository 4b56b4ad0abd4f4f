//! sse-proto embedded in the libraries that people use. Each module is one way, short enough to read in a minute;
//! `tests/` lets them talk to each other.

pub mod axum_server;
pub mod blocking_client;
pub mod broadcast;
pub mod browser_server;
pub mod codec;
pub mod datastar;
pub mod gateway;
pub mod htmx;
pub mod http_body;
pub mod hyper_pair;
pub mod hyper_source;
pub mod llm_client;
pub mod llm_resume;
pub mod llm_server;
pub mod mcp;
pub mod readme_client;
pub mod redacting_proxy;
pub mod replay_server;
pub mod reqwest_source;
pub mod std_source;
pub mod tokio_reader;
pub mod ureq_source;

/// What all examples fail with.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The programs of the page on porting.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/porting.md")]
pub struct Porting;
