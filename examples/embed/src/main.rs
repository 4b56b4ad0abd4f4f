//! Runs one of the examples by hand.
//!
//! ```text
//! cargo run -p sse-proto-embed -- serve 127.0.0.1:3000
//! cargo run -p sse-proto-embed -- chat http://127.0.0.1:3000/chat
//! cargo run -p sse-proto-embed -- read 127.0.0.1:3000 /events
//! ```

use std::time::Duration;

use sse_proto::Decoder;
use sse_proto_embed::{Error, axum_server, blocking_client, chat_client};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", address] => {
            let listener = tokio::net::TcpListener::bind(address).await?;
            Ok(axum::serve(listener, axum_server::router()).await?)
        }
        ["chat", url] => {
            let request = serde_json::json!({"stream": true});
            println!("{}", chat_client::chat(url, &request, Duration::from_secs(60)).await?);
            Ok(())
        }
        ["read", address, path] => {
            let (address, path) = (address.to_owned(), path.to_owned());
            let read = move || blocking_client::read(&address, &path, Decoder::new());
            for event in tokio::task::spawn_blocking(read).await??.0 {
                println!("{}: {}", event.event_type(), event.data());
            }
            Ok(())
        }
        _ => Err("say one of: serve ADDRESS, chat URL, read ADDRESS PATH".into()),
    }
}
