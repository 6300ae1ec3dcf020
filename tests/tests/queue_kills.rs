//! A server that is killed with SIGKILL at random moments, over and over, while clients send messages to its queues: each
//! message that was acknowledged is handled, and what is done to the state with it is done once.
//!
//! `CALLBOARD_KILLS=1000 cargo test --release -p callboard-tests --test queue_kills -- --nocapture` is the long form.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it did"
)]

use std::{
    collections::HashSet,
    env,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use callboard::{CallError, Client};
use callboard_tests::{
    Process,
    chat_room::{ChatRoom, ChatRoomHandle, Post},
};
use tokio::task::JoinSet;

const SENDERS: usize = 6;
const ROOMS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_handled_and_its_effect_is_there_once_whenever_the_server_is_killed() {
    let kills = env::var("CALLBOARD_KILLS").map_or(20, |kills| kills.parse().expect("a number of kills"));
    let directory = tempfile::tempdir().expect("a directory for the data");
    let data = directory.path().to_str().expect("a path in UTF-8");
    let listen = format!("127.0.0.1:{}", free_port());
    let start =
        || Process::start(env!("CARGO_BIN_EXE_conformance-server"), &["--listen", &listen, "--data", data]);
    let client = Client::new(&format!("http://{listen}")).expect("a URL");
    let ledger = Arc::new(Ledger::default());
    let mut server = start();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(send(client.clone(), Arc::clone(&ledger), sender));
    }
    for _ in 0..kills {
        ledger.some_acknowledged(fastrand::usize(1..60)).await;
        tokio::time::sleep(Duration::from_micros(fastrand::u64(..5_000))).await;
        server.kill();
        server = start();
    }
    ledger.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = senders.join_next().await {
        ended.expect("no sender panics");
    }
    // Once more, so that what is left is handled after a restart, without anybody asking.
    server.kill();
    server = start();

    let (sent, acknowledged) = ledger.all();
    println!("{kills} kills: {} messages sent, {} acknowledged", sent.len(), acknowledged.len());
    assert!(acknowledged.len() > kills, "hardly anything was sent");
    for room in 0..ROOMS {
        let expected: HashSet<_> =
            acknowledged.iter().filter(|text| room_of(text) == room).cloned().collect();
        let handled = all_handled(&client, room, &expected).await;
        let there: HashSet<_> = handled.iter().cloned().collect();
        assert_eq!(there.len(), handled.len(), "handled twice in room {room}");
        assert!(there.is_subset(&sent), "never sent to room {room}");
    }
    server.kill();
}

/// Waits until the room has all of these posts, and gives what it has.
async fn all_handled(client: &Client, room: usize, expected: &HashSet<String>) -> Vec<String> {
    let room = handle(client, room);
    for _ in 0..1_000 {
        if let Ok(messages) = room.get_messages().await {
            let there: Vec<_> = messages.into_iter().map(|message| message.text).collect();
            if expected.iter().all(|text| there.contains(text)) {
                return there;
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("an acknowledged message was not handled");
}

/// Sends until it is told to stop, waiting for every third message to be handled.
async fn send(client: Client, ledger: Arc<Ledger>, sender: usize) {
    let rooms: Vec<_> = (0..ROOMS).map(|room| handle(&client, room)).collect();
    for number in 0_usize.. {
        if ledger.stop.load(Ordering::Relaxed) {
            return;
        }
        let room = number % ROOMS;
        let post = Post { user_id: sender.to_string(), text: format!("{room}/{sender}/{number}") };
        let text = post.text.clone();
        ledger.sent.lock().unwrap().insert(text.clone());
        let result = if number.is_multiple_of(3) {
            let moment = Duration::from_millis(fastrand::u64(..20));
            rooms[room].send_and_wait(post, moment).await.map(drop)
        } else {
            rooms[room].send(post).await
        };
        match result {
            Ok(()) => drop(ledger.acknowledged.lock().unwrap().insert(text)),
            // There is no server; it will be there in a moment.
            Err(CallError::NotSent(_) | CallError::MaybeApplied(_)) => {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            // More is sent than it can handle.
            Err(CallError::Fault(fault)) if fault.is("queue", "full") => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("nothing goes wrong but that the server is killed: {error}"),
        }
    }
}

fn handle(client: &Client, room: usize) -> ChatRoomHandle {
    client.get_or_create::<ChatRoom>(["queue".to_owned(), room.to_string()])
}

fn room_of(text: &str) -> usize {
    text.split('/').next().and_then(|room| room.parse().ok()).expect("a post begins with its room")
}

/// Below those that the system gives to clients: nobody takes it between two starts.
fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(15_000..30_000));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("there is a free port")
}

/// What was sent, and what of it was acknowledged.
#[derive(Default)]
struct Ledger {
    sent: Mutex<HashSet<String>>,
    acknowledged: Mutex<HashSet<String>>,
    stop: AtomicBool,
}

impl Ledger {
    /// Waits for so many more acknowledgements; without them the server or its clients do not come back.
    async fn some_acknowledged(&self, more: usize) {
        let count = || self.acknowledged.lock().unwrap().len();
        let enough = count() + more;
        let enough_come = async {
            while count() < enough {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let limit = Duration::from_mins(1);
        tokio::time::timeout(limit, enough_come).await.expect("senders are answered after a restart");
    }

    fn all(&self) -> (HashSet<String>, HashSet<String>) {
        (self.sent.lock().unwrap().clone(), self.acknowledged.lock().unwrap().clone())
    }
}
