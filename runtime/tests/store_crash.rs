//! A process that is killed at any moment: everything it was told is done is there.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod store_kit;

use std::{
    collections::HashMap,
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use callboard::{
    Key,
    store::{Alarm, AlarmChange, CommitOutcome, SqliteStore, Store},
};
use store_kit::{claimed, create, record, save};

/// Set for the process that is to be killed: the directory of its store.
const CHILD: &str = "CALLBOARD_TEST_CRASH";
const ACTORS: usize = 40;

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = HashMap::new();
    let mut kills = 0;
    let end = Instant::now() + Duration::from_secs(5);
    while kills < 5 || Instant::now() < end {
        run_and_kill(directory.path(), Duration::from_millis(20 + 37 * kills % 200), &mut told);
        check(directory.path(), &told).await;
        kills += 1;
    }
    assert!(told.values().all(|revision| *revision > 1), "the processes did something: {told:?}");
}

/// The process to be killed: saves over and over, and says what it was told is done.
#[test]
fn child() {
    let Some(directory) = env::var_os(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(save_for_ever(SqliteStore::open(directory).unwrap()));
}

async fn save_for_ever(store: SqliteStore) {
    let rooms: Vec<_> = (0..ACTORS).map(|n| record("room", [n.to_string()])).collect();
    let creates = rooms.iter().map(|room| create(room, &content(1), changes(1))).collect();
    // Those of an earlier process are there already.
    store.commit(creates).await.unwrap();
    let mut claims = Vec::new();
    for room in &rooms {
        claims.push(claimed(&store, room).await);
    }
    loop {
        let mut batch = Vec::new();
        for claim in claims.iter_mut().filter(|_| fastrand::bool()) {
            claim.revision += 1;
            let revision = claim.revision;
            batch.push(save(&claim.record, claim.epoch, revision, &content(revision), changes(revision)));
        }
        let outcomes = store.commit(batch).await.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == CommitOutcome::Done));
        let said: Vec<_> =
            claims.iter().map(|claim| format!("{}={}", claim.record.key, claim.revision)).collect();
        io::stdout().write_all(format!("TOLD {} \n", said.join(" ")).as_bytes()).unwrap();
    }
}

/// What an actor is at a revision; its length changes from one to the next.
fn content(revision: u64) -> String {
    format!("{revision},").repeat(100 + usize::try_from(revision % 50).unwrap())
}

/// One alarm that is always there, and one that comes and goes.
fn changes(revision: u64) -> [AlarmChange; 2] {
    let [constant, other] = alarms(revision);
    let come_or_go =
        if revision.is_multiple_of(2) { AlarmChange::Set(other) } else { AlarmChange::Clear(other.id) };
    [AlarmChange::Set(constant), come_or_go]
}

fn alarms(revision: u64) -> [Alarm; 2] {
    [1, 2].map(|n| {
        let id = format!("0190000000007000800000000000000{n}").parse().unwrap();
        Alarm::new(id, revision + n, revision.to_string().into())
    })
}

/// Kills a process after some time of work, and notes what it said last.
fn run_and_kill(directory: &Path, time: Duration, told: &mut HashMap<String, u64>) {
    let mut process = start(directory);
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut killer = None;
    for line in lines {
        // A line that the kill cut short has no end, so what it says last may be half a number.
        let line = line.unwrap();
        let Some(said) = line.strip_prefix("TOLD ").and_then(|said| said.strip_suffix(' ')) else { continue };
        for (key, revision) in said.split(' ').map(|pair| pair.split_once('=').unwrap()) {
            told.insert(key.to_owned(), revision.parse().unwrap());
        }
        let at = *killer.get_or_insert_with(|| Instant::now() + time);
        if Instant::now() >= at {
            // SIGKILL, in the middle of whatever it does by now.
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
}

fn start(directory: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(CHILD, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The file opens at once, and each actor is whole: as it was last told of, or as a save made it that nobody was told
/// of yet.
async fn check(directory: &Path, told: &HashMap<String, u64>) {
    let store = SqliteStore::open(directory).expect("a store that was killed opens again");
    for (key, told) in told {
        let claim = store.claim("room", &Key::from(key.as_str())).await.unwrap().expect("an actor");
        assert!(claim.revision >= *told, "actor {key} is at {}, it was told of {told}", claim.revision);
        assert_eq!(claim.state, content(claim.revision));
        let [constant, other] = alarms(claim.revision);
        let expected = if claim.revision.is_multiple_of(2) { vec![constant, other] } else { vec![constant] };
        assert_eq!(claim.alarms, expected);
    }
}
