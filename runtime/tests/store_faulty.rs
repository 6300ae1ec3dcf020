//! The store that misbehaves on request does so, and no more than that.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::time::Duration;

use callboard::{
    store::{CommitOutcome, MemoryStore, Store},
    testing::FaultyStore,
};
use store_kit::{claimed, commit, create, created, record};
use tokio::time::{Instant, timeout};

#[tokio::test(start_paused = true)]
async fn untouched_it_is_the_store_it_wraps() {
    let store = FaultyStore::new(MemoryStore::new());
    let start = Instant::now();
    let room = created(&store, "room", ["a"]).await;
    assert_eq!(commit(&store, create(&record("room", ["a"]), "", [])).await, CommitOutcome::Taken);
    assert_eq!(claimed(&store, &room).await.epoch, 2);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn delays_are_of_tokios_clock() {
    let store = FaultyStore::new(MemoryStore::new());
    store.delay_batches(Duration::from_hours(1));
    let start = Instant::now();
    created(&store, "room", ["a"]).await;
    assert_eq!(start.elapsed(), Duration::from_hours(1));
    store.delay_batches(Duration::ZERO);
    created(&store, "room", ["b"]).await;
    assert_eq!(start.elapsed(), Duration::from_hours(1));
}

#[tokio::test]
async fn failed_batches_are_not_kept_and_lost_ones_are() {
    let store = FaultyStore::new(MemoryStore::new());
    store.fail_batches(2);
    store.lose_answers(1);
    let rooms = ["a", "b", "c", "d"].map(|key| record("room", [key]));
    let mut answers = Vec::new();
    for room in &rooms {
        answers.push(store.commit(vec![create(room, "", [])]).await.is_ok());
    }
    assert_eq!(answers, [false, false, false, true]);
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), rooms[2..]);
}

#[tokio::test(start_paused = true)]
async fn held_batches_go_on_when_every_hold_is_dropped() {
    let store = FaultyStore::new(MemoryStore::new());
    let (first, second) = (store.hold_batches(), store.hold_batches());
    let mut commit = tokio::spawn({
        let store = store.clone();
        async move { created(&store, "room", ["a"]).await }
    });
    store.batches_reach(1).await;
    drop(first);
    assert!(timeout(Duration::from_mins(1), &mut commit).await.is_err());
    assert!(store.list("room", None, usize::MAX).await.unwrap().is_empty());
    drop(second);
    let room = commit.await.unwrap();
    assert_eq!(store.list("room", None, usize::MAX).await.unwrap(), [room]);
}

#[tokio::test]
async fn batches_and_commits_are_counted() {
    let store = FaultyStore::new(MemoryStore::new());
    store.fail_batches(1);
    store
        .commit(vec![create(&record("room", ["a"]), "", []), create(&record("room", ["b"]), "", [])])
        .await
        .unwrap_err();
    store.commit(vec![]).await.unwrap();
    created(&store, "room", ["a"]).await;
    assert_eq!((store.batches(), store.commits()), (3, 3));
}
