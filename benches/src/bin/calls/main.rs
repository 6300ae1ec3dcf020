//! Asks and tells in one process, beside a bare tokio loop, kameo and ractor: interleaved rounds, ratios of medians.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin calls` prints a table; `ROUNDS` and `CALLS` change
//! its size.

mod bare;
mod callboard_actor;
mod kameo_actor;
mod ractor_actor;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use callboard_benches::{median, setting};

/// One way to call a counter.
pub trait Contender: Clone + Send + Sync + 'static {
    /// Adds one, and returns the count.
    fn ask(&self) -> impl Future<Output = u64> + Send;

    /// Adds one, some time later.
    fn tell(&self) -> impl Future<Output = ()> + Send;
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Ask,
    Tell,
}

const NAMES: [&str; 5] = ["bare mpsc + oneshot", "callboard, fn", "callboard, async fn", "kameo", "ractor"];

#[tokio::main(worker_threads = 2)]
async fn main() {
    let rounds = setting("ROUNDS", 9);
    let calls = setting("CALLS", 200_000);
    println!("{calls} calls a round, {rounds} interleaved rounds; ratio to the bare loop (less is better)");
    for way in [Way::Ask, Way::Tell] {
        for callers in [1, 64] {
            compare(way, callers, calls, rounds).await;
        }
    }
}

async fn compare(way: Way, callers: usize, calls: usize, rounds: usize) {
    let bare = bare::start();
    let direct = callboard_actor::start_direct().await;
    let queued = callboard_actor::start_queued().await;
    let kameo = kameo_actor::start();
    let ractor = ractor_actor::start().await;
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..rounds {
        times[0].push(time(&bare, way, callers, calls).await);
        times[1].push(time(&direct, way, callers, calls).await);
        times[2].push(time(&queued, way, callers, calls).await);
        times[3].push(time(&kameo, way, callers, calls).await);
        times[4].push(time(&ractor, way, callers, calls).await);
    }
    println!("\n{way:?}, {callers} caller(s)");
    let base = median(&mut times[0]);
    for (name, times) in NAMES.iter().zip(&mut times) {
        let median = median(times);
        let per_call = median.as_nanos() / calls as u128;
        let ratio = median.as_secs_f64() / base.as_secs_f64();
        let spread = times.last().unwrap().as_secs_f64() / times[0].as_secs_f64();
        println!("  {name:<22} {ratio:>6.2}   ({per_call} ns a call, slowest/fastest round {spread:.2})");
    }
}

/// Until the last call has run.
async fn time<C: Contender>(contender: &C, way: Way, callers: usize, calls: usize) -> Duration {
    let before = contender.ask().await;
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let contender = contender.clone();
            tokio::spawn(async move {
                for _ in 0..calls / callers {
                    match way {
                        Way::Ask => drop(contender.ask().await),
                        Way::Tell => contender.tell().await,
                    }
                }
            })
        })
        .collect();
    futures_util::future::join_all(tasks).await;
    let count = contender.ask().await;
    let elapsed = start.elapsed();
    assert_eq!(count, before + (calls / callers * callers) as u64 + 1, "every call ran");
    elapsed
}
