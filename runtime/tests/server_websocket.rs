//! The gateway over WebSocket: handshakes, frames, closes, in bytes.

mod gateway;

use callboard::{
    ActorId, Registry,
    wire::{Encoding, ToClient, ToServer},
};
use futures_util::{SinkExt as _, StreamExt as _};
use gateway::{Desk, Server, UPGRADE, desk, next, next_close, next_json, until};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_websockets::{Message, WebSocketStream};

type Socket = WebSocketStream<TcpStream>;

async fn say(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.expect("it is open");
}

fn call(id: u64, name: &str, args: &Value) -> Value {
    json!({ "body": { "tag": "ActionRequest", "val": { "id": ["$BigInt", id.to_string()], "name": name, "args": args } } })
}

fn subscribe(event: &str, on: bool) -> Value {
    json!({ "body": { "tag": "SubscriptionRequest", "val": { "eventName": event, "subscribe": on } } })
}

fn answer(id: u64, output: &Value) -> Value {
    json!({ "body": { "tag": "ActionResponse", "val": { "id": ["$BigInt", id.to_string()], "output": output } } })
}

#[tokio::test]
async fn a_handshake() {
    let server = Server::start().await;
    let path = format!("/gateway/desk/connect?{}", desk("test"));
    let (_, head) = server.open(&path, "rivet, rivet_encoding.json").await;
    let head = head.to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    for line in ["upgrade: websocket", "connection: upgrade", "sec-websocket-protocol: rivet"] {
        assert!(head.lines().any(|other| other == line), "{line} is not in\n{head}");
    }
    assert!(
        head.contains("sec-websocket-accept: s3ppLmbitxaq9kygzzhzrbk+xoo=".to_lowercase().as_str()),
        "{head}"
    );
    assert!(head.contains("x-rivet-ray-id: "), "{head}");
    assert!(!head.contains("sec-websocket-extensions"), "{head}");
    let (mut socket, head) = server.open(&path, "").await;
    assert!(!head.to_lowercase().contains("sec-websocket-protocol"), "it was not offered:\n{head}");
    assert_eq!(next_json(&mut socket).await["body"]["tag"], "Init", "JSON is the default");
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() {
    let server = Server::start().await;
    let request = format!("GET /gateway/desk/connect?{}", desk("test"));
    let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
    let version = ("sec-websocket-version", "13");
    let plain = server.http(&request, &[], b"").await;
    assert_eq!((plain.status, plain.error().as_str()), (426, "api.upgrade_required"));
    let old =
        server.http(&request, &[upgrade[0], upgrade[1], key, ("sec-websocket-version", "8")], b"").await;
    assert_eq!((old.status, old.error().as_str()), (426, "api.upgrade_required"));
    for key in ["", "c2hvcnQ=", "dGhlIHNhbXBsZSBub25jZQ", "!!!!"] {
        let headers = [upgrade[0], upgrade[1], ("sec-websocket-key", key), version];
        let reply = server.http(&request, &headers, b"").await;
        assert_eq!((reply.status, reply.error().as_str()), (400, "api.bad_request"), "{key}");
    }
    let post =
        server.http(&request.replace("GET", "POST"), &[upgrade[0], upgrade[1], key, version], b"").await;
    assert_eq!(post.status, 405);
}

#[tokio::test]
async fn a_conversation_in_json() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Json).await;
    let init = next_json(&mut socket).await;
    assert_eq!(init["body"]["tag"], "Init");
    init["body"]["val"]["actorId"].as_str().expect("an id").parse::<ActorId>().expect("an id");
    assert!(init["body"]["val"]["connectionId"].is_string());

    say(&mut socket, &subscribe("noted", true)).await;
    say(&mut socket, &call(0, "note", &json!(["a"]))).await;
    let event = json!({ "body": { "tag": "Event", "val": { "name": "noted", "args": [{ "text": "a" }] } } });
    assert_eq!(next_json(&mut socket).await, event, "an event comes before the answer of what caused it");
    assert_eq!(next_json(&mut socket).await, answer(0, &json!(1)));
    say(&mut socket, &subscribe("noted", false)).await;
    say(&mut socket, &call(1, "note", &json!(["b"]))).await;
    assert_eq!(next_json(&mut socket).await, answer(1, &json!(2)));

    say(&mut socket, &call(2, "page", &json!([7]))).await;
    let error = next_json(&mut socket).await;
    assert_eq!(error["body"]["tag"], "Error");
    assert_eq!(error["body"]["val"]["actionId"], json!(["$BigInt", "2"]));
    assert_eq!(error["body"]["val"]["code"], "page_missing");
    assert_eq!(error["body"]["val"]["metadata"], json!({ "page": 7 }));
    say(&mut socket, &call(3, "nope", &json!([]))).await;
    assert_eq!(next_json(&mut socket).await["body"]["val"]["code"], "action_not_found");
    say(&mut socket, &call(4, "fail", &json!([]))).await;
    let error = next_json(&mut socket).await;
    assert_eq!(error["body"]["val"]["code"], "internal_error");
    assert!(!error.to_string().contains("swordfish"));
    // Who listens to what the actor never publishes is told, past its calls.
    say(&mut socket, &subscribe("nothing", true)).await;
    let refused = next_json(&mut socket).await;
    assert_eq!(refused["body"]["tag"], "Event");
    assert_eq!(refused["body"]["val"]["name"], "callboard.subscription_refused");
    assert_eq!(refused["body"]["val"]["args"][0]["event"], "nothing");
    assert_eq!(refused["body"]["val"]["args"][0]["code"], "event_not_found");
    say(&mut socket, &subscribe("nothing", false)).await;
    say(&mut socket, &subscribe("callboard.subscription_refused", true)).await;
    // What the client numbers as it likes is answered so.
    say(
        &mut socket,
        &json!({ "body": { "tag": "ActionRequest", "val": { "id": 5, "name": "here", "args": [] } } }),
    )
    .await;
    assert_eq!(next_json(&mut socket).await, answer(5, &json!(1)));
}

#[tokio::test]
async fn a_conversation_in_bare() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Bare).await;
    assert_eq!(next(&mut socket).await.as_payload()[..3], [4, 0, 0]);
    socket.send(Message::binary(b"\x04\x00\x01\x05noted\x01".to_vec())).await.expect("it is open");
    socket
        .send(Message::binary(b"\x04\x00\x00\x07\x04note\x03\x81\x61a".to_vec()))
        .await
        .expect("it is open");
    let event = next(&mut socket).await;
    assert!(event.is_binary());
    assert_eq!(event.as_payload()[..], b"\x04\x00\x03\x05noted\x09\x81\xa1\x64text\x61a"[..]);
    assert_eq!(next(&mut socket).await.as_payload()[..], b"\x04\x00\x02\x07\x01\x01"[..]);
}

#[tokio::test]
async fn a_conversation_in_cbor() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Cbor).await;
    let hear = async |socket: &mut Socket| {
        ToClient::decode(Encoding::Cbor, next(socket).await.as_payload()).expect("it is a message")
    };
    assert!(matches!(hear(&mut socket).await, ToClient::Init { .. }));
    let request =
        ToServer::ActionRequest { id: 9, name: "note".to_owned(), args: b"\x81\x61a".to_vec().into() };
    let request = request.encode(Encoding::Cbor).expect("it can be encoded");
    socket.send(Message::binary(request)).await.expect("it is open");
    let answer = ToClient::ActionResponse { id: 9, output: b"\x01".to_vec().into() };
    assert_eq!(hear(&mut socket).await, answer);
}

#[tokio::test]
async fn frames_may_come_before_the_connection_is_open() {
    let registry = Registry::new().in_memory().register::<Desk>();
    for server in [Server::start().await, Server::nested(&registry).await] {
        let mut socket = TcpStream::connect(server.address).await.expect("it listens");
        let mut bytes = format!(
            "GET /gateway/desk/connect?{} HTTP/1.1\r\nhost: localhost\r\n{UPGRADE}\r\n",
            desk("test")
        )
        .into_bytes();
        for id in 0..3 {
            let text = call(id, "note", &json!([id.to_string()])).to_string();
            bytes.extend([0x81, 0x80 | u8::try_from(text.len()).expect("short"), 0, 0, 0, 0]);
            bytes.extend(text.as_bytes());
        }
        // The handshake, two calls, and the beginning of a third in one segment.
        let (most, rest) = bytes.split_at(bytes.len() - 10);
        socket.write_all(most).await.expect("it reads");
        let mut answer_head = Vec::new();
        while !answer_head.ends_with(b"\r\n\r\n") {
            answer_head.push(socket.read_u8().await.expect("it answers"));
        }
        let mut socket = tokio_websockets::ClientBuilder::new().take_over(socket);
        assert_eq!(next_json(&mut socket).await["body"]["tag"], "Init");
        for id in 0..2 {
            assert_eq!(next_json(&mut socket).await, answer(id, &json!(id + 1)));
        }
        socket.get_mut().write_all(rest).await.expect("it reads");
        assert_eq!(next_json(&mut socket).await, answer(2, &json!(3)));
    }
}

#[tokio::test]
async fn calls_start_in_the_order_sent_and_do_not_wait_for_each_other() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Json).await;
    next_json(&mut socket).await;
    say(&mut socket, &call(0, "noteSlowly", &json!([100, "slow"]))).await;
    for id in 1..50 {
        say(&mut socket, &call(id, "note", &json!([id.to_string()]))).await;
    }
    for id in 0..50 {
        assert_eq!(next_json(&mut socket).await, answer(id, &json!(id + 1)));
    }
}

#[tokio::test]
async fn who_cannot_be_reached_is_told_by_the_close_alone() {
    let server = Server::start().await;
    for path in [
        "/gateway/desk/connect?rvt-namespace=default&rvt-method=get&rvt-key=missing",
        "/gateway/l7nyzzzzjiyuwsvjoveoa6qv2tbl00/connect",
        "/gateway/desk/connect",
    ] {
        let (mut socket, head) = server.open(path, "rivet").await;
        let ray = head.lines().find_map(|line| line.strip_prefix("x-rivet-ray-id: ")).expect("it has an id");
        assert_eq!(next_close(&mut socket).await, (1011, format!("actor.not_found#{ray}")));
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_told_by_a_frame_too() {
    let server = Server::start().await;
    for (path, group, code) in [
        (format!("/gateway/secretActor/connect?{}", desk("a")), "actor", "not_registered"),
        (
            format!("/gateway/desk/connect?{}", desk("a").replace("default&rvt-m", "other&rvt-m")),
            "namespace",
            "not_found",
        ),
    ] {
        let (mut socket, _) = server.open(&path, "rivet").await;
        let error = next_json(&mut socket).await;
        assert_eq!(error["body"]["val"]["code"], code);
        assert_eq!(error["body"]["val"]["actionId"], Value::Null);
        let (status, reason) = next_close(&mut socket).await;
        assert!(status == 1011 && reason.starts_with(&format!("{group}.{code}#")), "{reason}");
    }
    let (mut socket, _) = server.open("/gateway/desk/connect?rvt-method=get", "rivet").await;
    let (code, reason) = next_close(&mut socket).await;
    assert!(code == 1011 && reason.starts_with("guard.query_invalid_params#"), "{reason}");
}

#[tokio::test]
async fn a_rejected_connection_gets_the_error_and_then_the_close() {
    let server = Server::start().await;
    let path = format!("/gateway/desk/connect?{}", desk("test"));
    for (encoding, params) in [
        (Encoding::Json, "%7B%22name%22%3A%22banned%22%7D"),
        (Encoding::Bare, "%7B%22name%22%3A%22banned%22%7D"),
    ] {
        let protocols = format!("rivet,rivet_encoding.{},rivet_conn_params.{params}", encoding.name());
        let (mut socket, _) = server.open(&path, &protocols).await;
        let error =
            ToClient::decode(encoding, next(&mut socket).await.as_payload()).expect("it is a message");
        let ToClient::Error { action_id: None, fault, .. } = error else { panic!("{error:?}") };
        assert!(fault.is("user", "banned"));
        assert_eq!(fault.message(), "banned may not come in");
        assert_eq!(next_close(&mut socket).await, (1011, "user.banned".to_owned()));
    }
    for params in ["%7B", "%ff", "%7B%22nom%22%3A1%7D"] {
        let (mut socket, _) = server.open(&path, &format!("rivet, rivet_conn_params.{params}")).await;
        assert_eq!(next_json(&mut socket).await["body"]["val"]["code"], "invalid_params");
        assert_eq!(next_close(&mut socket).await, (1011, "actor.invalid_params".to_owned()));
    }
    let reply = server.call("here", "[]").await;
    assert_eq!(reply.json(), json!({ "output": 0 }));
}

#[tokio::test]
async fn an_unknown_encoding_is_refused() {
    let server = Server::start().await;
    let path = format!("/gateway/desk/connect?{}", desk("test"));
    let (mut socket, _) = server.open(&path, "rivet, rivet_encoding.protobuf").await;
    assert_eq!(next_close(&mut socket).await, (1003, "actor.unsupported_websocket_encoding".to_owned()));
}

#[tokio::test]
async fn bad_frames_cost_their_sender_the_connection_and_nobody_else_anything() {
    let server = Server::start().await;
    let mut witness = server.connect(Encoding::Json).await;
    next_json(&mut witness).await;
    for (encoding, frame) in [
        (Encoding::Json, Message::text("{".to_owned())),
        (Encoding::Json, Message::text("[".repeat(60_000))),
        (Encoding::Json, Message::text(r#"{"body":{"tag":"Nope","val":{}}}"#.to_owned())),
        (Encoding::Json, Message::binary(call(0, "here", &json!([])).to_string())),
        (Encoding::Cbor, Message::text(call(0, "here", &json!([])).to_string())),
        (Encoding::Cbor, Message::binary(vec![0x9f; 60_000])),
        (Encoding::Bare, Message::binary(vec![0xff; 100])),
        (Encoding::Bare, Message::binary(Vec::new())),
        (Encoding::Bare, Message::binary(vec![5, 0, 1, 1, b'a', 1])),
    ] {
        let mut socket = server.connect(encoding).await;
        next(&mut socket).await;
        socket.send(frame).await.expect("it is open");
        assert_eq!(next_close(&mut socket).await, (1011, "actor.invalid_request".to_owned()), "{encoding:?}");
    }
    for bytes in [65_537, 5_000_000] {
        let mut socket = server.connect(Encoding::Json).await;
        next(&mut socket).await;
        socket.send(Message::text(" ".repeat(bytes))).await.expect("all of it is taken");
        assert_eq!(next_close(&mut socket).await, (1011, "message.incoming_too_long".to_owned()));
    }
    let mut longest = call(0, "note", &json!([""])).to_string();
    longest = longest.replace("[\"\"]", &format!("[\"{}\"]", "x".repeat(65_536 - longest.len())));
    witness.send(Message::text(longest)).await.expect("it is open");
    assert_eq!(next_json(&mut witness).await, answer(0, &json!(1)));
    until(async || server.call("here", "[]").await.json() == json!({ "output": 1 })).await;
}

#[tokio::test]
async fn pings_are_answered() {
    let server = Server::start().await;
    let mut socket = server.connect(Encoding::Json).await;
    next(&mut socket).await;
    socket.send(Message::ping("are you there?")).await.expect("it is open");
    let pong = next(&mut socket).await;
    assert!(pong.is_pong());
    assert_eq!(pong.as_payload()[..], b"are you there?"[..]);
}

#[tokio::test]
async fn who_leaves_is_gone() {
    let server = Server::start().await;
    let gone = async || server.call("here", "[]").await.json() == json!({ "output": 0 });
    let mut polite = server.connect(Encoding::Json).await;
    next(&mut polite).await;
    let close = Message::close(Some(tokio_websockets::CloseCode::NORMAL_CLOSURE), "Disposed");
    polite.send(close).await.expect("it is open");
    assert_eq!(next_close(&mut polite).await.0, 1000);
    assert!(polite.next().await.is_none(), "the server closes the socket");
    until(gone).await;
    let mut rude = server.connect(Encoding::Json).await;
    next(&mut rude).await;
    drop(rude);
    until(gone).await;
}

#[tokio::test]
async fn who_does_not_read_is_dropped_and_others_hear_everything() {
    let server = Server::start().await;
    let mut deaf = server.connect(Encoding::Json).await;
    let mut witness = server.connect(Encoding::Json).await;
    for socket in [&mut deaf, &mut witness] {
        next_json(socket).await;
        say(socket, &subscribe("noted", true)).await;
        say(socket, &call(0, "here", &json!([]))).await;
        next_json(socket).await;
    }
    // More than the kernel keeps for a socket.
    let text = "x".repeat(60_000);
    for _ in 0..220 {
        assert_eq!(server.call("shout", &format!("[\"{text}\"]")).await.status, 200);
        assert_eq!(next_json(&mut witness).await["body"]["tag"], "Event");
    }
    let mut last = deaf.next().await;
    while matches!(&last, Some(Ok(message)) if message.is_text()) {
        last = deaf.next().await;
    }
    let last = last.expect("a message").expect("no error");
    assert_eq!(last.as_close().expect("a close").1, "message.outgoing_queue_full");
}

#[tokio::test]
async fn an_actor_can_be_named_in_subprotocols() {
    let server = Server::start().await;
    let id = server.call("here", "[]").await.headers["x-rivet-actor"].clone();
    let protocols = format!("rivet, rivet_target.actor, rivet_actor.{id}, rivet_skip_ready_wait");
    let (mut socket, _) = server.open("/connect", &protocols).await;
    assert_eq!(next_json(&mut socket).await["body"]["val"]["actorId"], id);
    let (mut socket, _) = server.open("/connect", "rivet").await;
    let error = next_json(&mut socket).await;
    assert_eq!(error["body"]["val"]["group"], "api");
}

#[tokio::test]
async fn a_raw_websocket_is_closed_with_a_reason() {
    let server = Server::start().await;
    let path = format!("/gateway/desk/websocket/stream/x?z=1&{}", desk("test"));
    let (mut socket, _) = server.open(&path, "rivet, rivet_encoding.bare").await;
    assert_eq!(next_close(&mut socket).await, (1011, "actor.websocket_handler_not_found".to_owned()));
}
