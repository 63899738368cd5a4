//! On how many servers Ansible works at once: on all of them, as far as this machine bears it.

use std::num::NonZero;

/// More at once would wait for each other: Ansible's own process hands out every task and hears of each, one after the other.
const MOST: usize = 50;
/// A fork mostly waits for its server; so many keep a core busy all the same.
const OF_A_CORE: usize = 25;
/// What one may take. At rest it was 33 MiB, half of it shared; its ssh and what it hears of its server come on top.
const MEMORY: usize = 128 << 20;

/// For so many servers, on this machine.
pub(super) fn forks(servers: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let memory = fs_err::read_to_string("/proc/meminfo").ok();
    bounded(servers, cores, memory.as_deref().and_then(available))
}

/// `memory` in bytes; `None` where it is not known.
fn bounded(servers: usize, cores: usize, memory: Option<usize>) -> usize {
    let fit = memory.map_or(MOST, |memory| memory / MEMORY);
    servers
        .min(MOST)
        .min(cores.saturating_mul(OF_A_CORE))
        .min(fit)
        .max(1)
}

/// What could be had without swapping.
fn available(meminfo: &str) -> Option<usize> {
    let mut lines = meminfo.lines();
    let kib = lines.find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: usize = kib.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: usize = 1 << 30;

    #[test]
    fn every_server_of_a_small_fleet_has_one_and_of_a_large_one_as_many_as_are_of_use() {
        for (servers, forks) in [(0, 1), (1, 1), (3, 3), (50, 50), (100, 50), (1000, 50)] {
            assert_eq!(bounded(servers, 4, Some(14 * GIB)), forks, "{servers}");
            assert_eq!(bounded(servers, 4, None), forks, "{servers}");
        }
    }

    #[test]
    fn a_small_machine_takes_fewer_and_never_none() {
        assert_eq!(bounded(100, 1, Some(14 * GIB)), 25);
        assert_eq!(bounded(100, 2, Some(4 * GIB)), 32);
        assert_eq!(bounded(100, 2, Some(0)), 1);
    }

    #[test]
    fn what_the_kernel_says_of_memory_is_understood() {
        let meminfo = "MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(available(meminfo), Some(2 << 20));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
    }
}
