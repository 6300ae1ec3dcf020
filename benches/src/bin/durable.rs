//! Durable acknowledgements per second, with 1, 64 and 1,000 busy actors, beside one `fdatasync` per write on the same
//! disk, interleaved in one run.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin durable`; `ROUNDS` and `MILLIS` (of a round) change
//! its size, `TMPDIR` the disk.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use callboard::prelude::*;
use callboard_benches::{median_of, setting};

/// An actor whose state is about as large as a row of 256 bytes.
#[derive(Serialize, Deserialize)]
pub struct Counter {
    count: u64,
    padding: String,
}

#[actor]
impl Counter {
    #[on_create]
    fn create() -> Self {
        Self { count: 0, padding: "x".repeat(200) }
    }

    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

/// How many actors, and how many callers each has.
const LOADS: [(usize, usize); 5] = [(1, 1), (1, 64), (64, 1), (64, 8), (1_000, 1)];

#[tokio::main(worker_threads = 2)]
async fn main() {
    let rounds = setting("ROUNDS", 7);
    let time = Duration::from_millis(setting("MILLIS", 1_000) as u64);
    let directory = tempfile::tempdir().unwrap();
    let registry = Registry::new().data_dir(directory.path().join("store")).register::<Counter>();
    let mut synced = Vec::new();
    let mut acknowledged = vec![Vec::new(); LOADS.len()];
    for _ in 0..rounds {
        synced.push(sync_each_write(directory.path(), time));
        for (load, rates) in LOADS.iter().zip(&mut acknowledged) {
            rates.push(call(&registry, *load, time).await);
        }
    }
    registry.stop().await;
    let base = median_of(&mut synced);
    println!("{rounds} interleaved rounds of {time:?}; medians");
    println!("  one fdatasync per 256 B write        {base:>9.0} /s");
    for ((actors, callers), rates) in LOADS.iter().zip(&mut acknowledged) {
        let rate = median_of(rates);
        println!(
            "  {actors:>5} actors, {callers:>2} callers each      {rate:>9.0} /s   {:>6.1} x",
            rate / base
        );
    }
}

/// Writes and syncs until the time is over.
fn sync_each_write(directory: &Path, time: Duration) -> f64 {
    let mut file = File::create(directory.join("synced")).unwrap();
    let begun = Instant::now();
    let mut writes = 0;
    while begun.elapsed() < time {
        file.write_all(&[b'x'; 256]).unwrap();
        file.sync_data().unwrap();
        writes += 1;
    }
    f64::from(writes) / begun.elapsed().as_secs_f64()
}

/// Calls until the time is over; each caller waits for its answer, which says that its addition is saved.
async fn call(registry: &Registry, (actors, callers): (usize, usize), time: Duration) -> f64 {
    let client = registry.client();
    let counters: Vec<_> = (0..actors).map(|n| client.get_or_create::<Counter>(n.to_string())).collect();
    // Awake before the time begins.
    futures_util::future::join_all(counters.iter().map(|counter| counter.add())).await;
    let begun = Instant::now();
    let tasks = (0..callers).flat_map(|_| counters.clone()).map(|counter| {
        tokio::spawn(async move {
            let mut answers = 0_u32;
            while begun.elapsed() < time {
                counter.add().await.unwrap();
                answers += 1;
            }
            answers
        })
    });
    let answers: u32 = futures_util::future::join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    f64::from(answers) / begun.elapsed().as_secs_f64()
}
