//! The file of a store, as its documentation says: what is written today is read by every later version.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::fs;

use callboard::store::{
    AlarmChange, AlarmEncoding, AlarmKind, CommitOutcome, SqliteOptions, SqliteStore, Store, StoredMessage,
};
use futures_util::{FutureExt, future::join_all};
use rusqlite::Connection;
use store_kit::{alarm, claimed, commit, create, enqueue, message, messages, record, save, save_alarms};

#[tokio::test]
async fn the_file_has_the_tables_that_are_documented() {
    let directory = tempfile::tempdir().unwrap();
    let room = record("room", ["a/b", ""]);
    let alarm =
        alarm(5).with_kind(AlarmKind::Elapsed).with_period(Some(3)).with_name(Some("reminder".to_owned()));
    let store = SqliteStore::open(&directory).unwrap();
    commit(&store, create(&room, "state", [AlarmChange::Set(alarm.clone())])).await;
    claimed(&store, &room).await;
    commit(&store, save_alarms(&room, 2, 7, [])).await;
    let sent = message("hello").with_attempts(2).with_not_before(9).with_dead(true);
    commit(&store, enqueue(&room, 2, &sent)).await;
    drop(store);

    let file = Connection::open(directory.path().join("callboard.db")).unwrap();
    let actor = file.query_row(
        "SELECT id, name, key, created_at_ms, epoch, revision, CAST(state AS TEXT), format FROM actors",
        [],
        |row| {
            let text = |column| row.get::<_, String>(column);
            let numbers: [i64; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
            Ok(([text(0)?, text(1)?, text(2)?, text(6)?], numbers, row.get::<_, i64>(7)?))
        },
    );
    let texts = [room.id.to_string(), "room".into(), r"a\/b/\0".into(), "state".into()];
    assert_eq!(actor, Ok((texts, [1_700_000_000_000, 2, 7], 1)));
    let alarms = file.query_row(
        "SELECT actor, id, due_ms, period_ms, kind, name, encoding, CAST(payload AS TEXT) FROM alarms",
        [],
        |row| {
            let text = |column| row.get::<_, String>(column);
            Ok(([text(0)?, text(1)?, text(4)?, text(5)?, text(6)?, text(7)?], [row.get(2)?, row.get(3)?]))
        },
    );
    let texts = [&*room.id.to_string(), &*alarm.id.to_string(), "elapsed", "reminder", "cbor", "5"];
    assert_eq!(alarms, Ok((texts.map(str::to_owned), [5_i64, 3])));
    let messages = file.query_row(
        "SELECT actor, id, queue, CAST(body AS TEXT), sent_at_ms, attempts, not_before_ms, dead FROM messages",
        [],
        |row| {
            let text = |column| row.get::<_, String>(column);
            let numbers: [i64; 4] = [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
            Ok(([text(0)?, text(1)?, text(2)?, text(3)?], numbers))
        },
    );
    let texts = [room.id.to_string(), sent.id.to_string(), "jobs".into(), "hello".into()];
    assert_eq!(messages, Ok((texts, [1_700_000_000_001, 2, 9, 1])));
    let pragma = |name| file.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((pragma("application_id"), pragma("user_version")), (0x6361_6c6c, 4));
}

/// What the first version wrote, with an actor and its alarm in it.
const FIRST_VERSION: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE actors (id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, key TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
        epoch INTEGER NOT NULL, revision INTEGER NOT NULL, state BLOB NOT NULL, format INTEGER NOT NULL, UNIQUE (name, key));
    CREATE TABLE alarms (actor TEXT NOT NULL, id TEXT NOT NULL, due_ms INTEGER NOT NULL, payload BLOB NOT NULL,
        PRIMARY KEY (actor, id)) WITHOUT ROWID;
    CREATE INDEX alarms_by_due ON alarms (due_ms);
    INSERT INTO actors VALUES ('01930000000070008000000000000001', 'room', 'a', 7, 3, 5, CAST('state' AS BLOB), 1);
    INSERT INTO alarms VALUES ('01930000000070008000000000000001', '01930000000070008000000000000002', 9, CAST('ring' AS BLOB));
    PRAGMA application_id = 0x63616c6c;
    PRAGMA user_version = 1;";

#[tokio::test]
async fn a_file_of_the_first_version_is_upgraded_and_keeps_what_is_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    Connection::open(&path).unwrap().execute_batch(FIRST_VERSION).unwrap();

    for epoch in [4, 5] {
        let store = SqliteStore::open(&directory).unwrap();
        let claim = store.claim("room", &"a".into()).await.unwrap().unwrap();
        assert_eq!((claim.epoch, claim.revision, &claim.state[..]), (epoch, 5, &b"state"[..]));
        assert_eq!((claim.alarms[0].due_ms, &claim.alarms[0].payload[..]), (9, &b"ring"[..]));
        let sent = messages(&store, &claim.record).await.len() as u64;
        assert_eq!(sent, epoch - 4, "what was sent stays");
        assert_eq!(
            commit(&store, enqueue(&claim.record, epoch, &message("hello"))).await,
            CommitOutcome::Done
        );
    }
    let version = Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(version, Ok(4));
}

/// What the second version wrote of alarms: they were JSON, and of one kind.
const SECOND_VERSION: &str = r#"
    CREATE TABLE messages (actor TEXT NOT NULL, id TEXT NOT NULL, queue TEXT NOT NULL, body BLOB NOT NULL,
        sent_at_ms INTEGER NOT NULL, PRIMARY KEY (actor, id));
    INSERT INTO alarms VALUES ('01930000000070008000000000000001', '01930000000070008000000000000003', 7,
        CAST('{"action":"ring","args":["every"],"repeat":{"everyMs":1500}}' AS BLOB));
    INSERT INTO alarms VALUES ('01930000000070008000000000000001', '01930000000070008000000000000004', 8,
        CAST('{"action":"ring","args":["cron"],"repeat":{"cron":"30 4 * * *"}}' AS BLOB));
    INSERT INTO alarms VALUES ('01930000000070008000000000000001', '01930000000070008000000000000005', 10,
        CAST('{"action":"ring","args":["ever"],"repeat":{"everyMs":18446744073709551615}}' AS BLOB));
    PRAGMA user_version = 2;"#;

#[tokio::test]
async fn the_alarms_of_the_second_version_are_kept_and_what_repeats_after_a_time_follows_elapsed_time() {
    let directory = tempfile::tempdir().unwrap();
    let file = Connection::open(directory.path().join("callboard.db")).unwrap();
    file.execute_batch(FIRST_VERSION).unwrap();
    file.execute_batch(SECOND_VERSION).unwrap();
    drop(file);
    for _ in 0..2 {
        let store = SqliteStore::open(&directory).unwrap();
        let claim = store.claim("room", &"a".into()).await.unwrap().unwrap();
        let kinds: Vec<_> =
            claim.alarms.iter().map(|alarm| (alarm.due_ms, alarm.kind, alarm.period_ms)).collect();
        let (wall, elapsed) = (AlarmKind::WallClock, AlarmKind::Elapsed);
        let ever = i64::MAX.unsigned_abs();
        let expected =
            [(7, elapsed, Some(1_500)), (8, wall, None), (9, wall, None), (10, elapsed, Some(ever))];
        assert_eq!(kinds, expected);
        assert!(claim.alarms.iter().all(|alarm| alarm.encoding == AlarmEncoding::Json));
        assert!(claim.alarms[0].payload.starts_with(br#"{"action":"ring","args":["every"]"#));
        assert_eq!(store.due(elapsed, 7, 10).await.unwrap(), [claim.record]);
    }
}

/// What the third version made of the first two, with a message in it.
const THIRD_VERSION: &str = "
    DROP TABLE alarms;
    CREATE TABLE alarms (actor TEXT NOT NULL, id TEXT NOT NULL, due_ms INTEGER NOT NULL, kind TEXT NOT NULL,
        period_ms INTEGER, name TEXT, encoding TEXT NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (actor, id)) WITHOUT ROWID;
    CREATE INDEX alarms_by_due ON alarms (kind, due_ms);
    INSERT INTO alarms VALUES ('01930000000070008000000000000001', '01930000000070008000000000000003', 7, 'elapsed',
        3, 'reminder', 'cbor', CAST('ring' AS BLOB));
    INSERT INTO messages VALUES ('01930000000070008000000000000001', '01930000000070008000000000000004', 'jobs',
        CAST('hello' AS BLOB), 6);
    PRAGMA user_version = 3;";

#[tokio::test]
async fn the_messages_of_the_third_version_are_kept_and_were_never_handed_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    let file = Connection::open(&path).unwrap();
    for version in [FIRST_VERSION, SECOND_VERSION, THIRD_VERSION] {
        file.execute_batch(version).unwrap();
    }
    drop(file);
    let expected = StoredMessage::new(
        "01930000000070008000000000000004".parse().unwrap(),
        "jobs",
        "hello".as_bytes().into(),
        6,
    );
    for epoch in [4, 5] {
        let store = SqliteStore::open(&directory).unwrap();
        let claim = store.claim("room", &"a".into()).await.unwrap().unwrap();
        let waiting = messages(&store, &claim.record).await;
        assert_eq!((claim.epoch, &waiting[..]), (epoch, std::slice::from_ref(&expected)));
        assert_eq!((claim.alarms.len(), claim.alarms[0].name.as_deref()), (1, Some("reminder")));
        assert_eq!(store.list("room", None, 10).await.unwrap(), [claim.record]);
    }
    let version = Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(version, Ok(4));
}

/// Whatever version wrote a file first.
#[tokio::test]
async fn every_version_leads_to_the_same_columns_and_indexes() {
    let schema = |versions: &[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("callboard.db");
        let file = Connection::open(&path).unwrap();
        for version in versions {
            file.execute_batch(version).unwrap();
        }
        drop(file);
        drop(SqliteStore::open(&directory).unwrap());
        let file = Connection::open(&path).unwrap();
        let sql = "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, i.name \
             FROM sqlite_schema m JOIN pragma_table_info(m.name) c LEFT JOIN pragma_index_list(m.name) i \
             WHERE m.type = 'table' ORDER BY m.name, c.cid, i.name";
        let mut statement = file.prepare(sql).unwrap();
        let columns = statement.query_map([], |row| {
            let text = |column| row.get::<_, Option<String>>(column);
            Ok((text(0)?, text(1)?, text(2)?, row.get::<_, i64>(3)?, text(4)?, text(5)?))
        });
        columns.unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    let new = schema(&[]);
    assert!(new.len() > 20);
    let earlier = [FIRST_VERSION, SECOND_VERSION, THIRD_VERSION];
    for version in 1..=earlier.len() {
        assert_eq!(schema(&earlier[..version]), new, "from version {version}");
    }
}

#[tokio::test]
async fn an_upgrade_that_fails_has_changed_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(FIRST_VERSION).unwrap();
    file.execute_batch(SECOND_VERSION).unwrap();
    // What the upgrade wants to make is there, and is somebody else's.
    file.execute_batch("CREATE TABLE earlier (payload BLOB); CREATE INDEX by_due ON earlier (payload)")
        .unwrap();
    file.execute_batch("ALTER TABLE earlier RENAME TO earlier_alarms").unwrap();
    drop(file);
    SqliteStore::open(&directory).unwrap_err();
    let file = Connection::open(&path).unwrap();
    let version = file.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    assert_eq!(version, Ok(2));
    assert_eq!(file.query_row("SELECT count(*) FROM alarms", [], |row| row.get(0)), Ok(4));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    drop(SqliteStore::open(&directory).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 5").unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&directory).unwrap_err().to_string();
    assert!(error.contains("newer"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_of_the_first_version_that_lacks_a_table_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("callboard.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(FIRST_VERSION).unwrap();
    file.execute_batch("DROP TABLE alarms").unwrap();
    drop(file);
    let before = fs::read(&path).unwrap();
    assert!(SqliteStore::open(&directory).unwrap_err().to_string().contains("alarms"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_was_closed_has_no_journal() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory).unwrap();
    commit(&store, create(&record("room", ["a"]), "state", [])).await;
    drop(store);
    let mut names: Vec<_> =
        std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["callboard.db", "callboard.db-lock"]);
}

#[tokio::test]
async fn a_drop_waits_for_what_was_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let rooms: Vec<_> = (0..500).map(|n| record("room", [n.to_string()])).collect();
    let store = SqliteStore::open(&directory).unwrap();
    for room in &rooms {
        // Asked once, and given up.
        assert!(store.commit(vec![create(room, "", [])]).now_or_never().is_none_or(|answer| answer.is_ok()));
    }
    drop(store);
    assert_eq!(SqliteStore::open(&directory).unwrap().list("room", None, usize::MAX).await.unwrap(), rooms);
}

#[tokio::test]
async fn a_damaged_row_fails_who_asks_for_it_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (bad, good) = (record("room", ["bad"]), record("room", ["good"]));
    let store = SqliteStore::open(&directory).unwrap();
    store.commit(vec![create(&bad, "", []), create(&good, "", [])]).await.unwrap();
    drop(store);
    let file = Connection::open(directory.path().join("callboard.db")).unwrap();
    file.execute("UPDATE actors SET id = 'damaged' WHERE key = 'bad'", []).unwrap();
    drop(file);

    let store = SqliteStore::open(&directory).unwrap();
    // Together, so that they are one transaction.
    let claims = (0..50).map(|_| store.claim("room", &bad.key));
    let saves = (2..52).map(|revision| store.commit(vec![save(&good, 1, revision, "state", [])]));
    let (claims, saves) = tokio::join!(join_all(claims), join_all(saves));
    assert!(claims.iter().all(Result::is_err));
    assert!(saves.iter().all(|saved| matches!(saved.as_deref(), Ok([CommitOutcome::Done]))));
    assert_eq!(claimed(&store, &good).await.revision, 51);
}

#[tokio::test]
async fn a_damaged_page_fails_its_actor_alone() {
    let directory = tempfile::tempdir().unwrap();
    let [bad, good, other] = ["bad", "good", "other"].map(|key| record("room", [key]));
    let large = "DAMAGED!".repeat(10_000);
    let store = SqliteStore::open(&directory).unwrap();
    let creates = vec![create(&good, "", []), create(&bad, &large, []), create(&other, "", [])];
    assert_eq!(store.commit(creates).await.unwrap(), [CommitOutcome::Done; 3]);
    drop(store);
    // A page that has nothing but its state begins with the number of the next one: let that lead nowhere.
    let path = directory.path().join("callboard.db");
    let mut file = fs::read(&path).unwrap();
    let full_of_it =
        |page: &[u8]| page[4..].chunks_exact(8).all(|part| part == &page[4..12]) && page[4..].contains(&b'!');
    let page = file.chunks_exact_mut(4096).find(|page| full_of_it(page)).unwrap();
    page[..4].copy_from_slice(&[0xff; 4]);
    fs::write(&path, file).unwrap();

    let store = SqliteOptions::new(&directory).check(false).open().unwrap();
    let batch = |revision| [&good, &bad, &other].map(|of| save(of, 1, revision, "next", [])).into();
    let [failed, done] = [CommitOutcome::Failed, CommitOutcome::Done];
    assert_eq!(store.commit(batch(2)).await.unwrap(), [done, failed, done]);
    assert_eq!(store.commit(batch(3)).await.unwrap(), [done, failed, done]);
    store.claim("room", &bad.key).await.unwrap_err();
    for actor in [&good, &other] {
        let claim = claimed(&store, actor).await;
        assert_eq!((claim.revision, &claim.state[..]), (3, &b"next"[..]));
    }
}
