//! How many processes and addresses a run needs, by the limits of this machine; what it lacks is said before anything starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rustix::process::{Resource, getrlimit, setrlimit};

use super::{Failure, ServerArgs, failure, proc};

/// What a process has open beside its connections: a listener, a log, pipes, what the runtime has.
const OTHER_FILES: usize = 100;
/// The kernel spreads connections over servers that share a port by chance: the fullest has a few percent more than its share.
const SPREAD: f64 = 1.05;
/// So many connections at most from here to one address. It has some 28,000 ports for them, but to find a free one takes the kernel
/// ever longer the more are taken, and after a cut the old ones rest for a while.
const PER_ADDRESS: usize = 8_000;

/// How many files a process may have open, after raising that as far as it may be raised. Children have the same limit.
pub(super) fn raise_open_files() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = raised;
        }
    }
    limit.current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// The number of servers for so many connections.
pub(super) fn servers(connections: usize, asked: Option<usize>, files: usize) -> Result<usize, Failure> {
    let room = files.saturating_sub(OTHER_FILES);
    let needed = ((connections as f64 * SPREAD) as usize).div_ceil(room.max(1)).max(1);
    match asked {
        // One server takes all, and no chance is in it.
        Some(1) | None if connections <= room => Ok(asked.unwrap_or(1)),
        Some(asked) if asked < needed => Err(failure(format!(
            "a process may have {files} files open here, too few for {connections} connections to {asked} \
             server(s): take --servers {needed}, or raise the limit (`ulimit -n`)"
        ))),
        Some(asked) => Ok(asked),
        None => Ok(needed),
    }
}

/// The number of workers for so many connections.
pub(super) fn clients(connections: usize, asked: Option<usize>, files: usize) -> Result<usize, Failure> {
    let room = files.saturating_sub(OTHER_FILES);
    let needed = connections.div_ceil(room.max(1)).max(1);
    match asked {
        Some(asked) if asked < needed => Err(failure(format!(
            "a process may have {files} files open here, too few for {connections} connections from {asked} \
             worker(s): take --clients {needed}, or raise the limit (`ulimit -n`)"
        ))),
        Some(asked) => Ok(asked),
        None => Ok(needed),
    }
}

/// The servers of one run have to share a store, if each event is to come to all their clients.
pub(super) fn check_store(servers: usize, args: &ServerArgs) -> Result<(), Failure> {
    if servers > 1 && args.store.is_none() {
        return Err(failure(format!(
            "{servers} servers cannot share a log: give them --store redis://HOST:PORT/, or take fewer connections"
        )));
    }
    Ok(())
}

/// Addresses of this machine, for servers that listen on all of them.
pub(super) fn loopback(connections: usize, port: u16) -> Vec<SocketAddr> {
    addresses(connections.div_ceil(PER_ADDRESS).max(1), port)
}

/// The first ones of 127.0.0.1, 127.0.0.2 and so on.
pub(super) fn addresses(count: usize, port: u16) -> Vec<SocketAddr> {
    let first = u32::from(Ipv4Addr::LOCALHOST);
    let last = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    (first..last).map(|address| SocketAddr::new(IpAddr::V4(Ipv4Addr::from(address)), port)).collect()
}

/// Whether there are ports enough from here to these addresses.
pub(super) fn check_ports(connections: usize, addresses: usize) -> Result<(), Failure> {
    let Some(ports) = proc::local_ports() else { return Ok(()) };
    if connections > ports * addresses {
        return Err(failure(format!(
            "there are {ports} ports from here to one address (net.ipv4.ip_local_port_range), too few for \
             {connections} connections to {addresses}: take --addresses {}, if the server listens on all of \
             127.0.0.1, 127.0.0.2 and so on",
            connections.div_ceil(PER_ADDRESS)
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_processes_as_the_limit_asks_for() {
        assert_eq!(servers(19_900, None, 20_000).unwrap(), 1);
        assert_eq!(servers(100_000, None, 20_000).unwrap(), 6);
        assert_eq!(servers(100, Some(3), 20_000).unwrap(), 3);
        assert_eq!(servers(19_900, Some(1), 20_000).unwrap(), 1);
        assert!(servers(20_000, Some(1), 20_000).unwrap_err().0.contains("--servers 2,"));
        assert_eq!(clients(100_000, None, 20_000).unwrap(), 6);
        assert_eq!(clients(1, None, 20_000).unwrap(), 1);
        assert!(clients(20_000, Some(1), 20_000).unwrap_err().0.contains("--clients 2,"));
        assert!(servers(10, None, 50).is_ok(), "the servers say that they have too few");
    }

    #[test]
    fn addresses_are_taken_in_turn() {
        let found = loopback(100_000, 80);
        assert_eq!(found.len(), 13);
        assert_eq!(
            [found[0], found[12]].map(|address| address.to_string()),
            ["127.0.0.1:80", "127.0.0.13:80"]
        );
        assert_eq!(loopback(1, 80).len(), 1);
        let error = check_ports(1_000_000, 1).unwrap_err().0;
        assert!(error.contains("ip_local_port_range") && error.contains("--addresses 125"), "{error}");
    }
}
