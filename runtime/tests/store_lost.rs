//! Files that are deleted, moved, replaced or written by another program while a store has them open.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod capture;
mod gateway;
mod store_kit;

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use callboard::{
    Registry,
    prelude::*,
    store::{CommitOutcome, SqliteStore, Store},
};
use capture::Capture;
use gateway::Server;
use rusqlite::Connection;
use store_kit::{claimed, commit, create, created, record, save};
use tempfile::{TempDir, tempdir};
use tracing::Level;

/// Set for a second process of this test: the SQL that it is to run, and on which file.
const SQL: &str = "CALLBOARD_TEST_SQL";
const FILE: &str = "CALLBOARD_TEST_FILE";

/// A store in a directory that can be moved, with an actor in it that was saved.
struct World {
    parent: TempDir,
    store: SqliteStore,
}

impl World {
    async fn new() -> Self {
        let parent = tempdir().unwrap();
        let store = SqliteStore::open(parent.path().join("data")).unwrap();
        created(&store, "room", ["kept"]).await;
        store.health().unwrap();
        Self { parent, store }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.parent.path().join(name)
    }

    /// Everything that is asked of it is refused. Returns why.
    async fn refuses_everything(&self) -> String {
        refuses_everything(&self.store).await
    }
}

async fn refuses_everything(store: &SqliteStore) -> String {
    let saved = store.commit(vec![create(&record("room", ["lost"]), "", [])]).await.unwrap_err();
    let errors = [
        store.health().unwrap_err(),
        store.find("room", &"kept".into()).await.unwrap_err(),
        store.list("room", None, 10).await.unwrap_err(),
        store.claim("room", &"kept".into()).await.unwrap_err(),
        store.commit(vec![create(&record("room", ["lost"]), "", [])]).await.unwrap_err(),
    ];
    assert!(saved.is_unavailable(), "{saved}");
    assert!(errors.iter().all(|error| error.is_unavailable() && error.to_string() == saved.to_string()));
    saved.to_string()
}

#[tokio::test]
async fn a_directory_that_is_deleted_makes_the_store_unavailable_with_the_next_commit() {
    let world = World::new().await;
    fs::remove_dir_all(world.path("data")).unwrap();
    let reason = world.refuses_everything().await;
    assert!(reason.contains("data/callboard.db` was deleted or moved away"), "{reason}");
    world.store.close().await;
    assert!(!world.path("data").exists());
}

#[tokio::test]
async fn each_file_that_is_deleted_alone_makes_the_store_unavailable() {
    for name in ["callboard.db", "callboard.db-wal", "callboard.db-shm", "callboard.db-lock"] {
        let world = World::new().await;
        fs::remove_file(world.path("data").join(name)).unwrap();
        let reason = world.refuses_everything().await;
        assert!(reason.contains(&format!("data/{name}` was deleted or moved away")), "{reason}");
    }
}

#[tokio::test]
async fn a_file_that_was_replaced_is_never_written() {
    for name in ["callboard.db", "callboard.db-wal", "callboard.db-shm", "callboard.db-lock"] {
        let world = World::new().await;
        // Under another name first: whoever replaces a file in place renames it.
        fs::write(world.path("new"), "somebody else's").unwrap();
        fs::rename(world.path("new"), world.path("data").join(name)).unwrap();
        let reason = world.refuses_everything().await;
        assert!(reason.contains(&format!("data/{name}` was replaced by another file")), "{reason}");
        world.store.close().await;
        assert_eq!(fs::read(world.path("data").join(name)).unwrap(), b"somebody else's");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_short_in_place_makes_the_store_unavailable() {
    for name in ["callboard.db", "callboard.db-wal"] {
        let world = World::new().await;
        let path = world.path("data").join(name);
        let length = fs::metadata(&path).unwrap().len();
        fs::File::options().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
        let reason = world.refuses_everything().await;
        assert!(reason.contains(&format!("made `{}` shorter", path.display())), "{reason}");
        world.store.close().await;
        assert_eq!(fs::metadata(&path).unwrap().len(), length / 2, "nothing is written any more");

        let idle = World::new().await;
        fs::write(idle.path("data").join(name), "").unwrap();
        until_unhealthy(&idle.store).await;
    }
}

#[tokio::test]
async fn a_journal_that_the_store_itself_makes_shorter_is_no_loss() {
    let world = World::new().await;
    let journal = world.path("data").join("callboard.db-wal");
    let length = || fs::metadata(&journal).unwrap().len();
    let room = created(&world.store, "room", ["large"]).await;
    // SQLite does not write what has not changed.
    let large = |revision: u64| revision.to_string().repeat(8 << 20);
    // It grows beyond what is long for as long as somebody reads.
    let reader = Connection::open(world.path("data").join("callboard.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(reader.query_row("SELECT count(*) FROM actors", [], |row| row.get(0)), Ok(2));
    for revision in 2..9_u64 {
        assert_eq!(
            commit(&world.store, save(&room, 1, revision, &large(revision), [])).await,
            CommitOutcome::Done
        );
    }
    assert!(length() > 50 << 20, "{}", length());
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(commit(&world.store, save(&room, 1, 9, &large(9), [])).await, CommitOutcome::Done);
    assert_eq!(commit(&world.store, save(&room, 1, 10, "small", [])).await, CommitOutcome::Done);
    assert!(length() < 1 << 20, "it began anew: {}", length());
    world.store.health().unwrap();
}

#[tokio::test]
async fn a_second_server_that_takes_the_path_keeps_all_that_is_its_own() {
    for first_is_told in [true, false] {
        let world = World::new().await;
        fs::remove_dir_all(world.path("data")).unwrap();
        let second = SqliteStore::open(world.path("data")).unwrap();
        let room = created(&second, "room", ["of the second"]).await;
        if first_is_told {
            world.refuses_everything().await;
        }
        world.store.close().await;
        let names = files(&world.path("data"));
        assert_eq!(
            names.keys().collect::<Vec<_>>(),
            ["callboard.db", "callboard.db-lock", "callboard.db-shm", "callboard.db-wal"]
        );
        assert_eq!(commit(&second, save(&room, 1, 2, "more", [])).await, CommitOutcome::Done);
        second.close().await;
        let again = SqliteStore::open(world.path("data")).unwrap();
        assert_eq!(claimed(&again, &room).await.state, "more");
        assert_eq!(again.list("room", None, 10).await.unwrap(), [room]);
    }
}

#[tokio::test]
async fn a_directory_that_comes_back_has_all_that_was_answered_and_takes_a_new_store() {
    let world = World::new().await;
    fs::rename(world.path("data"), world.path("away")).unwrap();
    world.refuses_everything().await;
    fs::rename(world.path("away"), world.path("data")).unwrap();
    // What others did meanwhile is not known.
    world.refuses_everything().await;
    world.store.close().await;
    let again = SqliteStore::open(world.path("data")).unwrap();
    assert!(again.find("room", &"kept".into()).await.unwrap().is_some());
    commit(&again, create(&record("room", ["more"]), "", [])).await;
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_makes_the_store_unavailable_and_one_that_stays_does_not() {
    let parent = tempdir().unwrap();
    let path = |name: &str| parent.path().join(name);
    fs::create_dir(path("one")).unwrap();
    fs::create_dir(path("two")).unwrap();
    symlink(path("one"), path("data")).unwrap();
    let store = SqliteStore::open(path("data")).unwrap();
    created(&store, "room", ["kept"]).await;
    // By another link to the same directory.
    symlink(path("one"), path("next")).unwrap();
    fs::rename(path("next"), path("data")).unwrap();
    commit(&store, create(&record("room", ["more"]), "", [])).await;
    symlink(path("two"), path("next")).unwrap();
    fs::rename(path("next"), path("data")).unwrap();
    assert!(refuses_everything(&store).await.contains("data/callboard.db` was deleted or moved away"));
    store.close().await;
    assert_eq!(files(&path("two")), BTreeMap::new());
}

#[tokio::test]
async fn a_store_that_nobody_writes_to_finds_out_by_itself() {
    let deleted = World::new().await;
    fs::remove_dir_all(deleted.path("data")).unwrap();
    until_unhealthy(&deleted.store).await;
    let written = World::new().await;
    sql_elsewhere(&written.path("data"), "UPDATE actors SET revision = 7");
    until_unhealthy(&written.store).await;
}

#[tokio::test]
async fn a_program_that_writes_makes_the_store_unavailable_and_one_that_reads_does_not() {
    let world = World::new().await;
    for n in 0..5 {
        sql_elsewhere(&world.path("data"), "SELECT count(*) FROM actors; SELECT * FROM messages");
        commit(&world.store, create(&record("room", [n.to_string()]), "", [])).await;
    }
    world.store.health().unwrap();
    sql_elsewhere(&world.path("data"), "UPDATE actors SET revision = 7");
    let reason = world.refuses_everything().await;
    assert!(reason.contains("another program wrote to"), "{reason}");
    world.store.close().await;
    let again = SqliteStore::open(world.path("data")).unwrap();
    let kept = again.find("room", &"kept".into()).await.unwrap().unwrap();
    assert_eq!(claimed(&again, &kept).await.revision, 7, "what was written stays");
}

#[tokio::test]
async fn a_program_that_keeps_a_transaction_open_fails_commits_until_it_rolls_back() {
    let world = World::new().await;
    let shell = Connection::open(world.path("data").join("callboard.db")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE; UPDATE actors SET revision = 7").unwrap();
    let waits = world.store.commit(vec![create(&record("room", ["a"]), "", []); 1]);
    let reads = async {
        // The writer waits for that program, and reads wait for nobody.
        assert_eq!(world.store.list("room", None, 10).await.unwrap().len(), 1);
        assert!(world.store.find("room", &"kept".into()).await.unwrap().is_some());
    };
    tokio::select! {
        biased;
        _ = waits => panic!("a read waited for the writer"),
        () = reads => {}
    }
    let error = world.store.commit(vec![create(&record("room", ["b"]), "", [])]).await.unwrap_err();
    assert!(!error.is_unavailable() && error.to_string().contains("locked by another program"), "{error}");
    shell.execute_batch("ROLLBACK").unwrap();
    commit(&world.store, create(&record("room", ["c"]), "", [])).await;
    world.store.health().unwrap();
}

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

    #[action]
    fn count(&self) -> u32 {
        self.count
    }
}

/// One that no store has.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Guest;

#[actor(ephemeral, sleep_timeout = "1h")]
impl Guest {
    #[action]
    fn greet(&self) -> String {
        "hello".into()
    }
}

#[tokio::test]
async fn a_server_whose_directory_is_deleted_says_so_and_takes_no_calls() {
    let capture = Capture::install();
    let parent = tempdir().unwrap();
    let data = parent.path().join("data");
    let registry = Registry::new().data_dir(&data).register::<Counter>().register::<Guest>();
    let server = Server::nested(&registry).await;
    let client = callboard::Client::new(&format!("http://{}", server.address)).unwrap();
    let counter = client.get_or_create::<Counter>("it");
    for count in 1..=3 {
        assert_eq!(counter.add().await.unwrap(), count);
    }
    let health = async || {
        let health = server.http("GET /health", &[], b"").await;
        (health.status, health.json()["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(health().await, (200, "ok".to_owned()));

    fs::remove_dir_all(&data).unwrap();
    let refused = [counter.add().await, counter.count().await, counter.add().await];
    for refused in refused {
        let fault = refused.unwrap_err().fault().cloned().unwrap();
        assert_eq!((fault.group(), fault.code(), fault.status().as_u16()), ("store", "unavailable", 503));
    }
    assert_eq!(health().await, (503, "store_unavailable".to_owned()));
    assert_eq!(client.get_or_create::<Guest>("it").greet().await.unwrap(), "hello", "it needs no store");

    let file = data.join("callboard.db").display().to_string();
    let told = capture.lines(|line| line.field("path") == Some(&*file) && line.field("answered").is_some());
    let [told] = &told[..] else { panic!("told once: {told:?}") };
    assert_eq!(told.level, Level::ERROR);
    assert!(told.field("answered").unwrap().parse::<u32>().unwrap() >= 3, "{told:?}");
    assert!(told.field("reason").unwrap().contains("callboard.db` was deleted or moved away"), "{told:?}");
}

#[tokio::test]
async fn a_server_whose_directory_is_deleted_answers_no_calls_from_memory() {
    let parent = tempdir().unwrap();
    let data = parent.path().join("data");
    let registry = Registry::new().data_dir(&data).register::<Counter>();
    let server = Server::nested(&registry).await;
    let client = callboard::Client::new(&format!("http://{}", server.address)).unwrap();
    let counter = client.get_or_create::<Counter>("it");
    assert_eq!(counter.add().await.unwrap(), 1);
    fs::rename(&data, parent.path().join("away")).unwrap();
    let told = async {
        while server.http("GET /health", &[], b"").await.status == 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), told).await.unwrap();
    let refused = counter.count().await.unwrap_err();
    assert!(refused.fault().unwrap().is("store", "unavailable"), "{refused}");
    registry.stop().await;
    let again = SqliteStore::open(parent.path().join("away")).unwrap();
    assert!(again.claim("counter", &"it".into()).await.unwrap().is_some());
}

#[test]
fn child() {
    let (Ok(sql), Some(file)) = (env::var(SQL), env::var_os(FILE)) else { return };
    Connection::open(file).unwrap().execute_batch(&sql).unwrap();
}

/// Runs it in another process, as any program might.
fn sql_elsewhere(directory: &Path, sql: &str) {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(SQL, sql)
        .env(FILE, directory.join("callboard.db"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

async fn until_unhealthy(store: &SqliteStore) {
    let unhealthy = async {
        while store.health().is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), unhealthy).await.unwrap();
    assert!(store.list("room", None, 1).await.unwrap_err().is_unavailable());
}

/// The content of each file.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    });
    files.collect()
}
