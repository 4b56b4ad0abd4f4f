//! A gateway between an LLM server and its clients, measured: how many events per second it passes on, how much later they
//! arrive, how much memory it takes. Ours is a stream of blocks over hyper (`gateway.rs`), the other one is `gateway.mjs`, for
//! Node.js and for Bun. Upstream (`upstream.rs`) and clients (`load.rs`) are the same for all, in processes of their own.

mod gateway;
mod load;
mod report;
mod upstream;

/// What all of it fails with.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // One thread each, as Node.js has it: what is compared is the work for an event, not the number of cores.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["upstream"] => upstream::serve().await,
            ["gateway", upstream] => gateway::serve(upstream).await,
            ["load", url, streams] => load::print(url, streams.parse()?).await,
            [] => report::write().await,
            _ => Err("say nothing, to measure all".into()),
        }
    })
}

/// Nanoseconds since some moment that is the same for all processes of this machine.
pub fn clock() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |time| time.as_nanos() as u64)
}
