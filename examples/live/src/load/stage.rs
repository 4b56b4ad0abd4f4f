//! What each run needs: servers, its own or others', and workers that have opened their connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};

use super::crew::Crew;
use super::orders::Opening;
use super::proc::{self, Cpu};
use super::publish::Publisher;
use super::report::Report;
use super::servers::Servers;
use super::{ClientArgs, Failure, ServerArgs, UrlArgs, failure, plan};

/// So long nothing may move until a run is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Before memory is read, so that what is under way is done.
const SETTLE: Duration = Duration::from_millis(500);

pub(super) struct Stage {
    /// `None`, if they are others'.
    pub(super) servers: Option<Servers>,
    pub(super) crew: Crew,
    /// Of the servers, as far as they are known.
    pub(super) pids: Vec<u32>,
    connections: usize,
    opening: Opening,
}

/// What a stage held before the connections were open.
pub(super) struct Before {
    servers: Option<u64>,
    workers: Option<u64>,
    kernel: Option<u64>,
}

/// The processor time that was used up to now.
pub(super) struct Work {
    servers: Option<Cpu>,
    workers: Option<Cpu>,
    /// What else runs on this machine, and takes from them.
    others: Option<f64>,
}

impl Work {
    pub(super) fn show_since(&self, before: &Self, report: &mut Report) {
        let since = |now: Option<Cpu>, then: Option<Cpu>| Some(now?.since(then?));
        report.cpu("server_cpu_s", "servers, processor time", since(self.servers, before.servers));
        report.cpu("worker_cpu_s", "workers, processor time", since(self.workers, before.workers));
        let others = self.others.zip(before.others).map(|(now, then)| (now - then).max(0.0));
        report.figure("other_cpu_s", "all others, processor time", others, 2, "s");
    }
}

impl Stage {
    /// Over servers of its own.
    pub(super) async fn start(
        connections: usize,
        clients: &ClientArgs,
        args: &ServerArgs,
        one_store: bool,
    ) -> Result<Self, Failure> {
        let files = plan::raise_open_files();
        let workers = plan::clients(connections, clients.clients, files)?;
        let count = plan::servers(connections, args.servers, files)?;
        if one_store || args.log.is_some() {
            plan::check_store(count, args)?;
        }
        let servers = Servers::start(count, args).await?;
        let (pids, addresses) = (servers.pids(), plan::loopback(connections, servers.port()));
        Self::with(connections, clients, workers, Some(servers), pids, addresses, None)
    }

    /// Over servers that run.
    pub(super) async fn at(
        connections: usize,
        clients: &ClientArgs,
        url: &str,
        args: &UrlArgs,
    ) -> Result<Self, Failure> {
        let workers = plan::clients(connections, clients.clients, plan::raise_open_files())?;
        let host = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let Some(host) = host.filter(|host| !host.contains('/') && !host.is_empty()) else {
            return Err(failure(format!("--url takes http://HOST:PORT, and not {url:?}")));
        };
        let name = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let found =
            lookup_host(&name).await.map_err(|error| failure(format!("{url} cannot be found: {error}")))?;
        let Some(address) = found.into_iter().next() else {
            return Err(failure(format!("{url} has no address")));
        };
        let addresses = match args.addresses {
            Some(count) => plan::addresses(count, address.port()),
            None => vec![address],
        };
        plan::check_ports(connections, addresses.len())?;
        for address in &addresses {
            TcpStream::connect(address)
                .await
                .map_err(|error| failure(format!("{url} cannot be reached at {address}: {error}")))?;
        }
        Self::with(connections, clients, workers, None, args.pids.clone(), addresses, Some(host.to_owned()))
    }

    fn with(
        connections: usize,
        clients: &ClientArgs,
        workers: usize,
        servers: Option<Servers>,
        pids: Vec<u32>,
        addresses: Vec<SocketAddr>,
        host: Option<String>,
    ) -> Result<Self, Failure> {
        let host = host.unwrap_or_else(|| addresses[0].to_string());
        let path = "/load/events?from=now".to_owned();
        let opening =
            Opening { addresses, host, path, connections, at_once: clients.at_once, jitter: clients.jitter };
        Ok(Self { servers, crew: Crew::start(workers)?, pids, connections, opening })
    }

    pub(super) async fn before(&self) -> Before {
        tokio::time::sleep(SETTLE).await;
        self.memory()
    }

    fn memory(&self) -> Before {
        Before {
            servers: Some(&self.pids)
                .filter(|pids| !pids.is_empty())
                .and_then(|pids| proc::resident_bytes(pids)),
            workers: proc::resident_bytes(&self.crew.pids()),
            kernel: proc::kernel_bytes(),
        }
    }

    pub(super) fn work(&self) -> Work {
        let (servers, workers) = (proc::cpu(&self.pids), proc::cpu(&self.crew.pids()));
        let ours = [servers, workers, proc::cpu(&[std::process::id()])].into_iter().flatten().map(Cpu::sum);
        let others = proc::machine().map(|all| all - ours.sum::<f64>());
        Work { servers, workers, others }
    }

    /// Opens all connections; returns how long that took, once all clients are up.
    pub(super) async fn open(&mut self) -> Result<Duration, Failure> {
        let started = Instant::now();
        self.crew.open(&self.opening).await?;
        let total = self.connections;
        let up = self.crew.wait("connections open", total, PATIENCE, |progress| progress.up).await?;
        if up < total {
            let tally = self.crew.report(0).await?;
            if let Some(servers) = &mut self.servers {
                servers.check()?;
            }
            return Err(failure(format!(
                "{up} of {total} connections are open, and for {PATIENCE:?} there was not one more; lost or not made: {:?}",
                tally.losses
            )));
        }
        Ok(started.elapsed())
    }

    /// Publishes to the first address.
    pub(super) fn publisher(&self, rate: f64, size: usize) -> Publisher {
        let Opening { addresses, host, .. } = &self.opening;
        Publisher { address: addresses[0], host: host.clone(), rate, size }
    }

    /// The first rows of each report.
    pub(super) fn head(&self, report: &mut Report, opened: Duration) {
        report.count("connections", "connections", self.connections as u64);
        report.count("servers", "servers", self.pids.len() as u64);
        report.count("workers", "workers", self.crew.pids().len() as u64);
        report.count("addresses", "addresses", self.opening.addresses.len() as u64);
        let seconds = opened.as_secs_f64();
        report.figure("opened_s", "all open after", Some(seconds), 2, "s");
        report.figure("connects_per_s", "connects", Some(self.connections as f64 / seconds), 0, "a second");
    }

    /// What the connections hold, since then.
    pub(super) async fn memory_since(&self, before: &Before, report: &mut Report) {
        tokio::time::sleep(SETTLE).await;
        let now = self.memory();
        let added = |before: Option<u64>, now: Option<u64>| Some(now? as f64 - before? as f64);
        let connections = self.connections as u64;
        report.memory(
            "server_resident",
            "servers, resident",
            added(before.servers, now.servers),
            connections,
        );
        report.memory(
            "worker_resident",
            "workers, resident",
            added(before.workers, now.workers),
            connections,
        );
        report.memory("kernel", "kernel, both ends", added(before.kernel, now.kernel), connections);
    }
}
