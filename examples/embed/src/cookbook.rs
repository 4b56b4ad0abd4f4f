//! The programs of the cookbook, which the documentation of sse-proto shows: here they are compiled, and `tests/` runs them.

#[path = "../../../docs/cookbook/broadcast.rs"]
pub mod broadcast;
#[path = "../../../docs/cookbook/browser_server.rs"]
pub mod browser_server;
#[path = "../../../docs/cookbook/chat_client.rs"]
pub mod chat_client;
#[path = "../../../docs/cookbook/firmware.rs"]
pub mod firmware;
#[path = "../../../docs/cookbook/gateway.rs"]
pub mod gateway;
#[path = "../../../docs/cookbook/hyper_source.rs"]
pub mod hyper_source;
#[path = "../../../docs/cookbook/mcp/mod.rs"]
pub mod mcp;
#[path = "../../../docs/cookbook/redacting_proxy.rs"]
pub mod redacting_proxy;
#[path = "../../../docs/cookbook/replay_server.rs"]
pub mod replay_server;
#[path = "../../../docs/cookbook/reqwest_source.rs"]
pub mod reqwest_source;
#[path = "../../../docs/cookbook/tokio_reader.rs"]
pub mod tokio_reader;
#[path = "../../../docs/cookbook/translating_gateway.rs"]
pub mod translating_gateway;
#[path = "../../../docs/cookbook/ureq_source.rs"]
pub mod ureq_source;
