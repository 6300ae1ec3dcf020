//! A wave of callers who are refused, each by a key of their own: what it costs, and that it leaves nothing behind.
//!
//! ```sh
//! cargo test --release -p callboard-tests --test refused_wave -- --ignored --nocapture
//! ```

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the measured form prints a table")]

use std::{fs, time::Instant};

use callboard::prelude::*;
use futures_util::{StreamExt as _, stream};

/// What the process may grow by, in KiB.
const ALLOWED: u64 = 16 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Inner {
    board: Vec<u64>,
}

/// Refused by the actor, which is made for that.
#[actor]
impl Inner {
    #[on_create]
    fn make() -> Self {
        Self { board: vec![0; 1_024] }
    }

    #[on_before_connect]
    fn admit(&self, welcome: bool) -> Result<(), Fault> {
        if welcome { Ok(()) } else { Err(Fault::new("app", "refused", "No.")) }
    }

    #[run]
    async fn run(_ctx: Ctx<Self>) {
        std::future::pending::<()>().await;
    }

    #[action]
    fn len(&self) -> usize {
        self.board.len()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Outer {
    board: Vec<u64>,
}

/// Refused before an actor is looked for.
#[actor]
impl Outer {
    #[on_before_connect]
    fn check(welcome: bool) -> Result<(), Fault> {
        if welcome { Ok(()) } else { Err(Fault::new("app", "refused", "No.")) }
    }

    #[action]
    fn len(&self) -> usize {
        self.board.len()
    }
}

/// Memory of this process that is its own, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Calls as many actors as this, of keys that begin so, and says how long one took, in microseconds.
async fn wave(client: &Client, calls: u32, prefix: &str, inner: bool, welcome: bool) -> f64 {
    let began = Instant::now();
    let calling = stream::iter(0..calls).for_each_concurrent(64, |number| async move {
        let key = format!("{prefix}{number}");
        let refused = if inner {
            client.get_or_create::<Inner>(key.as_str()).with_params(welcome).unwrap().len().await.is_err()
        } else {
            client.get_or_create::<Outer>(key.as_str()).with_params(welcome).unwrap().len().await.is_err()
        };
        assert_eq!(refused, !welcome, "{key}");
    });
    calling.await;
    began.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

async fn measure(calls: u32) {
    let registry = Registry::new().in_memory().register::<Inner>().register::<Outer>();
    let client = registry.client();
    for (name, inner) in [("without self", false), ("with self", true)] {
        // What the allocator keeps anyway.
        wave(&client, calls / 10, "first", inner, false).await;
        let before = resident();
        let cost = wave(&client, calls, "key", inner, false).await;
        let grown = resident().saturating_sub(before);
        println!("{name:14}{calls:>9} refused{cost:>9.2} us each, +{grown} KiB");
        assert!(grown < ALLOWED, "{name}: {calls} refusals left {grown} KiB");
    }
    // The negative control: who is let in has an actor each.
    let before = resident();
    let made = calls / 20;
    let cost = wave(&client, made, "made", true, true).await;
    let grown = resident().saturating_sub(before);
    println!("{:14}{made:>9} let in {cost:>9.2} us each, +{grown} KiB", "with self");
    assert!(grown > u64::from(made) * 8, "actors that are made are seen: {grown} KiB");
    registry.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_leaves_no_memory_behind() {
    measure(10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a release build"]
async fn measured() {
    measure(100_000).await;
}
