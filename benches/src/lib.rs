//! What the benchmarks share.

use std::{env, time::Duration};

/// A number from the environment.
pub fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// The one in the middle; sorts them.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The one in the middle; sorts them.
pub fn median_of(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Resident anonymous memory of a process, in bytes.
pub fn memory_of(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("the kernel counts it");
    let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("in KiB");
    kib * 1024
}
