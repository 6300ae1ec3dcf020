//! A disk that is full, or cannot be written: errors, and never a word that is not kept.
#![cfg(all(feature = "sqlite", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::{env, fs, path::Path, process::Command};

use callboard::store::{CommitOutcome, SqliteStore, Store};
use store_kit::{claimed, create, record, save};

/// Set for the processes of this test: what they are to do.
const STEP: &str = "CALLBOARD_TEST_STEP";

#[test]
fn a_file_that_may_not_grow_gives_errors_and_keeps_its_word() {
    // Writes beyond the limit fail as on a disk with errors, where the signal is ignored.
    let script =
        r#"(trap "" XFSZ; ulimit -f 8192; CALLBOARD_TEST_STEP=fill "$@") && CALLBOARD_TEST_STEP=check "$@""#;
    assert!(run(&["sh", "-c", script]));
}

#[test]
fn a_full_disk_gives_errors_and_keeps_its_word() {
    let namespace = ["unshare", "--mount", "--map-root-user", "sh", "-c"];
    let may_mount = r#"mount -t tmpfs tmpfs "$CALLBOARD_TEST_STORE""#;
    if !run(&[&namespace[..], &[may_mount]].concat()) {
        // Not every system lets a test mount something; the other test runs everywhere.
        return;
    }
    let script = r#"
        mount -t tmpfs -o size=4m tmpfs "$CALLBOARD_TEST_STORE" &&
        CALLBOARD_TEST_STEP=fill "$@" &&
        mount -o remount,size=64m "$CALLBOARD_TEST_STORE" &&
        CALLBOARD_TEST_STEP=check "$@""#;
    assert!(run(&[&namespace[..], &[script]].concat()));
}

#[test]
fn a_disk_that_cannot_be_written_is_refused_and_left_as_it_is() {
    let namespace = ["unshare", "--mount", "--map-root-user", "sh", "-c"];
    let may_mount = r#"mount -t tmpfs tmpfs "$CALLBOARD_TEST_STORE""#;
    if !run(&[&namespace[..], &[may_mount]].concat()) {
        // As above.
        return;
    }
    let script = r#"
        mount -t tmpfs tmpfs "$CALLBOARD_TEST_STORE" &&
        CALLBOARD_TEST_STEP=make "$@" &&
        mount -o remount,ro "$CALLBOARD_TEST_STORE" &&
        CALLBOARD_TEST_STEP=refuse "$@" &&
        mount -o remount,rw "$CALLBOARD_TEST_STORE" &&
        CALLBOARD_TEST_STEP=find "$@""#;
    assert!(run(&[&namespace[..], &[script]].concat()));
}

/// Runs a shell's script that runs the test `child` as `"$@"`.
fn run(command: &[&str]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    fs::create_dir(&store).unwrap();
    let status = Command::new(command[0])
        .args(&command[1..])
        .args(["sh", env::current_exe().unwrap().to_str().unwrap(), "--exact", "child", "--nocapture"])
        .env("CALLBOARD_TEST_STORE", store)
        .env("CALLBOARD_TEST_TOLD", directory.path().join("told"))
        .status();
    status.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn child() {
    let Ok(step) = env::var(STEP) else { return };
    let store = SqliteStore::open(env::var_os("CALLBOARD_TEST_STORE").unwrap());
    if step == "refuse" {
        let refusal = store.unwrap_err().to_string();
        assert!(refusal.contains("callboard.db` cannot be opened"), "{refusal}");
        return;
    }
    let (store, told) = (store.unwrap(), env::var_os("CALLBOARD_TEST_TOLD").unwrap());
    let room = record("room", ["kept"]);
    match step.as_str() {
        "fill" => fill(&store, told.as_ref()).await,
        "check" => check(&store, told.as_ref()).await,
        "make" => {
            assert_eq!(store.commit(vec![create(&room, "kept", [])]).await.unwrap(), [CommitOutcome::Done]);
        }
        "find" => assert_eq!(claimed(&store, &room).await.state, "kept"),
        _ => unreachable!("{step} is no step"),
    }
}

/// Commits until nothing more is taken, and notes what was done.
async fn fill(store: &SqliteStore, told: &Path) {
    let small = "small".repeat(100);
    let room = record("room", ["updated"]);
    assert_eq!(store.commit(vec![create(&room, &small, [])]).await.unwrap(), [CommitOutcome::Done]);
    let mut revision = 1;

    for round in 0..3 {
        let huge = || create(&record("huge", [round.to_string()]), &"huge".repeat(3_000_000), []);
        let error = store.commit(vec![huge()]).await.expect_err("more than there is room for");
        assert!(error.to_string().contains("callboard.db` failed"), "{error}");
        // And what there is room for goes on, even if it comes together with that.
        revision += 1;
        let next = create(&record("room", [round.to_string()]), "", []);
        let batch = vec![huge(), save(&room, 1, revision, &small, []), huge(), next];
        let [failed, done] = [CommitOutcome::Failed, CommitOutcome::Done];
        assert_eq!(store.commit(batch).await.unwrap(), [failed, done, failed, done]);
        assert!(store.list("huge", None, usize::MAX).await.unwrap().is_empty(), "nothing of it was kept");
    }

    // Nor do many saves need more room than few: the journal's is used again.
    for _ in 0..1_500 {
        revision += 1;
        assert_eq!(
            store.commit(vec![save(&room, 1, revision, &small, [])]).await.unwrap(),
            [CommitOutcome::Done]
        );
    }

    let mut kept = Vec::new();
    let error = loop {
        let filler = record("filler", [kept.len().to_string()]);
        match store.commit(vec![create(&filler, &"filler".repeat(2_000), [])]).await {
            Ok(outcomes) => {
                assert_eq!(outcomes, [CommitOutcome::Done]);
                kept.push(filler.key.to_string());
                assert!(kept.len() < 10_000, "it has no end");
            }
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("callboard.db` failed"), "{error}");
    assert!(!kept.is_empty());
    // What is there can still be read.
    assert!(store.list("filler", None, usize::MAX).await.unwrap().len() >= kept.len());
    fs::write(told, format!("{revision} {}", kept.len())).unwrap();
}

async fn check(store: &SqliteStore, told: &Path) {
    let told = fs::read_to_string(told).unwrap();
    let (revision, kept) = told.split_once(' ').unwrap();
    assert!(claimed(store, &record("room", ["updated"])).await.revision >= revision.parse().unwrap());
    for n in 0..kept.parse::<usize>().unwrap() {
        assert_eq!(claimed(store, &record("filler", [n.to_string()])).await.state, "filler".repeat(2_000));
    }
}
