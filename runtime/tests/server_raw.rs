//! Raw requests and raw sockets, in bytes: what their handlers see, their turns, their ends.

mod gateway;

use std::{
    convert::Infallible,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::to_bytes,
    response::{IntoResponse, Response},
};
use callboard::{
    Body, RawMessage, RawSocket, Registry, prelude::*, store::MemoryStore, testing::FaultyStore,
};
use futures_util::{SinkExt as _, StreamExt as _, stream};
use gateway::{Server, next, next_close, until};
use http::{Request, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Notify, Semaphore},
};
use tokio_websockets::Message;

#[derive(Debug, Serialize, Deserialize)]
struct Badge {
    name: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum GateError {
    #[error("{name} may not come in")]
    Banned { name: String },
    #[error("there is no page {page}")]
    NoPage { page: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rung {
    by: String,
}

/// A gate with a doorbell: a request for each thing that a handler may do.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Gate {
    count: u32,
    naps: u32,
    left: u32,
}

#[actor(events(Rung), name = "gate")]
impl Gate {
    #[on_before_connect]
    fn admit(&self, params: Option<Badge>) -> Result<String, GateError> {
        match params {
            Some(Badge { name }) if name == "banned" => Err(GateError::Banned { name }),
            Some(Badge { name }) => Ok(name),
            None => Ok("nobody".to_owned()),
        }
    }

    #[on_disconnect]
    fn gone(&mut self) {
        self.left += 1;
    }

    #[on_sleep]
    fn sleep(&mut self) {
        self.naps += 1;
    }

    #[on_request]
    async fn serve(&mut self, ctx: &Ctx<Self>, request: Request<Body>) -> Result<Response, GateError> {
        self.count += 1;
        let path = request.uri().path().to_owned();
        Ok(match path.as_str() {
            "/who" => ctx.conn().expect("the hook made one").state().to_string().into_response(),
            "/count" => self.count.to_string().into_response(),
            "/length" => {
                let length = request
                    .into_body()
                    .into_data_stream()
                    .fold(Ok(0), async |sum, chunk| Ok::<_, axum::Error>(sum? + chunk?.len()));
                match length.await {
                    Ok(length) => length.to_string().into_response(),
                    Err(_) => return Err(GateError::NoPage { page: "too long".to_owned() }),
                }
            }
            "/echo" => Body::new(request.into_body()).into_response(),
            "/slow-body" => {
                let chunks = stream::iter(0..).then(async |n| {
                    BODY_MAY_GO_ON.acquire().await.expect("it is never closed").forget();
                    Ok::<_, Infallible>(format!("{n};"))
                });
                Body::from_stream(chunks.take(3)).into_response()
            }
            "/never" => std::future::pending().await,
            "/boom" => panic!("the secret is swordfish"),
            page => return Err(GateError::NoPage { page: page.to_owned() }),
        })
    }

    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), GateError> {
        let _ = socket
            .send(format!(
                "{} at {}",
                ctx.conn().map_or_else(String::new, |conn| conn.state().to_string()),
                socket.path()
            ))
            .await;
        while let Some(message) = socket.recv().await {
            match message.as_text() {
                Some("count") => {
                    let count = ctx
                        .turn(|this| {
                            this.count += 1;
                            this.count
                        })
                        .await
                        .unwrap_or_default();
                    let _ = socket.send(count.to_string()).await;
                }
                Some("fail") => return Err(GateError::NoPage { page: "any".to_owned() }),
                Some("boom") => panic!("the secret is swordfish"),
                Some("return") => return Ok(()),
                Some("deaf") => {
                    IS_DEAF.notify_one();
                    MAY_HEAR.notified().await;
                }
                Some("too long") => {
                    let refused = socket.send(vec![0; RawSocket::MAX_MESSAGE + 1]).await;
                    let _ = socket.send(refused.expect_err("it is too long").to_string()).await;
                }
                _ => drop(socket.send(message).await),
            }
        }
        if let Some((code, reason)) = socket.closed_by_client() {
            let _ = ctx
                .turn(move |this| this.count += u32::from(code == 4007 && reason == "enough") * 1000)
                .await;
        }
        Ok(())
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) -> (usize, usize) {
        let rung = Rung { by: "all".to_owned() };
        ctx.broadcast(&rung);
        (ctx.conns().count(), ctx.conns().filter(|conn| conn.send(&rung)).count())
    }

    #[action]
    fn show_out(&self, ctx: &Ctx<Self>, reason: String) {
        ctx.conns().for_each(|conn| conn.disconnect(&reason));
    }

    #[action]
    fn nap(&self, ctx: &Ctx<Self>) {
        ctx.sleep();
    }

    #[action]
    fn numbers(&self) -> (u32, u32, u32) {
        (self.count, self.naps, self.left)
    }

    #[action]
    fn end(&self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

static BODY_MAY_GO_ON: Semaphore = Semaphore::const_new(0);
static IS_DEAF: Notify = Notify::const_new();
static MAY_HEAR: Notify = Notify::const_new();

/// Answers beside each other, and beside turns.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Readers {
    written: bool,
}

static READING: LazyLock<tokio::sync::Barrier> = LazyLock::new(|| tokio::sync::Barrier::new(2));

#[actor]
impl Readers {
    #[on_request]
    async fn serve(&self, _request: Request<Body>) -> impl IntoResponse {
        READING.wait().await;
        (StatusCode::ACCEPTED, [("x-read", "1")], self.written.to_string())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Uploads {
    bytes: usize,
}

#[actor(action_timeout = "300ms")]
impl Uploads {
    /// Without `self`: reading a body that takes its time holds no turn.
    #[on_request]
    async fn take(ctx: Ctx<Self>, request: Request<Body>) -> Result<http::Response<String>, Fault> {
        let bytes = to_bytes(request.into_body(), usize::MAX).await.map_or(0, |bytes| bytes.len());
        let sum = ctx
            .turn(move |this| {
                this.bytes += bytes;
                this.bytes
            })
            .await?;
        Ok(http::Response::new(sum.to_string()))
    }

    #[action]
    fn bytes(&self) -> usize {
        self.bytes
    }
}

fn at(actor: &str, path: &str) -> String {
    format!("/gateway/{actor}/{path}?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=test")
}

async fn serve_gate() -> Server {
    Server::host(Registry::new().in_memory().register::<Gate>()).await
}

async fn get(server: &Server, path: &str) -> gateway::Reply {
    server.http(&format!("GET {}", at("gate", &format!("request{path}"))), &[], b"").await
}

async fn call(server: &Server, action: &str, args: &str) -> serde_json::Value {
    let request = format!("POST {}", at("gate", &format!("action/{action}")));
    let reply = server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["output"].clone()
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
async fn a_raw_request_is_answered_by_its_handler_and_names_the_actor() {
    let server = serve_gate().await;
    let reply = get(&server, "/count").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"1"[..]));
    assert_eq!(reply.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(reply.headers["content-length"], "1", "a body of known length stays one");
    assert_eq!(reply.headers["x-rivet-actor-key"], "test");
    assert_eq!(reply.headers["x-rivet-actor"].len(), 32);
    assert_eq!(get(&server, "/count").await.body, b"2", "what it changes stays");
}

#[tokio::test]
async fn a_raw_request_is_judged_by_on_before_connect_with_its_params_or_without_any() {
    let server = serve_gate().await;
    let who = async |params: &[(&str, &str)]| {
        server.http(&format!("GET {}", at("gate", "request/who")), params, b"").await
    };
    assert_eq!(who(&[("x-rivet-conn-params", r#"{"name":"ann"}"#)]).await.body, b"ann");
    assert_eq!(who(&[]).await.body, b"nobody");
    let banned = who(&[("x-rivet-conn-params", r#"{"name":"banned"}"#)]).await;
    assert_eq!((banned.status, banned.error().as_str()), (500, "user.banned"));
    assert_eq!(call(&server, "numbers", "[]").await, json!([2, 0, 0]), "the handler never saw the third");
}

#[tokio::test]
async fn a_raw_request_that_fails_says_so_in_json_and_leaks_nothing() {
    let server = serve_gate().await;
    let failed = get(&server, "/x%20y").await;
    assert_eq!((failed.status, failed.error().as_str()), (500, "user.no_page"));
    assert_eq!(failed.json()["metadata"], json!({ "page": "/x%20y" }));
    assert_eq!(failed.json()["actor"]["key"], "test");
    let panicked = get(&server, "/boom").await;
    assert_eq!((panicked.status, panicked.error().as_str()), (500, "rivetkit.internal_error"));
    assert!(!String::from_utf8_lossy(&panicked.body).contains("swordfish"));
    assert_eq!(call(&server, "numbers", "[]").await, json!([1, 0, 0]), "what a panic changed is taken back");
}

#[tokio::test]
async fn the_body_of_a_response_streams_after_the_turn_has_ended() {
    let server = serve_gate().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head =
        format!("GET {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", at("gate", "request/slow-body"));
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut read_to = async |end: &str| {
        while !read.contains(end) {
            read.push(char::from(socket.read_u8().await.unwrap()));
        }
    };
    read_to("\r\n\r\n").await;
    BODY_MAY_GO_ON.add_permits(1);
    read_to("0;").await;
    assert_eq!(get(&server, "/count").await.body, b"2", "another turn while the body is half written");
    call(&server, "nap", "[]").await;
    assert_eq!(call(&server, "numbers", "[]").await[1], 0, "and it keeps the actor awake");
    BODY_MAY_GO_ON.add_permits(2);
    read_to("2;").await;
    until(async || call(&server, "numbers", "[]").await[1] == 1).await;
}

#[tokio::test]
async fn the_body_of_a_request_streams_into_the_handler() {
    let server = serve_gate().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        at("gate", "request/echo")
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut read = String::new();
    for chunk in ["one", "two"] {
        socket.write_all(format!("3\r\n{chunk}\r\n").as_bytes()).await.unwrap();
        while !read.contains(chunk) {
            read.push(char::from(socket.read_u8().await.unwrap()));
        }
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    socket.read_to_string(&mut read).await.unwrap();
    assert!(read.ends_with("0\r\n\r\n"), "{read}");
}

#[tokio::test]
async fn a_body_may_have_20_mib_and_not_one_byte_more() {
    const LIMIT: usize = 20 * 1024 * 1024;
    let server = serve_gate().await;
    let request = format!("POST {}", at("gate", "request/length"));
    let body = vec![b'x'; LIMIT + 1];
    let fits = server.http(&request, &[], &body[..LIMIT]).await;
    assert_eq!((fits.status, fits.json()), (200, json!(LIMIT)));
    // Refused for what it says of itself, before any of it is read.
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        LIMIT + 1
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut refused = String::new();
    socket.read_to_string(&mut refused).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("incoming_too_long"), "{refused}");
    let chunks = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let chunked = server.http(&request, &[("transfer-encoding", "chunked")], &chunks).await;
    assert_eq!((chunked.status, chunked.error().as_str()), (400, "message.incoming_too_long"));
}

#[tokio::test]
async fn reading_handlers_run_side_by_side() {
    let server = Server::host(Registry::new().in_memory().register::<Readers>()).await;
    let request = format!("GET {}", at("readers", "request/"));
    // Each waits for the other.
    let (one, other) = tokio::join!(server.http(&request, &[], b""), server.http(&request, &[], b""));
    for reply in [one, other] {
        assert_eq!((reply.status, &reply.body[..]), (202, &b"false"[..]));
        assert_eq!(reply.headers["x-read"], "1");
    }
}

#[tokio::test]
async fn a_handler_without_self_holds_no_turn_and_is_held_to_the_action_timeout() {
    let server = Server::host(Registry::new().in_memory().register::<Uploads>()).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head =
        format!("PUT {} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf", at("uploads", "request/"));
    slow.write_all(head.as_bytes()).await.unwrap();
    let put = async |body: &[u8]| server.http(&format!("PUT {}", at("uploads", "request/")), &[], body).await;
    assert_eq!(put(b"all of it").await.body, b"9");
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_response_leaves_after_its_change_is_saved() {
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Gate>()).await;
    assert_eq!(get(&server, "/count").await.body, b"1");
    let (hold, batches) = (store.hold_batches(), store.batches());
    let mut answer = Box::pin(get(&server, "/count"));
    tokio::select! {
        early = &mut answer => panic!("{early:?} before it is saved"),
        () = store.batches_reach(batches + 1) => {}
    }
    let early = tokio::time::timeout(Duration::from_millis(100), &mut answer).await;
    assert!(early.is_err(), "{early:?} before it is saved");
    drop(hold);
    assert_eq!(answer.await.body, b"2");
    store.fail_batches(1);
    let failed = get(&server, "/count").await;
    assert_eq!((failed.status, failed.error().as_str()), (500, "rivetkit.internal_error"));
    assert_eq!(get(&server, "/count").await.body, b"3", "what was not saved is taken back");
}

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
