//! In-process calls, beside a bare tokio loop, kameo and ractor: interleaved rounds in one process, ratios of medians.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml` prints a table; `ROUNDS` and `CALLS` change its size.

mod bare;
mod callboard_actor;
mod kameo_actor;
mod ractor_actor;

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// One way to ask a counter.
pub trait Contender: Clone + Send + Sync + 'static {
    /// Adds one, and returns the count.
    fn ask(&self) -> impl Future<Output = u64> + Send;
}

fn main() {
    let rounds = setting("ROUNDS", 9);
    let calls = setting("CALLS", 200_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        println!("asks in one process, {calls} a round, {rounds} interleaved rounds; ratio to the bare loop (less is better)");
        for callers in [1, 64] {
            compare(callers, calls, rounds).await;
        }
    });
}

async fn compare(callers: usize, calls: usize, rounds: usize) {
    let bare = bare::start();
    let direct = callboard_actor::start_direct().await;
    let queued = callboard_actor::start_queued().await;
    let kameo = kameo_actor::start();
    let ractor = ractor_actor::start().await;
    let names = ["bare mpsc + oneshot", "callboard, fn", "callboard, async fn", "kameo", "ractor"];
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..rounds {
        times[0].push(time(&bare, callers, calls).await);
        times[1].push(time(&direct, callers, calls).await);
        times[2].push(time(&queued, callers, calls).await);
        times[3].push(time(&kameo, callers, calls).await);
        times[4].push(time(&ractor, callers, calls).await);
    }
    println!("\n{callers} caller(s)");
    let base = median(&mut times[0].clone());
    for (name, times) in names.iter().zip(&mut times) {
        let median = median(times);
        let per_call = median.as_nanos() / calls as u128;
        let ratio = median.as_secs_f64() / base.as_secs_f64();
        let spread = times.last().unwrap().as_secs_f64() / times[0].as_secs_f64();
        println!("  {name:<22} {ratio:>6.2}   ({per_call} ns a call, slowest/fastest round {spread:.2})");
    }
}

async fn time<C: Contender>(contender: &C, callers: usize, calls: usize) -> Duration {
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let contender = contender.clone();
            tokio::spawn(async move {
                for _ in 0..calls / callers {
                    contender.ask().await;
                }
            })
        })
        .collect();
    futures_util::future::join_all(tasks).await;
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
