//! Files that a store does not open, and that it leaves as they are.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use callboard::store::{SqliteOptions, SqliteStore, Store};
use rusqlite::Connection;
use store_kit::{claimed, commit, create, record};
use tempfile::tempdir;

/// Set for a second process of this test: the directory that it is to open.
const CHILD: &str = "CALLBOARD_TEST_OPEN";

#[test]
fn a_second_open_in_this_process_is_refused_at_once() {
    let directory = tempdir().unwrap();
    let _store = SqliteStore::open(&directory).unwrap();
    for _ in 0..3 {
        let refusal = refusal(directory.path());
        assert!(refusal.contains("callboard.db` is in use: this process has opened it already"), "{refusal}");
    }
}

#[test]
fn a_second_process_is_refused_at_once_whatever_this_one_tried() {
    let directory = tempdir().unwrap();
    let store = SqliteStore::open(&directory).unwrap();
    assert!(open_in_another_process(directory.path()).contains("callboard.db` is in use by another process"));
    // A file closed in this process must not take the locks of another one's with it.
    refusal(directory.path());
    assert!(open_in_another_process(directory.path()).contains("callboard.db` is in use"));
    drop(store);
    assert!(open_in_another_process(directory.path()).contains("opened"));
}

#[tokio::test]
async fn another_program_may_read_while_a_store_is_opened_open_and_closed() {
    let directory = tempdir().unwrap();
    let shell = || {
        let shell = Connection::open(directory.path().join("callboard.db")).unwrap();
        shell.busy_timeout(Duration::ZERO).unwrap();
        shell
    };
    let count = |db: &Connection| db.query_row("SELECT count(*) FROM actors", [], |row| row.get::<_, i64>(0));
    let store = SqliteStore::open(&directory).unwrap();
    let early = shell();
    early.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&early), Ok(0));
    commit(&store, create(&record("room", ["a"]), "", [])).await;
    assert_eq!((count(&early), count(&shell())), (Ok(0), Ok(1)), "what it reads stays as it began");
    drop(store);
    // A restart does not wait for whoever has a shell open.
    let store = SqliteStore::open(&directory).unwrap();
    commit(&store, create(&record("room", ["b"]), "", [])).await;
    assert_eq!((count(&early), count(&shell())), (Ok(0), Ok(2)));
    store.health().unwrap();
    drop(early);
    store.close().await;
    assert_eq!(count(&shell()), Ok(2));
}

#[test]
fn another_program_that_has_the_file_for_itself_keeps_a_store_out() {
    let directory = tempdir().unwrap();
    drop(SqliteStore::open(&directory).unwrap());
    let shell = Connection::open(directory.path().join("callboard.db")).unwrap();
    shell.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE").unwrap();
    let refusal = refusal(directory.path());
    assert!(refusal.contains("another program"), "{refusal}");
}

#[tokio::test]
async fn a_dropped_store_can_be_opened_again() {
    let directory = tempdir().unwrap();
    let room = record("room", ["a"]);
    for epoch in 2..5 {
        let store = SqliteStore::open(&directory).unwrap();
        if epoch == 2 {
            commit(&store, create(&room, "state", [])).await;
        }
        assert_eq!(claimed(&store, &room).await.epoch, epoch);
    }
}

#[test]
fn a_store_makes_its_directory_and_takes_an_empty_file() {
    let directory = tempdir().unwrap();
    let deep = directory.path().join("a/b/c");
    drop(SqliteStore::open(&deep).unwrap());
    let file = deep.join("other.db");
    fs::write(&file, "").unwrap();
    drop(SqliteOptions::new(&deep).file_name("other.db").open().unwrap());
    assert!(fs::metadata(file).unwrap().len() > 0);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    for content in ["hello".to_owned(), "SQLite format 4\0".repeat(1000), "x".repeat(100_000)] {
        let refusal = left_alone(|path| fs::write(path, &content).unwrap());
        assert!(refusal.contains("not a store of callboard"), "{refusal}");
    }
}

#[test]
fn a_database_of_something_else_is_left_alone() {
    for journal in ["delete", "wal"] {
        let refusal = left_alone(|path| {
            let db = Connection::open(path).unwrap();
            db.execute_batch(&format!(
                "PRAGMA journal_mode = {journal}; CREATE TABLE actors (id); INSERT INTO actors VALUES (1)"
            ))
            .unwrap();
        });
        assert!(refusal.contains("not a store of callboard"), "{refusal}");
    }
}

#[test]
fn a_journal_of_something_else_is_left_alone() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE cats (id)").unwrap();
    // What a process leaves that was killed.
    let copy = tempdir().unwrap();
    for name in ["callboard.db", "callboard.db-wal"] {
        fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
    }
    drop(db);
    let before = files(copy.path());
    assert!(before["callboard.db-wal"].len() > 4000);
    let refusal = refusal(copy.path());
    assert!(refusal.contains("not a store of callboard"), "{refusal}");
    assert_eq!(files(copy.path()), before);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let refusal = left_alone(|path| edit(path, "PRAGMA user_version = 5"));
    assert!(refusal.contains("newer version") && refusal.contains("format is 5"), "{refusal}");
}

#[test]
fn a_store_without_its_tables_is_left_alone() {
    let tables = ["alarms", "messages"].map(|table| (table, format!("DROP TABLE {table}")));
    let index = ("actors_by_name", "DROP INDEX actors_by_name".to_owned());
    for (missing, sql) in tables.into_iter().chain([index]) {
        let refusal = left_alone(|path| edit(path, &sql));
        assert!(refusal.contains(missing), "{refusal}");
    }
}

#[test]
fn a_truncated_store_is_left_alone() {
    for keep in [100, 4096, 10_000, 16_384] {
        let refusal = left_alone(|path| {
            fill(path);
            fs::File::options().write(true).open(path).unwrap().set_len(keep).unwrap();
        });
        assert!(
            refusal.contains("callboard.db` is damaged") || refusal.contains("not a"),
            "{keep}: {refusal}"
        );
    }
}

#[test]
fn a_store_with_a_damaged_page_is_left_alone() {
    for page in [0, 1, 2, 7, 40] {
        let refusal = left_alone(|path| {
            fill(path);
            let mut content = fs::read(path).unwrap();
            // Of the first page, only what comes after the header that says what the file is.
            let from = if page == 0 { 100 } else { page * 4096 };
            content[from..(page + 1) * 4096].fill(0xA5);
            fs::write(path, content).unwrap();
        });
        assert!(refusal.contains("callboard.db` is damaged"), "{page}: {refusal}");
    }
}

#[test]
fn child() {
    let Some(directory) = env::var_os(CHILD) else { return };
    let opened = SqliteStore::open(directory).map(|_| "opened".to_owned());
    fs::write(
        env::var_os("CALLBOARD_TEST_ANSWER").unwrap(),
        opened.unwrap_or_else(|error| error.to_string()),
    )
    .unwrap();
}

fn open_in_another_process(directory: &Path) -> String {
    let answer = tempdir().unwrap();
    let answer = answer.path().join("answer");
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child"])
        .envs([(CHILD, directory), ("CALLBOARD_TEST_ANSWER", &answer)])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    fs::read_to_string(answer).unwrap()
}

/// Makes a file of a store into something else, and returns why it is refused.
fn left_alone(spoil: impl FnOnce(&Path)) -> String {
    let directory = tempdir().unwrap();
    spoil(&directory.path().join("callboard.db"));
    let before = files(directory.path());
    let refusal = refusal(directory.path());
    assert!(refusal.contains(&*directory.path().join("callboard.db").to_string_lossy()), "{refusal}");
    assert_eq!(files(directory.path()), before, "{refusal}");
    refusal
}

fn refusal(directory: &Path) -> String {
    SqliteStore::open(directory).expect_err("a refusal").to_string()
}

/// The content of each file that is not empty.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    });
    files.filter(|(_, content)| !content.is_empty()).collect()
}

/// Makes a store, and changes it in a way that stores do not.
fn edit(path: &Path, sql: &str) {
    drop(SqliteStore::open(path.parent().unwrap()).unwrap());
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Makes a store of some hundred pages.
#[tokio::main(flavor = "current_thread")]
async fn fill(path: &Path) {
    let store = SqliteStore::open(path.parent().unwrap()).unwrap();
    let batch =
        (0..1000).map(|n| create(&record("room", [n.to_string()]), &"state".repeat(100), [])).collect();
    store.commit(batch).await.unwrap();
}
