//! No actor at all: a number behind tokio's lock. What it costs to take turns, and nothing else.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::Peer;

#[derive(Clone)]
pub struct Mutexed(Arc<Mutex<u64>>);

impl Peer for Mutexed {
    const NAME: &str = "bare tokio Mutex";
    const TELLS: bool = false;

    type Host = ();

    async fn host() {}

    async fn start((): &(), _: usize) -> Self {
        Self(Arc::default())
    }

    async fn ask(&self) -> u64 {
        let mut count = self.0.lock().await;
        *count += 1;
        *count
    }

    async fn tell(&self) {
        unreachable!("a lock is held by its caller");
    }
}
