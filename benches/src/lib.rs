//! What the benchmarks share.

pub mod peers;
pub mod raw_client;

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use callboard::Limits;
use rustix::time::{ClockId, clock_gettime};

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

/// What something took, by the clock and of all processors.
#[derive(Clone, Copy)]
pub struct Cost {
    pub time: Duration,
    pub cpu: Duration,
}

/// Measures from when it is made.
pub struct Stopwatch {
    begun: Instant,
    cpu: Duration,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self { begun: Instant::now(), cpu: cpu_time() }
    }

    pub fn cost(&self) -> Cost {
        Cost { time: self.begun.elapsed(), cpu: cpu_time() - self.cpu }
    }
}

/// Of all threads of this process, in the kernel too.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().expect("it is not negative")
}

/// Resident anonymous memory of a process, in bytes.
pub fn memory_of(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("the kernel counts it");
    let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("in KiB");
    kib * 1024
}

/// Seconds of CPU that a process has used, in the kernel too.
pub fn cpu_of(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("this is Linux");
    let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields: Vec<_> = fields.split_whitespace().collect();
    let ticks: f64 =
        [11, 12].map(|field| fields[field].parse::<f64>().expect("a number of ticks")).iter().sum();
    ticks / 100.0
}

/// Limits that one address cannot reach, for clients that answer no pings.
pub fn open_limits() -> Limits {
    let limits = Limits::default().connections(20_000).connections_per_address(20_000);
    let limits = limits.sockets(20_000).sockets_per_address(20_000);
    let limits = limits.actors_made_per_second(0).actors_made_per_second_per_address(0);
    limits.ping_interval(Duration::from_secs(24 * 60 * 60))
}

/// Runs code on this thread alone.
pub fn on_one_thread(code: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(code);
}

/// Waits for what must come soon. A server that has closed a connection would be waited for in vain.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("every event arrives within a minute")
}

/// Starts this program with these arguments on one core.
pub fn pinned(core: &str, args: &[&str]) -> Child {
    let this = env::current_exe().unwrap();
    // `taskset` becomes the program, so its process id is the program's.
    let mut command = Command::new("taskset");
    let command = command.args(["-c", core]).arg(this).args(args).stdout(Stdio::piped());
    command.spawn().expect("`taskset` is there")
}

/// The next line that a program prints.
pub fn line_of(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim().to_owned()
}
