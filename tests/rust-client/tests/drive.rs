//! RivetKit's own Rust client, unmodified, against the server at `$ENDPOINT`: every kind of traffic, in every encoding.

use std::{env, process, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, header::HeaderMap};
use rivetkit_client::{
    Client, ClientConfig, CreateOptions, EncodingKind, GetOptions, GetOrCreateOptions, QueueSendResult,
    QueueSendStatus, SendAndWaitOpts, SendOpts, handle::ActorHandle,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

const ENCODINGS: [EncodingKind; 3] = [EncodingKind::Json, EncodingKind::Cbor, EncodingKind::Bare];

/// Runs a test in each encoding, with a room that nobody else is in.
async fn in_each(test: &str, check: impl AsyncFn(Client, &str)) {
    let endpoint = env::var("ENDPOINT").expect("`ENDPOINT` says where a conformance server listens");
    for encoding in ENCODINGS {
        let room = format!("{test} {} {encoding:?}", process::id());
        let client = Client::new(ClientConfig::new(&endpoint).encoding(encoding));
        let check = check(client, &room);
        tokio::time::timeout(Duration::from_secs(20), check).await.expect("it ends in time");
    }
}

fn key(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn room(client: &Client, parts: &[&str]) -> ActorHandle {
    client.get_or_create("chatRoom", key(parts), GetOrCreateOptions::default()).expect("a handle")
}

#[tokio::test]
async fn it_calls_actions() {
    in_each("it_calls_actions", async |client, name| {
        let room = room(&client, &[name]);
        let sent =
            room.action("sendMessage", vec![json!("ann"), json!("é \u{0} $x")]).await.expect("it is sent");
        assert_eq!((&sent["userId"], &sent["text"]), (&json!("ann"), &json!("é \u{0} $x")));
        assert_eq!(room.action("getMessages", vec![]).await.expect("they are there"), json!([sent]));
        let value = json!({ "a": [1, 2.5, null, true] });
        assert_eq!(room.action("echo", vec![value.clone()]).await.expect("it comes back"), value);
        let failed = room.action("sendPrivateMessage", vec![json!("bob"), json!("hi")]).await;
        let failed = failed.expect_err("nobody is there").to_string();
        assert!(failed.contains("user/player_not_found") && failed.contains("bob"), "{failed}");
        let internal = room.action("fail", vec![]).await.expect_err("it fails").to_string();
        assert!(internal.contains("internal_error") && !internal.contains("secret"), "{internal}");
    })
    .await;
}

#[tokio::test]
async fn it_tells_keys_apart_element_by_element() {
    in_each("it_tells_keys_apart_element_by_element", async |client, name| {
        for (number, parts) in
            [&["a,b"][..], &["a", "b"], &["a/b"], &["a\\", "b"], &["", "a"]].into_iter().enumerate()
        {
            let parts = &[&[name], parts].concat()[..];
            let room = room(&client, parts);
            let id = room.resolve().await.expect("it is made");
            room.action("sendMessage", vec![json!("ann"), json!(number)])
                .await
                .expect_err("a text is asked for");
            room.action("sendMessage", vec![json!("ann"), json!(number.to_string())])
                .await
                .expect("it is sent");
            let messages = room.action("getMessages", vec![]).await.expect("they are there");
            assert_eq!(messages.as_array().map(Vec::len), Some(1), "{parts:?} is an actor of its own");
            let found = client.get("chatRoom", key(parts), GetOptions::default()).expect("a handle");
            assert_eq!(found.resolve().await.expect("it is found"), id, "{parts:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn it_makes_and_misses_actors() {
    in_each("it_makes_and_misses_actors", async |client, name| {
        let made = client
            .create("chatRoom", key(&[name, "new"]), CreateOptions::default())
            .await
            .expect("it is made");
        assert_eq!(made.action("getMessages", vec![]).await.expect("it is empty"), json!([]));
        assert!(client.create("chatRoom", key(&[name, "new"]), CreateOptions::default()).await.is_err());
        let missing = client.get("chatRoom", key(&[name, "none"]), GetOptions::default()).expect("a handle");
        assert!(missing.resolve_optional().await.expect("it is asked for").is_none());
        let nameless =
            client.get_or_create("nope", key(&[name]), GetOrCreateOptions::default()).expect("a handle");
        let refused =
            nameless.action("getMessages", vec![]).await.expect_err("there is no such kind").to_string();
        assert!(refused.contains("not_registered") || refused.contains("404"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn it_connects_calls_and_hears_events() {
    in_each("it_connects_calls_and_hears_events", async |client, name| {
        let params = json!({ "playerId": "ann" });
        let options = GetOrCreateOptions { params: Some(params), ..Default::default() };
        let room = client.get_or_create("chatRoom", key(&[name]), options).expect("a handle");
        let conn = room.connect();
        let (tell, mut heard) = mpsc::unbounded_channel::<Vec<Value>>();
        let also = tell.clone();
        conn.on_event("messageReceived", move |args| drop(tell.send(args.clone()))).await;
        conn.on_event("privateMessage", move |args| drop(also.send(args.clone()))).await;
        let sent = conn.action("sendMessage", vec![json!("ann"), json!("hello")]).await.expect("it is sent");
        assert_eq!(heard.recv().await.expect("its own message"), [sent]);
        room.action("sendPrivateMessage", vec![json!("ann"), json!("psst")]).await.expect("she is there");
        assert_eq!(heard.recv().await.expect("to her alone")[0]["message"], "psst");
        let failed = conn.action("fail", vec![]).await.expect_err("it fails").to_string();
        assert!(!failed.contains("secret"), "{failed}");
        conn.disconnect().await;
    })
    .await;
}

#[tokio::test]
async fn it_sends_raw_requests_and_opens_raw_sockets() {
    in_each("it_sends_raw_requests_and_opens_raw_sockets", async |client, name| {
        let room = room(&client, &[name]);
        let body = Some("payload é".as_bytes().to_vec().into());
        let reply =
            room.fetch("some/path?x=1&y=%20z", Method::PUT, HeaderMap::new(), body).await.expect("an answer");
        assert_eq!(reply.status(), 200);
        let said: Value = serde_json::from_slice(&reply.bytes().await.expect("a body")).expect("JSON");
        assert_eq!(
            said,
            json!({ "method": "PUT", "path": "/some/path", "search": "?x=1&y=%20z", "body": "payload é" })
        );
        let mut socket = room.web_socket("stream/x", None).await.expect("it opens");
        let mut next = async |socket: &mut rivetkit_client::RawWebSocket| {
            let message =
                tokio::time::timeout(Duration::from_secs(10), socket.next()).await.expect("in time");
            message.expect("a message").expect("no error")
        };
        assert_eq!(next(&mut socket).await, Message::text("hi /stream/x"));
        for message in [Message::text("é"), Message::binary(vec![1, 255])] {
            socket.send(message.clone()).await.expect("it is sent");
            assert_eq!(next(&mut socket).await, message);
        }
        socket.send(Message::text("close-me")).await.expect("it is sent");
        let Message::Close(Some(close)) = next(&mut socket).await else { panic!("it closes") };
        assert_eq!((u16::from(close.code), close.reason.as_str()), (4001, "app.bye"));
    })
    .await;
}

#[tokio::test]
async fn it_sends_messages_to_queues() {
    in_each("it_sends_messages_to_queues", async |client, name| {
        let room = room(&client, &[name]);
        let within = |ms| SendAndWaitOpts { timeout: Some(Duration::from_millis(ms)) };
        let said = |result: QueueSendResult| (result.status, result.response);
        for body in [json!({ "a": [1, 2.5, null, true, "é"], "b": {} }), json!("text"), json!(7), json!(null)]
        {
            let result = room.send_and_wait("jobs", &body, within(10_000)).await.expect("it is handled");
            assert_eq!(said(result), (QueueSendStatus::Completed, Some(json!({ "done": body }))));
        }
        let forever = room.send_and_wait("jobs", 1, SendAndWaitOpts::default()).await.expect("it is handled");
        assert_eq!(said(forever), (QueueSendStatus::Completed, Some(json!({ "done": 1 }))));
        let late =
            room.send_and_wait("later", "nobody handles it", within(50)).await.expect("it is answered");
        assert_eq!(said(late), (QueueSendStatus::TimedOut, None));
        room.send("later", json!({ "n": 1 }), SendOpts::default()).await.expect("it is in the queue");
        let refused = room.send("nope", 1, SendOpts::default()).await.expect_err("there is no such queue");
        assert!(refused.to_string().contains("queue/not_configured"), "{refused}");
        let refused =
            room.send("jobs", "x".repeat(70_000), SendOpts::default()).await.expect_err("it is long");
        assert!(refused.to_string().contains("queue/message_too_large"), "{refused}");
    })
    .await;
}
