//! A server that is stopped, mostly with SIGKILL, at random moments, over and over, while clients write to it: what it has
//! acknowledged is there after each restart, exactly once and in order, and what it has not acknowledged at most once.
//!
//! `CALLBOARD_KILLS=1000 cargo test --release -p callboard-tests --test kills -- --nocapture` is the long form.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says how much it did"
)]

use std::{
    collections::{HashMap, HashSet},
    env,
    net::TcpListener,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use callboard::{CallError, Client, prelude::Uuid};
use callboard_tests::{
    Process,
    chat_room::{ChatRoom, ChatRoomConn, ChatRoomHandle, JoinParams, MessageReceived},
};
use futures_util::future::join_all;
use tokio::task::JoinSet;

const WRITERS: usize = 8;
const ROOMS: usize = 16;
/// So many kills later the writers move to new rooms: the state of a room grows with every message.
const KILLS_PER_SET: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r06_r11_r13_r23_what_is_acknowledged_survives_kills_exactly_once_and_in_order() {
    let kills = env::var("CALLBOARD_KILLS").map_or(50, |kills| kills.parse().expect("a number of kills"));
    let directory = tempfile::tempdir().expect("a directory for the data");
    let data = directory.path().to_str().expect("a path in UTF-8");
    let ledger = play(kills, Stop::Kill, &["--data", data]).await;
    println!("{kills} kills: {}", ledger.summary());
    assert!(ledger.wrongs().is_empty(), "{:#?}", ledger.wrongs());
    assert!(ledger.answered() > kills, "hardly anything was written: {}", ledger.summary());
}

/// SIGTERM instead, under the same load.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graceful_stop_under_load_ends_in_time_and_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().expect("a directory for the data");
    let data = directory.path().to_str().expect("a path in UTF-8");
    let ledger = play(10, Stop::Terminate, &["--data", data]).await;
    println!("10 stops: {}", ledger.summary());
    assert!(ledger.wrongs().is_empty(), "{:#?}", ledger.wrongs());
}

/// The control: a server that forgets is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_store_is_seen_to_lose_what_it_acknowledged() {
    let ledger = play(3, Stop::Kill, &["--ephemeral"]).await;
    assert!(ledger.wrongs().iter().any(|wrong| wrong.ends_with("is lost")), "{:#?}", ledger.wrongs());
}

/// The control of everything else that can be wrong.
#[test]
fn the_ledger_sees_duplicates_changes_disorder_and_strangers() {
    let message = |number: usize| MessageReceived {
        id: Uuid::from_u128(number as u128),
        user_id: "0".to_owned(),
        text: number.to_string(),
        timestamp: 0,
    };
    let wrongs = |found: &[MessageReceived]| {
        let ledger = Ledger::default();
        for number in 0..3 {
            ledger.begin(7, 0, number);
        }
        ledger.answer(7, 0, 1, message(1));
        ledger.compare(7, found, &ledger.answered_in(7));
        ledger.wrongs()
    };
    let [zero, one, two] = [message(0), message(1), message(2)];
    assert!(wrongs(&[zero.clone(), one.clone(), two.clone()]).is_empty());
    assert!(wrongs(std::slice::from_ref(&one)).is_empty(), "the others were not acknowledged");
    assert_eq!(wrongs(&[zero.clone(), two.clone()]), ["room 7: message 1 of writer 0 is lost"]);
    assert_eq!(
        wrongs(&[zero, one.clone(), one.clone(), two]),
        ["room 7: message 1 of writer 0 is there twice"]
    );
    assert_eq!(wrongs(&[message(2), one.clone()]), ["room 7: message 1 of writer 0 comes after message 2"]);
    let other = MessageReceived { id: Uuid::nil(), ..one.clone() };
    assert_eq!(wrongs(&[other]), ["room 7: message 1 of writer 0 is not the one that was acknowledged"]);
    assert_eq!(wrongs(&[one, message(9)]), ["room 7: message 9 of writer 0 was never sent"]);
}

/// How a server is stopped.
#[derive(Clone, Copy)]
enum Stop {
    Kill,
    Terminate,
}

/// Stops a server so many times while clients write to it, and checks what it knows after each restart.
async fn play(kills: usize, stop: Stop, store: &[&str]) -> Arc<Ledger> {
    let listen = format!("127.0.0.1:{}", free_port());
    let args: Vec<_> = ["--listen", &listen].iter().chain(store).copied().collect();
    let start = || Process::start(env!("CARGO_BIN_EXE_conformance-server"), &args);
    let client = Client::new(&format!("http://{listen}")).expect("a URL");
    let ledger = Arc::new(Ledger::default());
    let mut writers = JoinSet::new();
    let mut server = start();
    for kill in 0..kills {
        if kill % KILLS_PER_SET == 0 {
            ledger.stop.store(true, Ordering::Relaxed);
            while let Some(ended) = writers.join_next().await {
                ended.expect("no writer panics");
            }
            ledger.stop.store(false, Ordering::Relaxed);
            let rooms = rooms_of(kill);
            for writer in 0..WRITERS {
                writers.spawn(write(client.clone(), Arc::clone(&ledger), writer, rooms.clone()));
            }
        }
        // Some die while they start and their clients come back, the others in the middle of the work.
        if fastrand::u8(..) > 30 {
            ledger.some_answers(fastrand::usize(1..100)).await;
        }
        tokio::time::sleep(Duration::from_micros(fastrand::u64(..5_000))).await;
        match stop {
            Stop::Kill => server.kill(),
            Stop::Terminate => {
                server.signal("-TERM");
                // Blocking one of two threads, while the writers go on.
                let ended = server.ends_within(Duration::from_secs(20));
                assert!(ended.success(), "it stops without an error: {ended}");
            }
        }
        server = start();
        check(&client, &ledger, rooms_of(kill)).await;
    }
    ledger.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = writers.join_next().await {
        ended.expect("no writer panics");
    }
    // Once more, all of them: no room has changed since it was left.
    check(&client, &ledger, 0..rooms_of(kills - 1).end).await;
    server.kill();
    ledger
}

/// The rooms that are written to before this kill.
fn rooms_of(kill: usize) -> Range<usize> {
    let first = kill / KILLS_PER_SET * ROOMS;
    first..first + ROOMS
}

/// Below those that the system gives to clients: nobody takes it between two starts.
fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(15_000..30_000));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("there is a free port")
}

/// Writes until it is told to stop: by stateless calls one after the other, or in bursts over connections.
async fn write(client: Client, ledger: Arc<Ledger>, writer: usize, rooms: Range<usize>) {
    let ways: Vec<_> = rooms.clone().map(|room| Way::new(&client, writer, room)).collect();
    let mut next = 0;
    while !ledger.stop.load(Ordering::Relaxed) {
        let room = fastrand::usize(rooms.clone());
        let way = &ways[room - rooms.start];
        let burst = if matches!(way, Way::Conn(_)) { fastrand::usize(1..8) } else { 1 };
        let calls = (next..next + burst).map(|number| {
            ledger.begin(room, writer, number);
            let ledger = &ledger;
            async move {
                match way.send(writer, number).await {
                    Ok(message) => ledger.answer(room, writer, number, message),
                    Err(CallError::NotSent(_) | CallError::MaybeApplied(_)) => false,
                    // A server that stops says so.
                    Err(CallError::Fault(fault)) if fault.is("guard", "service_unavailable") => false,
                    Err(error) => panic!("nothing goes wrong but that the server stops: {error}"),
                }
            }
        });
        next += burst;
        if !join_all(calls).await.contains(&true) {
            // There is no server; it will be there in a moment.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// How a writer reaches a room.
enum Way {
    Handle(ChatRoomHandle),
    Conn(ChatRoomConn),
}

impl Way {
    /// Every second writer keeps connections, which outlive the server.
    fn new(client: &Client, writer: usize, room: usize) -> Self {
        let handle = client.get_or_create::<ChatRoom>([room.to_string()]);
        if writer.is_multiple_of(2) {
            return Self::Handle(handle);
        }
        let params = JoinParams { player_id: writer.to_string(), role: None };
        Self::Conn(handle.connect(Some(params)))
    }

    async fn send(&self, writer: usize, number: usize) -> Result<MessageReceived, CallError> {
        let (writer, number) = (writer.to_string(), number.to_string());
        match self {
            Self::Handle(handle) => handle.send_message(writer, number).await,
            Self::Conn(conn) => conn.send_message(writer, number).await,
        }
    }
}

/// Compares these rooms with what was acknowledged before they were asked.
async fn check(client: &Client, ledger: &Ledger, rooms: Range<usize>) {
    for room in rooms {
        let answered = ledger.answered_in(room);
        let handle = client.get_or_create::<ChatRoom>([room.to_string()]);
        // A kept-alive connection may lead to the server that was killed.
        let found = loop {
            match handle.get_messages().await {
                Ok(found) => break found,
                Err(CallError::NotSent(_) | CallError::MaybeApplied(_)) => {}
                Err(error) => panic!("a room that was written to can be read: {error}"),
            }
        };
        ledger.compare(room, &found, &answered);
    }
}

/// The message that this writer sent as this number.
type Sent = (usize, usize);

/// What was sent, and what came back.
#[derive(Default)]
struct Ledger {
    rooms: Mutex<HashMap<usize, HashMap<Sent, Option<MessageReceived>>>>,
    wrongs: Mutex<Vec<String>>,
    answers: AtomicUsize,
    stop: AtomicBool,
}

impl Ledger {
    fn begin(&self, room: usize, writer: usize, number: usize) {
        self.rooms.lock().unwrap().entry(room).or_default().insert((writer, number), None);
    }

    fn answer(&self, room: usize, writer: usize, number: usize, message: MessageReceived) -> bool {
        let mut rooms = self.rooms.lock().unwrap();
        let sent = rooms.get_mut(&room).and_then(|room| room.get_mut(&(writer, number)));
        *sent.expect("it was sent") = Some(message);
        self.answers.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn answered(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for so many more answers; without them the server or its clients do not come back.
    async fn some_answers(&self, more: usize) {
        let enough = self.answered() + more;
        let enough_come = async {
            while self.answered() < enough {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let limit = Duration::from_mins(1);
        tokio::time::timeout(limit, enough_come).await.expect("writers are answered after a restart");
    }

    fn answered_in(&self, room: usize) -> HashMap<Sent, MessageReceived> {
        let rooms = self.rooms.lock().unwrap();
        let sent = rooms.get(&room).into_iter().flatten();
        sent.filter_map(|(sent, answer)| Some((*sent, answer.clone()?))).collect()
    }

    /// Notes what is wrong with the messages found in a room, of which these had been acknowledged before.
    fn compare(&self, room: usize, found: &[MessageReceived], answered: &HashMap<Sent, MessageReceived>) {
        let wrong = |what: String| self.wrongs.lock().unwrap().push(format!("room {room}: {what}"));
        let mut there = HashSet::new();
        let mut last = HashMap::new();
        for message in found {
            let sent = parse(message);
            let (writer, number) = sent;
            let name = format!("message {number} of writer {writer}");
            if !self.rooms.lock().unwrap().get(&room).is_some_and(|room| room.contains_key(&sent)) {
                wrong(format!("{name} was never sent"));
            }
            if answered.get(&sent).is_some_and(|answer| answer != message) {
                wrong(format!("{name} is not the one that was acknowledged"));
            }
            if !there.insert(sent) {
                wrong(format!("{name} is there twice"));
            }
            if let Some(last) = last.insert(writer, number).filter(|last| *last > number) {
                wrong(format!("{name} comes after message {last}"));
            }
        }
        for (writer, number) in answered.keys().filter(|sent| !there.contains(sent)) {
            wrong(format!("message {number} of writer {writer} is lost"));
        }
    }

    fn wrongs(&self) -> Vec<String> {
        self.wrongs.lock().unwrap().clone()
    }

    fn summary(&self) -> String {
        let sent: usize = self.rooms.lock().unwrap().values().map(HashMap::len).sum();
        format!("{sent} messages sent, {} acknowledged", self.answered())
    }
}

fn parse(message: &MessageReceived) -> Sent {
    let number = |text: &str| text.parse().expect("writers send numbers");
    (number(&message.user_id), number(&message.text))
}
