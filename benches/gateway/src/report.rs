//! Measures all gateways, round by round, and writes docs/gateway.md.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::{Error, upstream};

const ROUNDS: usize = 5;
/// Throughput: streams at once, and events in each.
const FAST: (usize, u64) = (4, 250_000);
/// Latency: as many streams as a gateway of a small firm has at once, each with an event every 20 ms.
const PACED: (usize, u64, u64) = (200, 150, 20_000);
/// Memory: streams that are open and wait.
const WAITING: (usize, u64) = (1_000, 4_000_000);

/// A process, what it prints, and where it serves.
struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Server {
    async fn start(command: &mut Command) -> Result<Self, Error> {
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let url = lines.next_line().await?.ok_or("it did not say where it serves")?;
        Ok(Self { child, lines, url })
    }

    /// A figure of its status, in KiB.
    fn memory(&self, name: &str) -> Result<u64, Error> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id().ok_or("it has ended")?))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
        Ok(line.trim_start_matches(':').trim().trim_end_matches(" kB").trim().parse()?)
    }

    /// The time that its threads had of a processor, in seconds.
    fn processor(&self) -> Result<f64, Error> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id().ok_or("it has ended")?))?;
        // After the name, which may hold anything: the 14th and 15th field of all, in hundredths of a second.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |n: usize| {
            fields.get(n).and_then(|ticks| ticks.parse::<f64>().ok()).ok_or("no times in its status")
        };
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    }

    /// Asks it to stop; what it has metered.
    async fn stop(mut self) -> Result<u64, Error> {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        let metered = self.lines.next_line().await?.ok_or("it did not say what it has metered")?;
        Ok(metered.parse()?)
    }
}

fn this() -> Result<Command, Error> {
    Ok(Command::new(std::env::current_exe()?))
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The name of a gateway, and how it is started.
fn gateways(upstream: &str) -> Result<Vec<(&'static str, Command)>, Error> {
    let mut ours = this()?;
    ours.args(["gateway", upstream]);
    let script = |program: &str| {
        let mut command = Command::new(here().join("node_modules/.bin").join(program));
        command.arg(here().join("gateway.mjs")).arg(upstream);
        command
    };
    Ok(vec![("sse-proto, hyper", ours), ("Node.js", script("node")), ("Bun", script("bun"))])
}

async fn load(base: &str, streams: usize, events: u64, pause: u64) -> Result<Value, Error> {
    let url = format!("{base}/?events={events}&pause={pause}");
    let output = this()?.args(["load", &url, &streams.to_string()]).stderr(Stdio::inherit()).output().await?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[derive(Default, Clone)]
struct Figures {
    rate: f64,
    /// Of the gateway's processor for an event.
    nanoseconds: f64,
    p50: f64,
    p99: f64,
    idle: u64,
    peak: u64,
}

/// The best of all rounds: what was slower was something else.
fn better(best: &mut f64, new: f64, highest: bool) {
    if *best == 0.0 || (new > *best) == highest {
        *best = new;
    }
}

pub async fn write() -> Result<(), Error> {
    let upstream = Server::start(this()?.arg("upstream")).await?;
    let names: Vec<_> = gateways(&upstream.url)?.into_iter().map(|gateway| gateway.0).collect();
    // The first is the way without a gateway.
    let mut figures = vec![Figures::default(); names.len() + 1];
    for round in 0..ROUNDS {
        println!("round {} of {ROUNDS}", round + 1);
        measure(&mut figures[0], &upstream, &upstream.url).await?;
        for (figures, (name, mut command)) in figures[1..].iter_mut().zip(gateways(&upstream.url)?) {
            let gateway = Server::start(&mut command).await.map_err(|error| format!("{name}: {error}"))?;
            measure(figures, &gateway, &gateway.url).await?;
            if round == 0 {
                memory(figures, &gateway).await?;
            }
            let streams = 2 * FAST.0 + PACED.0 + if round == 0 { WAITING.0 } else { 0 };
            let metered = gateway.stop().await.map_err(|error| format!("{name}: {error}"))?;
            if metered != streams as u64 * upstream::TOKENS {
                return Err(format!("{name} has metered {metered} tokens of {streams} streams").into());
            }
        }
    }
    let text = page(&names, &figures, &versions().await?)?;
    print!("{text}");
    std::fs::write(here().join("../../docs/gateway.md"), text)?;
    Ok(())
}

async fn measure(figures: &mut Figures, server: &Server, url: &str) -> Result<(), Error> {
    // Once to warm up: two of three have a compiler to run first.
    load(url, FAST.0, FAST.1 / 4, 0).await?;
    let before = server.processor()?;
    let fast = load(url, FAST.0, FAST.1, 0).await?;
    let used = server.processor()? - before;
    let number =
        |value: &Value, name: &str| value[name].as_f64().ok_or_else(|| format!("no {name} in {value}"));
    better(&mut figures.nanoseconds, used * 1e9 / number(&fast, "events")?, false);
    better(&mut figures.rate, number(&fast, "events")? / number(&fast, "seconds")?, true);
    let paced = load(url, PACED.0, PACED.1, PACED.2).await?;
    better(&mut figures.p50, number(&paced, "p50")?, false);
    better(&mut figures.p99, number(&paced, "p99")?, false);
    Ok(())
}

async fn memory(figures: &mut Figures, gateway: &Server) -> Result<(), Error> {
    let waiting = load(&gateway.url, WAITING.0, 1, WAITING.1);
    let looking = async {
        tokio::time::sleep(std::time::Duration::from_micros(WAITING.1 / 2)).await;
        gateway.memory("VmRSS")
    };
    let (waited, idle) = tokio::join!(waiting, looking);
    waited?;
    (figures.idle, figures.peak) = (idle?, gateway.memory("VmHWM")?);
    Ok(())
}

async fn versions() -> Result<String, Error> {
    let mut all = Vec::new();
    for program in ["node", "bun"] {
        let output =
            Command::new(here().join("node_modules/.bin").join(program)).arg("--version").output().await?;
        all.push(format!(
            "{program} {}",
            String::from_utf8_lossy(&output.stdout).trim().trim_start_matches('v')
        ));
    }
    Ok(all.join(", "))
}

fn page(names: &[&str], figures: &[Figures], versions: &str) -> Result<String, Error> {
    let (direct, gateways) = figures.split_first().ok_or("nothing was measured")?;
    let mut text = format!(
        "\
# A gateway, measured

`benches/gateway/run` writes this page. It measures a gateway between an LLM server and its clients. The gateway forwards event streams
byte for byte and meters the usage that their last events report. Three gateways are compared. The first uses this crate's
`BlockScanner` and hyper (`benches/gateway/src/gateway.rs`). The other two are one program with `node:http` and eventsource-parser
(`benches/gateway/gateway.mjs`), run by Node.js and by Bun ({versions}). Upstream and clients are the same program for all gateways, in
separate processes. Each process has one thread, and all share two cores. The table shows the best of {ROUNDS} rounds; each round runs
one gateway after the other.

| gateway | processor time per event | events per second | added latency, median | added latency, 99 % | memory, {waiting} streams open | memory, peak |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
",
        waiting = WAITING.0
    );
    for (name, figures) in names.iter().zip(gateways) {
        writeln!(
            text,
            "| {name} | {:.0} ns | {:.0} | {:.2} ms | {:.2} ms | {:.0} MiB | {:.0} MiB |",
            figures.nanoseconds,
            figures.rate,
            (figures.p50 - direct.p50) / 1e6,
            (figures.p99 - direct.p99) / 1e6,
            figures.idle as f64 / 1024.0,
            figures.peak as f64 / 1024.0,
        )?;
    }
    write!(
        text,
        "
- **Processor time**: the time of all threads of the gateway's process for one event of 250 bytes. The load is {} streams of {} events,
  sent as fast as possible.
- **Events per second**: the throughput of the same load; without a gateway it is {:.0}. Upstream and clients share the cores, so they also
  limit each row.
- **Added latency**: the load is {} streams with an event every {} ms each. The figure is the age of an event when the client receives it,
  minus the age without a gateway (median {:.2} ms, 99 % {:.2} ms).
- **Memory**: the resident memory of the gateway's process.
- The benchmark checks that each gateway has metered every stream.
",
        FAST.0,
        FAST.1,
        direct.rate,
        PACED.0,
        PACED.2 / 1000,
        direct.p50 / 1e6,
        direct.p99 / 1e6,
    )?;
    Ok(text)
}
