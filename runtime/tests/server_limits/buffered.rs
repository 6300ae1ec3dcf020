//! What an address, and all of them, may have the server hold.

use super::*;

#[tokio::test]
async fn heads_that_are_half_read_may_have_so_many_bytes_and_no_more() {
    let head = format!(
        "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-long: {}",
        "x".repeat(14_000)
    );
    for limits in buffered(42_000) {
        two_of_three_are_held(limits, &head, "\r\n\r\n").await;
    }
}

#[tokio::test]
async fn bodies_that_are_half_read_may_have_so_many_bytes_and_no_more() {
    let args = json!({ "args": ["x".repeat(20_000)] }).to_string();
    let (most, rest) = args.split_at(args.len() - 2);
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        address("desk", "/action/note"),
        args.len()
    );
    for limits in buffered(25_000) {
        two_of_three_are_held(limits, &format!("{head}{most}"), rest).await;
    }
}

#[tokio::test]
async fn a_request_that_was_answered_is_not_counted_any_more() {
    let server = Server::start_with(Limits::new().buffered_per_address(25_000)).await;
    let mut socket = TcpStream::connect(server.address).await.expect("it listens");
    let long = "x".repeat(14_000);
    for _ in 0..10 {
        let head = format!("GET /health HTTP/1.1\r\nhost: localhost\r\nx-long: {long}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 4096];
        let length = socket.read(&mut answer).await.expect("it answers");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    }
    // Nor is what follows an upgrade.
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    for id in 0..10 {
        say(&mut socket, call(id, "note", &json!(["x".repeat(30_000)]))).await;
        assert_eq!(hear(&mut socket).await, json!([id.to_string(), id + 1]));
    }
}

#[tokio::test]
async fn calls_under_way_of_all_connections_may_have_so_many_bytes_and_no_more() {
    for (limits, _) in buffered(25_000) {
        let server = Server::start_with(limits).await;
        let mut sockets = Vec::new();
        for _ in 0..3 {
            let mut socket = server.connect(Encoding::Json).await;
            next_json(&mut socket).await;
            sockets.push(socket);
        }
        let slow = |id| call(id, "noteSlowly", &json!([300, "x".repeat(20_000)]));
        for round in 0..3 {
            let mut heard = Vec::new();
            for socket in &mut sockets {
                say(socket, slow(round)).await;
            }
            for socket in &mut sockets {
                heard.push(hear(socket).await);
            }
            let is_refused = |heard: &&Value| **heard == json!([round.to_string(), "too_many_calls"]);
            assert_eq!(heard.iter().filter(is_refused).count(), 1, "{heard:?}");
            assert!(heard.contains(&json!([round.to_string(), 2 * (round + 1)])), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn calls_under_way_over_http_may_have_so_many_bytes_and_no_more() {
    for (limits, _) in buffered(25_000) {
        let server = Server::start_with(limits).await;
        let args = json!([300, "x".repeat(20_000)]).to_string();
        let call = async || server.call("noteSlowly", &args).await.status;
        for _ in 0..3 {
            let (one, two, three) = tokio::join!(call(), call(), call());
            let mut statuses = [one, two, three];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 503]);
        }
    }
}

#[tokio::test]
async fn what_is_held_for_one_address_is_not_charged_to_another() {
    let server = Server::start_with(Limits::new().buffered_per_address(25_000)).await;
    let head = format!("GET /health HTTP/1.1\r\nhost: localhost\r\nx-long: {}", "x".repeat(14_000));
    let mut held = Vec::new();
    for address in [2, 3, 4] {
        held.push(connect_from(address, &server, &head).await);
    }
    for mut socket in held {
        socket.write_all(b"\r\n\r\n").await.expect("it reads");
        let mut answer = vec![0; 4096];
        let length = socket.read(&mut answer).await.expect("it answers");
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    }
}

/// Of one address, and of all.
fn buffered(bytes: usize) -> [(Limits, [u8; 3]); 2] {
    [(Limits::new().buffered_per_address(bytes), [1, 1, 1]), (Limits::new().buffered(bytes), [1, 2, 3])]
}

/// Sends three of these at once, of which two have room, and then what completes them; three times.
async fn two_of_three_are_held((limits, addresses): (Limits, [u8; 3]), begin: &str, end: &str) {
    let server = Server::start_with(limits).await;
    for _ in 0..3 {
        let mut sockets = Vec::new();
        for address in addresses {
            sockets.push(connect_from(address, &server, begin).await);
        }
        for mut held in the_refused(sockets).await {
            assert_eq!(server.call("here", "[]").await.status, 200, "who asks for little is served");
            held.write_all(end.as_bytes()).await.expect("it reads");
            let said = rest_of(held).await;
            let said = String::from_utf8_lossy(&said);
            assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        }
    }
}

/// From one of the addresses that this machine has for itself, having sent this.
async fn connect_from(address: u8, server: &Server, begin: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, address], 0).into()).expect("an address of this machine");
    let mut socket = socket.connect(server.address).await.expect("it listens");
    socket.write_all(begin.as_bytes()).await.expect("it reads");
    socket
}

/// The one of these that has an answer, which is that there is no room, and the others, which have none.
async fn the_refused(sockets: Vec<TcpStream>) -> Vec<TcpStream> {
    let readable = sockets.iter().map(|socket| Box::pin(socket.readable()));
    let (_, refused, _) = timeout(Duration::from_secs(10), select_all(readable)).await.expect("an answer");
    let mut others = sockets;
    let said = rest_of(others.remove(refused)).await;
    let said = String::from_utf8_lossy(&said);
    assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("\"overloaded\""), "{said}");
    for other in &others {
        let said = other.try_read(&mut [0]).expect_err("it is not answered");
        assert_eq!(said.kind(), ErrorKind::WouldBlock);
    }
    others
}
