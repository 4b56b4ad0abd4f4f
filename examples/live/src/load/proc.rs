//! What Linux says in /proc of processes and of itself. A figure that cannot be read is `None`, and shown as not known.

use std::fs;

/// Sums over processes; `None` if one of them cannot be read.
pub(super) fn resident_bytes(pids: &[u32]) -> Option<u64> {
    pids.iter().map(|pid| kib(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmRSS:")).sum()
}

/// Processor time that was used, in user space and in the kernel, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cpu {
    pub(super) user: f64,
    pub(super) kernel: f64,
}

impl Cpu {
    pub(super) fn since(self, before: Self) -> Self {
        Self { user: self.user - before.user, kernel: self.kernel - before.kernel }
    }

    pub(super) fn sum(self) -> f64 {
        self.user + self.kernel
    }
}

pub(super) fn cpu(pids: &[u32]) -> Option<Cpu> {
    let mut sum = Cpu { user: 0.0, kernel: 0.0 };
    for pid in pids {
        let one = cpu_of_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?;
        sum = Cpu { user: sum.user + one.user, kernel: sum.kernel + one.kernel };
    }
    Some(sum)
}

/// proc(5): fields 14 and 15 of a line whose second field is a name in parentheses, which may hold anything.
fn cpu_of_stat(stat: &str) -> Option<Cpu> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_ascii_whitespace().skip(11).map(|field| field.parse::<f64>().ok());
    let second = rustix::param::clock_ticks_per_second() as f64;
    Some(Cpu { user: ticks.next()?? / second, kernel: ticks.next()?? / second })
}

/// The processor time of all that runs on this machine, in seconds.
pub(super) fn machine() -> Option<f64> {
    busy_of_stat(&fs::read_to_string("/proc/stat").ok()?)
}

/// proc(5): user, nice, system, idle, iowait, irq, softirq, steal; what follows is within user and nice.
fn busy_of_stat(stat: &str) -> Option<f64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let ticks: Vec<f64> = fields.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    let idle = ticks.get(3)? + ticks.get(4)?;
    Some((ticks.iter().sum::<f64>() - idle) / rustix::param::clock_ticks_per_second() as f64)
}

/// What the kernel holds for sockets, all of this machine's: its slabs, and the pages of TCP's buffers.
pub(super) fn kernel_bytes() -> Option<u64> {
    let slab = kib(&fs::read_to_string("/proc/meminfo").ok()?, "Slab:")?;
    let pages = tcp_pages(&fs::read_to_string("/proc/net/sockstat").ok()?)?;
    Some(slab + pages * rustix::param::page_size() as u64)
}

fn tcp_pages(sockstat: &str) -> Option<u64> {
    let line = sockstat.lines().find(|line| line.starts_with("TCP:"))?;
    let mut words = line.split_ascii_whitespace().skip_while(|word| *word != "mem");
    words.nth(1)?.parse().ok()
}

/// How many connections listening sockets of this machine have dropped, because nobody accepted those before them.
pub(super) fn listen_drops() -> Option<u64> {
    counter(&fs::read_to_string("/proc/net/netstat").ok()?, "ListenDrops")
}

/// A line of names, and below it one of values.
fn counter(netstat: &str, name: &str) -> Option<u64> {
    let mut lines = netstat.lines().filter(|line| line.starts_with("TcpExt:"));
    let place = lines.next()?.split_ascii_whitespace().position(|word| word == name)?;
    lines.next()?.split_ascii_whitespace().nth(place)?.parse().ok()
}

/// How many ports a connection may have at this end.
pub(super) fn local_ports() -> Option<usize> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ends = range.split_ascii_whitespace().map(|end| end.parse::<usize>().ok());
    let (low, high) = (ends.next()??, ends.next()??);
    (high + 1).checked_sub(low)
}

/// The number after `name`, in bytes.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_writes_is_read() {
        assert_eq!(kib("VmHWM:\t    9 kB\nVmRSS:\t    5124 kB\n", "VmRSS:"), Some(5124 * 1024));
        let sockstat = "sockets: used 11\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 180\nUDP: inuse 0 mem 3\n";
        assert_eq!(tcp_pages(sockstat), Some(180));
        let netstat = "TcpExt: A ListenOverflows ListenDrops B\nTcpExt: 1 2 3 4\nIpExt: A\nIpExt: 9\n";
        assert_eq!(counter(netstat, "ListenDrops"), Some(3));
        let ticks = rustix::param::clock_ticks_per_second();
        let stat = format!("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 {} {} 0 0", 2 * ticks, 3 * ticks);
        let machine = format!("cpu  {ticks} 0 {ticks} 99 99 0 0 {ticks} 77 77\ncpu0 1 2 3\n");
        assert_eq!(busy_of_stat(&machine), Some(3.0));
        assert_eq!(cpu_of_stat(&stat), Some(Cpu { user: 2.0, kernel: 3.0 }));
    }

    #[test]
    fn this_process_and_this_machine_can_be_read() {
        let pids = [std::process::id()];
        assert!(resident_bytes(&pids).unwrap() > 100_000);
        assert!(cpu(&pids).unwrap().sum() <= machine().unwrap());
        assert!(kernel_bytes().unwrap() > 0 && listen_drops().is_some() && local_ports().unwrap() > 0);
        assert_eq!(resident_bytes(&[u32::MAX]), None);
    }
}
