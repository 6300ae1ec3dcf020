//! The directory of a registry: it is opened at the first use, and free once the registry has stopped.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gateway;

use std::{path::Path, sync::Arc};

use callboard::{
    Client, Registry,
    prelude::*,
    store::{SqliteStore, Store},
};
use gateway::Server;
use tempfile::tempdir;
use tokio::{net::TcpListener, sync::oneshot};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Counter {
    count: u32,
}

#[actor(sleep_timeout = "1h")]
impl Counter {
    #[action]
    fn add(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    /// Keeps the clock busy with it.
    #[action]
    fn tick(&mut self, ctx: &Ctx<Self>) {
        ctx.every(std::time::Duration::from_millis(1), CounterAction::Add {}).unwrap();
    }
}

fn registry(directory: &Path) -> Registry {
    Registry::new().data_dir(directory).register::<Counter>()
}

fn counter(client: &Client) -> CounterHandle {
    client.get_or_create::<Counter>("it")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_is_free_when_stop_returns_whoever_has_clients_still() {
    let directory = tempdir().unwrap();
    let mut held = Vec::new();
    for count in 1..=50 {
        let registry = registry(directory.path());
        let handle = counter(&registry.client());
        let line = handle.connect();
        assert_eq!(line.add().await.unwrap(), count, "what was there before");
        registry.client().get_or_create::<Counter>("busy").tick().await.unwrap();
        registry.stop().await;
        drop(SqliteStore::open(&directory).unwrap());
        assert!(handle.add().await.unwrap_err().fault().unwrap().is("guard", "service_unavailable"));
        held.push((registry, handle, line));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_is_free_when_serving_ends() {
    let directory = tempdir().unwrap();
    let mut held = Vec::new();
    for count in 1..=50 {
        let registry = registry(directory.path());
        let client = registry.client();
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let serving = tokio::spawn(registry.serve_listener(listener, async { stopped.await.unwrap_or(()) }));
        assert_eq!(counter(&client).add().await.unwrap(), count);
        stop.send(()).unwrap();
        serving.await.unwrap().unwrap();
        drop(SqliteStore::open(&directory).unwrap());
        held.push(client);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_being_opened_is_free_when_stop_returns() {
    let directory = tempdir().unwrap();
    for _ in 0..50 {
        let registry = registry(directory.path());
        let client = registry.client();
        let call = tokio::spawn(async move { counter(&client).add().await });
        tokio::task::yield_now().await;
        registry.stop().await;
        drop(SqliteStore::open(&directory).unwrap());
        // It was taken, or it was not.
        let _ = call.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stops_a_registry_meanwhile_waits_for_the_same() {
    let directory = tempdir().unwrap();
    let registry = Arc::new(registry(directory.path()));
    counter(&registry.client()).add().await.unwrap();
    let stops = [(); 4].map(|()| {
        let (registry, directory) = (Arc::clone(&registry), directory.path().to_owned());
        tokio::spawn(async move {
            registry.stop().await;
            SqliteStore::open(directory).map(drop).err().map(|error| error.to_string())
        })
    });
    for stopped in stops {
        // Another of these may have it open for a moment.
        assert!(stopped.await.unwrap().is_none_or(|error| error.contains("in use")));
    }
    drop(SqliteStore::open(&directory).unwrap());
}

#[tokio::test]
async fn a_store_that_is_given_away_is_closed_and_one_that_is_shared_is_not() {
    let directory = tempdir().unwrap();
    let given = Registry::new().store(SqliteStore::open(&directory).unwrap()).register::<Counter>();
    assert_eq!(counter(&given.client()).add().await.unwrap(), 1);
    given.stop().await;
    let shared = Arc::new(SqliteStore::open(&directory).unwrap());
    for count in 2..=3 {
        let registry = Registry::new().store(Arc::clone(&shared)).register::<Counter>();
        assert_eq!(counter(&registry.client()).add().await.unwrap(), count);
        registry.stop().await;
    }
    shared.list("Counter", None, usize::MAX).await.expect("it is open");
}

#[tokio::test]
async fn a_closed_store_says_so_and_can_be_closed_again() {
    let directory = tempdir().unwrap();
    let store = SqliteStore::open(&directory).unwrap();
    tokio::join!(store.close(), store.close());
    let again = SqliteStore::open(&directory).unwrap();
    store.close().await;
    let refused = store.list("Counter", None, usize::MAX).await.unwrap_err();
    assert_eq!(refused.to_string(), "the store is closed");
    again.list("Counter", None, usize::MAX).await.unwrap();
}

#[tokio::test]
async fn clients_over_the_network_learn_that_a_store_is_unavailable_and_not_why() {
    let directory = tempdir().unwrap();
    let held = SqliteStore::open(&directory).unwrap();
    let registry = registry(directory.path());
    let server = Server::nested(&registry).await;
    let counter = counter(&Client::new(&format!("http://{}", server.address)).unwrap());
    let fault = counter.add().await.unwrap_err().fault().cloned().unwrap();
    assert_eq!((fault.group(), fault.code(), fault.status().as_u16()), ("store", "unavailable", 503));
    assert_eq!(fault.to_string(), "The store is unavailable (store.unavailable)");
    assert!(fault.error_id().is_some());
    let refused = counter.connect().opened().await.unwrap_err();
    assert_eq!(refused.to_string(), "The store is unavailable (store.unavailable)");
    let path = "/gateway/counter/action/add?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=it";
    let raw = server.http(&format!("POST {path}"), &[], b"{}").await;
    assert_eq!((raw.status, raw.error().as_str()), (503, "store.unavailable"));
    assert!(!String::from_utf8_lossy(&raw.body).contains("callboard.db"), "{raw:?}");
    drop(held);
    assert_eq!(counter.add().await.unwrap(), 1, "it is tried again");
}
