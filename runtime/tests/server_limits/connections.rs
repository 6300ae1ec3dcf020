//! How many there may be: sockets, connections, and of each its subscriptions and its calls.

use super::*;

#[tokio::test]
async fn so_many_connections_may_be_open_and_no_more() {
    for limits in [Limits::new().connections(2), Limits::new().connections_per_address(2)] {
        let server = Server::start_with(limits).await;
        let (mut one, mut two) = (server.connect(Encoding::Json).await, server.connect(Encoding::Json).await);
        assert_eq!(hear(&mut one).await, json!("Init"));
        assert_eq!(hear(&mut two).await, json!("Init"));
        let mut three = server.connect(Encoding::Json).await;
        assert_eq!(next_close(&mut three).await, (1013, "guard.too_many_connections".to_owned()));
        assert_eq!(server.call("here", "[]").await.json(), json!({ "output": 2 }), "calls go on");
        drop(one);
        until(async || server.call("here", "[]").await.json() == json!({ "output": 1 })).await;
        let come_back =
            async || hear_or_close(&mut server.connect(Encoding::Json).await).await == json!("Init");
        until(come_back).await;
    }
}

async fn hear_or_close(socket: &mut Socket) -> Value {
    let message = next(socket).await;
    if message.is_close() { Value::Null } else { json!("Init") }
}

#[tokio::test]
async fn so_many_sockets_may_be_open_and_no_more() {
    for limits in [Limits::new().sockets(3), Limits::new().sockets_per_address(3)] {
        let server = Server::start_with(limits).await;
        // One is a connection: an upgraded socket is still one.
        let mut connection = server.connect(Encoding::Json).await;
        next_json(&mut connection).await;
        let idle = [TcpStream::connect(server.address).await, TcpStream::connect(server.address).await];
        let refused = TcpStream::connect(server.address).await.expect("it is accepted");
        let said = String::from_utf8(rest_of(refused).await).expect("it is text");
        assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("too_many_connections"), "{said}");
        drop(idle);
        until(async || {
            let mut socket = TcpStream::connect(server.address).await.expect("it is accepted");
            let asked = socket
                .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                .await;
            asked.is_ok() && rest_of(socket).await.starts_with(b"HTTP/1.1 200 ")
        })
        .await;
    }
}

#[tokio::test]
async fn a_connection_may_subscribe_to_so_many_events_and_no_more() {
    let server = lamp(Limits::new().subscriptions(2)).await;
    let mut socket = open_lamp(&server).await;
    for event in ["red", "green", "green", "blue"] {
        say(&mut socket, subscribe(event)).await;
    }
    say(&mut socket, call(0, "shine", &json!([1]))).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&json!(["0", null])) {
        heard.push(hear(&mut socket).await);
    }
    let refused = json!("callboard.subscription_refused");
    assert_eq!(heard, [refused, json!("red"), json!("green"), json!(["0", null])]);
}

#[tokio::test]
async fn a_connection_may_have_so_many_calls_under_way_and_no_more() {
    let server = Server::start_with(Limits::new().calls_in_flight(3)).await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    let mut other = server.connect(Encoding::Json).await;
    next_json(&mut other).await;
    for round in 0..3 {
        for id in 0..3 {
            say(&mut socket, call(id, "noteSlowly", &json!([100, "slow"]))).await;
        }
        say(&mut socket, call(3, "note", &json!(["refused"]))).await;
        assert_eq!(hear(&mut socket).await, json!(["3", "too_many_calls"]));
        say(&mut other, call(9, "who", &json!([]))).await;
        assert_eq!(hear(&mut other).await, json!(["9", "nobody"]), "another has calls of its own");
        for id in 0..3 {
            assert_eq!(hear(&mut socket).await, json!([id.to_string(), round * 3 + id + 1]));
        }
    }
    // A call that is refused or cannot be read ends too.
    for id in 0..20 {
        say(&mut socket, call(id, "note", &json!([1]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), "invalid_arguments"]));
        say(&mut socket, call(id, "fail", &json!([]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), "internal_error"]));
    }
}

#[tokio::test]
async fn calls_under_way_may_have_so_many_bytes_and_no_more() {
    let server = Server::start_with(Limits::new().bytes_in_flight(1000)).await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    // With arguments of so many bytes.
    let slow = |id, bytes: usize| call(id, "noteSlowly", &json!([100, "x".repeat(bytes - 8)]));
    for round in 0..3 {
        for message in [slow(0, 600), slow(1, 400), slow(2, 9)] {
            say(&mut socket, message).await;
        }
        assert_eq!(hear(&mut socket).await, json!(["2", "too_many_calls"]));
        assert_eq!(hear(&mut socket).await, json!(["0", round * 3 + 1]));
        assert_eq!(hear(&mut socket).await, json!(["1", round * 3 + 2]));
        say(&mut socket, slow(3, 5000)).await;
        assert_eq!(hear(&mut socket).await, json!(["3", round * 3 + 3]), "a single one passes");
    }
    for id in 0..5 {
        say(&mut socket, call(id, "note", &json!([[" ".repeat(600)]]))).await;
        assert_eq!(
            hear(&mut socket).await,
            json!([id.to_string(), "invalid_arguments"]),
            "it counts no more"
        );
    }
}
