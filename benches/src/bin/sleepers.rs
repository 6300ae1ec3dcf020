//! 100,000 actors in one process: made, put to sleep, and woken again. How fast, and what one costs awake and asleep.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin sleepers`; `ACTORS` changes their number.

use std::{
    fs,
    time::{Duration, Instant},
};

use callboard::prelude::*;
use callboard_benches::{memory_of, setting};
use futures_util::{StreamExt as _, stream};
use tokio::runtime::Handle;

#[derive(Default, Serialize, Deserialize)]
pub struct Counter {
    count: u64,
}

#[actor(sleep_timeout = "2s")]
impl Counter {
    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

/// Calls under way at once.
const CALLS: usize = 256;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let actors = setting("ACTORS", 100_000);
    let directory = tempfile::tempdir().unwrap();
    let registry = Registry::new().data_dir(directory.path()).register::<Counter>();
    let client = registry.client();
    add_to_all(&client, 0..1, 1).await;
    until_asleep().await;
    let before = (memory_of(std::process::id()), tasks());

    let made = add_to_all(&client, 1..actors, 1).await;
    println!("made and saved        {:>9.0} actors/s", actors as f64 / made.as_secs_f64());
    report("when all were made", actors, before);
    until_asleep().await;
    let woken = add_to_all(&client, 1..actors, 2).await;
    println!("woken, called, saved  {:>9.0} actors/s", actors as f64 / woken.as_secs_f64());
    until_asleep().await;
    // The allocator keeps what was freed. As many again find room in it, but for what the first ones still hold.
    let asleep = (memory_of(std::process::id()), tasks());
    add_to_all(&client, actors..2 * actors, 1).await;
    until_asleep().await;
    report("each more, asleep", actors, asleep);
    let size: u64 =
        fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    println!("on disk               {:>9.0} bytes an actor", size as f64 / (2 * actors) as f64);
    registry.stop().await;
}

async fn add_to_all(client: &Client, actors: std::ops::Range<usize>, expected: u64) -> Duration {
    let begun = Instant::now();
    stream::iter(actors)
        .for_each_concurrent(CALLS, async |n| {
            let count = client.get_or_create::<Counter>(n.to_string()).add().await.unwrap();
            assert_eq!(count, expected, "it kept its state");
        })
        .await;
    begun.elapsed()
}

/// The tasks of awake actors have ended.
async fn until_asleep() {
    tokio::time::sleep(Duration::from_secs(3)).await;
    while tasks() > 20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

fn report(when: &str, actors: usize, (bytes, had): (usize, usize)) {
    let each = memory_of(std::process::id()).saturating_sub(bytes) as f64 / actors as f64;
    let more = tasks().saturating_sub(had);
    println!("{when:<20}  {each:>9.0} bytes an actor, {more} tasks more than before");
}
