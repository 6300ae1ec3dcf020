//! Reads beside the writer: what they see, and what they cost it.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use callboard::store::{AlarmChange, AlarmKind, CommitOutcome, SqliteStore, Store};
use store_kit::{alarm, claimed, commit, create, record, save};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_is_asked_for_after_an_answer_sees_what_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&directory).unwrap());
    let tasks = ["a", "b", "c", "d"].map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut last = None;
            for n in 0..100 {
                let room = record(task, [n.to_string()]);
                assert_eq!(commit(&*store, create(&room, "", [])).await, CommitOutcome::Done);
                assert_eq!(store.find(task, &room.key).await.unwrap().as_ref(), Some(&room));
                assert_eq!(store.find_by_id(room.id).await.unwrap().as_ref(), Some(&room));
                assert_eq!(store.list(task, last, 10).await.unwrap(), std::slice::from_ref(&room));
                last = Some(room.id);
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    store.health().expect("its own commits are nobody else's");
}

/// Where at any moment somebody reads, SQLite alone never comes to begin its journal anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn reads_without_end_do_not_let_the_journal_grow_without_end() {
    const MIB: u64 = 1 << 20;
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&directory).unwrap());
    let rooms: Vec<_> = (0..2_000).map(|n| record("room", [n.to_string()])).collect();
    let batch = rooms.iter().map(|room| create(room, "", [AlarmChange::Set(alarm(7))])).collect();
    store.commit(batch).await.unwrap();
    let (ended, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    // Of both kinds, so that one always begins while another is under way.
    let readers = [0, 1, 2, 3, 4, 5].map(|n| {
        let (store, ended, reads) = (Arc::clone(&store), Arc::clone(&ended), Arc::clone(&reads));
        tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                let found = match n % 2 {
                    0 => store.list("room", None, 2_000).await,
                    _ => store.due(AlarmKind::WallClock, 7, 2_000).await,
                };
                assert_eq!(found.unwrap().len(), 2_000);
                reads.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let state = "x".repeat(1 << 20);
    let (mut written, mut longest) = (0, 0);
    for revision in 2..152 {
        for room in &rooms[..2] {
            assert_eq!(commit(&*store, save(room, 1, revision, &state, [])).await, CommitOutcome::Done);
            written += MIB;
            longest = longest.max(fs::metadata(directory.path().join("callboard.db-wal")).unwrap().len());
        }
    }
    ended.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(reads.load(Ordering::Relaxed) > 0 && written == 300 * MIB);
    assert!(longest < 80 * MIB, "{longest}");
    store.health().unwrap();
    assert_eq!(claimed(&*store, &rooms[0]).await.revision, 151);
}

#[tokio::test]
async fn a_page_may_be_longer_than_its_parts() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory).unwrap();
    let rooms: Vec<_> = (0..2_001).map(|n| record("room", [n.to_string()])).collect();
    store.commit(rooms.iter().map(|room| create(room, "", [])).collect()).await.unwrap();
    for limit in [999, 1_000, 1_001, 2_000, 2_001, usize::MAX] {
        assert_eq!(store.list("room", None, limit).await.unwrap(), rooms[..limit.min(2_001)], "{limit}");
        assert_eq!(store.list("room", Some(rooms[0].id), limit).await.unwrap()[0], rooms[1]);
    }
}
