//! callboard: an ephemeral counter, called with an action that does not await and with one that may; and a durable one
//! on `MemoryStore`, read and written.

use std::{any::Any, sync::Arc};

use callboard::{prelude::*, store::MemoryStore};

use super::Peer;

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

#[derive(Default, Serialize, Deserialize)]
pub struct Saved {
    count: u64,
}

#[actor]
impl Saved {
    #[action]
    fn add(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[action]
    fn count(&self) -> u64 {
        self.count
    }
}

/// A registry of both, and its store.
pub struct Host {
    registry: Registry,
    client: Client,
    store: Arc<MemoryStore>,
}

impl Host {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let registry = Registry::new().store(Arc::clone(&store)).register::<Counter>().register::<Saved>();
        Self { client: registry.client(), registry, store }
    }

    fn counter(&self, number: usize) -> CounterHandle {
        self.client.get_or_create::<Counter>(number.to_string())
    }

    fn saved(&self, number: usize) -> SavedHandle {
        self.client.get_or_create::<Saved>(number.to_string())
    }

    /// Leaves the store alone.
    async fn stop(self) -> Box<dyn Any> {
        let Self { registry, client, store } = self;
        registry.stop().await;
        drop((registry, client));
        while Arc::strong_count(&store) > 1 {
            tokio::task::yield_now().await;
        }
        Box::new(store)
    }
}

#[derive(Clone)]
pub struct Fn(CounterHandle);

impl Peer for Fn {
    const NAME: &str = "callboard, fn";

    type Host = Host;

    async fn host() -> Host {
        Host::new()
    }

    async fn start(host: &Host, number: usize) -> Self {
        Self(host.counter(number))
    }

    async fn ask(&self) -> u64 {
        taken(|| self.0.add()).await
    }

    async fn tell(&self) {
        taken(|| self.0.tell(CounterAction::Add {})).await;
    }
}

#[derive(Clone)]
pub struct Async(CounterHandle);

impl Peer for Async {
    const NAME: &str = "callboard, async fn";

    type Host = Host;

    async fn host() -> Host {
        Host::new()
    }

    async fn start(host: &Host, number: usize) -> Self {
        Self(host.counter(number))
    }

    async fn ask(&self) -> u64 {
        taken(|| self.0.add_later()).await
    }

    async fn tell(&self) {
        taken(|| self.0.tell(CounterAction::AddLater {})).await;
    }
}

#[derive(Clone)]
pub struct DurableWrite(SavedHandle);

impl Peer for DurableWrite {
    const NAME: &str = "callboard, durable write";

    type Host = Host;

    async fn host() -> Host {
        Host::new()
    }

    async fn start(host: &Host, number: usize) -> Self {
        Self(host.saved(number))
    }

    async fn ask(&self) -> u64 {
        taken(|| self.0.add()).await
    }

    async fn tell(&self) {
        taken(|| self.0.tell(SavedAction::Add {})).await;
    }

    async fn stop(host: Host) -> Box<dyn Any> {
        host.stop().await
    }
}

#[derive(Clone)]
pub struct DurableRead(SavedHandle);

impl Peer for DurableRead {
    const NAME: &str = "callboard, durable read";
    const ADDS: bool = false;

    type Host = Host;

    async fn host() -> Host {
        Host::new()
    }

    async fn start(host: &Host, number: usize) -> Self {
        Self(host.saved(number))
    }

    async fn ask(&self) -> u64 {
        taken(|| self.0.count()).await
    }

    async fn tell(&self) {
        taken(|| self.0.tell(SavedAction::Count {})).await;
    }
}

/// A full mailbox refuses what comes: the actor must run before the next attempt.
async fn taken<T, F: Future<Output = Result<T, CallError>>>(mut call: impl FnMut() -> F) -> T {
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(CallError::Fault(fault)) if fault.is("actor", "overloaded") => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}
