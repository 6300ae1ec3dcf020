//! `Registry::health_at`: an answer whatever the actions of the process do.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use callboard::prelude::*;
use tokio::{runtime::Builder, sync::oneshot};

/// The doors that are open: those at the others stand there with their threads.
static OPEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();
/// Those at which somebody stands, or did.
static REACHED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn open(door: &str) {
    OPEN.lock().expect("nobody panics with it").insert(door.to_owned());
    OPENED.notify_all();
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Porter;

#[actor]
impl Porter {
    /// Holds its thread, which an action should not.
    #[action]
    fn stand_at(&self, door: String) {
        REACHED.lock().expect("nobody panics with it").insert(door.clone());
        let open = OPEN.lock().expect("nobody panics with it");
        drop(OPENED.wait_while(open, |open| !open.contains(&door)).expect("nobody panics with it"));
    }
}

/// A port that is free, for somebody who binds it at once.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// The status and the word; `None` if nobody listens, or hangs up.
fn ask(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(socket, "{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let word = body["status"].as_str().or(body["code"].as_str()).unwrap_or_default();
    Some((answer.get(9..12)?.parse().ok()?, word.to_owned()))
}

fn until(address: SocketAddr, expected: Option<(u16, &str)>) {
    let began = Instant::now();
    loop {
        let answer = ask(address, "GET /health");
        if answer.as_ref().map(|(status, word)| (*status, word.as_str())) == expected {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{answer:?} is not {expected:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A server with so many workers, or none but the thread that serves; where it listens, and how it is stopped.
fn serve(workers: usize, health: SocketAddr) -> (SocketAddr, oneshot::Sender<()>, thread::JoinHandle<()>) {
    let address = free();
    let (stop, stopped) = oneshot::channel();
    let server = thread::spawn(move || {
        let mut builder =
            if workers > 0 { Builder::new_multi_thread() } else { Builder::new_current_thread() };
        let tokio = builder.worker_threads(workers.max(1)).enable_all().build().expect("a runtime");
        tokio.block_on(async {
            let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
            let registry = Registry::new().in_memory().register::<Porter>();
            let registry = registry.health_at(health).expect("the port is free");
            let stopped = async { stopped.await.unwrap_or(()) };
            registry.serve_listener(listener, stopped).await.expect("it serves");
        });
    });
    (address, stop, server)
}

/// Has an action hold a worker until its door is open.
fn block(address: SocketAddr, door: &str, key: usize) -> thread::JoinHandle<()> {
    let body = serde_json::json!({ "args": [door] }).to_string();
    let path =
        format!("/gateway/porter/action/standAt?rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}");
    thread::spawn(move || {
        let mut socket = TcpStream::connect(address).expect("it listens");
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        write!(socket, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    })
}

fn blocked_workers_are_told(workers: usize, door: &str) {
    let health = free();
    let (address, stop, server) = serve(workers, health);
    until(health, Some((200, "ok")));
    until(address, Some((200, "ok")));
    let doors: Vec<_> = (0..workers.max(1)).map(|key| format!("{door} {key}")).collect();
    let mut calls = Vec::new();
    for (key, door) in doors.iter().enumerate() {
        calls.push(block(address, door, key));
        // One after the other: what is there before a worker is held, its listener too, may wait behind that in a slot that no
        // other worker takes from.
        while !REACHED.lock().expect("nobody panics with it").contains(door) {
            thread::yield_now();
        }
    }
    until(health, Some((503, "workers_blocked")));
    for door in &doors {
        open(door);
    }
    until(health, Some((200, "ok")));
    until(address, Some((200, "ok")));
    for call in calls {
        call.join().expect("it was answered");
    }
    drop(stop);
    server.join().expect("it ends");
    until(health, None);
}

#[test]
fn two_workers_that_are_both_held_are_told_and_that_they_are_free_again() {
    blocked_workers_are_told(2, "two");
}

#[test]
fn a_runtime_of_one_thread_that_is_held_is_told_and_that_it_is_free_again() {
    blocked_workers_are_told(0, "one");
}

#[test]
fn a_server_that_stops_says_so_until_it_has_ended() {
    let health = free();
    let (address, stop, server) = serve(2, health);
    until(health, Some((200, "ok")));
    let call = block(address, "stop", 0);
    while !REACHED.lock().expect("nobody panics with it").contains("stop") {
        thread::yield_now();
    }
    stop.send(()).expect("it runs");
    until(health, Some((503, "stopping")));
    open("stop");
    server.join().expect("it ends");
    until(health, None);
    call.join().expect("it was answered");
}

#[test]
fn it_has_one_page() {
    let health = free();
    let (_, stop, server) = serve(0, health);
    until(health, Some((200, "ok")));
    let asked = |request: &str| ask(health, request).expect("it answers");
    assert_eq!(asked("HEAD /health").0, 200);
    assert_eq!(asked("POST /health"), (405, "method_not_allowed".to_owned()));
    for path in ["/", "/metadata", "/actors", "/metrics", "/healthy"] {
        assert_eq!(asked(&format!("GET {path}")), (404, "not_found".to_owned()), "{path}");
    }
    drop(stop);
    server.join().expect("it ends");
}

/// Who opens sockets and asks nothing keeps nobody from asking.
#[test]
fn sockets_that_ask_nothing_are_hung_up_on() {
    let health = free();
    let (_, stop, server) = serve(0, health);
    until(health, Some((200, "ok")));
    let mut silent: Vec<_> = (0..100).map(|_| TcpStream::connect(health).expect("it listens")).collect();
    // The first probe is answered, not one some seconds later: the oldest have given way.
    for _ in 0..3 {
        assert_eq!(ask(health, "GET /health"), Some((200, "ok".to_owned())));
    }
    for socket in &mut silent {
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("it is open");
        assert_eq!(socket.read(&mut [0]).expect("it is hung up on"), 0);
    }
    drop(stop);
    server.join().expect("it ends");
}

#[test]
fn an_address_that_is_taken_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound");
    let error = Registry::new().in_memory().health_at(address).expect_err("it is taken").to_string();
    assert!(error.contains("cannot listen") && error.contains(&address.to_string()), "{error}");
}

#[test]
fn it_ends_with_a_registry_that_is_dropped() {
    let health = free();
    let registry = Registry::new().in_memory().health_at(health).expect("the port is free");
    // Nothing answers before the start, but it listens.
    assert!(TcpStream::connect(health).is_ok());
    drop(registry);
    until(health, None);

    let registry =
        Registry::new().in_memory().register::<Porter>().health_at(health).expect("it is free again");
    let client = registry.client();
    until(health, Some((200, "ok")));
    drop((registry, client));
    until(health, None);
}
