//! Calls in one process, beside a bare tokio loop, a bare lock, kameo, ractor, actix and xtra: interleaved rounds, and
//! in each of them the ratio to the bare loop.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin calls` prints a table for each way to call, on a
//! runtime of one thread and on one of two workers. `ROUNDS` and `MILLIS` (of a round) change its size, `ONLY` names
//! the one way (`ask 64`) that is wanted.

use std::{
    env, fmt,
    pin::Pin,
    time::{Duration, Instant},
};

use callboard_benches::{
    Cost, Stopwatch, median_of,
    peers::{
        Actix, Async, Bare, DurableRead, DurableWrite, Fn, Kameo, Mutexed, Peer, Ractor, Xtra, on_threads,
    },
    setting,
};

/// So many callers at once, each of them one call after the other.
#[derive(Clone, Copy)]
enum Way {
    Ask(usize),
    Tell(usize),
}

const WAYS: [Way; 4] = [Way::Ask(1), Way::Ask(64), Way::Tell(1), Way::Tell(8)];

/// How many calls are made between two looks at the clock.
const CALLS_PER_LOOK: u64 = 32;

/// In nanoseconds.
struct PerCall {
    time: f64,
    cpu: f64,
}

fn main() {
    let rounds = setting("ROUNDS", 25);
    let limit = Duration::from_millis(setting("MILLIS", 20) as u64);
    println!(
        "{rounds} interleaved rounds of {limit:?} each; medians of the time and CPU time of a call, less is better:"
    );
    println!("ratios to the bare loop in the same round, nanoseconds, slowest round / fastest");
    for threads in [1, 2] {
        on_threads(threads, compare(threads, rounds, limit));
    }
}

async fn compare(threads: usize, rounds: usize, limit: Duration) {
    let peers = start_all().await;
    let only = env::var("ONLY").ok();
    for way in WAYS.into_iter().filter(|way| only.as_ref().is_none_or(|only| *only == way.to_string())) {
        let peers: Vec<_> = peers.iter().filter(|peer| peer.can(way)).collect();
        let mut costs: Vec<_> = peers.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for (peer, costs) in peers.iter().zip(&mut costs) {
                costs.push(peer.measure(way, limit).await);
            }
        }
        let title = format!("{way}, {threads} thread{}", if threads == 1 { "" } else { "s" });
        println!("\n{title:<26}  time    CPU      ns  CPU ns  spread");
        for (peer, own) in peers.iter().zip(&costs) {
            report(peer.name(), own, &costs[0]);
        }
    }
}

/// The bare loop is the first.
async fn start_all() -> Vec<Box<dyn Measured>> {
    vec![
        start::<Bare>().await,
        start::<Mutexed>().await,
        start::<Fn>().await,
        start::<Async>().await,
        start::<DurableRead>().await,
        start::<DurableWrite>().await,
        start::<Kameo>().await,
        start::<Ractor>().await,
        start::<Actix>().await,
        start::<Xtra>().await,
    ]
}

async fn start<P: Peer>() -> Box<dyn Measured> {
    // All that it shares lives as long as this process.
    let host = Box::leak(Box::new(P::host().await));
    Box::new(P::start(host, 0).await)
}

/// A peer whose type does not matter any more.
trait Measured {
    fn name(&self) -> &'static str;
    fn can(&self, way: Way) -> bool;
    fn measure(&self, way: Way, limit: Duration) -> Pin<Box<dyn Future<Output = PerCall> + '_>>;
}

impl<P: Peer> Measured for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn can(&self, way: Way) -> bool {
        matches!(way, Way::Ask(_)) || P::TELLS && P::ADDS
    }

    fn measure(&self, way: Way, limit: Duration) -> Pin<Box<dyn Future<Output = PerCall> + '_>> {
        Box::pin(measure(self, way, limit))
    }
}

/// Until the last call has run.
async fn measure<P: Peer>(peer: &P, way: Way, limit: Duration) -> PerCall {
    let (Way::Ask(callers) | Way::Tell(callers)) = way;
    let before = peer.ask().await;
    let watch = Stopwatch::start();
    let tasks: Vec<_> = (0..callers).map(|_| tokio::spawn(call(peer.clone(), way, limit))).collect();
    let calls: u64 = futures_util::future::join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    let mut last = 0;
    while P::ADDS && last < calls {
        // xtra's mailbox keeps no order: an ask may run before what was told earlier.
        last = peer.ask().await - before - 1;
    }
    let Cost { time, cpu } = watch.cost();
    let each = |cost: Duration| cost.as_secs_f64() * 1e9 / calls as f64;
    PerCall { time: each(time), cpu: each(cpu) }
}

/// Calls until the time is over, and returns how often. The clock costs as much as a fast call, so it is read rarely.
async fn call<P: Peer>(peer: P, way: Way, limit: Duration) -> u64 {
    let begun = Instant::now();
    let mut calls = 0;
    while begun.elapsed() < limit {
        for _ in 0..CALLS_PER_LOOK {
            match way {
                Way::Ask(_) => drop(peer.ask().await),
                Way::Tell(_) => peer.tell().await,
            }
        }
        calls += CALLS_PER_LOOK;
    }
    calls
}

fn report(name: &str, costs: &[PerCall], base: &[PerCall]) {
    let median = |of: fn(&PerCall, &PerCall) -> f64| {
        median_of(&mut costs.iter().zip(base).map(|(own, base)| of(own, base)).collect::<Vec<_>>())
    };
    let time_ratio = median(|own, base| own.time / base.time);
    let cpu_ratio = median(|own, base| own.cpu / base.cpu);
    let (time, cpu) = (median(|own, _| own.time), median(|own, _| own.cpu));
    let times = || costs.iter().map(|own| own.time);
    let spread = times().fold(0.0, f64::max) / times().fold(f64::MAX, f64::min);
    println!("  {name:<24} {time_ratio:>5.2}  {cpu_ratio:>5.2}  {time:>6.0}  {cpu:>6.0}  {spread:>6.2}");
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask(callers) => write!(f, "ask {callers}"),
            Self::Tell(callers) => write!(f, "tell {callers}"),
        }
    }
}
