//! How a server stops.

mod gateway;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use callboard::{prelude::*, store::MemoryStore, wire::Encoding};
use futures_util::SinkExt as _;
use gateway::{Desk, Server, begun, desk, next_close, next_json, until};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_websockets::Message;

fn slow_call(id: u64, text: &str) -> String {
    let call = json!({ "id": id, "name": "noteSlowly", "args": [300, text] });
    json!({ "body": { "tag": "ActionRequest", "val": call } }).to_string()
}

/// A socket that waits for its next request.
async fn idle(server: &Server) -> TcpStream {
    let mut idle = TcpStream::connect(server.address).await.expect("it listens");
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("it reads");
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.expect("it answers");
    idle
}

#[tokio::test]
async fn what_was_taken_is_answered_before_the_goodbye() {
    let mut server = Server::start().await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    let body = br#"{"args":[300,"late, over HTTP"]}"#;
    let head = format!(
        "POST /gateway/desk/action/noteSlowly?{} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        desk("other"),
        body.len()
    );
    let mut caller = TcpStream::connect(server.address).await.expect("it listens");
    caller.write_all(&[head.as_bytes(), body].concat()).await.expect("it reads");
    socket.send(Message::text(slow_call(7, "late"))).await.expect("it is open");
    begun("late, over HTTP").await;
    begun("late").await;

    let began = Instant::now();
    server.stop();
    assert_eq!(next_json(&mut socket).await["body"]["tag"], "ActionResponse");
    assert_eq!(next_close(&mut socket).await, (1011, "guard.service_unavailable".to_owned()));
    drop(socket);
    let mut answer = String::new();
    caller.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"output":1}"#), "{answer}");
    let address = server.address;
    server.ended().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let mut server = Server::start().await;
    // One that never makes a request; it is accepted before those that are answered.
    let _silent = TcpStream::connect(server.address).await.expect("it listens");
    let _idle = idle(&server).await;
    server.call("note", r#"["a"]"#).await;
    let began = Instant::now();
    server.stop();
    server.ended().await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

/// Peers that have sent the beginning of a request, and go on with nothing.
#[tokio::test]
async fn requests_that_are_half_sent_do_not_hold_up_a_stop() {
    let halves = [
        "GET /health HTT".to_owned(),
        format!(
            "POST /gateway/desk/action/note?{} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20\r\n\r\n{{\"ar",
            desk("half")
        ),
        format!(
            "POST /gateway/desk/request/half?{} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
            desk("half")
        ),
    ];
    let mut server = Server::start().await;
    let mut sockets = Vec::new();
    for half in &halves {
        // It has been answered once, so it is served.
        let mut socket = idle(&server).await;
        socket.write_all(half.as_bytes()).await.expect("it reads");
        sockets.push(socket);
    }
    server.call("note", r#"["a"]"#).await;
    let began = Instant::now();
    server.stop();
    server.ended().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_comes_while_it_stops_is_told_to_come_back() {
    let mut server = Server::start().await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    // Both are accepted before the stop; their requests come after it.
    let mut late = TcpStream::connect(server.address).await.expect("it listens");
    late.write_all(b"GET /health HTTP/1.1\r\n").await.expect("it reads");
    let mut idle = idle(&server).await;
    socket.send(Message::text(slow_call(7, "not too late"))).await.expect("it is open");
    begun("not too late").await;
    server.stop();
    // It is closed as soon as the stop has begun.
    idle.read_to_end(&mut Vec::new()).await.expect("it is closed");
    late.write_all(b"host: localhost\r\n\r\n").await.expect("it reads");
    let mut answer = String::new();
    late.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    // A call on an open connection is told so too, and does not wait for the one before it, which ends.
    socket.send(Message::text(slow_call(8, "too late"))).await.expect("it is open");
    let refused = next_json(&mut socket).await;
    assert_eq!(refused["body"]["val"]["actionId"], json!(["$BigInt", "8"]));
    assert_eq!(refused["body"]["val"]["code"], "service_unavailable");
    assert_eq!(next_json(&mut socket).await["body"]["val"]["id"], json!(["$BigInt", "7"]));
    assert_eq!(next_close(&mut socket).await, (1011, "guard.service_unavailable".to_owned()));
    drop(socket);
    server.ended().await;
}

/// As `select!` and time-outs do.
#[tokio::test]
async fn a_server_whose_future_is_dropped_listens_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let registry = Registry::new().in_memory().register::<Desk>();
    let mut serving = Box::pin(registry.serve_listener(listener, std::future::pending()));
    tokio::select! {
        biased;
        served = &mut serving => panic!("nothing stops it: {served:?}"),
        socket = TcpStream::connect(address) => drop(socket.expect("it listens")),
    }
    drop(serving);
    until(async || TcpStream::connect(address).await.is_err()).await;
}

/// An app nests the routes, ends its own server, and calls no `Registry::stop`.
#[tokio::test]
async fn an_open_connection_keeps_its_actors_and_with_the_last_one_they_stop() {
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new().store(Arc::clone(&store)).register::<Desk>();
    let mut server = Server::nested(&registry).await;
    drop(registry);
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    server.stop();
    server.ended().await;
    socket.send(Message::text(slow_call(7, "on its own"))).await.expect("it is open");
    assert_eq!(next_json(&mut socket).await["body"]["tag"], "ActionResponse");
    drop(socket);
    until(async || Arc::strong_count(&store) == 1).await;
}
