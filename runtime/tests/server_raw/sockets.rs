//! Raw sockets: what they carry, and how they end.

use super::*;

#[tokio::test]
async fn a_raw_socket_carries_frames_as_they_are_and_has_path_and_params() {
    let server = serve_gate().await;
    let mut socket = open(
        &server,
        "/stream/x",
        "rivet, rivet_encoding.bare, rivet_conn_params.%7B%22name%22%3A%22ann%22%7D",
    )
    .await;
    assert_eq!(next_text(&mut socket).await, "ann at /stream/x");
    for message in [
        Message::text("é"),
        Message::binary(&b"\x01\xff"[..]),
        Message::text(""),
        Message::text("y".repeat(RawSocket::MAX_MESSAGE)),
    ] {
        socket.send(message.clone()).await.unwrap();
        let echoed = next(&mut socket).await;
        assert_eq!(
            (echoed.is_text(), &echoed.as_payload()[..]),
            (message.is_text(), &message.as_payload()[..])
        );
    }
    socket.send(Message::text("too long")).await.unwrap();
    assert_eq!(next_text(&mut socket).await, "the message has 1048577 bytes, and at most 1048576 are sent");
    socket.send(Message::text("y".repeat(RawSocket::MAX_MESSAGE + 1))).await.unwrap();
    assert_eq!(next_close(&mut socket).await, (1011, "message.incoming_too_long".to_owned()));
}

#[tokio::test]
async fn r04_broadcast_and_send_write_nothing_to_a_raw_socket_and_do_not_fail() {
    let server = serve_gate().await;
    let mut socket = open(&server, "", "rivet").await;
    assert_eq!(next_text(&mut socket).await, "nobody at /");
    assert_eq!(
        call(&server, "ring", "[]").await,
        json!([1, 1]),
        "it is a connection, and takes what is sent"
    );
    socket.send(Message::text("after")).await.unwrap();
    assert_eq!(next_text(&mut socket).await, "after");
}

#[tokio::test]
async fn the_handler_of_a_socket_holds_no_turn_and_takes_its_own() {
    let server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    assert_eq!(get(&server, "/count").await.body, b"1", "while the socket is open");
    socket.send(Message::text("count")).await.unwrap();
    assert_eq!(next_text(&mut socket).await, "2");
    socket.send(Message::text("deaf")).await.unwrap();
    IS_DEAF.notified().await;
    assert_eq!(get(&server, "/count").await.body, b"3", "while its handler waits");
    MAY_HEAR.notify_one();
}

#[tokio::test]
async fn a_raw_socket_ends_as_its_handler_does() {
    let server = serve_gate().await;
    let end = async |text: &str| {
        let mut socket = open(&server, "/", "rivet").await;
        next_text(&mut socket).await;
        socket.send(Message::text(text.to_owned())).await.unwrap();
        next_close(&mut socket).await
    };
    assert_eq!(end("return").await, (1000, String::new()));
    assert_eq!(end("fail").await, (1011, "user.no_page".to_owned()));
    assert_eq!(end("boom").await, (1011, "rivetkit.internal_error".to_owned()));
    until(async || call(&server, "numbers", "[]").await[2] == 3).await;
}

#[tokio::test]
async fn a_raw_socket_that_is_refused_hears_why() {
    let server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet, rivet_conn_params.%7B%22name%22%3A%22banned%22%7D").await;
    assert_eq!(next_close(&mut socket).await, (1011, "user.banned".to_owned()));
    let (mut socket, _) = server.open("/gateway/nope/websocket/x", "rivet").await;
    let (code, reason) = next_close(&mut socket).await;
    assert_eq!((code, reason.starts_with("actor.not_found#")), (1011, true), "{reason}");
}

#[tokio::test]
async fn the_client_closes_a_raw_socket_and_its_handler_hears_how() {
    let server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    let code = tokio_websockets::CloseCode::try_from(4007).unwrap();
    socket.send(Message::close(Some(code), "enough")).await.unwrap();
    until(async || call(&server, "numbers", "[]").await == json!([1000, 0, 1])).await;
}

#[tokio::test]
async fn a_raw_socket_keeps_its_actor_awake_until_it_is_gone() {
    let server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    call(&server, "nap", "[]").await;
    assert_eq!(call(&server, "numbers", "[]").await[1], 0);
    drop(socket);
    until(async || call(&server, "numbers", "[]").await == json!([0, 1, 1])).await;
}

#[tokio::test]
async fn the_actor_disconnects_a_raw_socket_or_takes_it_along() {
    let server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    call(&server, "showOut", r#"["closing time"]"#).await;
    assert_eq!(next_close(&mut socket).await, (1000, "closing time".to_owned()));
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    call(&server, "end", "[]").await;
    assert_eq!(next_close(&mut socket).await, (1000, String::new()));
}

#[tokio::test]
async fn a_server_that_stops_tells_raw_sockets_to_come_back() {
    let mut server = serve_gate().await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    server.stop();
    assert_eq!(next_close(&mut socket).await, (1011, "guard.service_unavailable".to_owned()));
    socket.close().await.unwrap();
    drop(socket);
    tokio::time::timeout(Duration::from_secs(5), server.ended()).await.expect("nothing holds it up");
}

/// A handler that spawns a task for its socket may return: the socket lives on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Spawning {}

#[actor]
impl Spawning {
    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, socket: RawSocket) {
        let (mut sink, stream) = socket.split();
        let heard = Arc::new(AtomicUsize::new(0));
        ctx.keep_awake(async move {
            let mut numbered =
                stream.map(|_| Ok(RawMessage::from(heard.fetch_add(1, Ordering::Relaxed).to_string())));
            let _ = sink.send_all(&mut numbered).await;
        });
    }
}

#[tokio::test]
async fn a_socket_may_outlive_its_handler_and_is_a_stream_and_a_sink() {
    let server = Server::host(Registry::new().in_memory().register::<Spawning>()).await;
    let (mut socket, _) = server.open(&at("spawning", "websocket"), "rivet").await;
    for number in ["0", "1", "2"] {
        socket.send(Message::text("x")).await.unwrap();
        assert_eq!(next_text(&mut socket).await, number);
    }
}

async fn open(server: &Server, path: &str, protocols: &str) -> tokio_websockets::WebSocketStream<TcpStream> {
    let (socket, head) = server.open(&at("gate", &format!("websocket{path}")), protocols).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.to_lowercase().contains("sec-websocket-protocol: rivet\r\n"), "{head}");
    socket
}

async fn next_text(socket: &mut tokio_websockets::WebSocketStream<TcpStream>) -> String {
    let message = next(socket).await;
    message.as_text().unwrap_or_else(|| panic!("{message:?} is not text")).to_owned()
}

#[tokio::test]
async fn a_message_that_comes_slowly_is_no_silence_on_a_raw_socket_either() {
    let limits =
        Limits::new().ping_interval(Duration::from_millis(150)).message_timeout(Duration::from_millis(1200));
    let server = serve_gate_with(limits).await;
    let mut socket = open(&server, "/", "rivet").await;
    next_text(&mut socket).await;
    // A text of twenty letters, unmasked by zeros.
    let stream = socket.get_mut();
    stream.write_all(&[0x81, 0x94, 0, 0, 0, 0]).await.unwrap();
    for _ in 0..20 {
        stream.write_all(b"x").await.unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert_eq!(next_text(&mut socket).await, "x".repeat(20));
    // One that is never whole.
    let stream = socket.get_mut();
    stream.write_all(&[0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0]).await.unwrap();
    let mut said = [0; 2];
    let closed = async {
        while tokio::time::timeout(Duration::from_millis(30), stream.read_exact(&mut said)).await.is_err() {
            stream.write_all(b"x").await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.unwrap();
    assert_eq!(said, [0x88, 2 + 26], "a close with `message.incoming_timed_out`");
}
