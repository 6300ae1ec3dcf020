//! callboard: an ephemeral counter, asked with an action that does not await, and with one that may.

use callboard::prelude::*;

use crate::Contender;

#[derive(Default)]
pub struct Counter {
    count: u64,
}

#[actor(ephemeral)]
impl Counter {
    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[action]
    async fn add_later(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

#[derive(Clone)]
pub struct Direct(CounterHandle);

#[derive(Clone)]
pub struct Queued(CounterHandle);

pub async fn start_direct() -> Direct {
    Direct(counter("direct").await)
}

pub async fn start_queued() -> Queued {
    Queued(counter("queued").await)
}

async fn counter(key: &str) -> CounterHandle {
    let counter = Registry::new().in_memory().register::<Counter>().client().get_or_create::<Counter>(key);
    counter.add().await.unwrap();
    counter
}

impl Contender for Direct {
    async fn ask(&self) -> u64 {
        self.0.add().await.unwrap()
    }

    async fn tell(&self) {
        retry(|| self.0.tell(CounterAction::Add {})).await;
    }
}

impl Contender for Queued {
    async fn ask(&self) -> u64 {
        self.0.add_later().await.unwrap()
    }

    async fn tell(&self) {
        retry(|| self.0.tell(CounterAction::AddLater {})).await;
    }
}

/// Its mailbox is bounded, the others' are not: who finds it full lets the actor run, and tries again.
async fn retry<F: Future<Output = Result<(), CallError>>>(mut tell: impl FnMut() -> F) {
    while tell().await.is_err() {
        tokio::task::yield_now().await;
    }
}
