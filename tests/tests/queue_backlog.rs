//! A server that starts with much in its queues needs little memory for it, and little time.
//!
//! `CALLBOARD_BACKLOG=1024 cargo test --release -p callboard-tests --test queue_backlog -- --nocapture` is the long form: so
//! many MiB, in each of three shapes.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use callboard::{
    Client,
    store::{Commit, CommitOutcome, MessageId, SqliteStore, Store, StoredMessage},
};
use callboard_tests::{
    Process,
    chat_room::{ChatRoom, Job},
};
use serde_json::json;

/// How much more memory the server may need with all this than without.
const ALLOWED: u64 = 64 << 20;

/// What waits, and in how many rooms.
struct Shape {
    name: &'static str,
    rooms: usize,
    messages: usize,
    /// Of each message.
    bytes: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_needs_little_memory_and_time_to_start_whatever_waits_in_its_queues() {
    let mib = env::var("CALLBOARD_BACKLOG").map_or(96, |mib| mib.parse().expect("a number of MiB"));
    let total: usize = mib << 20;
    let shapes = [
        Shape { name: "one room", rooms: 1, messages: total / 60_000, bytes: 60_000 },
        Shape { name: "many rooms", rooms: total / 100_000, messages: 5, bytes: 20_000 },
        Shape { name: "tiny messages", rooms: 1, messages: total / 1_000, bytes: 10 },
    ];
    let bare = {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let server = start(directory.path());
        work_off(&server, 0).await;
        peak(&server)
    };
    for shape in &shapes {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let server = start(directory.path());
        make_rooms(&server, shape.rooms).await;
        server.kill();
        fill(directory.path(), shape).await;

        let began = Instant::now();
        let server = start(directory.path());
        let listening = began.elapsed();
        // Some are asked, and the others go on by themselves.
        for room in (0..shape.rooms).step_by(100) {
            work_off(&server, room).await;
        }
        let worked_off = quiet(directory.path()).duration_since(began);
        let growth = peak(&server).saturating_sub(bare);
        println!(
            "{}: {} rooms of {} messages of {} bytes, of which nine in ten are not looked at: listens after {listening:?}, \
             {} MiB more than an empty one, all was worked off after {worked_off:?}",
            shape.name,
            shape.rooms,
            shape.messages,
            shape.bytes,
            growth >> 20,
        );
        assert!(growth < ALLOWED, "{}: {growth} bytes", shape.name);
    }
}

fn start(data: &Path) -> Process {
    let data = data.to_str().expect("a path in UTF-8");
    // One address makes all the rooms.
    let args = ["--listen", "127.0.0.1:0", "--data", data, "--limits", "none"];
    Process::start(env!("CARGO_BIN_EXE_conformance-server"), &args)
}

/// Waits until nothing is written any more, and says since when.
fn quiet(data: &Path) -> Instant {
    let written = || fs::metadata(data.join("callboard.db-wal")).unwrap().modified().unwrap();
    let (mut seen, mut since) = (written(), Instant::now());
    while since.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(20));
        if written() != seen {
            (seen, since) = (written(), Instant::now());
        }
    }
    since
}

/// The most memory that it has had at any time.
fn peak(server: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

async fn make_rooms(server: &Process, rooms: usize) {
    let client = Client::new(&server.url).unwrap();
    let mut making = tokio::task::JoinSet::new();
    for room in 0..rooms {
        let client = client.clone();
        making.spawn(async move {
            client.get_or_create::<ChatRoom>(room.to_string()).get_messages().await.unwrap();
        });
        if making.len() == 64 {
            making.join_next().await.unwrap().unwrap();
        }
    }
    making.join_all().await;
}

/// Waits until the jobs are done that were there before.
async fn work_off(server: &Process, room: usize) {
    let room = Client::new(&server.url).unwrap().get_or_create::<ChatRoom>(room.to_string());
    let done = room.send_and_wait(Job(json!(1)), Duration::from_mins(10)).await.unwrap();
    assert_eq!(done.map(|done| done.done), Some(json!(1)));
}

/// Puts messages into the queues of the rooms: jobs, and nine times as much that nobody looks at.
async fn fill(data: &Path, shape: &Shape) {
    let store = SqliteStore::open(data).unwrap();
    let body = text(shape.bytes);
    for room in 0..shape.rooms {
        let claim = store.claim("chatRoom", &room.to_string().into()).await.unwrap().expect("a room");
        let mut batch = Vec::new();
        for number in 0..shape.messages {
            let queue = if number % 10 == 0 && number < 5_000 { "jobs" } else { "later" };
            let message = StoredMessage::new(MessageId::generate(), queue, body.clone(), 1);
            batch.push(Commit::Enqueue { id: claim.record.id, epoch: claim.epoch, message });
            if batch.len() == 1_000 || number + 1 == shape.messages {
                let outcomes = store.commit(std::mem::take(&mut batch)).await.unwrap();
                assert!(outcomes.iter().all(|outcome| *outcome == CommitOutcome::Done));
            }
        }
    }
    store.close().await;
}

/// A text of so many bytes, in CBOR.
fn text(bytes: usize) -> Bytes {
    let mut text = vec![0x7a];
    text.extend(u32::try_from(bytes).unwrap().to_be_bytes());
    text.extend(vec![b'x'; bytes]);
    text.into()
}
